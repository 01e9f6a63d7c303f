"""Whether what an answer says around a number agrees with the labels of the place where its value stands. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .evidence import GENERAL, Evidence, Shown
from .governing import BOUND, CARRIED, CLAUSE, NONE, OF, Answer, Ties, literal
from .naming import is_part
from .numbers import Number
from .words import clause_span, words

ALIGNED = re.compile(r"\S\s{2,}[-\d]")
_TOGETHER = re.compile(r"\b(?:together|combined|jointly|altogether|zusammen|ensemble)\b", re.I)
_SHARE = re.compile(r"0?\.\d+")
_CROSSED = re.compile(r"\b(?:crosstab|pivot|pivot_table|unstack)\(")
_COUNT = words("count rows")
_ALL = frozenset(("all", "total", "sum", "overall", "gesamt", "insgesamt"))
_NAMELESS = frozenset(("", "nan", "none", "nat", "<na>", "null"))


def elsewhere(shown: Shown, number: Number, answer: Answer, evidence: Evidence) -> bool:
    """Whether the claim names another row or column of the table than that in which the value stands."""
    return bool(instead(shown, number, answer, evidence))


def instead(shown: Shown, number: Number, answer: Answer, evidence: Evidence) -> Ties:
    """The rows or columns that the claim names instead of that in which the value stands; measures as no more than carried over."""
    item = shown.item
    dimensions = evidence.dimensions(shown.table)
    for place, (own, labels) in enumerate(zip(item.labels, dimensions, strict=False)):
        if len(labels) < 2 or own.casefold() in _NAMELESS or (words(own) and words(own) <= _COUNT):
            continue
        if own.casefold() in _ALL and OF.search(answer.text[max(0, number.start - 25) : number.start]):
            continue  # `12 of 40`: what is spoken of has the 12
        column = place == len(item.labels) - 1
        crossed = column and _CROSSED.search(shown.code) is not None  # its columns are groups
        grouped = item.column or item.parts or ALIGNED.search(item.line)
        loose = statistics(labels) or (not crossed if column else not grouped)
        ties = answer.ties(number, labels, measures=loose)
        parts = {o for o in ties if is_part(o, own)}  # of `defaults share` the text may say `defaults`
        given = max((t for o, t in ties.items() if o == own or o in parts), default=0)
        others = {o: t for o, t in ties.items() if o not in item.labels and o not in parts}
        if (
            loose and not column and item.line and not item.parts
        ):  # what stands in one line tells of one thing
            line = {s.item.row for s in evidence.tables[shown.table] if s.item.line == item.line}
            others = {
                o: t for o, t in others.items() if o not in line or _is_its_noun(o, number, labels, answer)
            }
        best = max(others.values(), default=0)
        if best >= (CLAUSE if loose else CARRIED) and best > given:
            return {label: CARRIED if loose else tie for label, tie in others.items() if tie == best}
    return NONE


def addressed(shown: Shown, number: Number, answer: Answer, evidence: Evidence) -> bool:
    """Whether the text gives the number to the row or column in which the value stands."""
    if number.small and not shown.value.is_integer():  # `df ≈ 46`, but no count of 46 things
        return answer.text[: number.start].rstrip(" =≈~:").endswith(tuple(filter(None, shown.item.labels)))
    pairs = zip(shown.item.labels, evidence.dimensions(shown.table), strict=False)
    return any(
        len(d) > 1 and answer.ties(number, d).get(own, 0) >= (BOUND if number.small else CLAUSE)
        for own, d in pairs
    )


def statistics(labels: Sequence[str]) -> bool:
    """Whether the rows of a table are statistics, which are spoken of more freely than groups."""
    return 2 * sum(
        bool(words(label)) and words(label) <= GENERAL or _SHARE.fullmatch(label) is not None
        for label in labels
    ) > len(labels)


def _is_its_noun(label: str, number: Number, labels: tuple[str, ...], answer: Answer) -> bool:
    """Whether a label stands in full right after the number: `3,600 units`."""
    return any(
        o == label and s[0] == number.end + 1 and literal(o, answer.text[slice(*s)])
        for s, o in answer.named(labels)
    )


def one_of_several(shown: Shown, number: Number, answer: Answer, evidence: Evidence) -> bool:
    """Whether the text gives the number to several rows together, of which the value's is only one."""
    start, end = clause_span(answer.text, number.start, number.end)
    if not _TOGETHER.search(answer.text, start, end):
        return False
    rows = zip(shown.item.labels[:-1], evidence.dimensions(shown.table), strict=False)
    return any(
        own in ties and len(ties) > 1
        for own, ties in ((own, answer.ties(number, labels)) for own, labels in rows)
    )
