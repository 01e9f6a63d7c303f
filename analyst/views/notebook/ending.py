"""The last cell of a question: the answer with its marks, where its numbers come from, what limits it, what it cost."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from ...events import Claim
from ...safe import code_span, safe_line, safe_markdown
from ...story import Story
from ...trust import marks
from ...trust.limits import limits
from .. import WHY, partial_label, proof, review, taken_back, wanted


class Home(NamedTuple):
    """Where a cell of the log stands in the notebook."""

    name: str
    """The cell's id."""
    number: int
    """Its execution count."""


def ending(story: Story, homes: Mapping[int, Home]) -> Iterator[str]:
    """Its paragraphs. `homes`: the cells of the log by their numbers there."""
    stopped, answered = story.stopped, story.answered
    if answered:
        yield f"## {partial_label(stopped) if answered.partial else 'Answer'}"
        if answered.partial and stopped:
            yield safe_line(stopped.detail, 1_000)
        claims = story.checked.claims if story.checked else ()
        text = safe_markdown(marks.placed(answered.text, claims))
        yield marks.filled(text, claims, lambda claim: _mark(claim, homes))
        yield from _record(story, homes)
    elif stopped:
        yield f"## No answer ({WHY[stopped.reason]})"
        yield safe_line(stopped.detail, 1_000)
    else:
        yield "## No answer yet"
        yield "The run has not ended."
    if asked_for := wanted(story.contract):
        yield safe_line(asked_for, 1_000)
    if reviewed := review(story.reviews, story.reviewer, story.reviewing):
        yield safe_line(reviewed, 1_000)
    if story.proved:
        yield safe_line(proof(story.proved), 1_000)
    yield from (safe_line(taken_back(undone), 1_000) for undone in story.undone)
    yield f"---\n\n{code_span(story.model or 'no model')} · {story.spent}"


def _mark(claim: Claim, homes: Mapping[int, Home]) -> str:
    """A sign; it leads to the cell where the front end follows such links."""
    sign = marks.SIGNS[claim.status]
    home = homes.get(claim.places[0].cell) if claim.places and claim.status != "unsupported" else None
    return f"[{sign}](#cell-id={home.name})" if home and sign else sign


def _record(story: Story, homes: Mapping[int, Home]) -> Iterator[str]:
    if told := marks.sentences(story.checked):
        yield "### Where the numbers come from"
        yield marks.KEY
        yield "\n".join(f"- {_here(safe_line(line, 500), homes)}" for line in told)
    if said := limits(story):
        yield "### Limits and assumptions"
        yield "\n".join(f"- {_here(safe_line(line, 1_000), homes)}" for line in said)


def _here(line: str, homes: Mapping[int, Home]) -> str:
    """A line in which the log's cells are those of the notebook."""

    def named(match: re.Match[str]) -> str:
        home = homes.get(int(match[1]))
        return f"[cell {home.number}](#cell-id={home.name})" if home else match[0]

    return re.sub(r"\b[cC]ell (\d+)\b", named, line)
