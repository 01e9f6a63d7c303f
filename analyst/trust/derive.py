"""Numbers that follow from two or three shown ones by the operation that the wording names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..events import Claim
from .evidence import Evidence, Shown
from .numbers import Number
from .tables import Item
from .words import before, mentions, sentence_span

_NAMED = {
    "difference": r"differ|more|less|fewer|higher|lower|above|below|great|gap|rose|fell|drop|increas|decreas|declin|gr[eo]w|gain|chang"
    r"|longer|shorter|heavi|light|larger|smaller|spread|unterschied|höher|niedrig|mehr|weniger|gestiegen|gesunken|größer|kleiner"
    r"|de plus|de moins|écart|différence|hausse|baisse|ahead|behind|range|span|exceed|up by|down by|points|outweigh|apart|\bother\b|remain|\brest\b|left over",
    "ratio": r"times|twice|ratio|fold|\d ?[x×]|fach|\bmal\b|fois|as much|as many|double|triple",
    "share": r"%|percent|share|proportion|prozent|anteil|pour cent|part of|out of| of | der | des ",
    "change": r"%|percent|prozent|pour cent",
    "sum": r"together|total|combined|in all|\bsum\b|both|zusammen|insgesamt|gesamt|ensemble|altogether|account|jointly|overall",
    "mean": r"average|mean|durchschnitt|mittel|moyenne",
    "rate": r"\bper\b|\beach\b|\bpro\b|\bje\b|\bpar\b",
}
_PATTERNS = {name: re.compile(pattern, re.I) for name, pattern in _NAMED.items()}
_MOST = 400
"""Pairs that are tried for one number."""


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


def derivation(
    number: Number, answer: str, evidence: Evidence, matched: Sequence[tuple[Number, Shown]]
) -> Claim | None:
    """The claim as derived from what was shown, if its wording names an operation that gives it; else None."""
    if not number.readings or number.kind in ("date", "time", "year", "word"):
        return None
    low, high = sentence_span(answer, number.start, number.end)
    sentence = answer[low:high]
    wider = before(answer, number.start, number.end)
    named = {name for name, pattern in _PATTERNS.items() if pattern.search(sentence)}
    if number.kind == "fraction":
        named |= {"share"}
    if not named:
        return None
    beside = _beside(number, low, high, matched, answer)
    tried = 0
    for pairs in (
        _pairs(beside),
        _of_table(sentence, wider, evidence),
        _parts(beside, evidence),
        _stated(matched),
    ):
        for one, two in pairs:
            # a small whole number is the difference of some two shown ones by chance, unless both are spoken of
            loose = number.small and not (one in beside and two in beside)
            for way in _ways(one, two, named - {"difference"} if loose else named, number):
                if _fits(number, way):
                    return _derived(number, way)
            tried += 1
            if tried > _MOST:
                return None
    return next(
        (_derived(number, w) for w in _sums(number, sentence, wider, evidence, named) if _fits(number, w)),
        None,
    )


def _beside(
    number: Number, low: int, high: int, matched: Sequence[tuple[Number, Shown]], answer: str
) -> list[Shown]:
    """What the numbers in the sentence, the one before and the one after stand for; the nearest first."""
    start = sentence_span(answer, max(0, low - 2), max(0, low - 2))[0]
    end = sentence_span(answer, min(len(answer), high + 1), min(len(answer), high + 1))[1]
    close = [(abs(n.start - number.start), s) for n, s in matched if start <= n.start < end]
    return [s for _, s in sorted(close, key=lambda pair: pair[0])][:8]


def _pairs(beside: Sequence[Shown]) -> Iterator[tuple[Shown, Shown]]:
    for n, one in enumerate(beside):
        for two in beside[n + 1 :]:
            yield one, two
            yield two, one


def _of_table(sentence: str, wider: str, evidence: Evidence) -> Iterator[tuple[Shown, Shown]]:
    """Values of one column whose rows are named in the sentence, or one there and one in the sentence before."""
    for rows in _named(wider, evidence):
        here = [s for s in rows if mentions(sentence, s.item.row)] or rows
        for one in here:
            for two in rows:
                if one.item.row != two.item.row:
                    yield one, two
                    yield two, one


def _named(text: str, evidence: Evidence) -> Iterator[list[Shown]]:
    """For each column of each table, what stands in the rows that a text names."""
    for shown in evidence.tables.values():
        if len(shown) > 2000:
            continue
        named = {row for row in {s.item.row for s in shown} if row and mentions(text, row)}
        columns: dict[str, list[Shown]] = {}
        for s in shown:
            if s.item.row in named:
                columns.setdefault(s.item.column, []).append(s)
        yield from (rows[:8] for rows in columns.values())


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
    if 1 < len(column) <= 200 and all(s.value >= 0 and s.value.is_integer() for s in column):
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


def _derived(number: Number, way: _Way) -> Claim:
    places = tuple(s.place for s in way.of)
    shown = "; ".join(map(str, places))
    told = f"{number.text}: {way.how} = {way.value:.6g}, from {shown}."
    return Claim(number.text, number.start, number.end, "derived", places, way.how, told)
