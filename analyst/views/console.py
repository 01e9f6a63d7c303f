"""A run in a terminal: permanent lines for what happened and, on a real terminal, a live region for what goes on.

Everything is written to one stream (standard error): standard output is the result's. What a model or the data say is
shown as text, never as markup or as terminal escapes.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import Any, TextIO

from markdown_it import MarkdownIt
from rich.console import Console as Terminal
from rich.console import Group
from rich.live import Live as Region
from rich.markdown import Markdown
from rich.text import Text

from ..events import (
    Answered,
    Asked,
    Call,
    CallDecided,
    Checked,
    Compacted,
    Continued,
    ContractSet,
    Event,
    Isolated,
    Live,
    ModelReplied,
    Notice,
    Opened,
    OutputDelta,
    PlanDecided,
    PlanProposed,
    PlanRevised,
    PlanStep,
    Proved,
    Reviewed,
    ReviewerReplied,
    StepFinished,
    StepStarted,
    Stopped,
    Surveyed,
    TextDelta,
    ToolReturned,
    Undone,
)
from ..story import Spent
from ..trust import marks
from . import headline, legible, one_line, partial_label, proof, remarks, review, taken_back, trouble, wanted

TODO, DOING, DONE, FAILED = "○◐✓✗"

_STYLES = {DONE: "green", FAILED: "red", DOING: "bold", TODO: "dim"}
_STEPS_SHOWN = 8
"""Most steps of the plan in the live region: it must stay lower than the window."""
_PARAGRAPH = 1_000
"""Most characters of a text that a person should read whole: a question, a reason, a notice."""

Line = tuple[str, str]
"""A permanent line and its style."""


class Console:
    """Shows facts as they come. On a stream that is no terminal: plain lines, one per fact that matters."""

    def __init__(
        self,
        *,
        stream: TextIO | None = None,
        quiet: bool = False,
        live: bool = True,
        width: int | None = None,
    ) -> None:
        """Write to `stream` (default: standard error), `width` columns wide (default: as the terminal is).

        `quiet`: show nothing at all. `live` false: plain lines on a terminal too, for a run that is over.
        """
        self._stream = stream or sys.stderr
        self._quiet = quiet
        self._width = width
        self._terminal = _terminal(self._stream, width) if live else None
        self._region: Region | None = None
        self._calls: dict[str, Call] = {}
        self._refused: set[str] = set()
        self._cells = 0
        self._since_fact = time.monotonic()
        self._begin()

    def _begin(self) -> None:
        """A question begins."""
        self._plan: tuple[PlanStep, ...] = ()
        self._marks: dict[str, str] = {}
        self._spent = self._reviewing = Spent()
        self._reviewer, self._reviews = "", list[Reviewed]()
        self._failing = False
        self._activity = "looking at the data"
        self._since_question = time.monotonic()

    def __call__(self, event: Event | Live) -> None:
        """Show one fact, or something that is seen live only."""
        if self._quiet:
            return
        match event:
            case TextDelta():
                self._activity = "the model is writing"
            case OutputDelta():
                pass
            case Notice(text):
                self._print((f"Note: {one_line(text, _PARAGRAPH)}", "yellow"))
            case _:
                self._fact(event)

    def close(self) -> None:
        """Take the live region away, for good or while something else wants the terminal: the next fact brings it back."""
        if self._region:
            self._region.stop()
            self._region = None

    # ── facts ──

    def _fact(self, event: Event) -> None:
        took = time.monotonic() - self._since_fact
        if isinstance(event, Asked):
            self._begin()
        lines = list(self._lines(event, took))
        self._follow(event)
        if isinstance(event, Answered):
            self.close()
        elif not isinstance(event, Opened | Isolated | Undone):
            self._open()
        for line in lines:
            self._print(line)
        self._since_fact = time.monotonic()

    def _follow(self, event: Event) -> None:
        """Keep what the live region and later lines need: bounded, however long the run is."""
        match event:
            case PlanProposed(steps=steps):
                self._plan = steps
            case PlanRevised(steps, _, call_id):
                self._plan = steps
                kept = (
                    (DONE,) if call_id else (DONE, DOING)
                )  # a person's change leaves the step that is worked on
                self._marks = {step: mark for step, mark in self._marks.items() if mark in kept}
            case PlanDecided(accepted, steps, _):
                self._plan = (steps or self._plan) if accepted else ()
            case StepStarted(step_id):
                self._marks[step_id] = DOING
                self._failing = False
            case StepFinished(step_id, ok, _, _):
                self._marks[step_id] = DONE if ok else FAILED
            case ModelReplied(_, calls, usage):
                self._spent = self._spent.plus(usage)
                self._calls = {call.id: call for call in calls}
                self._refused.clear()
            case ReviewerReplied(_, call, usage, model):
                self._spent, self._reviewing = self._spent.plus(usage), Spent().plus(usage)
                self._reviewer = model
                self._calls |= {call.id: call} if call else {}
            case Reviewed():
                self._reviews.append(event)
            case CallDecided(call_id, False):
                self._refused.add(call_id)
            case ToolReturned(call_id):
                self._calls.pop(call_id, None)
                self._cells = max(self._cells, event.cell)
                self._failing = event.cell > 0 and not event.ok
            case _:
                pass
        self._activity = self._doing(event)

    def _doing(self, event: Event) -> str:
        match event:
            case CallDecided(call_id, True) if (call := self._calls.get(call_id)) and call.code:
                return f"running cell {self._cells + 1}"
            case Asked():
                return self._activity
            case ModelReplied() | CallDecided() | ToolReturned() if self._calls:
                return f"calling {one_line(next(iter(self._calls.values())).tool, 40)}"
        return "waiting for the model"

    def _lines(self, event: Event, took: float) -> Iterator[Line]:
        match event:
            case Opened(model=model, model_reason=reason):
                yield f"Model: {one_line(model)}" + (f" ({one_line(reason)})" if reason else ""), "dim"
            case Isolated(tier, holds):
                yield f"Isolation: {tier} ({holds})", "dim" if tier != "none" else "yellow"
            case Asked(question=question):
                yield f"Question: {one_line(question, _PARAGRAPH)}", "bold"
            case Surveyed(tables=tables):
                yield from ((f"Data: {_table(table)}", "dim") for table in tables)
            case PlanProposed(steps=steps):
                yield from self._plan_lines(f"Plan: {len(steps)} steps", steps)
            case PlanDecided(accepted, steps, note):
                yield from self._decided(accepted, steps, note)
            case PlanRevised(steps, reason, _):
                yield from self._plan_lines(f"Plan revised: {one_line(reason, _PARAGRAPH)}", steps)
            case StepStarted(step_id):
                yield self._step(step_id), "bold"
            case StepFinished(step_id, ok, result, _):
                mark = DONE if ok else FAILED
                yield (
                    f"{self._step(step_id, short=True)} {mark} {one_line(result, _PARAGRAPH)}",
                    _STYLES[mark],
                )
            case CallDecided(call_id, False, _, reason):
                yield f"  Refused: {self._what(call_id)}: {one_line(reason, _PARAGRAPH)}", "yellow"
            case CallDecided(call_id, True, "person"):
                yield f"  Allowed by you: {self._what(call_id)}", ""
            case ToolReturned():
                yield from self._returned(event, took)
            case Undone():
                yield one_line(taken_back(event), _PARAGRAPH), "yellow"
            case Compacted():
                yield "The conversation was shortened to fit the model's window.", "dim"
            case Stopped(_, detail):
                yield f"Stopped: {one_line(detail, _PARAGRAPH)}", "yellow"
            case Continued():
                yield "Continued.", "dim"
            case Checked():
                yield from _record(event)
            case Answered(partial=partial):
                elapsed = _duration(time.monotonic() - self._since_question)
                yield f"{'Partial answer' if partial else 'Answered'}{elapsed} · {self._spent}", "dim"
            case ContractSet(contract):
                yield from ([(said, "dim")] if (said := wanted(contract)) else [])
            case Proved():
                yield proof(event), _STYLES[DONE if event.ok else FAILED]
            case Reviewed(verdict=verdict, draft=draft):
                back = "; the answer goes back, once" if draft else ""
                told = review([*self._reviews, event], self._reviewer, self._reviewing)
                yield f"{told}{back}", _STYLES[DONE if verdict == "held" else FAILED]
            case ModelReplied() | CallDecided() | ReviewerReplied():
                pass

    def _plan_lines(self, title: str, steps: tuple[PlanStep, ...]) -> Iterator[Line]:
        yield title, "bold"
        if self._terminal:
            return  # the live region shows them
        for number, step in enumerate(steps, 1):
            yield f"  {number}. {one_line(step.goal)}", ""

    def _decided(self, accepted: bool, steps: tuple[PlanStep, ...], note: str) -> Iterator[Line]:
        because = f": {one_line(note, _PARAGRAPH)}" if note else ""
        if not accepted:
            yield f"Plan refused{because}", "yellow"
        elif steps and steps != self._plan:
            yield from self._plan_lines(f"Plan changed{because}", steps)

    def _step(self, step_id: str, *, short: bool = False) -> str:
        for number, step in enumerate(self._plan, 1):
            if step.id == step_id:
                return (
                    f"Step {number}"
                    if short
                    else f"Step {number} of {len(self._plan)}: {one_line(step.goal)}"
                )
        return f"Step {one_line(step_id, 40)}"

    def _what(self, call_id: str) -> str:
        call = self._calls.get(call_id)
        return "a call" if call is None else headline(call.code) if call.code else one_line(call.tool, 40)

    def _returned(self, event: ToolReturned, took: float) -> Iterator[Line]:
        if event.call_id in self._refused:
            return  # said when it was refused
        mark = DONE if event.ok else FAILED
        what = f"Cell {event.cell} {mark} {self._what(event.call_id)}" if event.cell else ""
        line = f"  {what or f'{mark} {self._what(event.call_id)}'}"
        if not event.ok:
            line += f": {trouble(event)}"
        elif event.cell and self._failing:
            line += " (repaired)"
        yield line + _duration(took), _STYLES[mark]
        yield from ((f"    {remark}", "yellow") for remark in remarks(event))

    # ── the screen ──

    def _print(self, line: Line) -> None:
        text, style = line
        if self._terminal:
            self._terminal.print(Text(text, style))
            return
        if self._width and len(text) > self._width:
            text = text[: self._width - 1] + "…"
        _write(self._stream, text + "\n")
        self._stream.flush()

    def _open(self) -> None:
        if self._terminal and not self._region:
            self._region = Region(
                console=self._terminal,
                get_renderable=self._draw,
                refresh_per_second=10,
                transient=True,
                redirect_stdout=False,
                redirect_stderr=self._stream is sys.stderr,  # so that a warning does not tear the region
            )
            self._region.start()

    def _draw(self) -> Group:
        """The live region; called from rich's thread, so it reads each attribute once."""
        plan, marks = self._plan, self._marks
        done = sum(marks.get(step.id) == DONE for step in plan)
        first = max(0, min(done - 2, len(plan) - _STEPS_SHOWN))
        rows = []
        for number, step in enumerate(plan[first : first + _STEPS_SHOWN], first + 1):
            mark = marks.get(step.id, TODO)
            row = f"{mark} {number}. {one_line(step.goal)}"
            rows.append(Text(row, _STYLES[mark], no_wrap=True, overflow="ellipsis"))
        elapsed = _duration(time.monotonic() - self._since_question, whole=True)
        spent = f" · {self._spent}" if self._spent.calls else ""
        return Group(*rows, Text(f"{self._activity}{elapsed}{spent}", "cyan"))


def _record(event: Checked) -> Iterator[Line]:
    """What the checks of an answer came to."""
    loose = [c for c in event.claims if c.status == "unsupported"]
    for fault in event.unkept:
        yield f"  ⚠ {one_line(fault, _PARAGRAPH)}", "yellow"
    for sentence in dict.fromkeys(c.sentence for c in loose[: marks.LISTED]):
        yield f"  ⚠ {one_line(sentence, _PARAGRAPH)}", "yellow"
    if event.told:
        yield "The answer goes back to the model, once: compute it or withdraw it.", "yellow"
    elif said := marks.tally(event.claims):
        yield said, "dim"


def render_answer(
    event: Answered, stopped: Stopped | None, stream: TextIO, checked: Checked | None = None
) -> None:
    """Write the answer: as Markdown on a terminal, else as it is; what is partial says so, and why, in its first line.

    On a terminal its claims are marked, by what `checked` holds of them; what goes to a file or a program is as it was said.
    """
    label = ""
    if event.partial:
        label = partial_label(stopped) + (f": {one_line(stopped.detail, _PARAGRAPH)}" if stopped else "")
    text = legible(event.text)
    terminal = _terminal(stream)
    if terminal is None:
        _write(stream, "\n\n".join(filter(None, (label, text.rstrip("\n")))) + "\n")
        return
    if label:
        terminal.print(Text(f"{label}\n", "bold yellow"))
    claims = checked.claims if checked else ()
    text = legible(marks.signed(event.text, claims))
    markdown = Markdown(text, hyperlinks=False)
    # rich drops what looks like an HTML tag: parsed without HTML, `List<int>` stays what it is
    markdown.parsed = MarkdownIt("commonmark", {"html": False}).enable(["strikethrough", "table"]).parse(text)
    terminal.print(markdown)
    if any(claim.status != "given" for claim in claims):
        terminal.print(Text(f"\n{marks.KEY}", "dim"))


def _terminal(stream: TextIO, width: int | None = None) -> Terminal | None:
    """Rich's console, if the stream is a terminal that can move its cursor and show our signs."""
    if not stream.isatty():
        return None
    terminal = Terminal(
        file=stream, width=width, markup=False, highlight=False, emoji=False, force_jupyter=False
    )
    return terminal if terminal.is_interactive and terminal.encoding.startswith("utf") else None


def _write(stream: TextIO, text: str) -> None:
    """Write; what the stream's encoding lacks is written out, never an error."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    stream.write(text.encode(encoding, "backslashreplace").decode(encoding))


def _table(table: Mapping[str, Any]) -> str:
    """A table of the survey in one line: `sales.csv (1,200 rows × 5 columns)`. Keys as in the probe's `survey`."""
    name = one_line(PurePath(str(table.get("path", "a table"))).name)
    if error := table.get("error"):
        return f"{name}: {one_line(str(error))}"
    sizes = []
    if "files" in table:
        sizes.append(f"{len(table['files']):,} files")
    if isinstance(rows := table.get("rows"), int):
        sizes.append(f"{'' if table.get('rows_exact', True) else 'about '}{rows:,} rows")
    if "columns" in table:
        sizes.append(f"{len(table['columns']) + table.get('more_columns', 0):,} columns")
    return f"{name} ({' × '.join(sizes)})" if sizes else name


def _duration(seconds: float, *, whole: bool = False) -> str:
    """` · 2.3 s`, ` · 3 min 20 s`; nothing below a tenth of a second."""
    if seconds < 0.1:
        return ""
    if seconds >= 60:
        return f" · {int(seconds // 60)} min {int(seconds % 60)} s"
    return f" · {int(seconds)} s" if whole else f" · {seconds:.1f} s"
