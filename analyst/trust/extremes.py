"""Named extremes: "Gentoo is the heaviest" is held against the tables in which Gentoo is a row."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..events import Claim
from .evidence import GENERAL, NAMESPACE, Evidence, Shown
from .masks import masked
from .words import mentions, sentence_span, words

_MOST = r"highest|largest|biggest|most|greatest|maximum|longest|heaviest|tallest|oldest|warmest|hottest|fastest|höchste\w*|größte\w*|meiste\w*|plus élevée?s?|plus grande?s?"
_LEAST = r"lowest|smallest|fewest|least|minimum|shortest|lightest|youngest|coldest|slowest|niedrigste\w*|kleinste\w*|geringste\w*|wenigste\w*|plus bas(?:se)?s?|plus petite?s?"
_SAID = re.compile(
    rf"(?<!\bat )\b(?:(?P<rank>second|third|2nd|3rd|zweit|dritt)[ -]?)?(?:(?P<most>{_MOST})|(?P<least>{_LEAST}))\b",
    re.I,
)
_EITHER = re.compile(r"(?:slow|fast)est", re.I)
_RANK = {"second": 1, "2nd": 1, "zweit": 1, "third": 2, "3rd": 2, "dritt": 2}
_TELLING = 4
"""Digits from which a value is known again by them."""
_PLAIN = re.compile(r"[,;:()\n]\s?|\b(?:and|und|et|while)\b")


def extremes(answer: str, evidence: Evidence) -> Iterator[Claim]:
    """A claim for each extreme that a row of a shown table is said to be."""
    text = masked(answer)
    tables = [
        t
        for (_, output, _), t in evidence.tables.items()
        if output != NAMESPACE and 2 <= len({s.item.row for s in t}) <= 200 and len(t) <= 2000
    ]
    for match in _SAID.finditer(text):
        low, high = sentence_span(text, match.start(), match.end())
        part = _part(text, match, low, high)
        # the survey has a row for each column, whose name may be said without being meant as a row: it refutes nothing
        found = [v for table in tables if (v := _verdict(match, part, table)) is not None]
        verdict = [(shown, good) for shown, good in found if good or shown.cell]
        if not verdict:
            continue
        good = next((s for s in verdict if s[1]), None)
        shown, _ = good or verdict[0]
        told = f"{match[0]}: {shown.item.row} is " + (
            f"it with {shown.place}." if good else f"not it in any table that shows it ({shown.place})."
        )
        yield Claim(
            answer[match.start() : match.end()], match.start(), match.end(),
            "supported" if good else "unsupported", (shown.place,), "", told,
        )  # fmt: skip


def _part(text: str, match: re.Match[str], low: int, high: int) -> str:
    """The clause of the extreme."""
    marks = [m.span() for m in _PLAIN.finditer(text, low, high)]
    start = max((m[1] for m in marks if m[1] <= match.start()), default=low)
    return text[start : min((m[0] for m in marks if m[0] >= match.end()), default=high)]


def _verdict(match: re.Match[str], part: str, table: list[Shown]) -> tuple[Shown, bool] | None:
    """A row that is named beside the extreme, and whether it is that in a column of the table; None: no row is."""
    said = re.compile(rf"\b{re.escape(match[0])}\b", re.I)
    named = {
        row
        for row in {s.item.row for s in table}
        if row and not said.search(row) and not words(row) <= GENERAL and mentions(part, row)
    }
    if len(named) != 1:
        return None
    row = named.pop()
    columns: dict[str, list[Shown]] = {}
    for shown in table:
        columns.setdefault(shown.item.column, []).append(shown)
    rank = _RANK.get((match["rank"] or "").lower(), 0)
    first: Shown | None = None
    for column in columns.values():
        own = next((s for s in column if s.item.row == row), None)
        if own is None or len(column) < 2:
            continue
        first = first or own
        either = _EITHER.search(match[0])  # of times the slowest has the most, of speeds the least
        for down in (True, False) if either else (bool(match["most"]),):
            ordered = _ranked(column, down=down)
            if rank < len(ordered) and own.value in ordered[rank]:
                return own, True
    return (first, False) if first else None


def _ranked(column: list[Shown], *, down: bool) -> list[list[float]]:
    """The values in order; one that was shown twice, at two precisions, has one place."""
    ranked: list[list[float]] = []
    last: Shown | None = None
    for shown in sorted(column, key=lambda s: s.value, reverse=down):
        if last and _rounds(last, shown):
            ranked[-1].append(shown.value)
        else:
            ranked.append([shown.value])
        last = shown
    return ranked


def _rounds(one: Shown, other: Shown) -> bool:
    """Whether two values are equal, or one is the other with fewer digits."""
    short = min(one.item, other.item, key=lambda i: i.digits)
    near = abs(one.value - other.value) <= short.tolerance
    return (
        one.value == other.value or near and short.digits >= _TELLING and one.item.digits != other.item.digits
    )
