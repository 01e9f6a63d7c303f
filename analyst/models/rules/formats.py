"""Answer formats: slots like `@name[value]`, rounding, and what to say when the data cannot answer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from .kind import Style, Value, to_number
from .vocabulary import NUMBERS, stem

_SLOT = re.compile(r"@+(\w+)\s*\[([^\]\n]*)\]?")
_DIGITS = re.compile(
    rf"\b({'|'.join(NUMBERS)}|\d+)(?: \(\d+\))?[ -]+(?:decimals?\b|digits? after|decimal places?|places? after|d\.?p\.)"
)
_SAME = {
    "avg": "mean",
    "average": "mean",
    "sd": "std",
    "deviation": "std",
    "dev": "std",
    "stddev": "std",
    "standard": "std",
    "stdev": "std",
    "n": "count",
    "number": "count",
    "total": "sum",
    "r": "correlation",
    "corr": "correlation",
    "coefficient": "correlation",
    "pearson": "correlation",
    "percentage": "percent",
    "proportion": "percent",
    "share": "percent",
    "m": "mean",
    "md": "median",
    "minimum": "min",
    "maximum": "max",
    "null": "missing",
    "skewness": "skew",
    "variance": "var",
    "rows": "count",
}
_EMPTY = frozenset({"value", "of", "the", "a", "an", "in", "for", "and", "is", "to", "answer", "result"})

_STATISTICS = frozenset(
    {
        "mean",
        "median",
        "std",
        "min",
        "max",
        "sum",
        "count",
        "correlation",
        "percent",
        "missing",
        "var",
        "skew",
    }
    | {"range", "distinct", "p"}
)
"""Words of which a slot means just this one."""
_DECISIONS = frozenset(
    {
        "type",
        "significance",
        "significant",
        "significantly",
        "status",
        "relationship",
        "normal",
        "normality",
        "decision",
    }
    | {"is", "has", "different", "distribution", "strength", "direction", "independent"}
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


def style(question: str) -> Style:
    """How numbers are to be written in the text of the answer."""
    return Style(decimals(question))


def otherwise(question: str) -> str:
    """What to reply when the data cannot answer, where the question says it; else ""."""
    match = re.search(
        r"(?:cannot|can't|can not|not possible|impossible|no data)[^\"'“‘\n]*[\"'“‘]([^\"'”’\n]+)[\"'”’]",
        question,
    )
    return match[1] if match else ""


def fill(slots: Sequence[Slot], values: Sequence[Value]) -> dict[str, str]:
    """The slots that can be filled for sure.

    A slot is filled by the value that has all of its words; or, when only one slot asks for a statistic and only one
    value is one, by that value. The last open slot and the last value belong together, unless a decision is asked for.
    """
    filled: dict[str, str] = {}
    left = [v for v in dict.fromkeys(values) if v.value not in ("", "nan")]
    for slot in (s for s in slots if not _several(s)):
        wanted = _words(slot.name) or _words(slot.inner)
        alike = [s for s in slots if _statistic(_words(s.name)) == _statistic(wanted)]
        same = [v for v in left if _statistic(wanted) & _normal(v.tags)]
        whole = [v for v in left if wanted and wanted <= _normal(v.tags)]
        sure = _closest(wanted, whole) or (same[0] if len(same) == len(alike) == 1 else None)
        if sure:
            filled[slot.name] = written(sure.value, slot.decimals)
            left.remove(sure)
    open_slots = [s for s in slots if s.name not in filled]
    if len(open_slots) == len(left) == 1 and not _several(open_slots[0]) and not _decision(open_slots[0]):
        filled[open_slots[0].name] = written(left[0].value, open_slots[0].decimals)
    return {s.name: filled[s.name] for s in slots if s.name in filled}


def _closest(wanted: frozenset[str], values: Sequence[Value]) -> Value | None:
    """The value that says least beside what is wanted; None when several that differ say equally little."""

    def beside(value: Value) -> tuple[bool, int]:
        tags = _normal(value.tags)
        return "percent" in tags - wanted, len(tags - wanted)

    least = min(map(beside, values), default=None)
    best = [v for v in values if beside(v) == least]
    return best[0] if best and len({v.value for v in best}) == 1 else None


def _several(slot: Slot) -> bool:
    """Whether a slot wants many values in one."""
    return re.search(r"[{}]|\.\.\.|\blist|_list", f"{slot.inner} {slot.name}") is not None


def _decision(slot: Slot) -> bool:
    """Whether a slot wants a word by a rule that the question lays down, or another statistic than is there."""
    words = _words(slot.name)
    return bool(words & (_DECISIONS | _STATISTICS)) or "/" in slot.inner


def _statistic(words: frozenset[str]) -> frozenset[str]:
    return words & _STATISTICS


def _normal(tags: frozenset[str]) -> frozenset[str]:
    return frozenset(_SAME.get(t, _SAME.get(stem(t), stem(t))) for t in tags)


def _words(text: str) -> frozenset[str]:
    split = re.sub(r"(?<=[a-z])(?=[A-Z0-9])", "_", text)
    raw = (t for t in re.split(r"[\W_]+", split.lower()) if t)
    return frozenset(_SAME.get(t, _SAME.get(stem(t), stem(t))) for t in raw) - _EMPTY


def written(value: str, places: int | None) -> str:
    """A value as a format wants it."""
    number = to_number(value)
    if number != number or value in ("inf", "-inf"):
        return value
    if places is None:
        return value if re.fullmatch(r"-?\d+", value) else f"{number:.10g}"
    return f"{number:.{places}f}" if places or number != int(number) else str(int(number))
