"""Sums that tables of counts imply: of the rows and columns that share a label, and of all. Pure.

An answer says "284 of 454 women" where the outputs show women by class.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from .evidence import GENERAL, Evidence, Shown
from .words import words

NO_SUMS = words("mean median min max std p corr quartile index year")
_MOST = 400
"""Values of a table that sums are made of."""


@dataclass(frozen=True, slots=True)
class Total:
    """A sum of values that were shown, and the label that they share; "" for that of a whole column."""

    label: str
    column: str
    value: float
    of: tuple[Shown, ...]


def totals(evidence: Evidence) -> list[Total]:
    """The sums of all tables of counts."""
    return [total for table in evidence.tables.values() if len(table) <= _MOST for total in _of_table(table)]


def _of_table(table: Sequence[Shown]) -> Iterator[Total]:
    counts = [s for s in table if s.item.row and s.item.column and s.value >= 0 and s.value.is_integer()]
    margins = [s for s in counts if s.item.row.casefold() in ("all", "total", "sum")]
    counts = [s for s in counts if s not in margins]
    levels = len(counts[0].item.labels) - 1 if counts else 0
    columns = [c for c in dict.fromkeys(s.item.column for s in counts) if not words(c) & NO_SUMS]
    for column in columns:
        own = [s for s in counts if s.item.column == column]
        if len(own) < 2 or len(own) < sum(s.item.column == column for s in table if s not in margins):
            continue
        yield _sum("", column, own)
        for level in range(levels if levels > 1 else 0):
            for label in dict.fromkeys(s.item.labels[level] for s in own):
                yield _sum(label, column, [s for s in own if s.item.labels[level] == label])
    crossed = [c for c in columns if c.casefold() not in ("all", "total") and not words(c) <= GENERAL]
    if len(crossed) > 1 and len(counts) + len(margins) == len(table):
        cells = [s for s in counts if s.item.column in crossed]
        for row in dict.fromkeys(s.item.row for s in cells):
            yield _sum(row, "", [s for s in cells if s.item.row == row])


def _sum(label: str, column: str, of: Sequence[Shown]) -> Total:
    return Total(label, column, sum(s.value for s in of), tuple(of))


def pairs(found: Sequence[Total]) -> Iterator[tuple[Total, Total]]:
    """Sums of one label of which one can be a part of the other."""
    for one, two in combinations(found, 2):
        if one.label and one.label == two.label and one.of[0].table == two.of[0].table:
            yield (one, two) if one.value <= two.value else (two, one)
