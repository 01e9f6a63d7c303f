"""What one kind of question is: how it is recognised, the code that answers it, and how to say what was printed."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .clause import Clause
from .intents import Intent


@dataclass(frozen=True, slots=True)
class Printed:
    """The lines that the code of one intent printed, each `label: value`."""

    lines: tuple[str, ...]

    def text(self, label: str) -> str:
        """The value behind a label; "" when it was not printed."""
        start = f"{label}: "
        return next((x[len(start) :].strip() for x in self.lines if x.startswith(start)), "")

    def number(self, label: str) -> float:
        """The value behind a label as a number; NaN when there is none."""
        return to_number(self.text(label))

    def group(self, label: str) -> list[tuple[str, float]]:
        """Lines `label, name: value` in their order."""
        start = f"{label}, "
        rows = (x[len(start) :].rpartition(": ") for x in self.lines if x.startswith(start))
        return [(name, to_number(value)) for name, _, value in rows]


def to_number(text: str) -> float:
    """The number that a text is; NaN when it is none."""
    try:
        return float(text)
    except ValueError:
        return math.nan


@dataclass(frozen=True, slots=True)
class Value:
    """A result that can fill a slot of an answer format; `tags` are the words by which a slot may ask for it."""

    tags: frozenset[str]
    value: str
    """As it was printed."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What came out for one intent."""

    text: str
    """One or a few sentences; Markdown."""
    values: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class Style:
    """How numbers are written in the answer."""

    decimals: int | None = None
    """As many as the question asks for; None: as many as are sensible for the size."""

    def number(self, value: float, unit: str = "") -> str:
        """A number for a person, with its unit."""
        if not math.isfinite(value):
            return "no value" if math.isnan(value) else "infinite"
        return f"{self._digits(value)}{' ' if unit and unit != '%' else ''}{unit}"

    def percent(self, share: float) -> str:
        """A share as a percentage: one decimal, more where it would vanish."""
        if self.decimals is not None or math.isnan(share):
            return self.number(100 * share, "%")
        places = 1 if abs(share) >= 0.001 or share == 0 else 3
        return f"{100 * share:.{places}f}%"

    def _digits(self, value: float) -> str:
        if value == int(value) and abs(value) < 1e15:
            return str(int(value))
        if self.decimals is not None:
            return f"{value:.{self.decimals}f}"
        if abs(value) >= 1e12 or abs(value) < 1e-4:
            return f"{value:.4g}"
        places = 2 if abs(value) >= 1 else 3 - math.floor(math.log10(abs(value)))
        return f"{value:.{places}f}".rstrip("0").rstrip(".")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of question. A new kind is one file in `kinds/` and its place in `kinds.KINDS`."""

    name: str
    example: str
    """A question of this kind, with {measure} and {category} where columns go."""
    read: Callable[[Clause], Intent | None]
    """What is asked, when a clause asks for this kind."""
    title: Callable[[Intent], str]
    """What is computed, in words: heads the output and tells the user how the question was read."""
    code: Callable[[Intent, str], list[str]]
    """Lines of Python that print the result; the frame's name comes second. Called with the rows that the filters leave."""
    answer: Callable[[Intent, Printed, Style], Finding]
    """The result in words."""


def tagged(value: str | float, *words: str) -> Value:
    """A value with the words by which a format can ask for it."""
    tags = frozenset(t for w in words for t in re.findall(r"[^\W\d_]+|\d+", w.casefold()))
    return Value(tags, value if isinstance(value, str) else f"{value:.12g}")


def listed(items: Sequence[str]) -> str:
    """Items in a sentence: a, b and c."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}" if items else ""


def capital(text: str) -> str:
    """The text with its first letter large."""
    return text[:1].upper() + text[1:]
