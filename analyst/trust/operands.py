"""What a derived number can be made of: values that stand beside it, cells that its sentence names, and sums over those. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice, pairwise

from .address import ALIGNED, elsewhere, statistics
from .evidence import NAMESPACE, Evidence, Shown
from .governing import BOUND, Answer
from .items import Item
from .naming import is_part
from .numbers import Number
from .totals import NO_SUMS, Total
from .words import sentence_span, words

_BESIDE = 8
_CELLS = 40
"""Cells of one table that a sentence may name."""
_MOST = 400
"""Pairs of cells that are tried for one number."""
_WHOLES = 12
_LARGE = 2000
_SUMMED = re.compile(r"\bsum\b|normalize")
"""In code whose tables hold sums or shares."""
_TO = re.compile(r"\s?(?:–|-|to|through|bis|à)\s?")
_TOGETHER_SAID = re.compile(
    r"\b(?:together|combined|in all|sum|both|zusammen|insgesamt|gesamt|ensemble|altogether|account(?:s|ed)? for|jointly|difference|gap|spread|unterschied|differenz|écart|différence|make up|sit in|beide|two|zwei|deux)\b",
    re.I,
)
_TOGETHER = 8
"""Most labels whose values are summed."""
_UNNAMED = 6
"""Labels of a dimension that is not named, of which any two may be compared."""
DERIVED = -2
"""In the place of an output's number: it follows from what was shown."""
Pair = tuple[Shown, Shown]


@dataclass(frozen=True)
class Around:
    """What a number may follow from: the answer around it, all that was shown, and what its other numbers stand for."""

    read: Answer
    evidence: Evidence
    matched: Sequence[tuple[Number, Shown]]
    sums: Sequence[Total]

    @cached_property
    def rows(self) -> Sequence[Shown]:
        """Numbers of rows."""
        counts = [
            s for s in self.evidence.shown if s.item.column == "rows" or s.item.row in ("n", "count", "rows")
        ]
        return list({s.value: s for s in (*counts, *self.evidence.wholes)}.values())[:_WHOLES]


def spans(number: Number, text: str) -> tuple[int, int, int]:
    """Where the sentence before begins, where its own does, and where that ends."""
    low, high = sentence_span(text, number.start, number.end)
    return sentence_span(text, max(0, low - 2), max(0, low - 2))[0], low, high


def beside(number: Number, given: Around) -> list[Shown]:
    """What the numbers in the sentence, the one before and the one after stand for; the nearest first."""
    text = given.read.text
    start, _, high = spans(number, text)
    after = min(len(text), high + 1)
    end = sentence_span(text, after, after)[1]
    close = [
        (abs(n.start - number.start) + len(text) * (n.start > number.start), s)  # first what was said before
        for n, s in given.matched
        if start <= n.start < end
    ]
    return [s for _, s in sorted(close, key=lambda pair: pair[0])][:_BESIDE]


def stated(near: Sequence[Shown]) -> Iterator[Pair]:
    """Values that stand beside the number, in either order."""
    for n, one in enumerate(near):
        for two in near[n + 1 :]:
            if one.value != two.value:
                yield one, two
                yield two, one


def cells(
    number: Number, given: Around, *, bound: bool = False
) -> Iterator[tuple[list[Shown], list[set[str]]]]:
    """For each table of which the sentence names rows or columns: the cells that agree, and what is named in each dimension.

    `bound`: where a row is named right beside the number, that one alone.
    """
    start, low, high = spans(number, given.read.text)
    for table, shown in given.evidence.tables.items():
        if len(shown) > _LARGE or table[1] == NAMESPACE or table[0] == 0:
            continue
        named: list[set[str]] = []
        dimensions = given.evidence.dimensions(table)
        tied = False
        for labels in dimensions:
            marks = given.read.named(labels) if len(labels) > 1 else []
            rows = (
                len(named) < len(dimensions) - 1
            )  # columns are of the sentence before only as its numbers are
            here = {label for s, label in marks if low <= s[0] < high}
            ties = given.read.ties(number, labels) if bound and rows and here else {}
            own = {label for label, tie in ties.items() if tie == BOUND}
            tied = tied or bool(own)
            wide = rows and (number.digits > 2 or together(number, given.read))
            named.append(own or here or {label for s, label in marks if wide and start <= s[0] < low})
        if any(named) and tied >= bound:
            agreeing = [
                s
                for s in shown
                if s.item.row
                and all(not n or _among(own, n) for own, n in zip(s.item.labels, named, strict=False))
            ]
            if 0 < len(agreeing) <= _CELLS:
                yield agreeing, named


def _among(own: str, named: set[str]) -> bool:
    """Whether a label is named, or another that is a part of it."""
    return own in named or any(is_part(label, own) for label in named)


def compared(number: Number, given: Around, *, bound: bool = False) -> Iterator[Pair]:
    """Cells that the sentence names, each with one that differs in one dimension: named or stated too, of few, or next to it."""
    return islice(_compared(number, given, bound=bound), _MOST)


def _compared(number: Number, given: Around, *, bound: bool) -> Iterator[Pair]:
    near = beside(number, given)
    for agreeing, named in cells(number, given, bound=bound):
        table = agreeing[0].table
        at = {s.item.labels: s for s in given.evidence.tables[table]}
        orders = [_order(labels) for labels in given.evidence.dimensions(table)]
        own = {s for s in agreeing if agrees(s, number, given)}
        stated = [s for s in near if s.table == table]
        for one in agreeing:
            said = [*agreeing, *(s for s in stated if s.item.column == one.item.column)]
            others = [s for s in said if _said(one, s, named) or s in stated]
            if not number.said:  # ratios in words are of what is said
                others += [at[labels] for labels in _next(one.item.labels, orders) if labels in at]
            for two in dict.fromkeys(others):
                if one.value != two.value and (
                    one in own or two in own or (two not in agreeing and agrees(two, number, given))
                ):
                    yield one, two
                    yield two, one


def _said(one: Shown, two: Shown, named: Sequence[set[str]]) -> bool:
    """Whether two cells differ in what is named of each."""
    pairs = zip(one.item.labels, two.item.labels, strict=False)
    apart = [d for d, (a, b) in enumerate(pairs) if a != b]
    return bool(apart) and all(len(named[d]) > (len(apart) > 1) for d in apart)


def _order(labels: tuple[str, ...]) -> dict[str, int]:
    return {} if statistics(labels) else {label: n for n, label in enumerate(sorted(labels))}


def _next(own: tuple[str, ...], orders: Sequence[dict[str, int]]) -> Iterator[tuple[str, ...]]:
    """The labels that differ in one dimension: all of a few, else what comes before and after, as years do."""
    for d, order in enumerate(orders):
        place = order.get(own[d]) if d < len(own) else None
        for other, n in order.items() if place is not None else ():
            if n != place and (len(order) <= _UNNAMED or abs(n - (place or 0)) == 1):
                yield (*own[:d], other, *own[d + 1 :])


def agrees(shown: Shown, number: Number, given: Around) -> bool:
    """Whether the text does not give the number to another row or column."""
    return shown.output == DERIVED or not elsewhere(shown, number, given.read, given.evidence)


def _from_to(number: Number, labels: tuple[str, ...], read: Answer) -> set[str]:
    """The labels from one to another, where rows are numbered: `hours 13 to 15`."""
    _, low, high = spans(number, read.text)
    marks = [m for m in read.named(labels) if low <= m[0][0] < high and m[1].isdigit()]
    for (one, first), (two, last) in pairwise(marks):
        if _TO.fullmatch(read.text[one[1] : two[0]]) and int(first) < int(last):
            return {label for label in labels if label.isdigit() and int(first) <= int(label) <= int(last)}
    return set()


def together(number: Number, read: Answer) -> bool:
    """Whether the number's sentence speaks of several as one."""
    low, high = sentence_span(read.text, number.start, number.end)
    return _TOGETHER_SAID.search(read.text, low, high) is not None


def sums(number: Number, given: Around) -> Iterator[Total]:
    """Sums of the cells of one column whose rows the sentence names in a row, and of whole columns."""
    for agreeing, named in cells(number, given):
        dimensions = given.evidence.dimensions(agreeing[0].table)
        for dimension, labels in enumerate(named[:-1]):
            tied = set(given.read.ties(number, dimensions[dimension]))
            labels = _from_to(number, dimensions[dimension], given.read) or labels
            labels = tied if len(tied) > 1 else labels if together(number, given.read) else set()
            if not 2 <= len(labels) <= _TOGETHER:
                continue
            for column in dict.fromkeys(s.item.column for s in agreeing):
                own = [s for s in agreeing if s.item.column == column and s.item.labels[dimension] in labels]
                others = {tuple(x for d, x in enumerate(s.item.labels) if d != dimension) for s in own}
                if len(own) == len(labels) and len(others) == 1 and not words(column) & NO_SUMS:
                    yield Total("", column, sum(s.value for s in own), tuple(own))


def wholes(one: Shown, given: Around) -> Iterator[Shown]:
    """What a value can be a part of: numbers of rows, the sums of its own column and of its own row."""
    if one.value >= 0 and one.value.is_integer():
        yield from (w for w in given.rows if one.value <= w.value)
    table = given.evidence.tables.get(one.table, ())
    if len(table) > 200 or one.value < 0:
        return
    for of in (
        [s for s in table if s.item.column == one.item.column and s.item.row.casefold() not in MARGINS],
        [s for s in table if s.item.row == one.item.row and s.item.column.casefold() not in MARGINS],
    ):
        counted = all("." not in s.item.text for s in of) or _SUMMED.search(one.code)  # means have no sum
        grouped = all(
            s.item.row and (s.item.column or s.item.parts or ALIGNED.search(s.item.line)) for s in of
        )
        own = one in of or " + " in one.item.row
        if (
            len(of) > 1
            and counted
            and grouped
            and own
            and all(s.value >= 0 and not words(s.item.column) & NO_SUMS for s in of)
        ):
            yield made(sum(s.value for s in of), one, "sum")


MARGINS = frozenset(("all", "total", "sum"))


def made(value: float, first: Shown, row: str, line: str = "", output: int | None = None) -> Shown:
    """A value that follows from what was shown, as if it had been shown in the same table."""
    item = Item(value, f"{value:.10g}", row, first.item.column, first.item.table, line)
    return replace(first, item=item, output=first.output if output is None else output)
