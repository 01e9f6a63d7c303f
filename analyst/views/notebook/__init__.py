"""A run as the executed notebook that a person would like to keep: question, plan, code with outputs, answer.

It runs again from top to bottom: what failed stands in it as text, never as a code cell, and what was undone as
comments. The same log gives the same
bytes. `analyst.story` reads the log, `completed` says what a failed cell left behind.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import nbformat
from analyst_kernels import Error, Output
from analyst_kernels.guard import MIMES

from ...events import Asked, Call, Event, PlanStep, ToolReturned
from ...files import write_whole
from ...markup import cleaned
from ...safe import code_span, entities, escaped, fenced, safe_line, safe_markdown
from ...story import Cell, Part, Story, Turn, Unrun, read
from ...trust.claims import to_json
from ...trust.completed import completed
from .. import headline, one_line, trouble
from .ending import Home, ending

__all__ = ["safe_markdown", "to_notebook", "write_notebook"]

PRIVATE = "application/vnd.analyst."
"""MIME types that begin so are ours, for the model; they are not for a person's notebook."""
_ACTS = re.compile(
    r"\\(?:href|url|class|cssId|style|require|html|data|include|def|let|newcommand|catcode)", re.I
)
"""Maths that makes links or names of its own."""


def to_notebook(events: Iterable[Event], *, title: str | None = None) -> nbformat.NotebookNode:
    """The notebook of a log, with a section for each question; `title` comes above them all."""
    stories = read(events)
    last = stories[-1] if stories else Story(Asked(""), "")
    pages = _Pages(frozenset(n for story in stories for undone in story.undone for n in undone.cells))
    pages.proved = frozenset(last.proved.cells) if last.proved and last.proved.ok else None
    if title:
        pages.text(f"# {safe_line(title)}")
    for story in stories:
        _write_story(pages, story)
    last = stories[-1] if stories else Story(Asked(""), "")
    metadata = {
        "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
        "language_info": {"name": "python", "file_extension": ".py", "mimetype": "text/x-python"},
        "analyst": {
            "model": last.model,
            "question": last.asked.question,
            "status": _status(last),
            "claims": to_json(last.checked.claims) if last.checked else None,
            "isolation": last.isolated.tier if last.isolated else None,
            "proved": str(last.proved) if last.proved else None,
        },
    }
    notebook: nbformat.NotebookNode = nbformat.from_dict(  # type: ignore[no-untyped-call]
        {"cells": pages.cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    )
    return notebook


def write_notebook(events: Iterable[Event], path: Path) -> None:
    """Write the notebook of a log to `path`, whole or not at all.

    Raises:
        AnalystError: the file cannot be written.
    """
    text: str = nbformat.writes(to_notebook(events))  # type: ignore[no-untyped-call]
    write_whole(path, text + "\n")


# ── cells ───────────────────────────────────────────────────────────────────────────────────────────────────────────


class _Pages:
    """The cells, numbered as they are added."""

    def __init__(self, undone: frozenset[int]) -> None:
        self.cells: list[dict[str, Any]] = []
        self.undone = undone
        """Numbers of the cells whose work was taken back."""
        self.proved: frozenset[int] | None = None
        """Numbers of the cells that were proved to come to the answers: the others stand here as text. None: all run."""
        self.homes: dict[int, Home] = {}
        """Where the cells of the log stand, by their numbers there."""
        self._executed = 0

    def text(self, markdown: str) -> None:
        self._add("markdown", markdown)

    def code(self, source: str, outputs: Sequence[Output] = (), number: int = 0) -> None:
        self._executed += 1
        if number:
            self.homes[number] = Home(f"cell-{len(self.cells) + 1}", self._executed)
        values = [value for output in outputs if (value := _output(output, self._executed))]
        self._add("code", source, execution_count=self._executed, outputs=values)

    def _add(self, cell_type: str, source: str, **more: object) -> None:
        name = f"cell-{len(self.cells) + 1}"
        self.cells.append({"cell_type": cell_type, "id": name, "metadata": {}, "source": source, **more})


def _output(output: Output, execution_count: int) -> dict[str, Any] | None:
    """A valid nbformat output; None for an error and for what only the model should see."""
    value = asdict(output)
    if isinstance(output, Error):
        return None
    if output.output_type == "stream":
        return value
    value["data"] = {
        mime: safe
        for mime, data in value["data"].items()
        if _shown(mime, data) and (safe := _harmless(mime, data)) is not None
    }
    value["metadata"] = {k: v for k, v in value["metadata"].items() if not k.startswith(PRIVATE)}
    if output.output_type == "execute_result":
        value["execution_count"] = execution_count
    return value if value["data"] else None


def _harmless(mime: str, data: Any) -> Any:
    """Without scripts and pictures from elsewhere: who opens the notebook, or makes a page of it, fetches and runs nothing.

    None: nothing is left.
    """
    if mime not in ("text/html", "text/markdown", "text/latex"):
        return data
    text = data if isinstance(data, str) else "".join(data)
    if mime == "text/latex":
        return None if _ACTS.search(text) else text
    return str(cleaned(text)) or None if mime == "text/html" else safe_markdown(text)


def _shown(mime: str, data: object) -> bool:
    """What is listed, but SVG, that can hold scripts: charts and widgets bring code, or fetch what they are told to.

    So does what nbformat does not allow stay out, which code can display too.
    """
    if mime not in MIMES or mime == "image/svg+xml":
        return False
    lines = isinstance(data, list) and all(isinstance(line, str) for line in data)
    return isinstance(data, str) or lines or mime == "application/json"


# ── a question's section ────────────────────────────────────────────────────────────────────────────────────────────


def _write_story(pages: _Pages, story: Story) -> None:
    asked = story.asked
    heading = one_line(asked.question, 120) or "Question"
    head = [f"# {escaped(heading)}"]
    if asked.question.strip() not in ("", heading):
        head.append(safe_markdown(asked.question))
    if asked.data:
        head.append("Data:\n\n" + "\n".join(f"- {code_span(path)}" for path in asked.data))
    pages.text("\n\n".join(head))
    if story.plan and not story.refused:
        pages.text("\n".join(["## Plan", "", *_checklist(story)]))
    for number, part in enumerate(story.parts):
        _write_part(pages, part, first=number == 0)
    pages.text("\n\n".join(ending(story, pages.homes)))


def _checklist(story: Story) -> Iterator[str]:
    for number, step in enumerate(story.plan, 1):
        end = story.finished.get(step.id)
        evidence = f" (evidence: {safe_line(step.evidence)})" if step.evidence else ""
        given_up = " ✗ given up" if end and not end.ok else ""
        yield f"- [{'x' if end and end.ok else ' '}] {number}. {safe_line(step.goal, 500)}{evidence}{given_up}"


def _write_part(pages: _Pages, part: Part, *, first: bool) -> None:
    if part.step:
        mark = "" if part.finished is None else " ✓" if part.finished.ok else " ✗"
        result = [safe_markdown(part.finished.result)] if part.finished else []
        pages.text("\n\n".join([f"## {_title(part.step, part.number)}{mark}", *result]))
    elif not first and any(isinstance(entry, Cell) for entry in part.entries):
        pages.text("## Further work")
    failures = 0
    for place, entry in enumerate(part.entries):
        if not isinstance(entry, Cell):
            if told := _remark(entry):
                pages.text(told)
        elif entry.returned.ok:
            failures = 0
            if entry.by_person:
                pages.text(f"Allowed by a person: {code_span(headline(entry.code))}")
            if pages.proved is not None and entry.returned.cell not in pages.proved:
                pages.text(_aside(entry.code))
                continue
            undone = entry.returned.cell in pages.undone
            code = _commented(entry.code) if undone else entry.code
            pages.code(code, entry.returned.outputs, entry.returned.cell)
        else:
            failures += 1
            later = (e for e in part.entries[place:] if isinstance(e, Cell) and e.returned.ok)
            _write_failure(pages, entry, failures, next(later, None))


def _title(step: PlanStep, number: int) -> str:
    return f"Step {number}: {safe_line(step.goal, 500)}" if number else f"Step {safe_line(step.id)}"


def _remark(entry: Unrun | Turn) -> str:
    """What stands between cells; "" for what does not concern this view."""
    why = safe_line(entry.why, 1_000)
    match entry:
        case Unrun(call, "refused"):
            return f"Refused: {_named(call)}. {why}".rstrip()
        case Unrun(call, "declined"):
            return f"Not run: {_named(call)}. {why}".rstrip()
        case Unrun(call, "in doubt"):
            return f"Not known to have run: {_named(call)}. {why}".rstrip()
        case Turn("plan refused"):
            return f"The plan was refused. {why}".rstrip()
        case Turn("plan revised"):
            return f"**Plan revised.** {why}".rstrip()
        case Turn("sent back"):
            return f"The answer went back once. {why}"
        case Turn("continued"):
            return "The run stopped here and was continued" + (f": {why}" if why else ".")
        case _:
            return ""


def _named(call: Call) -> str:
    return f"{code_span(call.tool)} ({code_span(headline(call.code))})" if call.code else code_span(call.tool)


def _write_failure(pages: _Pages, cell: Cell, number: int, repair: Cell | None) -> None:
    """A failed cell as text; as a code cell only what it completed, where later cells may need that."""
    code = fenced(cell.code, "python")
    if repair:
        error = f"<code>{entities(trouble(cell.returned))}</code>"
        summary = f"<summary>Attempt {number} failed: {error} — repaired below</summary>"
        pages.text(f"<details>\n{summary}\n\n{code}\n\n</details>")
    else:
        error = fenced(_told(cell.returned))
        pages.text(f"**Attempt {number} failed and was not repaired:**\n\n{code}\n\n{error}")
    kept = completed(cell.code, cell.returned, repair.code if repair else "")
    needed = pages.proved is None or cell.returned.cell in pages.proved
    if kept and needed and cell.returned.cell not in pages.undone:
        pages.code(f"# what attempt {number} completed before it failed\n{kept}")


def _aside(code: str) -> str:
    """A cell that the answer does not rest on."""
    return f"<details>\n<summary>Looked at on the way, not needed for the answer</summary>\n\n{fenced(code, 'python')}\n\n</details>"


def _commented(code: str) -> str:
    """What must not run again: later cells began where it was taken back."""
    return "\n".join(["# undone afterwards", *(f"# {line}".rstrip() for line in code.splitlines())])


def _told(returned: ToolReturned) -> str:
    """The error in full, without its traceback."""
    errors = [f"{o.ename}: {o.evalue}" for o in returned.outputs if isinstance(o, Error)]
    return "\n".join(errors)[:4_000] if errors and returned.ending == "error" else trouble(returned)


def _status(story: Story) -> str:
    """How it ended, in a word."""
    if story.answered:
        return "partial" if story.answered.partial else "answered"
    return "stopped" if story.stopped else "unfinished"
