"""A run in a page of Markdown, for a pull request or a wiki: answers, how far the plan came, what it cost.

What a model or a kernel said is made harmless: no HTML, no image that would be fetched. Figures and code stay in the
notebook; how many there are is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from analyst_kernels import DisplayData, ExecuteResult

from ..events import Event
from ..safe import code_span, safe_line, safe_markdown
from ..story import Cell, Part, Story, read
from ..trust import marks
from ..trust.limits import limits
from . import WHY, one_line, partial_label, proof, remarks, review, taken_back, wanted


def to_markdown(events: Iterable[Event]) -> str:
    """The questions of a log, in order, each with its answer."""
    sections = [_section(story) for story in read(events)]
    return "\n\n---\n\n".join(sections) + "\n" if sections else "Nothing was asked.\n"


def _section(story: Story) -> str:
    return "\n\n".join([*_head(story), *_answer(story), *_work(story), _cost(story)])


def _head(story: Story) -> Iterator[str]:
    question = story.asked.question.strip()
    heading = one_line(question, 120) or "Question"
    yield f"# {safe_line(heading)}"
    if question not in ("", heading):
        yield safe_markdown(question)


def _answer(story: Story) -> Iterator[str]:
    answered, stopped = story.answered, story.stopped
    if answered is None:
        yield (
            f"**No answer ({WHY[stopped.reason]}).**"
            if stopped
            else "**No answer yet:** the run has not ended."
        )
    elif answered.partial:
        yield f"**{partial_label(stopped)}.**"
    if stopped and (answered is None or answered.partial):
        yield safe_line(stopped.detail, 1_000)
    if answered:
        claims = story.checked.claims if story.checked else ()
        text = safe_markdown(marks.placed(answered.text, claims))
        yield marks.filled(text, claims, lambda claim: marks.SIGNS[claim.status])
        if answered.named:
            yield "\n".join(
                f"- {code_span(name)}: {code_span(value)}" for name, value in answered.named.items()
            )


def _work(story: Story) -> Iterator[str]:
    if asked_for := wanted(story.contract):
        yield safe_line(asked_for, 1_000)
    if reviewed := review(story.reviews, story.reviewer, story.reviewing):
        yield safe_line(reviewed, 1_000)
    if story.proved:
        yield safe_line(proof(story.proved), 1_000)
    if told := marks.sentences(story.checked):
        yield "## Where the numbers come from"
        yield marks.KEY
        yield "\n".join(f"- {safe_line(line, 500)}" for line in told)
    if story.plan and not story.refused:
        yield "## How it was found"
        yield "\n".join(_steps(story))
    if said := [*limits(story), *map(taken_back, story.undone)]:
        yield "## Limits and assumptions"
        yield "\n".join(f"- {safe_line(limit, 1_000)}" for limit in said)


def _steps(story: Story) -> Iterator[str]:
    for step in story.plan:
        end = story.finished.get(step.id)
        mark = "x" if end and end.ok else " "
        given_up = " (given up)" if end and not end.ok else ""
        result = f": {safe_line(end.result, 500)}" if end else ""
        yield f"- [{mark}] {safe_line(step.goal, 500)}{given_up}{result}"
        worked = (part for part in story.parts if part.step and part.step.id == step.id)
        yield from (f"  - {line}" for part in worked for line in _ledger(part))


def _ledger(part: Part) -> Iterator[str]:
    cells = (entry.returned for entry in part.entries if isinstance(entry, Cell))
    return (safe_line(remark, 1_000) for returned in cells for remark in remarks(returned))


def _cost(story: Story) -> str:
    cells = [cell.returned for cell in story.cells]
    failed = sum(not returned.ok for returned in cells)
    figures = sum(
        isinstance(output, DisplayData | ExecuteResult)
        and any(str(m).startswith("image/") for m in output.data)
        for returned in cells
        for output in returned.outputs
    )
    by_person = sum(cell.by_person for cell in story.cells)
    notes = [f"{failed} failed"] * bool(failed) + [f"{by_person} allowed by a person"] * bool(by_person)
    counted = f"{len(cells)} {'cell' if len(cells) == 1 else 'cells'} of code" + (
        f" ({', '.join(notes)})" if notes else ""
    )
    drawn = f" · {figures} {'figure' if figures == 1 else 'figures'}, in the notebook" if figures else ""
    return f"{code_span(story.model or 'no model')} · {story.spent} · {counted}{drawn}"
