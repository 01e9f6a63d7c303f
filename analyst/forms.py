"""What a question says about the form of its answer: slots like `@name[value]`, rounding, statistics by their names. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

STATISTICS: dict[str, str] = {
    r"means?|averages?|avg": "mean",
    r"medians?": "median",
    r"(?:standard |std\.? )deviations?|std(?:\.? ?dev)?|sd": "std",
    r"variances?": "var",
    r"minim(?:um|a)|min": "min",
    r"maxim(?:um|a)|max": "max",
    r"sums?|totals?|altogether|in all|overall amount": "sum",
    r"skewness": "skew",
    r"kurtosis": "kurt",
    r"interquartile range|iqr": "iqr",
    r"range": "range",
    r"mode": "mode",
}
"""Pattern in the question → statistic, written as pandas names it where pandas has it."""

SAID_STATISTIC = {
    "std": "standard deviation",
    "var": "variance",
    "min": "minimum",
    "max": "maximum",
    "sum": "total",
    "skew": "skewness",
    "kurt": "kurtosis",
    "iqr": "interquartile range",
}

NUMBERS = {
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
}

_SLOT = re.compile(r"@+(\w+)\s*\[([^\]\n]*)\]?")
_DIGITS = re.compile(
    rf"\b({'|'.join(NUMBERS)}|\d+)(?: \(\d+\))?[ -]+(?:decimals?\b|digits? after|decimal places?|places? after|d\.?p\.)"
)


@dataclass(frozen=True, slots=True)
class Slot:
    """One value that the answer must name."""

    name: str
    inner: str
    decimals: int | None
    """Decimals asked for; None: not said."""


def split_format(question: str) -> tuple[str, tuple[Slot, ...]]:
    """The question without its answer format, and the slots of the format."""
    first = _SLOT.search(question)
    if first is None:
        return question, ()
    before = question[: first.start()]
    cut = max((m.end() for m in re.finditer(r"[.?!]\s+|\n", before)), default=0)
    form = question[cut:]
    everywhere = decimals(form) if len(_SLOT.findall(form)) == 1 or "each" in form else None
    usual = everywhere if everywhere is not None else decimals(question)
    slots: dict[str, Slot] = {}
    found = list(_SLOT.finditer(form))
    for n, match in enumerate(found):
        end = found[n + 1].start() if n + 1 < len(found) else len(form)
        own = decimals(match[2])
        if own is None:
            own = _about(form, match[2])
        if own is None:
            own = decimals(form[match.end() : end])
        slots.setdefault(match[1], Slot(match[1], match[2], usual if own is None else own))
    return question[:cut], tuple(slots.values())


def _about(form: str, inner: str) -> int | None:
    """The decimals in the sentence that explains a slot's value: `where "x" is a number rounded to …`."""
    word = re.escape(inner.strip(" \"'"))
    match = re.search(rf"[\"'`]{word}[\"'`] (?:is|are)([^@]*?)(?:\.\s|\n|$|where )", form) if word else None
    return decimals(match[1]) if match else None


def decimals(text: str) -> int | None:
    """How many decimals a text asks for; None when it says nothing about it."""
    said = text.lower()
    match = _DIGITS.search(said)
    if match:
        return min(15, NUMBERS.get(match[1]) or int(match[1]))
    if re.search(r"nearest (?:whole|integer)|whole number|\binteger\b", said):
        return 0
    if "hundredth" in said:
        return 2
    return 3 if "thousandth" in said else None
