"""The numbers of an answer matched to what was shown. Rounding decides the tolerance, labels decide where chance could.

A value that hardly any other shown value comes near is found by its digits alone. Where so many were shown that one lies
within the tolerance by chance, and for small whole numbers, a word beside the claim must stand beside the evidence too.
A claim whose own words name another row or column of the table than the one the value stands in is not supported.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..events import Claim, Event, Place
from .claims import Claims
from .derive import Around, comparable, derivation, total
from .evidence import GENERAL, NAMESPACE, Evidence, Shown
from .extremes import extremes
from .governing import Answer
from .numbers import Number, numbers
from .totals import totals
from .words import around, before, clause, clause_span, mentions, words

_CHANCE = 0.05
"""Values that may be expected within the tolerance by chance, for digits to count without a label."""
_NEAR = 0.25
"""Part of a value within which others are counted for that."""
_CANDIDATES = 200
_OF = re.compile(r"\d\s?(?:of|out of|von|sur|de|der|des|/)\s?(?:the |all |total |insgesamt |den )*$", re.I)
_LIST_BEFORE = re.compile(r"\d\W{0,6}(?:and|und|et|&|/)\s?$", re.I)
_LIST_AFTER = re.compile(r"\W{0,3}(?:and|und|et|&|/)\s?[-+]?\d", re.I)
_OTHER = re.compile(r"(?:\bvs\.?|\bversus|\bagainst|\bgegen|\bcontre|\bothers?)\s?$", re.I)
_THAN = re.compile(r"\b(?:than|als|que|compared (?:to|with)|jener von|those (?:of|in))\b", re.I)
_ALIGNED = re.compile(r"\S\s{2,}[-\d]")
_LISTED = re.compile(r"(?:\d[\d.,]*\W*(?:and|to|or|und|bis|et|à)?\W*)+$")
_SYMBOL = re.compile(r"(?<!\w)(p|t|z|F|R²|MAE|RMSE|AUC)(?:-?(?:value|Wert|Werte))?\s?(?:=|≈|<|:|of)\s?[−-]?$")
_COUNT = words("count rows")
_NAMELESS = frozenset(("", "nan", "none", "nat", "<na>", "null"))
_ALL_OF = re.compile(r"(?:over|of|all|among|from|in|n\s?=)\s(?:the |all )?$", re.I)
_PROBABILITY = words("p pvalue significance")
_FALLING = words(
    "less fewer lower fell drop dropped decrease decreased decline declined loss lost below minus down weniger gesunken baisse moins"
)


def receipts(answer: str, events: Iterable[Event]) -> Claims:
    """The claims of an answer, each with what is on record for it, in the order of the text."""
    return check(answer, Evidence.of(events))


def check(answer: str, evidence: Evidence) -> Claims:
    """The same, on evidence that is built already."""
    asked = numbers(evidence.question)
    stated = numbers(answer)
    read = Answer(answer, stated)
    claims: list[Claim] = []
    matched: list[tuple[Number, Shown]] = []
    open_numbers: list[Number] = []
    for number in stated:
        claim, shown = _direct(number, read, evidence)
        if shown:
            matched.append((number, shown))
        if claim:
            claims.append(claim)
        elif whole := _whole(number, answer, evidence):
            claims.append(_supported(number, whole.place))
            matched.append((number, whole))
        elif any(_same(number, other) for other in asked):
            claims.append(_given(number))
        else:
            open_numbers.append(number)
    sums = totals(evidence) if open_numbers else []
    for find in (total, derivation):  # sums first: other numbers may follow from them
        for number in list(open_numbers):
            if found := find(number, Around(read, evidence, matched, sums)):
                claims.append(found[0])
                matched.append((number, found[1]))
                open_numbers.remove(number)
    claims += [
        _unsupported(n)
        for n in open_numbers
        if not n.said or (_is_told(n, answer) and comparable(n, Around(read, evidence, matched, sums)))
    ]
    claims += extremes(answer, evidence)
    return tuple(sorted(claims, key=lambda c: (c.start, c.end)))


def _direct(number: Number, read: Answer, evidence: Evidence) -> tuple[Claim | None, Shown | None]:
    if number.kind == "date":
        return _date(number, evidence), None
    if number.kind == "time" and (place := evidence.times.get(_hour(number.text))):
        return _supported(number, place), None
    if number.kind == "year":
        year = int(number.readings[0].value)
        if (year, None, None) in evidence.days:
            return _supported(number, evidence.days[year, None, None][0]), None
    if (name := number.text.removesuffix(".0")) in evidence.names and _of_names(number, read.text, evidence):
        return _supported(number, evidence.names[name][0].place), None
    context = _context(number, read.text, evidence.question)
    if number.below and (found := _under(number, context, evidence)):
        return _supported(number, found.place, said="below"), found
    for value, tolerance, factor in _forms(number):
        shown = _best(number, value, tolerance, context, evidence, read)
        if shown and (factor != 100 or abs(shown.value) <= 1):
            return _supported(number, shown.place, factor), shown
    return None, None


def _whole(number: Number, answer: str, evidence: Evidence) -> Shown | None:
    """The number of rows that it is."""
    plain = number.kind in ("number", "year") and not number.decimals
    if not plain or (number.digits < 3 and not _ALL_OF.search(answer[: number.start])):
        return None
    rows = (w for w in evidence.wholes if w.item.column in ("", "rows"))
    return next((w for w in rows if w.value == number.readings[0].value), None)


def _of_names(number: Number, text: str, evidence: Evidence) -> bool:
    """Whether a number can be a row's name: by its digits, or as the word before it says what the rows are: `sensor 7`."""
    if number.digits > 2 or number.text.endswith(".0"):
        return True
    told = _LISTED.sub("", text[max(0, number.start - 30) : number.start]).split()
    before = words(told[-1]) if told else frozenset()
    return any(before & words(shown.code) for shown in evidence.names[number.text])


def _context(number: Number, answer: str, question: str) -> _Context:
    """What is said around a number; where that is nothing, the question tells what it is of."""
    near, far = around(answer, number.start, number.end)
    before_it, after_it = (
        answer[max(0, number.start - 30) : number.start],
        answer[number.end : number.end + 20],
    )
    far = far if words(far) else f"{far} {question}"
    place = near.find(number.text)
    compared = _THAN.search(near, place) if place >= 0 else None
    return _Context(
        near[: compared.start()] if compared else near,
        far,
        _so_far(answer, number),
        whole=_OF.search(before_it) is not None,
        listed=_LIST_BEFORE.search(before_it) is not None or _LIST_AFTER.match(after_it) is not None,
        other=_OTHER.search(before_it) is not None,
    )


def _hour(text: str) -> str:
    return text.zfill(5)[:5] if text[1:2] == ":" or len(text) == 4 else text[:5]


def _under(number: Number, context: _Context, evidence: Evidence) -> Shown | None:
    """What is labelled as the claim is, as a p-value is, and lies below it."""
    value = number.readings[0].value
    near = words(context.near) & _PROBABILITY
    return next((s for s in evidence.between(0.0, value) if s.value < value and near & s.labels), None)


def _so_far(answer: str, number: Number) -> str:
    """The sentence before, and this one as far as the number's clause goes; with the bracket that explains it."""
    near = clause(answer, number.start, number.end)
    said = before(answer, number.start, number.end)
    place = said.rfind(near)
    explained = re.match(r"[^;\n]{0,40}?\([^)\d]*\)", answer[number.end :])
    return (said[: place + len(near)] if place >= 0 else said) + (explained[0] if explained else "")


def _forms(number: Number) -> Iterable[tuple[float, float, float]]:
    """Value, tolerance and factor to the evidence: a percentage may be on record as a share of one."""
    for reading in number.readings:
        if number.kind != "fraction":
            yield reading.value, reading.tolerance, 1.0
        if number.kind in ("percent", "points"):
            yield reading.value / 100, reading.tolerance / 100, 100.0
        if number.kind == "fraction":
            yield reading.value, reading.tolerance, 1.0
            yield reading.value * 100, reading.tolerance * 100, 0.01


@dataclass(frozen=True)
class _Context:
    """What is said near a number, and in its sentence."""

    near: str
    far: str
    wider: str
    """The sentence before, and this one as far as the number's clause."""
    whole: bool = False
    """The number stands after "of" and a number: what it is of, not of the group that is spoken of."""
    listed: bool = False
    """Several numbers stand together, for several names that stand together: `A and B have 3 and 4`."""
    other: bool = False
    """The number stands on the other side of a comparison: what its sentence names may be the first side."""

    @property
    def told(self) -> str:
        """All that can name what the number is of."""
        return f"{self.near}\n{self.wider}"

    def spoken_of(self, groups: Iterable[str]) -> list[str]:
        """The groups that the clause names; where it names none, the only one of its sentence so far."""
        near = [g for g in groups if mentions(self.near, g)]
        far = (
            []
            if near or self.other
            else [g for g in groups if mentions(self.far, g) and mentions(self.told, g)]
        )
        return near or (far if len(far) == 1 else [])

    def shared(self, shown: Shown) -> int:
        """How many words beside the claim stand beside the evidence too."""
        row = shown.item.row
        telling = not row.isdigit() or len(row) == 4  # a year, and no mere number of the row
        named = 0 < len(row) <= 40 and telling and mentions(f"{self.far}\n{self.wider}", row)
        return len(words(f"{self.near} {self.far}") & shown.labels) + named


def _best(
    number: Number, value: float, tolerance: float, context: _Context, evidence: Evidence, read: Answer
) -> Shown | None:
    whole = number.small and bool(_COUNT & words(context.near))
    slack = tolerance * (1 + 1e-9) + abs(value) * 1e-12
    candidates = [c for c in evidence.between(value - slack, value + slack) if whole <= c.value.is_integer()]
    if number.decimals and value.is_integer() and abs(value) < 100:  # 3.00 is no count of three
        candidates = [c for c in candidates if "." in c.item.text]
    candidates += _shorter(value, slack, evidence)
    falls = bool(words(context.far) & _FALLING)
    if falls:
        candidates += evidence.between(-value - slack, -value + slack)
    if not candidates:
        return None
    candidates = candidates[:: max(1, len(candidates) // _CANDIDATES)]
    foreign = [c for c in candidates if _elsewhere(c, number, read, evidence)]
    agreeing = [c for c in candidates if c not in foreign and not _copied(c, foreign)]
    if symbol := _SYMBOL.search(read.text[max(0, number.start - 16) : number.start]):
        known = evidence.labelled(symbol[1])
        agreeing = [c for c in agreeing if not known or c in known or symbol[1] in c.item.line]
    groups = [] if context.whole else context.spoken_of(evidence.groups)
    agreeing = [c for c in agreeing if number.digits > 2 or not _foreign(c, groups, context)]
    labelled = [
        c
        for c in agreeing
        if (context.shared(c) >= _wanted(number, c) or _of_row(c, number, read, evidence))
        and not _foreign(c, groups, context)
    ]
    if labelled:
        return max(labelled, key=lambda c: (context.shared(c), c.cell))
    if bare := [c for c in agreeing if c.bare and c.value == value and len(evidence.tables[c.table]) == 1]:
        return bare[-1]
    if number.small and number.kind != "word":
        return (
            next(
                (c for c in agreeing if c.value.is_integer() and words(context.near) & words(c.showing)), None
            )
            if _alone(value, tolerance, evidence)
            else None
        )
    if number.kind == "percent" and value == number.readings[0].value:
        agreeing = [c for c in agreeing if c.item.text.endswith("%") or words("share rate") & c.labels]
    return (
        agreeing[-1] if agreeing and (number.kind == "word" or _alone(value, tolerance, evidence)) else None
    )


def _wanted(number: Number, shown: Shown) -> int:
    """Words that must be shared: one, but two for a small whole number that was shown with decimals."""
    return 2 if number.small and number.kind != "word" and not shown.value.is_integer() else 1


def _shorter(value: float, slack: float, evidence: Evidence) -> list[Shown]:
    """What was shown in six digits or more, of which the claim has still more: 3.596739e+06 for 3,596,739.13."""
    width = abs(value) * 5e-6
    near = evidence.between(value - width, value + width)
    return [c for c in near if slack < abs(c.value - value) <= c.item.tolerance and c.item.digits >= 6]


def _alone(value: float, tolerance: float, evidence: Evidence) -> bool:
    """Whether so few other values lie around that one within the tolerance is no chance."""
    width = max(abs(value) * _NEAR, tolerance, 1e-300)
    others = evidence.between(value - width, value + width)
    if len(others) > 20_000:
        return False
    distinct = {s.value for s in others if abs(s.value - value) > tolerance}
    return len(distinct) * tolerance / width < _CHANCE


def _elsewhere(shown: Shown, number: Number, answer: Answer, evidence: Evidence) -> bool:
    """Whether the claim names another row or column of the table than that in which the value stands."""
    item = shown.item
    dimensions = evidence.dimensions(shown.table)
    for place, (own, labels) in enumerate(zip(item.labels, dimensions, strict=False)):
        column = place == len(item.labels) - 1
        loose = column or not (item.column or item.parts or _ALIGNED.search(item.line)) or _statistics(labels)
        if len(labels) < 2 or own.casefold() in _NAMELESS or (words(own) and words(own) <= _COUNT):
            continue
        named = answer.governing(number, labels, near=loose)
        if own in named:
            continue
        if column:
            named -= {name for name in named if _taken(name, number, shown, answer, evidence)}
        elif loose and item.line:  # what stands in one line tells of one thing
            named -= {s.item.row for s in evidence.tables[shown.table] if s.item.line == item.line}
        if named and not named & set(item.labels):
            return True
    return False


def _of_row(shown: Shown, number: Number, answer: Answer, evidence: Evidence) -> bool:
    """Whether the text gives the number to the row in which the value stands; the row's name may be a number itself."""
    own, labels = next(zip(shown.item.labels, evidence.dimensions(shown.table), strict=False))
    return own.isdigit() and len(labels) > 1 and answer.governing(number, labels) == {own}


def _statistics(labels: Sequence[str]) -> bool:
    """Whether the rows of a table are statistics, which are spoken of more freely than groups."""
    return 2 * sum(bool(words(label)) and words(label) <= GENERAL for label in labels) > len(labels)


def _taken(column: str, number: Number, shown: Shown, answer: Answer, evidence: Evidence) -> bool:
    """Whether another number beside the claim is what the column named there gives for it: `in the year 1895 it was 1260`."""
    values = [s.value for s in evidence.tables[shown.table] if s.item.column == column]
    start, end = clause_span(answer.text, number.start, number.end)
    others = [n for n in answer.found if start <= n.start < end and n is not number and n.readings]
    return any(abs(v - r.value) <= r.tolerance for n in others for r in n.readings for v in values)


def _is_told(number: Number, answer: str) -> bool:
    """Whether a number word makes a claim: a ratio does, and so does `six of them`; `two reasons` does not."""
    if answer[: number.start].rstrip().endswith(" but"):  # all but three of them
        return False
    return number.kind != "word" or re.match(r" (?:of|von|der|des) ", answer[number.end :]) is not None


def _copied(shown: Shown, foreign: Sequence[Shown]) -> bool:
    """Whether a variable's summary repeats without its label what an output shows of something else."""
    return shown.output == NAMESPACE and any(
        abs(shown.value - other.value) <= shown.item.tolerance for other in foreign
    )


def _foreign(shown: Shown, groups: Sequence[str], context: _Context) -> bool:
    """Whether the claim names one of the groups that were shown, and neither the value's labels nor its code do."""
    beside = f"{shown.item.row} {shown.item.column} {shown.item.line} {shown.showing}"
    place = (
        context.near
        if not context.listed and any(mentions(context.near, g) for g in groups)
        else context.told
    )
    own = bool(words(shown.item.row) - GENERAL) and mentions(place, shown.item.row)
    return bool(groups) and not own and not any(mentions(beside, g) for g in groups)


def _date(number: Number, evidence: Evidence) -> Claim | None:
    for day in number.days:
        if day in evidence.days:
            return _supported(number, evidence.days[day][0])
        if day[2] is None and str(day[0]) in evidence.names:  # a table of years by months
            return _supported(number, evidence.names[str(day[0])][0].place)
    return None


def _same(number: Number, other: Number) -> bool:
    if number.days or other.days:
        return bool(set(number.days) & set(other.days))
    return {r.value for r in number.readings} & {r.value for r in other.readings} != set()


def _supported(number: Number, place: Place, factor: float = 1.0, said: str = "") -> Claim:
    how = "" if factor == 1 else f"{place.text} × {factor:g}"
    told = (
        f"{number.text}: {'above ' if said else ''}{place}"
        + (f", times {factor:g}" if factor != 1 else "")
        + "."
    )
    return Claim(number.text, number.start, number.end, "supported", (place,), how, told)


def _given(number: Number) -> Claim:
    return Claim(
        number.text, number.start, number.end, "given", sentence=f"{number.text}: from the question."
    )


def _unsupported(number: Number) -> Claim:
    return Claim(
        number.text, number.start, number.end, "unsupported", sentence=f"{number.text}: no output shows it."
    )
