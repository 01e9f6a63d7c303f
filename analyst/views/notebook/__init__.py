"""A run as the executed notebook that a person would like to keep: question, plan, code with outputs, answer.

It runs again from top to bottom: what failed stands in it as text, never as a code cell. The same log gives the same
bytes. `inquiry` reads the log, `completed` says what a failed cell left behind.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import nbformat
from analyst_kernels import Error, Output

from ...events import Asked, Event, ToolReturned
from ...files import write_whole
from ...safe import code_span, entities, escaped, fenced, safe_line, safe_markdown
from .. import WHY, one_line, partial_label, trouble
from .completed import completed
from .inquiry import Attempt, Inquiry, Part, read

__all__ = ["safe_markdown", "to_notebook", "write_notebook"]

PRIVATE = "application/vnd.analyst."
"""MIME types that begin so are ours, for the model; they are not for a person's notebook."""


def to_notebook(events: Iterable[Event], *, title: str | None = None) -> nbformat.NotebookNode:
    """The notebook of a log, with a section for each question; `title` comes above them all."""
    inquiries = read(events)
    pages = _Pages()
    if title:
        pages.text(f"# {safe_line(title)}")
    for inquiry in inquiries:
        _write_inquiry(pages, inquiry)
    last = inquiries[-1] if inquiries else Inquiry(Asked(""), "")
    metadata = {
        "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
        "language_info": {"name": "python", "file_extension": ".py", "mimetype": "text/x-python"},
        "analyst": {"model": last.model, "question": last.asked.question, "status": last.status},
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

    def __init__(self) -> None:
        self.cells: list[dict[str, Any]] = []
        self._executed = 0

    def text(self, markdown: str) -> None:
        self._add("markdown", markdown)

    def code(self, source: str, outputs: Sequence[Output] = ()) -> None:
        self._executed += 1
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
    value["data"] = {mime: data for mime, data in value["data"].items() if _shown(mime, data)}
    value["metadata"] = {k: v for k, v in value["metadata"].items() if not k.startswith(PRIVATE)}
    if output.output_type == "execute_result":
        value["execution_count"] = execution_count
    return value if value["data"] else None


def _shown(mime: str, data: object) -> bool:
    """Ours stay out; so does what nbformat does not allow, which code can display all the same."""
    if mime.startswith(PRIVATE):
        return False
    lines = isinstance(data, list) and all(isinstance(line, str) for line in data)
    return isinstance(data, str) or lines or bool(re.fullmatch(r"application/(.*\+)?json", mime))


# ── a question's section ────────────────────────────────────────────────────────────────────────────────────────────


def _write_inquiry(pages: _Pages, inquiry: Inquiry) -> None:
    asked = inquiry.asked
    heading = one_line(asked.question, 120) or "Question"
    head = [f"# {escaped(heading)}"]
    if asked.question.strip() not in ("", heading):
        head.append(safe_markdown(asked.question))
    if asked.data:
        head.append("Data:\n\n" + "\n".join(f"- {code_span(path)}" for path in asked.data))
    pages.text("\n\n".join(head))
    if inquiry.plan:
        pages.text("\n".join(["## Plan", "", *_checklist(inquiry)]))
    for number, part in enumerate(inquiry.parts):
        _write_part(pages, part, first=number == 0)
    pages.text("\n\n".join(_ending(inquiry)))


def _checklist(inquiry: Inquiry) -> Iterator[str]:
    for number, step in enumerate(inquiry.plan, 1):
        ok = inquiry.ended.get(step.id)
        evidence = f" (evidence: {safe_line(step.evidence)})" if step.evidence else ""
        given_up = " ✗ given up" if ok is False else ""
        yield f"- [{'x' if ok else ' '}] {number}. {safe_line(step.goal, 500)}{evidence}{given_up}"


def _write_part(pages: _Pages, part: Part, *, first: bool) -> None:
    attempts = [entry for entry in part.entries if isinstance(entry, Attempt)]
    if part.title:
        mark = "" if part.finished is None else " ✓" if part.finished.ok else " ✗"
        result = [safe_markdown(part.finished.result)] if part.finished else []
        pages.text("\n\n".join([f"## {part.title}{mark}", *result]))
    elif attempts and not first:
        pages.text("## Further work")
    failures = 0
    for place, entry in enumerate(part.entries):
        if isinstance(entry, str):
            pages.text(entry)
        elif entry.returned.ok:
            failures = 0
            pages.code(entry.code, entry.returned.outputs)
        else:
            failures += 1
            later = (e for e in part.entries[place:] if isinstance(e, Attempt) and e.returned.ok)
            _write_failure(pages, entry, failures, next(later, None))


def _write_failure(pages: _Pages, attempt: Attempt, number: int, repair: Attempt | None) -> None:
    """A failed cell as text; as a code cell only what it completed, where later cells may need that."""
    code = fenced(attempt.code, "python")
    if repair:
        error = f"<code>{entities(trouble(attempt.returned))}</code>"
        summary = f"<summary>Attempt {number} failed: {error} — repaired below</summary>"
        pages.text(f"<details>\n{summary}\n\n{code}\n\n</details>")
    else:
        error = fenced(_told(attempt.returned))
        pages.text(f"**Attempt {number} failed and was not repaired:**\n\n{code}\n\n{error}")
    if kept := completed(attempt.code, attempt.returned, repair.code if repair else ""):
        pages.code(f"# what attempt {number} completed before it failed\n{kept}")


def _told(returned: ToolReturned) -> str:
    """The error in full, without its traceback."""
    errors = [f"{o.ename}: {o.evalue}" for o in returned.outputs if isinstance(o, Error)]
    return "\n".join(errors)[:4_000] if errors and returned.ending == "error" else trouble(returned)


def _ending(inquiry: Inquiry) -> Iterator[str]:
    stopped, answered = inquiry.stopped, inquiry.answered
    if answered:
        yield f"## {partial_label(stopped) if answered.partial else 'Answer'}"
        if answered.partial and stopped:
            yield safe_line(stopped.detail, 1_000)
        yield safe_markdown(answered.text)
    elif stopped:
        yield f"## No answer ({WHY[stopped.reason]})"
        yield safe_line(stopped.detail, 1_000)
    else:
        yield "## No answer yet"
        yield "The run has not ended."
    yield f"---\n\n{code_span(inquiry.model or 'no model')} · {inquiry.spent}"
