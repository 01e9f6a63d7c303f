"""Which shown value a number of an answer can stand for: by its digits where those tell, else by the words around it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .address import addressed, elsewhere, instead, one_of_several
from .evidence import GENERAL, NAMESPACE, Evidence, Shown
from .governing import CLAUSE, Answer
from .numbers import HEDGE, Number
from .words import around, before, clause, mentions, words

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
_SYMBOL = re.compile(r"(?<!\w)(p|t|z|F|R²|MAE|RMSE|AUC)(?:-?(?:value|Wert|Werte))?\s?(?:=|≈|<|:|of)\s?[−-]?$")
_COUNT = words("count rows")
_SHARES = re.compile(r"%|percent|share|rate|points|\bpp\b|prozent|anteil|quote|pour cent|taux|part\b", re.I)
_PERCENT = words("share rate percent pct growth change")
_FALLING = words(
    "less fewer lower fell drop dropped decrease decreased decline declined loss lost below minus down weniger gesunken baisse moins"
)
_QUOTED = re.compile(r"(?:[^\s|]+ +){1,4}[^\s\d]*$")
_QUOTED_AFTER = re.compile(r"[^\s\d|]*(?: +[^\s|]+){0,4}")
_WORDS_QUOTED = 2
"""Telling words that have to stand around a number as they do around the value."""
PROBABILITY = words("p pvalue significance")


@dataclass(frozen=True)
class Context:
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

    def shared(self, shown: Shown, *, percent: bool = False) -> int:
        """How many words beside the claim stand beside the evidence too; a percentage has to be that of its own row or column."""
        row = shown.item.row
        telling = not row.isdigit() or len(row) == 4  # a year, and no mere number of the row
        named = 0 < len(row) <= 40 and telling and mentions(f"{self.far}\n{self.wider}", row)
        plain = percent and abs(shown.value) > 1 and not shown.item.text.endswith("%")
        labels = words(f"{shown.item.row} {shown.item.column}") if plain and shown.item.row else shown.labels
        return len(words(f"{self.near} {self.far}") & labels) + named


def context_of(number: Number, answer: str, question: str) -> Context:
    """What is said around a number; where that is nothing, the question tells what it is of."""
    near, far = around(answer, number.start, number.end)
    before_it, after_it = (
        answer[max(0, number.start - 30) : number.start],
        answer[number.end : number.end + 20],
    )
    far = far if words(far) else f"{far} {question}"
    place = near.find(number.text)
    compared = _THAN.search(near, place) if place >= 0 else None
    return Context(
        near[: compared.start()] if compared else near,
        far,
        _so_far(answer, number),
        whole=_OF.search(before_it) is not None,
        listed=_LIST_BEFORE.search(before_it) is not None or _LIST_AFTER.match(after_it) is not None,
        other=_OTHER.search(before_it) is not None,
    )


def _so_far(answer: str, number: Number) -> str:
    """The sentence before, and this one as far as the number's clause goes; with the bracket that explains it."""
    near = clause(answer, number.start, number.end)
    said = before(answer, number.start, number.end)
    place = said.rfind(near)
    explained = re.match(r"[^;\n]{0,40}?\([^)\d]*\)", answer[number.end :])
    return (said[: place + len(near)] if place >= 0 else said) + (explained[0] if explained else "")


def forms(number: Number) -> Iterable[tuple[float, float, float]]:
    """Value, tolerance and factor to the evidence: a percentage may be on record as a share of one."""
    for reading in number.readings:
        if number.kind != "fraction":
            yield reading.value, reading.tolerance, 1.0
        if number.kind in ("percent", "points"):
            yield reading.value / 100, reading.tolerance / 100, 100.0
        if number.kind == "fraction":
            yield reading.value, reading.tolerance, 1.0
            yield reading.value * 100, reading.tolerance * 100, 0.01


def known(number: Number, read: Answer, evidence: Evidence) -> bool:
    """Whether the number's digits are on record, of something else than what the text gives it to."""
    if not number.readings or number.digits < 2 or number.said or number.small:
        return False
    return any(
        elsewhere(c, number, read, evidence)
        for value, tolerance, _ in forms(number)
        if alone(value, tolerance, evidence)
        for c in evidence.between(value - tolerance, value + tolerance)[:_CANDIDATES]
        if c.output >= 0 and c.cell
    )


def under(number: Number, context: Context, evidence: Evidence) -> Shown | None:
    """What is labelled as the claim is, as a p-value is, and lies below it."""
    value = number.readings[0].value
    near = words(context.near) & PROBABILITY
    return next((s for s in evidence.between(0.0, value) if s.value < value and near & s.labels), None)


def best(
    number: Number, value: float, tolerance: float, context: Context, evidence: Evidence, read: Answer
) -> Shown | None:
    """The shown value that the number stands for, if there is one that it can stand for."""
    candidates = _near(number, value, tolerance, context, evidence)
    if quoted := [c for c in candidates if _is_quoted(c, number, read.text)]:
        return quoted[-1]
    foreign = [c for c in candidates if elsewhere(c, number, read, evidence)]
    agreeing = [c for c in candidates if c not in foreign and not _copied(c, foreign)]
    agreeing = [c for c in agreeing if not one_of_several(c, number, read, evidence)]
    own = [instead(c, number, read, evidence) for c in foreign if c.cell]
    told = {label for ties in own for label, tie in ties.items() if tie >= CLAUSE}
    if told:  # it is on record of something else: so that for which it stands has to be what the text names
        agreeing = [c for c in agreeing if any(mentions(_beside(c), label) for label in told)]
    symbol = _SYMBOL.search(read.text[max(0, number.start - 16) : number.start])
    signed = evidence.labelled(symbol[1]) if symbol else ()
    if symbol and signed:
        agreeing = [c for c in agreeing if c in signed or symbol[1] in c.item.line]
    groups = [] if context.whole else context.spoken_of(evidence.groups)
    others = [c for c in agreeing if c not in signed and _foreign(c, groups, context)]
    labelled = [
        c for c in agreeing if c not in others
        and (context.shared(c, percent=number.kind == "percent") >= _wanted(number, c, read.text) or addressed(c, number, read, evidence))
    ]  # fmt: skip
    if labelled:
        return max(labelled, key=lambda c: (context.shared(c), c.cell))
    return _by_digits(
        number,
        value,
        tolerance,
        [c for c in agreeing if number.digits > 2 or c not in others],
        context,
        evidence,
    )


def _is_quoted(shown: Shown, number: Number, text: str) -> bool:
    """Whether the answer says what the output says, word for word: the words around the number stand around the value too."""
    before = _QUOTED.search(text[max(0, number.start - 60) : number.start])
    after = _QUOTED_AFTER.match(text, number.end)
    left, right = before[0] if before else "", after[0] if after else ""
    line = _plainly(shown.item.line)
    return any(
        len(words(f"{a} {b}")) >= _WORDS_QUOTED and _plainly(f"{a}{number.text}{b}") in line
        for a, b in ((left, right), (left, ""), ("", right))
    )


def _plainly(text: str) -> str:
    return " ".join(text.replace("*", "").replace("`", "").casefold().split())


def _by_digits(
    number: Number,
    value: float,
    tolerance: float,
    agreeing: Sequence[Shown],
    context: Context,
    evidence: Evidence,
) -> Shown | None:
    """Without a label: what a cell was run for, or a value that hardly any other comes near."""
    if bare := [c for c in agreeing if c.bare and c.value == value and len(evidence.tables[c.table]) == 1]:
        return bare[-1]
    if number.small and number.kind != "word":
        agreeing = [c for c in agreeing if c.value.is_integer() and words(context.near) & words(c.showing)]
        return agreeing[0] if agreeing and alone(value, tolerance, evidence) else None
    if number.kind == "percent" and value == number.readings[0].value:
        agreeing = [c for c in agreeing if c.item.text.endswith("%") or words("share rate") & c.labels]
    return agreeing[-1] if agreeing and (number.kind == "word" or alone(value, tolerance, evidence)) else None


def _near(
    number: Number, value: float, tolerance: float, context: Context, evidence: Evidence
) -> list[Shown]:
    """What was shown within the tolerance, of the kind of number that the claim is."""
    counted = number.small and bool(_COUNT & words(context.near))
    slack = tolerance * (1 + 1e-9) + abs(value) * 1e-12
    found = [c for c in evidence.between(value - slack, value + slack) if counted <= c.value.is_integer()]
    as_told = value == number.readings[0].value
    if number.decimals and value.is_integer() and tolerance < 0.5:  # 3.00 is no count of three
        found = [c for c in found if "." in c.item.text]
    if number.kind in ("percent", "points") and as_told:  # and no count is a percentage
        found = [c for c in found if not c.item.text.lstrip("-").isdigit() or _is_share(c)]
    elif number.kind == "fraction" and not as_told:
        found = [c for c in found if c.item.text.endswith("%") or _is_share(c)]
    elif not _SHARES.search(context.told):
        found = [c for c in found if not c.item.text.endswith("%")]
    found += _shorter(value, slack, evidence)
    if words(context.far) & _FALLING:
        found += evidence.between(-value - slack, -value + slack)
    return found[:: max(1, len(found) // _CANDIDATES)]


def _is_share(shown: Shown) -> bool:
    return bool(_PERCENT & words(f"{shown.item.row} {shown.item.column}"))


def _wanted(number: Number, shown: Shown, text: str) -> int:
    """Words that must be shared: one, but two for a small whole number that was shown with decimals, unless it says that it is rounded."""
    plain = number.small and number.kind != "word" and not shown.value.is_integer()
    return 2 if plain and not HEDGE.search(text, max(0, number.start - 20), number.start) else 1


def _shorter(value: float, slack: float, evidence: Evidence) -> list[Shown]:
    """What was shown in six digits or more, of which the claim has still more: 3.596739e+06 for 3,596,739.13."""
    width = abs(value) * 5e-6
    near = evidence.between(value - width, value + width)
    return [c for c in near if slack < abs(c.value - value) <= c.item.tolerance and c.item.digits >= 6]


def alone(value: float, tolerance: float, evidence: Evidence) -> bool:
    """Whether so few other values lie around that one within the tolerance is no chance."""
    width = max(abs(value) * _NEAR, tolerance, 1e-300)
    others = evidence.between(value - width, value + width)
    if len(others) > 20_000:
        return False
    distinct = {s.value for s in others if abs(s.value - value) > tolerance}
    return len(distinct) * tolerance / width < _CHANCE


def _copied(shown: Shown, foreign: Sequence[Shown]) -> bool:
    """Whether a variable's summary repeats without its label what an output shows of something else."""
    return shown.output == NAMESPACE and any(
        abs(shown.value - other.value) <= shown.item.tolerance for other in foreign
    )


def _beside(shown: Shown) -> str:
    return f"{shown.item.row} {shown.item.column} {shown.item.line} {shown.showing}"


def _foreign(shown: Shown, groups: Sequence[str], context: Context) -> bool:
    """Whether the claim names one of the groups that were shown, and neither the value's labels nor its code do."""
    beside = _beside(shown)
    place = (
        context.near
        if not context.listed and any(mentions(context.near, g) for g in groups)
        else context.told
    )
    own = bool(words(shown.item.row) - GENERAL) and mentions(place, shown.item.row)
    return bool(groups) and not own and not any(mentions(beside, g) for g in groups)
