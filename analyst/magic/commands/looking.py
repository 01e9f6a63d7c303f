"""Commands that look at what was done: answers, code, cost, the place of a number."""

from __future__ import annotations

from datetime import datetime
from importlib import import_module
from importlib.metadata import version as version_of
from pathlib import Path

from analyst_kernels.reading import full_text

from ...errors import BadInput
from ...events import Answered, Asked
from ...log import Line, read
from ...messages import project
from ...story import Cell, Spent, Story
from ...story import read as stories
from ...trust.claims import explain, last_check, stated
from ...views.cell import blocks_of
from ..notebook import Notebook
from ..numbers import shown, values
from ..script import script

SENT = 20_000
"""Characters of a conversation that are shown."""


def chat(notebook: Notebook, _: str) -> None:
    """chat — a panel beside the notebook; the kernel stays free while the agent thinks"""
    notebook.lent.publish(*import_module("analyst").chat()._repr_mimebundle_())


def show(notebook: Notebook, number: str) -> None:
    """show [N] — the last run again, also after a reload of the page or a restart; N: the Nth question"""
    lines = _lines(notebook)
    asked = [place for place, line in enumerate(lines) if isinstance(line.event, Asked)]
    which = _number(number, len(asked)) if number else len(asked)
    begin, end = asked[which - 1], (*asked[1:], len(lines))[which - 1]
    part = [*lines[: asked[0]], *lines[begin:end]]
    run = notebook.last.name
    for block in blocks_of([line.event for line in part], at=[line.at for line in part], run=run):
        data = block.data if notebook.lent.rich else {"text/plain": block.data["text/plain"]}
        notebook.lent.publish(data, block.metadata)


def code(notebook: Notebook, _: str) -> None:
    """code — all code of the conversation that worked, as one script"""
    notebook.say(_script(notebook))


def insert(notebook: Notebook, _: str) -> None:
    """insert — that script in a new cell below"""
    now = datetime.now().strftime("%Y-%m-%d %H:%M")
    notebook.shell.set_next_input(
        f"# made by analyst, run {notebook.last.name}, {now}\n{_script(notebook)}".rstrip()
    )


def export(notebook: Notebook, words: str) -> None:
    """export [md|html|ipynb|json] [FILE] — the conversation as a document beside the notebook"""
    from ...export import FORMATS  # noqa: PLC0415 - nbformat takes two seconds to import
    from ...export import export as write  # noqa: PLC0415 - as above

    form, _, given = words.partition(" ")
    form = form or "html"
    if form not in FORMATS:
        raise BadInput(f"{form!r} is no format. The formats are: {', '.join(FORMATS)}.")
    run = notebook.last
    path = Path(given.strip()) if given.strip() else notebook.place / f"{run.name}.{form}"
    notebook.say(f"Written: {write(run, form, path)}")


def history(notebook: Notebook, _: str) -> None:
    """history — the questions of this conversation and what came of them"""
    lines = [
        f"{number}. {_short(story.asked.question)}\n   {_outcome(story)}"
        for number, story in enumerate(_stories(notebook), 1)
    ]
    notebook.say("\n".join(lines))


def cost(notebook: Notebook, _: str) -> None:
    """cost — tokens and money of each question, and together"""
    spent = [story.spent for story in _stories(notebook)]
    lines = [f"{number}. {one}" for number, one in enumerate(spent, 1)]
    total = Spent(
        sum(s.calls for s in spent),
        sum(s.tokens for s in spent),
        sum(s.usd for s in spent),
        all(s.priced for s in spent),
    )
    notebook.say("\n".join([*lines, f"Together: {total}"]))


def why(notebook: Notebook, number: str) -> None:
    """why NUMBER — where a number of the answer comes from, and the cells whose output shows it"""
    if not values(number):
        raise BadInput("Say which number: %agent why 5076.0")
    checked = last_check(line.event for line in _lines(notebook))
    told = [explain(checked.claims, number)] if checked and stated(checked.claims, number) else []
    found = [
        f"cell {cell.returned.cell}{step}: {_short(line)}"
        for story in _stories(notebook)
        for part in story.parts
        for cell in part.entries
        if isinstance(cell, Cell)
        for step in [f", step {part.number} ({_short(part.step.goal)})" if part.step else ""]
        for line in _showing(number.strip(), cell)
    ]
    notebook.say("\n".join([*told, *found]) or f"No output of this conversation shows {number.strip()}.")


def _showing(number: str, cell: Cell) -> list[str]:
    """The first line of a cell's outputs that shows the number."""
    lines = full_text(cell.returned.outputs).splitlines()
    return [line for line in lines if shown([number], values(line))][:1]


def sent(notebook: Notebook, _: str) -> None:
    """sent — what a model would be sent now: the conversation, word for word"""
    lines = list[str]()
    for message in project(line.event for line in _lines(notebook)):
        content = message["content"]
        text = (
            content if isinstance(content, str) else "\n".join(str(p.get("text", "[image]")) for p in content)
        )
        calls = [
            f"{c['function']['name']} {c['function']['arguments']}" for c in message.get("tool_calls", ())
        ]
        lines.append("\n".join([f"── {message['role']} ──", *filter(None, [text]), *calls]))
    told = "\n".join(lines)
    cut = f"[the first {len(told) - SENT:,} characters are left out]\n" if len(told) > SENT else ""
    notebook.say(cut + told[-SENT:])


def version(notebook: Notebook, _: str) -> None:
    """version — of the analyst and of what it works with"""
    names = ("notebook-analyst", "ipython", "ipykernel", "pandas")
    notebook.say(" · ".join(f"{name} {version_of(name)}" for name in names))


# ── the log ──


def _lines(notebook: Notebook) -> list[Line]:
    lines = list(read(notebook.last))
    if not any(isinstance(line.event, Asked) for line in lines):
        raise BadInput("Nothing was asked in this notebook yet. Ask with %%agent.")
    return lines


def _stories(notebook: Notebook) -> list[Story]:
    lines = _lines(notebook)
    return stories([line.event for line in lines], [line.at for line in lines])


def _script(notebook: Notebook) -> str:
    text = script([line.event for line in _lines(notebook)])
    if not text:
        raise BadInput("No cell of this conversation worked yet.")
    return text


def _outcome(story: Story) -> str:
    taken = {number for undone in story.undone for number in undone.cells}
    undone = [c.returned.cell for c in story.cells if c.returned.cell in taken]
    told = f" (cells undone: {', '.join(map(str, undone))})" if undone else ""
    match story.answered, story.stopped:
        case Answered(text=text, partial=False), _:
            return f"{_short(text)}{told}"
        case _, stopped if stopped is not None:
            return f"not answered: {_short(stopped.detail)}{told}"
        case _:
            return f"not answered{told}"


def _number(text: str, most: int) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= most:
        raise BadInput(f"{text!r} is no question of this conversation: they are numbered from 1 to {most}.")
    return int(text)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 120 else f"{line[:119]}…"
