"""A run in a page of Markdown, for a pull request or a wiki: answers, how far the plan came, what it cost.

What a model or a kernel said is made harmless: no HTML, no image that would be fetched. Figures and code stay in the
notebook; how many there are is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from analyst_kernels import DisplayData, ExecuteResult

from ..digest import Digest
from ..events import Answered, Asked, Continued, Event, ModelReplied, Opened, Stopped, Surveyed
from ..safe import code_span, safe_line, safe_markdown
from . import WHY, Spent, one_line, partial_label


def to_markdown(events: Iterable[Event]) -> str:
    """The questions of a log, in order, each with its answer."""
    facts = list(events)
    model = next((e.model for e in facts if isinstance(e, Opened)), "")
    starts = [n for n, e in enumerate(facts) if isinstance(e, Asked)]
    sections = [_section(facts[start:end], model) for start, end in pairwise([*starts, len(facts)])]
    return "\n\n---\n\n".join(sections) + "\n" if sections else "Nothing was asked.\n"


def _section(facts: Sequence[Event], model: str) -> str:
    return "\n\n".join([*_head(facts), *_answer(facts), *_work(facts), _cost(facts, model)])


def _head(facts: Sequence[Event]) -> Iterator[str]:
    question = next(e.question for e in facts if isinstance(e, Asked)).strip()
    heading = one_line(question, 120) or "Question"
    yield f"# {safe_line(heading)}"
    if question not in ("", heading):
        yield safe_markdown(question)


def _answer(facts: Sequence[Event]) -> Iterator[str]:
    since = max((n for n, e in enumerate(facts) if isinstance(e, Continued)), default=0)
    answered = next((e for e in reversed(facts[since:]) if isinstance(e, Answered)), None)
    stopped = next((e for e in reversed(facts[since:]) if isinstance(e, Stopped)), None)
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
        yield safe_markdown(answered.text)
        if answered.named:
            yield "\n".join(
                f"- {code_span(name)}: {code_span(value)}" for name, value in answered.named.items()
            )


def _work(facts: Sequence[Event]) -> Iterator[str]:
    digest = Digest.of(facts)
    if digest.plan:
        yield "## How it was found"
        yield "\n".join(_steps(digest))
    limits = [
        f"- {safe_line(str(table.get('path')))}: {safe_line(str(note))}"
        for e in facts
        if isinstance(e, Surveyed)
        for table in e.tables
        for note in (table["notes"] if isinstance(table.get("notes"), list | tuple) else ())
    ]
    if limits:
        yield "## Limits and assumptions"
        yield "\n".join(limits)


def _steps(digest: Digest) -> Iterator[str]:
    for step in digest.plan:
        end = digest.finished.get(step.id)
        mark = "x" if end and end.ok else " "
        given_up = " (given up)" if end and not end.ok else ""
        result = f": {safe_line(end.result, 500)}" if end else ""
        yield f"- [{mark}] {safe_line(step.goal, 500)}{given_up}{result}"


def _cost(facts: Sequence[Event], model: str) -> str:
    spent = Spent()
    for event in facts:
        if isinstance(event, ModelReplied):
            spent, model = spent.plus(event.usage), event.model or model
    cells = Digest.of(facts).cells
    failed = sum(not returned.ok for _, returned in cells)
    figures = sum(
        isinstance(output, DisplayData | ExecuteResult)
        and any(str(m).startswith("image/") for m in output.data)
        for _, returned in cells
        for output in returned.outputs
    )
    counted = f"{len(cells)} {'cell' if len(cells) == 1 else 'cells'} of code" + (
        f" ({failed} failed)" if failed else ""
    )
    drawn = f" · {figures} {'figure' if figures == 1 else 'figures'}, in the notebook" if figures else ""
    return f"{code_span(model or 'no model')} · {spent} · {counted}{drawn}"
