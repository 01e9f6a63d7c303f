"""Numbers that follow from two or three shown ones by the operation that the wording names.

What a number may be made of is what stands beside it and what its sentence names; where so much can be made of that that some of it
would come near by chance, the number does not follow.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from ..events import Claim
from .evidence import Shown
from .numbers import Number, Reading
from .operands import DERIVED, Around, agrees, beside, compared, made, spans, stated, sums, wholes
from .operations import Way, chance, fits, named_in, ways
from .totals import NO_SUMS, Total, pairs
from .words import before, mentions, words

_BRACKET = re.compile(r"[^().;\n]{1,40}\(([^()\n]+)\)")
_MILLIONS = re.compile(r"million|Mio|\dm$", re.I)
_CHANCE = {"stated": 0.5, "addressed": 0.3, "whole": 0.25}
"""Values that may be expected within the tolerance by chance, by what they are made of."""
_FEW = 12
_NEXT = 3
_LENIENT = 4
"""Times as many, for a ratio that is said in words: it is as loose as that."""


Derived = tuple[Claim, Shown]
"""The claim, and the value as if it had been shown: more may follow from it."""


def derivation(number: Number, given: Around, *, beside: bool = False) -> Derived | None:
    """The claim as derived from what was shown, if its wording names an operation that gives it; else None.

    `beside`: from what stands beside it alone, as its digits are on record of something else.
    """
    if not number.readings or number.kind in ("date", "time", "year", "word"):
        return None
    for way in _structural(number, given):
        if fits(number, way):
            return _derived(number, way)
    if _MILLIONS.search(number.text):  # the data may be in thousands
        first = number.readings[0]
        thousands = Reading(first.value / 1e3, first.tolerance / 1e3)
        number = replace(number, readings=(*number.readings, thousands))
    for made_of, found in _all_ways(number, given):
        if beside and made_of != "stated":
            continue
        tried = list(found)
        fitting = next((w for w in tried if fits(number, w)), None)
        if fitting is not None and chance(number, tried) <= _CHANCE[made_of] * (
            _LENIENT if number.said else 1
        ):
            return _derived(number, fitting)
    return None


def comparable(number: Number, given: Around) -> bool:
    """Whether there is anything in the answer and the tables beside a ratio said in words that it could be of."""
    if number.kind == "word":
        return True
    return any(True for _ in _structural(number, given)) or any(
        any(True for _ in found) for _, found in _all_ways(number, given)
    )


def total(number: Number, given: Around) -> Derived | None:
    """The claim as a sum over what shares the label that it is given, or over a whole column that is named beside it."""
    if number.kind not in ("number", "year", "money"):
        return None
    named = list(sums(number, given))
    for each in (*given.sums, *named):
        fits = any(abs(r.value - each.value) <= r.tolerance * (1 + 1e-9) for r in number.readings)
        if fits and (each in named or _is_told(number, each, given)):
            return _derived(
                number, Way(each.value, " + ".join(s.item.text for s in each.of[:_FEW]), each.of[:3])
            )
    return None


def _is_told(number: Number, each: Total, given: Around) -> bool:
    """Whether the text gives the number the label that the sum's values share, or the column that they are."""
    columns = given.evidence.dimensions(each.of[0].table)[-1]
    if each.label:  # over all columns only where none is named
        return each.label in _governing(number, given, each) and bool(
            each.column or not given.read.ties(number, columns)
        )
    return len(columns) > 1 and each.column in given.read.ties(number, columns, measures=True)


def _all_ways(number: Number, given: Around) -> Iterator[tuple[str, Iterator[Way]]]:
    """What the number may be, the likeliest first, each with what it is made of."""
    named = _said(number, given)
    near = beside(number, given)
    plain = near if number.kind in ("percent", "fraction") else [s for s in near if s.output != DERIVED]
    own = [s for s in near if agrees(s, number, given)]
    together = [made(t.value, t.of[0], " + ".join(s.item.row for s in t.of)) for t in sums(number, given)]
    yield "stated", _of_pairs(stated(plain[:_NEXT]), named, number)
    yield "addressed", _of_pairs(compared(number, given, bound=True), named - {"share"}, number)
    yield "whole", _of_parts(number, own[:1], named, given)
    yield "whole", _of_parts(number, own, named, given)
    yield "whole", _of_parts(number, together, named, given)
    yield "stated", _of_pairs(stated(plain), named, number)
    yield "whole", _of_several(number, near, named, given)
    # one group is no share of another
    yield (
        "addressed",
        _of_pairs(compared(number, given), named if number.kind == "fraction" else named - {"share"}, number),
    )
    if number.kind in ("percent", "fraction"):
        cells = dict.fromkeys(s for pair in compared(number, given) for s in pair)
        yield (
            "whole",
            _of_parts(
                number,
                [s for s in cells if agrees(s, number, given) and _tied(s, number, given)],
                named,
                given,
            ),
        )
        yield "whole", _of_parts(number, list(_two_counts(near)), named, given)
    if not number.said:
        yield "addressed", _of_pairs(_typical(number, near, given), named, number)
        rest = [s for n, s in given.matched if s not in near][:_FEW]
        alike = [
            (a, b)
            for a, b in stated([*near[:3], *rest])
            if a.table == b.table and a.item.column == b.item.column
        ]
        yield "addressed", _of_pairs(alike, named, number)


def _tied(shown: Shown, number: Number, given: Around) -> bool:
    """Whether the number's sentence gives it to the row of a value."""
    rows = zip(shown.item.labels[:-1], given.evidence.dimensions(shown.table), strict=False)
    return any(own in given.read.ties(number, labels) for own, labels in rows)


def _said(number: Number, given: Around) -> set[str]:
    """The operations that the words of the number's sentence name."""
    _, low, high = spans(number, given.read.text)
    text = given.read.text
    low = max(low, text.rfind(";", low, number.start) + 1)
    return named_in(text[low : text.find(";", number.end, high) % (high + 1)], number)


def _of_pairs(tried: Iterable[tuple[Shown, Shown]], named: set[str], number: Number) -> Iterator[Way]:
    for one, two in tried:
        yield from ways(one, two, named, number)


def _typical(number: Number, near: Sequence[Shown], given: Around) -> Iterator[tuple[Shown, Shown]]:
    """A value beside the number, against the mean or median that the sentence speaks of."""
    _, low, high = spans(number, given.read.text)
    told = words(given.read.text[low:high]) & words("mean median")
    shown = given.evidence.shown if told else ()
    typical = [
        s
        for s in shown
        if told & words(f"{s.item.row} {s.item.column}") and s.item.row not in given.evidence.groups
    ]
    yield from ((a, b) for one in near[:1] for two in typical[:_FEW] for a, b in ((one, two), (two, one)))


def _of_several(number: Number, near: Sequence[Shown], named: set[str], given: Around) -> Iterator[Way]:
    """What is left of a whole percentage; how many deviations two values lie apart; a share of a count."""
    if number.kind == "percent":
        for one in near[:3]:
            if one.item.text.endswith("%") or one.output == DERIVED:
                yield Way(100 - one.value, f"100 − {one.item.text}", (one,))
    if "mean" in named:
        for column in _columns(number, given):
            yield Way(
                sum(s.value for s in column) / len(column),
                f"mean of {column[0].item.column or 'the values'}",
                tuple(column[:3]),
            )
    if "deviations" in named:
        spread = [s for s in given.evidence.shown if words("std") <= words(f"{s.item.row} {s.item.column}")][
            :_FEW
        ]
        for one, two in (*stated(near[:4]), *_typical(number, near, given)):
            for by in spread:
                if by.value and by.value not in (one.value, two.value) and one.value > two.value:
                    how = f"({one.item.text} − {two.item.text}) / {by.item.text}"
                    yield Way((one.value - two.value) / by.value, how, (one, two, by))
    if number.kind == "number" and not number.decimals:
        for part in near:
            for whole in near:
                if 0 < part.value < 1 and whole.value.is_integer() and whole.value > 1:
                    yield Way(
                        part.value * whole.value, f"{part.item.text} × {whole.item.text}", (part, whole)
                    )


def _columns(number: Number, given: Around) -> Iterator[list[Shown]]:
    """The columns of tables of groups of which the sentence names none."""
    _, low, high = spans(number, given.read.text)
    for table, shown in given.evidence.tables.items():
        named = (given.read.named(labels) for labels in given.evidence.dimensions(table)[:-1])
        if (
            table[1] >= 0
            and table[0]
            and 3 <= len(shown) <= 200
            and not any(low <= s[0] < high for marks in named for s, _ in marks)
        ):
            for name in dict.fromkeys(s.item.column for s in shown):
                column = [s for s in shown if s.item.column == name and s.item.row]
                if (
                    len(column) > 2
                    and len({s.item.row for s in column}) == len(column)
                    and not any(words(s.item.row) & NO_SUMS for s in column)
                ):
                    yield column


def _of_parts(number: Number, parts: Sequence[Shown], named: set[str], given: Around) -> Iterator[Way]:
    """Shares of the parts in what they can be parts of, and what is left of it."""
    counts = [
        s for n, s in given.matched if "." not in s.item.text and s.value > 0 and _close(n, number, given)
    ]
    for one in parts:
        for whole in (*wholes(one, given), *counts):
            if 0 <= one.value < whole.value:
                yield from ways(one, whole, named & {"rest", "share"}, number)


def _close(one: Number, number: Number, given: Around) -> bool:
    start, _, high = spans(number, given.read.text)
    return start <= one.start < high


def _two_counts(near: Sequence[Shown]) -> Iterator[Shown]:
    """The sums of two counts that stand beside the number."""
    counts = [s for s in near if "." not in s.item.text and s.value > 0]
    for n, one in enumerate(counts):
        for two in counts[n + 1 :]:
            if one.table == two.table and one.value != two.value:
                yield made(one.value + two.value, one, f"{one.item.text} + {two.item.text}")


def _structural(number: Number, given: Around) -> Iterator[Way]:
    """What follows from the tables' and the text's own structure, whatever the words."""
    yield from _of_bracket(number, given)
    if number.kind not in ("percent", "fraction"):
        return
    for one, two in pairs(given.sums):
        if two.value and one.label in _governing(number, given, one):
            how = f"100 × {one.value:g} / {two.value:g}"
            yield Way(100 * one.value / two.value, how, (one.of[0], two.of[0]))
    for whole in given.sums:
        whole_row = bool(whole.label) and not whole.column and whole.value > 0
        if whole_row and whole.label in _governing(number, given, whole):
            for part in whole.of:
                how = f"100 × {part.item.text} / {whole.value:g}"
                yield Way(100 * part.value / whole.value, how, (part,))


def _of_bracket(number: Number, given: Around) -> Iterator[Way]:
    """The sum of the numbers in the bracket that follows: `10 matches (7 won, 2 drawn, 1 lost)`."""
    bracket = _BRACKET.match(given.read.text, number.end)
    if bracket:
        low, high = bracket.span(1)
        inside = [s for n, s in given.matched if low <= n.start < high]
        if 1 < len(inside) == sum(low <= n.start < high for n in given.read.found):
            yield Way(
                sum(s.value for s in inside), " + ".join(s.item.text for s in inside), tuple(inside[:3])
            )


def _governing(number: Number, given: Around, each: Total) -> frozenset[str]:
    for labels in given.evidence.dimensions(each.of[0].table)[:-1]:
        if each.label in labels:
            return given.read.governing(number, labels)
    said = before(given.read.text, number.start, number.end)
    return frozenset((each.label,)) if mentions(said, each.label) else frozenset()


def _derived(number: Number, way: Way) -> Derived:
    places = tuple(s.place for s in way.of)
    shown = "; ".join(map(str, places))
    told = f"{number.text}: {way.how} = {way.value:.6g}, from {shown}."
    claim = Claim(number.text, number.start, number.end, "derived", places, way.how, told)
    return claim, made(way.value, way.of[0], way.of[0].item.row, way.how, DERIVED)
