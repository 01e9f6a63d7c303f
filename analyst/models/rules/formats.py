"""Answer formats filled: which value belongs into which slot, how it is written, and what to say when the data cannot answer."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ...forms import Slot, decimals
from .kind import Style, Value, to_number
from .vocabulary import stem

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
