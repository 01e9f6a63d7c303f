"""The numbers of an answer matched to what was shown. Rounding decides the tolerance, labels decide where chance could.

A value that hardly any other shown value comes near is found by its digits alone. Where so many were shown that one lies
within the tolerance by chance, and for small whole numbers, a word beside the claim must stand beside the evidence too.
A claim whose own words name another row or column of the table than the one the value stands in is not supported.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..events import Claim, Event, Place
from .chosen import chosen
from .claims import Claims
from .dates import month_names
from .derive import comparable, derivation, total
from .evidence import Evidence, Shown
from .extremes import extremes
from .governing import CLAUSE, Answer
from .matching import PROBABILITY, Context, best, context_of, forms, known, under
from .numbers import Number, numbers
from .operands import Around
from .orders import contradictions
from .totals import totals
from .words import sentence_span, words

_LISTED = re.compile(r"(?:\d[\d.,]*\W*(?:and|to|or|und|bis|et|à)?\W*)+$")
_IS_THE = re.compile(r"\W*\s(?:is|was|ist|war|est|était)\s(?:the|der|die|das|le|la)\s(\w+)")
_MANIFOLD = 20
_ALL_OF = re.compile(r"(?:over|of|all|among|from|in|n\s?=)\s(?:the |all )?$", re.I)


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
    impossible = set(contradictions(read))
    titles = [m.span() for title in evidence.titles for m in re.finditer(re.escape(title), answer)]
    for number in stated:
        if number in impossible:
            claims.append(_unsupported(number))
            continue
        claim, shown = _direct(number, read, evidence)
        if shown:
            matched.append((number, shown))
        if claim:
            claims.append(claim)
        elif (whole := _whole(number, answer, evidence)) and not known(number, read, evidence):
            claims.append(_supported(number, whole.place))
            matched.append((number, whole))
        elif any(_same(number, other) for other in asked):
            claims.append(_given(number, "from the question"))
        elif any(low <= number.start < high for low, high in titles):
            claims.append(_given(number, "part of a name"))
        elif cell := chosen(number, answer, evidence.codes):
            claims.append(_given(number, f"set in the code of cell {cell}"))
        else:
            open_numbers.append(number)
    sums = totals(evidence) if open_numbers else []
    for step in (total, derivation):  # sums first: other numbers may follow from them
        for number in list(open_numbers):
            given = Around(read, evidence, matched, sums)
            beside = known(number, read, evidence)
            if found := total(number, given) if step is total else derivation(number, given, beside=beside):
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
    if (name := number.text.removesuffix(".0")) in evidence.names and _of_names(number, read, evidence):
        return _supported(number, evidence.names[name][0].place), None
    context = context_of(number, read.text, evidence.question)
    if number.below and (found := under(number, context, evidence)):
        return _supported(number, found.place, said="below"), found
    for value, tolerance, factor in forms(number):
        shown = best(number, value, tolerance, context, evidence, read)
        if shown and (
            factor != 100 or (_is_share(shown, context) and not words(shown.item.row) & PROBABILITY)
        ):
            return _supported(number, shown.place, factor), shown
    return None, None


def _is_share(shown: Shown, context: Context) -> bool:
    """Whether a value can be told as a percentage of it times 100: a share of one, or a return that is labelled as it is told."""
    return abs(shown.value) <= 1 or (abs(shown.value) < _MANIFOLD and context.shared(shown) > 1)


def _whole(number: Number, answer: str, evidence: Evidence) -> Shown | None:
    """The number of rows that it is."""
    plain = number.kind in ("number", "year") and not number.decimals
    if not plain or (number.digits < 3 and not _ALL_OF.search(answer[: number.start])):
        return None
    rows = (w for w in evidence.wholes if w.item.column in ("", "rows"))
    return next((w for w in rows if w.value == number.readings[0].value), None)


def _of_names(number: Number, read: Answer, evidence: Evidence) -> bool:
    """Whether a number can be a row's name: a year, one that another number is given to, or as a word says: `sensor 7`, `7 is the sensor`."""
    named = number.text.endswith(".0") and read.text[number.end : number.end + 1] == ":"
    if number.kind == "year" or named:
        return True
    text, name = read.text, number.text.removesuffix(".0")
    low, high = sentence_span(text, number.start, number.end)
    for labels in {d for s in evidence.names[name] for d in evidence.dimensions(s.table) if name in d}:
        if any(read.ties(n, labels).get(name, 0) >= CLAUSE for n in read.found if low <= n.start < high):
            return True
    told = _LISTED.sub("", text[max(0, number.start - 30) : number.start]).split()
    noun = words(told[-1]) if told else frozenset()
    if after := _IS_THE.match(text, number.end):
        noun |= words(after[1])
    return any(noun & words(shown.code) for shown in evidence.names[name])


def _hour(text: str) -> str:
    return text.zfill(5)[:5] if text[1:2] == ":" or len(text) == 4 else text[:5]


def _is_told(number: Number, answer: str) -> bool:
    """Whether a number word makes a claim: a ratio does, and so does `six of them`; `two reasons` does not."""
    if answer[: number.start].rstrip().endswith(" but"):  # all but three of them
        return False
    return number.kind != "word" or re.match(r" (?:of|von|der|des) ", answer[number.end :]) is not None


def _date(number: Number, evidence: Evidence) -> Claim | None:
    for day in number.days:
        if day in evidence.days:
            return _supported(number, evidence.days[day][0])
        year, month, date = day
        for shown in evidence.names.get(str(year), ()) if month and date is None else ():
            if words(month_names(month or 1)) & words(shown.item.column):  # a table of years by months
                return _supported(number, shown.place)
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


def _given(number: Number, whence: str) -> Claim:
    return Claim(number.text, number.start, number.end, "given", sentence=f"{number.text}: {whence}.")


def _unsupported(number: Number) -> Claim:
    return Claim(
        number.text, number.start, number.end, "unsupported", sentence=f"{number.text}: no output shows it."
    )
