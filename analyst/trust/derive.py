"""Numbers that follow from two or three shown ones by the operation that the wording names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from ..events import Claim
from .evidence import NAMESPACE, Evidence, Shown
from .governing import Answer
from .items import Item
from .numbers import Number, Reading
from .totals import NO_SUMS, Total, pairs
from .words import before, mentions, sentence_span, words

_NAMED = {
    "difference": r"differ|more|less|fewer|higher|lower|above|below|great|gap|rose|fell|drop|increas|decreas|declin|gr[eo]w|gain|chang"
    r"|longer|shorter|slower|faster|quick|lost|loss|lose|cost|shr[aiu]nk|jump|climb|dip|swing|step|additional|another|extra|minus|plus|from|(?<![\d%])[-−+](?=\d)|lag|lead|margin|gewinn|verl|heavi|light|larger|smaller|spread|unterschied|höher|niedrig|mehr|weniger|gestiegen|gesunken|größer|kleiner"
    r"|de plus|de moins|écart|différence|hausse|baisse|ahead|behind|range|span|exceed|up by|down by|points|outweigh|apart|\bother\b|remain|\brest\b|left over",
    "ratio": r"times|twice|ratio|fold|\d ?[x×]|fach|\bmal\b|fois|as much|as many|double|triple",
    "share": r"%|percent|share|proportion|prozent|anteil|pour cent|part of|out of| of | der | des ",
    "change": r"%|percent|prozent|pour cent",
    "sum": r"together|total|combined|in all|\bsum\b|both|zusammen|insgesamt|gesamt|ensemble|altogether|account|jointly|overall",
    "mean": r"average|mean|durchschnitt|mittel|moyenne",
    "rest": r"\b(?:not|missing|without|remain\w*|rest|others?|left|died|failed|unknown|never)\b",
    "rate": r"\bper\b|\beach\b|\bpro\b|\bje\b|\bpar\b",
}
_PATTERNS = {name: re.compile(pattern, re.I) for name, pattern in _NAMED.items()}
_BRACKET = re.compile(r"[^().;\n]{1,40}\(([^()\n]+)\)")
_MILLIONS = re.compile(r"million|Mio|\dm$", re.I)
_MOST = 400
"""Pairs that are tried for one number."""
_FEW = 12
DERIVED = -2
"""In the place of an output's number: it follows from what was shown."""


@dataclass(frozen=True, slots=True)
class _Way:
    value: float
    how: str
    of: tuple[Shown, ...]

    @property
    def blur(self) -> float:
        """What a sum of values that were shown in six digits or more may be off by."""
        plain = not re.search(r"[/×]", self.how) and all(s.item.digits >= 6 for s in self.of)
        return sum(s.item.tolerance for s in self.of) if plain else 0.0


@dataclass(frozen=True)
class Around:
    """What a number may follow from: the answer around it, all that was shown, and what its other numbers stand for."""

    read: Answer
    evidence: Evidence
    matched: Sequence[tuple[Number, Shown]]
    sums: Sequence[Total]


Derived = tuple[Claim, Shown]
"""The claim, and the value as if it had been shown: more may follow from it."""


def derivation(number: Number, given: Around) -> Derived | None:
    """The claim as derived from what was shown, if its wording names an operation that gives it; else None."""
    if not number.readings or number.kind in ("date", "time", "year", "word"):
        return None
    sentence, wider, named = _said(number, given.read)
    for way in _structural(number, given):
        if _fits(number, way):
            return _derived(number, way)
    if _MILLIONS.search(number.text):  # the data may be in thousands
        first = number.readings[0]
        thousands = Reading(first.value / 1e3, first.tolerance / 1e3)
        number = replace(number, readings=(*number.readings, thousands))
    near = _beside(number, given)
    for one, two in islice(_tried(number, given, near) if named else (), _MOST):
        # a small whole number is the difference of some two shown ones by chance, unless both are spoken of
        loose = number.small and not (one in near and two in near)
        for way in _ways(one, two, named - {"difference"} if loose else named, number):
            if _fits(number, way):
                return _derived(number, way)
    whole = () if number.said else _sums(number, sentence, wider, given.evidence, named)
    return next((_derived(number, w) for w in whole if _fits(number, w)), None)


def comparable(number: Number, given: Around) -> bool:
    """Whether there is anything in the answer and the tables beside a ratio said in words that it could be of."""
    if number.kind == "word":
        return True
    named = _said(number, given.read)[2]
    structural = number.kind == "fraction" and "difference" not in named and any(_structural(number, given))
    return structural or any(True for _ in _tried(number, given, _beside(number, given)))


def _said(number: Number, read: Answer) -> tuple[str, str, set[str]]:
    """The number's sentence, the same with the one before, and the operations that its words name."""
    low, high = sentence_span(read.text, number.start, number.end)
    sentence = read.text[low:high]
    named = {name for name, pattern in _PATTERNS.items() if pattern.search(sentence)}
    if number.kind in ("fraction", "times"):
        named.add("share" if number.kind == "fraction" else "ratio")
    return sentence, before(read.text, number.start, number.end), named


def _tried(number: Number, given: Around, near: Sequence[Shown]) -> Iterator[tuple[Shown, Shown]]:
    yield from _pairs(
        near if number.kind in ("percent", "fraction") else [s for s in near if s.output != DERIVED]
    )
    yield from _parts(near, given.evidence)
    yield from _of_table(number, given.read, given.evidence)
    if not number.said:
        yield from _typical(number, given, near)
        yield from _stated(given.matched)


def _typical(number: Number, given: Around, near: Sequence[Shown]) -> Iterator[tuple[Shown, Shown]]:
    """A value beside the number, against the mean or median that the sentence speaks of."""
    told = words(_said(number, given.read)[0]) & words("mean median")
    typical = (
        [s for s in given.evidence.shown if told & words(f"{s.item.row} {s.item.column}")] if told else []
    )
    yield from ((a, b) for one in near[:2] for two in typical[:_FEW] for a, b in ((one, two), (two, one)))


def total(number: Number, given: Around) -> Derived | None:
    """The claim as a sum over what shares the label that it is given."""
    for each in given.sums:
        if not each.label or number.kind not in ("number", "year"):
            continue
        fits = any(abs(r.value - each.value) <= r.tolerance * (1 + 1e-9) for r in number.readings)
        if fits and each.label in _governing(number, given.read, given.evidence, each):
            how = " + ".join(s.item.text for s in each.of)
            return _derived(number, _Way(each.value, how, each.of[:3]))
    return None


def _structural(number: Number, given: Around) -> Iterator[_Way]:
    """What follows from the tables' and the text's own structure, whatever the words."""
    yield from _of_bracket(number, given)
    if number.kind not in ("percent", "fraction"):
        return
    for one, two in pairs(given.sums):
        if two.value and one.label in _governing(number, given.read, given.evidence, one):
            how = f"100 × {one.value:g} / {two.value:g}"
            yield _Way(100 * one.value / two.value, how, (one.of[0], two.of[0]))
    for whole in given.sums:
        whole_row = bool(whole.label) and not whole.column and whole.value > 0
        if whole_row and whole.label in _governing(number, given.read, given.evidence, whole):
            for part in whole.of:
                how = f"100 × {part.item.text} / {whole.value:g}"
                yield _Way(100 * part.value / whole.value, how, (part,))


def _of_bracket(number: Number, given: Around) -> Iterator[_Way]:
    """The sum of the numbers in the bracket that follows: `10 matches (7 won, 2 drawn, 1 lost)`."""
    bracket = _BRACKET.match(given.read.text, number.end)
    if bracket:
        low, high = bracket.span(1)
        inside = [s for n, s in given.matched if low <= n.start < high]
        if 1 < len(inside) == sum(low <= n.start < high for n in given.read.found):
            yield _Way(
                sum(s.value for s in inside), " + ".join(s.item.text for s in inside), tuple(inside[:3])
            )


def _governing(number: Number, read: Answer, evidence: Evidence, each: Total) -> frozenset[str]:
    for labels in evidence.dimensions(each.of[0].table)[:-1]:
        if each.label in labels:
            return read.governing(number, labels)
    return (
        frozenset((each.label,))
        if mentions(before(read.text, number.start, number.end), each.label)
        else frozenset()
    )


def _beside(number: Number, given: Around) -> list[Shown]:
    """What the numbers in the sentence, the one before and the one after stand for; the nearest first."""
    answer = given.read.text
    low, high = sentence_span(answer, number.start, number.end)
    start = sentence_span(answer, max(0, low - 2), max(0, low - 2))[0]
    end = sentence_span(answer, min(len(answer), high + 1), min(len(answer), high + 1))[1]
    close = [(abs(n.start - number.start), s) for n, s in given.matched if start <= n.start < end]
    return [s for _, s in sorted(close, key=lambda pair: pair[0])][:8]


def _pairs(beside: Sequence[Shown]) -> Iterator[tuple[Shown, Shown]]:
    for n, one in enumerate(beside):
        for two in beside[n + 1 :]:
            yield one, two
            yield two, one


def _of_table(number: Number, read: Answer, evidence: Evidence) -> Iterator[tuple[Shown, Shown]]:
    """Values of one column whose rows are named in the sentence, or one there and one in the sentence before."""
    low, high = sentence_span(read.text, number.start, number.end)
    if number.kind == "percent" and not _PATTERNS["difference"].search(read.text[low:high]):
        return  # one group is no share of another
    start, _ = sentence_span(read.text, max(0, low - 2), max(0, low - 2))
    for table, shown in evidence.tables.items():
        if len(shown) > 2000 or table[1] == NAMESPACE:
            continue
        dimensions = evidence.dimensions(table)[:-1]
        wide = [{name for s, name in read.named(d) if start <= s[0] < high} for d in dimensions]
        near = [{name for s, name in read.named(d) if low <= s[0] < high} for d in dimensions]
        columns: dict[str, list[Shown]] = {}
        for s in shown:
            if s.item.row and any(wide) and _in(s, wide):
                columns.setdefault(s.item.column, []).append(s)
        for rows in columns.values():
            here = [s for s in rows[:8] if any(near) and _in(s, near)] or rows[:8]
            yield from (
                (a, b)
                for one in here
                for two in rows[:8]
                if one.item.row != two.item.row
                for a, b in ((one, two), (two, one))
            )


def _in(shown: Shown, named: Sequence[set[str]]) -> bool:
    """Whether each level of rows of which the text names any has the value's own among them."""
    return all(label in names for label, names in zip(shown.item.labels, named, strict=False) if names)


def _stated(matched: Sequence[tuple[Number, Shown]]) -> Iterator[tuple[Shown, Shown]]:
    """Values of one column that stand anywhere in the answer."""
    stated = [s for _, s in matched][:12]
    yield from ((a, b) for a, b in _pairs(stated) if a.table == b.table and a.item.column == b.item.column)


def _parts(beside: Sequence[Shown], evidence: Evidence) -> Iterator[tuple[Shown, Shown]]:
    """A count beside the number, against numbers of rows."""
    for one in beside:
        if not one.value.is_integer() or one.value < 0:
            continue
        for whole in (*evidence.wholes, *_whole(one, evidence)):
            if one.value <= whole.value:
                yield one, whole


def _whole(one: Shown, evidence: Evidence) -> Iterator[Shown]:
    """The sum of the column of counts in which a count stands."""
    column = [s for s in evidence.tables.get(one.table, ()) if s.item.column == one.item.column]
    if (
        1 < len(column) <= 200
        and not words(one.item.column) & NO_SUMS
        and all(s.value >= 0 and s.value.is_integer() for s in column)
    ):
        total = sum(s.value for s in column)
        yield Shown(
            Item(total, f"{total:.0f}", "sum", one.item.column, one.item.table),
            one.cell,
            one.output,
            one.code,
        )


def _ways(one: Shown, two: Shown, named: set[str], number: Number) -> Iterator[_Way]:
    a, b, of = one.value, two.value, (one, two)
    said = f"{one.item.text} {{}} {two.item.text}"
    high, low = (one, two) if a >= b or number.readings[0].value < 0 else (two, one)
    apart = f"{high.item.text} − {low.item.text}"
    percent = number.kind in ("percent", "points", "fraction")
    if "rest" in named and not percent and a.is_integer() and b.is_integer() and a <= b:
        yield _Way(b - a, f"{two.item.text} − {one.item.text}", (two, one))
    if "difference" in named and (number.kind != "percent" or abs(a) <= 100):
        yield _Way(high.value - low.value, apart, (high, low))
        if number.kind in ("points", "percent"):
            yield _Way(100 * (high.value - low.value), f"100 × ({apart})", (high, low))
    if b:
        if percent and "share" in named and abs(a) <= abs(b):
            yield _Way(100 * a / b, f"100 × {said.format('/')}", of)
        if percent and "difference" in named:
            yield _Way(100 * (a / b - 1), f"100 × ({said.format('/')} − 1)", of)
        if not percent and ("ratio" in named or ("rate" in named and number.decimals)):
            yield _Way(a / b, said.format("/"), of)
    alike = one.table == two.table and one.item.column == two.item.column
    if "sum" in named and number.kind != "times" and (alike or (a.is_integer() and b.is_integer())):
        yield _Way(a + b, said.format("+"), of)
    if "mean" in named and number.kind != "times" and one.table == two.table:
        yield _Way((a + b) / 2, f"({said.format('+')}) / 2", of)


def _sums(number: Number, sentence: str, wider: str, evidence: Evidence, named: set[str]) -> Iterator[_Way]:
    """The sum of a column, or a value's share in it."""
    if not named & {"sum", "share"}:
        return
    if number.kind not in ("percent", "fraction"):
        named = named - {"share"}
    for (cell, _, _), shown in evidence.tables.items():
        columns: dict[str, list[Shown]] = {}
        for s in shown if len(shown) <= 2000 else ():
            columns.setdefault(s.item.column, []).append(s)
        for column in columns.values():
            if not 1 < len(column) <= 200 or not all(s.item.row in evidence.groups for s in column):
                continue
            whole = sum(s.value for s in column)
            name = f"the sum of {column[0].item.column or 'the values'} in cell {cell}"
            if "sum" in named and len({s.item.row for s in column}) == len(column):
                yield _Way(whole, name, tuple(column[:3]))
            if "share" in named and whole and all(s.value >= 0 for s in column):
                for s in column:
                    if s.item.row and mentions(wider, s.item.row) and mentions(sentence, s.item.row):
                        yield _Way(100 * s.value / whole, f"100 × {s.item.text} / {name}", (s,))


def _fits(number: Number, way: _Way) -> bool:
    for reading in number.readings:
        scale = 100.0 if number.kind == "fraction" else 1.0
        value, tolerance = reading.value * scale, reading.tolerance * scale
        slack = tolerance * (1 + 1e-6) + abs(value) * 1e-9 + way.blur
        if abs(way.value - value) <= slack or (value > 0 and abs(-way.value - value) <= slack):
            return True
    return False


def _derived(number: Number, way: _Way) -> Derived:
    places = tuple(s.place for s in way.of)
    shown = "; ".join(map(str, places))
    told = f"{number.text}: {way.how} = {way.value:.6g}, from {shown}."
    claim = Claim(number.text, number.start, number.end, "derived", places, way.how, told)
    first = way.of[0]
    item = Item(way.value, f"{way.value:.6g}", first.item.row, "", first.item.table, way.how)
    return claim, replace(first, item=item, output=DERIVED)
