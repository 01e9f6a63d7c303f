"""Pairs of numbers that cannot both be meant, whatever is on record: `90 of 40`, `rose from 5 to 3`, `[1.6, 0.4]`. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from .governing import Answer
from .numbers import Number
from .words import sentence_span

_OF = re.compile(r"\W*\s(?:of|out of|von|sur)\s(?:the |all |their |its |den |insgesamt )*\W*", re.I)
_TO = re.compile(r"\W*\s(?:[^\W\d]{1,8}\s)?(?:to|auf|à)\s\W*", re.I)
_FROM = re.compile(r"\b(?:from|von|de)\s\W*$", re.I)
_WITHIN_ONE = re.compile(r"(?<![\w²])(?:r|p|R²|R2|AUC|p-?values?)\s?(?:=|≈|<|of)\s?[−-]?$")
"""What lies between −1 and 1."""
_RISES = re.compile(
    r"\b(?:r[oi]se[sn]?|rising|increas\w+|gr[eo]w\w*|climb\w*|went up|gain\w*|jump\w*|stieg\w*|gestiegen|zugenommen|wuchs|augment\w*|monté\w*)\b",
    re.I,
)
_FALLS = re.compile(
    r"\b(?:f[ae]ll\w*|drop\w*|declin\w+|decreas\w+|s[au]nk\w*|went down|shr[aiu]nk\w*|dipp?\w*|fiel\w*|gefallen|gesunken|abgenommen|baiss\w*|diminu\w*|recul\w*)\b",
    re.I,
)


def contradictions(answer: Answer) -> Iterator[Number]:
    """The numbers of such pairs."""
    plain = [n for n in answer.found if n.readings and not n.said]
    for one, two in pairwise(plain):
        if one.kind == two.kind and len(one.readings) == len(two.readings) and _cannot_be(answer, one, two):
            yield from (one, two)
    for number in plain:
        named = _WITHIN_ONE.search(answer.text, max(0, number.start - 24), number.start)
        if named and number.kind == "number" and min(abs(r.value) for r in number.readings) > 1:
            yield number


def _cannot_be(answer: Answer, one: Number, two: Number) -> bool:
    text, gap = answer.text, answer.text[one.end : two.start]
    first, second = one.readings[0].value, two.readings[0].value
    if _OF.fullmatch(gap):
        return one.kind == "number" and first > second
    if gap.strip() in (",", ";") and text[: one.start].endswith("[") and text[two.end : two.end + 1] == "]":
        return first > second
    low, _ = sentence_span(text, one.start, one.end)
    before = text[max(low, max((n.end for n in answer.found if n.end <= one.start), default=0)) : one.start]
    if _TO.fullmatch(gap) and _FROM.search(before):
        rises, falls = _RISES.search(before) is not None, _FALLS.search(before) is not None
        return rises != falls and (first >= second if rises else first <= second)
    return False
