"""A part of the work, as the template needs it and as plain text: its summary line, its cells, what was remarked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from analyst_kernels import DisplayData, Error, ExecuteResult, Output, Stream
from markupsafe import Markup

from ... import markup
from ...events import ToolReturned, Variable
from ...markup.outputs import figure_words, image_data, mime_text, picture, series
from ...markup.words import counted, duration
from ...story import Cell, Part, Turn, Unrun
from .. import headline, one_line, remarks, trouble
from .scene import Scene

State = Literal["todo", "doing", "done", "failed"]
SIGNS = {"todo": "○", "doing": "◐", "done": "✓", "failed": "✗"}
WORDS = {"todo": "not begun", "doing": "in work", "done": "done", "failed": "given up"}

OUTPUTS, TEXT, ROWS = 40, 20_000, 60
"""Most outputs of a cell that are shown, characters of each text among them, and rows of a Series as a table."""
LINES = 12
"""Of what is still being said or printed, as plain text: that cannot be scrolled."""
NAMED = 6
"""Most variables of a cell that are named."""
NO_DATA = ("module", "function", "type")


@dataclass(frozen=True, slots=True)
class Shown:
    """One thing within a part: a cell that ran or is running, or (without code) a remark."""

    remark: str = ""
    code: Markup = Markup("")
    failed: str = ""
    """Why the cell failed, in a line."""
    repaired: bool = False
    running: bool = False
    outputs: tuple[Markup, ...] = ()
    number: int = 0
    """Of the cell, over the whole log; 0: none yet."""
    remarks: tuple[str, ...] = ()
    """Who allowed it, what it did to the variables: a line each."""
    plain: str = ""


@dataclass(frozen=True, slots=True)
class Work:
    """A part, ready to be shown."""

    state: State
    title: str
    """Empty when nothing was done, only remarked."""
    remarks: str
    """What the summary line says after the title: repairs, time."""
    shown: tuple[Shown, ...]
    ledger: tuple[str, ...]
    """What the ledger says of its cells, a line each."""
    result: str

    @property
    def sign(self) -> str:
        """The state as a sign."""
        return SIGNS[self.state]

    @property
    def words(self) -> str:
        """The state in words."""
        return WORDS[self.state]

    @property
    def plain(self) -> str:
        """The part for a terminal, a text reader, a notebook without HTML."""
        remarks = f" ({self.remarks})" if self.remarks else ""
        parts = [
            f"{self.sign} {self.title}{remarks}" if self.title else "",
            *(shown.plain for shown in self.shown),
            "\n".join(self.ledger),
            self.result,
        ]
        return "\n\n".join(filter(None, (part.strip("\n") for part in parts)))


def work(scene: Scene, part: Part) -> Work:
    """What there is to show of a part."""
    is_open = part is scene.open_part
    shown = list(_entries(part))
    if is_open and scene.running:
        shown.append(_running(scene))
    state: State = "doing"
    if part.finished:
        state = "done" if part.finished.ok else "failed"
    elif not is_open:
        state = _end(part)
    return Work(
        state,
        _title(scene, part),
        " · ".join(_remarks(scene, part)),
        tuple(shown),
        tuple(line for e in part.entries if isinstance(e, Cell) for line in remarks(e.returned)),
        markup.text(part.finished.result) if part.finished else "",
    )


def figures(part: Part) -> Iterator[tuple[Cell, DisplayData | ExecuteResult]]:
    """The outputs of a part that are pictures, each once."""
    known = set()
    for entry in part.entries:
        if isinstance(entry, Cell) and entry.returned.ok:
            for output in entry.returned.outputs:
                if not isinstance(output, DisplayData | ExecuteResult):
                    continue
                found = image_data(output)
                if found and found not in known and picture(output):
                    known.add(found)
                    yield entry, output


def _title(scene: Scene, part: Part) -> str:
    if part.step:
        place = f"Step {part.number}" if part.number else "Step"
        return f"{place}: {one_line(part.step.goal or part.step.id, 500)}"
    cells = [entry for entry in part.entries if isinstance(entry, Cell)]
    if not cells:
        return f"Code: {headline(scene.running.code)}" if scene.running and scene.open_part is part else ""
    best = next((cell for cell in reversed(cells) if cell.returned.ok), cells[-1])
    return f"Code: {headline(best.code)}"


def _end(part: Part) -> State:
    cells = [entry for entry in part.entries if isinstance(entry, Cell)]
    return "done" if cells and cells[-1].returned.ok and not part.step else "failed"


def _remarks(scene: Scene, part: Part) -> Iterator[str]:
    cells = [entry for entry in part.entries if isinstance(entry, Cell)]
    if len(cells) > 1:
        yield counted(len(cells), "cell")
    failures = [cell for cell in cells if not cell.returned.ok]
    if failures and cells[-1].returned.ok:
        yield f"repaired after {_kinds(failures)}"
    elif failures:
        yield f"failed: {trouble(failures[-1].returned)}"
    seconds = scene.seconds(part)
    if seconds is not None and part is not scene.open_part:
        yield duration(seconds)


def _kinds(failures: Iterable[Cell]) -> str:
    """The names of what failed: "KeyError, ValueError"."""
    names = []
    for cell in failures:
        errors = [o.ename for o in cell.returned.outputs if isinstance(o, Error)]
        names.append(one_line(errors[-1], 60) if errors else trouble(cell.returned))
    return ", ".join(dict.fromkeys(names))


def _entries(part: Part) -> Iterator[Shown]:
    last_good = max(
        (n for n, e in enumerate(part.entries) if isinstance(e, Cell) and e.returned.ok), default=-1
    )
    for number, entry in enumerate(part.entries):
        match entry:
            case Cell():
                yield _cell(entry, repaired=number < last_good)
            case Unrun() | Turn():
                remark = _remark(entry)
                yield Shown(remark, plain=remark)


def _remark(entry: Unrun | Turn) -> str:
    why = one_line(entry.why, 1_000)
    match entry:
        case Unrun(call, fate):
            words = {"refused": "Refused", "declined": "Not run", "in doubt": "Not known to have run"}[fate]
            return f"{words}: {headline(call.code) if call.code else one_line(call.tool, 60)}. {why}".rstrip()
        case Turn("plan refused"):
            return f"The plan was refused. {why}".rstrip()
        case Turn("plan revised"):
            return f"Plan revised: {why}"
        case Turn("sent back"):
            return f"The answer went back once. {why}"
        case Turn("continued"):
            return "The run stopped here and was continued" + (f": {why}" if why else ".")
        case Turn():
            return "The conversation was shortened to fit the model's window."


def _cell(cell: Cell, *, repaired: bool) -> Shown:
    returned = cell.returned
    failed = "" if returned.ok else trouble(returned)
    kept = returned.outputs[:OUTPUTS]
    what = headline(cell.code)
    outputs = [part for output in kept if (part := _html(output, what))]
    plain = [_plain(output, what) for output in kept]
    if (left_out := len(returned.outputs) - OUTPUTS) > 0:
        note = f"{counted(left_out, 'more output')} left out here."
        outputs.append(_note(note))
        plain.append(f"[{note}]")
    head = f"[{'failed, repaired below' if repaired else 'failed'}: {failed}]" if failed else ""
    remarks = tuple(filter(None, ["Allowed by you." if cell.by_person else "", _left_behind(returned)]))
    return Shown(
        code=markup.code(cell.code),
        failed=failed,
        repaired=repaired,
        outputs=tuple(outputs),
        number=returned.cell,
        remarks=remarks,
        plain="\n".join(filter(None, [head, _prompted(cell.code), *plain, *(f"[{r}]" for r in remarks)])),
    )


def _left_behind(returned: ToolReturned) -> str:
    """What a cell did to the variables, in a line; empty when it did nothing to them."""
    data = [v for v in returned.variables or () if v.type not in NO_DATA]
    named = [f"{one_line(v.name, 40)} ({_in_brief(v)})" for v in data[:NAMED]]
    if more := len(data) - len(named):
        named.append(f"{more} more")
    said = [f"Variables made or changed: {', '.join(named)}." if named else ""]
    said += [
        f"Gone: {', '.join(one_line(name, 40) for name in returned.gone[:NAMED])}." if returned.gone else ""
    ]
    return " ".join(filter(None, said))


def _in_brief(variable: Variable) -> str:
    """The size of a table, a column, an array; else the value."""
    sized = variable.type in ("DataFrame", "Series", "ndarray")
    return one_line(variable.summary.partition(":")[0] if sized else variable.summary, 60)


def _running(scene: Scene) -> Shown:
    code = scene.running.code if scene.running else ""
    printed = markup.text(scene.printed).rstrip("\n")
    last = "\n".join(printed.split("\n")[-LINES:])
    outputs = (Markup('<div class="tail" tabindex="0">{}</div>').format(_pre(printed)),) if printed else ()
    return Shown(
        code=markup.code(code), running=True, outputs=outputs, plain=f"{_prompted(code)}\n{last}".strip()
    )


def _prompted(code: str) -> str:
    """Code as the documentation of Python shows it."""
    lines = markup.text(code, TEXT).split("\n")
    return "\n".join(
        ("... " if n and (line[:1] in " )]}" or not line) else ">>> ") + line for n, line in enumerate(lines)
    )


def _html(output: Output, what: str) -> Markup:
    match output:
        case Stream(name, text):
            said = markup.text(text, TEXT).strip("\n")
            return _pre(said, "warn" if name == "stderr" else "") if said else Markup("")
        case Error():
            return _pre(_told(output), "err")
        case DisplayData() | ExecuteResult():
            return _displayed(output, what)


def _displayed(output: DisplayData | ExecuteResult, what: str) -> Markup:
    if image_data(output):
        return _note(_figure(output, what))
    if table := markup.cleaned(mime_text(output, "text/html")) or series(output, ROWS):
        return table
    if source := mime_text(output, "text/markdown"):
        return markup.markdown(source[:TEXT], 6)
    if plain := mime_text(output, "text/plain"):
        return _pre(markup.text(plain, TEXT))
    return _note(_unknown(output.data))


def _plain(output: Output, what: str) -> str:
    match output:
        case Stream(_, text):
            return markup.text(text, TEXT).strip("\n")
        case Error():
            return _told(output)
        case DisplayData() | ExecuteResult():
            if image_data(output):
                return f"[{_figure(output, what)}]"
            said = mime_text(output, "text/plain") or mime_text(output, "text/markdown")
            return markup.text(said, TEXT).strip("\n") if said else f"[{_unknown(output.data)}]"


def _figure(output: Output, what: str) -> str:
    """In words, for who does not see it: the front ends give the picture itself none."""
    if not picture(output):
        return "A figure that is not shown here."
    return f"Figure, below: {figure_words(output, what)[1]}"


def _told(error: Error) -> str:
    """The traceback as it was written; without one, the error's own words."""
    return markup.text("\n".join(error.traceback) or f"{error.ename}: {error.evalue}", TEXT).strip("\n")


def _unknown(data: Mapping[str, object]) -> str:
    kinds = ", ".join(one_line(str(mime), 60) for mime in data)
    return f"An output that is not shown here: {kinds or 'empty'}."


def _pre(text: str, kind: str = "") -> Markup:
    return Markup('<pre class="{}" tabindex="0">{}</pre>' if kind else '<pre{} tabindex="0">{}</pre>').format(
        kind, text
    )


def _note(words: str) -> Markup:
    return Markup('<p class="note">{}</p>').format(words)
