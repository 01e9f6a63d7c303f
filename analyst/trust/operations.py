"""The operations that words name, and what they make of two shown values. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .evidence import Shown
from .numbers import Number
from .operands import DERIVED

_NAMED = {
    "difference": r"differ|(?:young|old|cheap|dear|warm|cold|hott|cool|short|fast|slow|quick|great|strong|weak|deep|tall|wid|bigg|rich|poor|earli|lat|wett|dri)er\b"
    r"|gap|chang|falls? short|cost|swing|step|additional|another|extra|plus|from|(?<![\d%])[-−+](?=\d)|lag|lead|margin|spread|jump|shr[aiu]nk"
    r"|gewinn|verl|unterschied|écart|différence|behind|range|span|points|outweigh|apart|\bother\b|remain|\brest\b|left over|instead",
    "up": r"more|higher|above|gr[eo]w|gain|rose|ris[ei]|increas|heavier|larger|longer|climb|\bup\b|ahead|exceed|mehr|höher|gestiegen|größer|de plus|hausse",
    "down": r"less|fewer|lower|below|fell|fall|drop|decreas|declin|lighter|smaller|shorter|faster|\bdown\b|lost|loss|dip|minus|[-−](?=\d)|weniger|niedriger|gesunken|kleiner|de moins|baisse",
    "ratio": r"times|twice|ratio|fold|\d ?[x×]|fach|\bmal\b|fois|as much|as many|double|triple",
    "share": r"%|percent|share|proportion|prozent|anteil|pour cent|part of|out of| of | der | des ",
    "sum": r"together|total|combined|in all|\bsum\b|both|zusammen|insgesamt|gesamt|ensemble|altogether|account|jointly|overall",
    "both": r"\btwo\b|\bboth\b|\bbeide|\bzwei\b|\bdeux\b",
    "mean": r"average|mean|durchschnitt|mittel|moyenne",
    "rest": r"\b(?:not|missing|without|remain\w*|rest|others?|left|died|failed|unknown|never)\b",
    "rate": r"\bper\b|\beach\b|\bpro\b|\bje\b|\bpar\b",
    "deviations": r"standard deviation|standardabweichung|écarts?[- ]types?|\bSDs?\b|σ",
}
_PATTERNS = {name: re.compile(pattern, re.I) for name, pattern in _NAMED.items()}


@dataclass(frozen=True, slots=True)
class Way:
    """A value that a number may be, how it comes about, and what it is made of."""

    value: float
    how: str
    of: tuple[Shown, ...]

    @property
    def blur(self) -> float:
        """What a sum of values that were shown in six digits or more may be off by."""
        plain = not re.search(r"[/×]", self.how) and all(s.item.digits >= 6 for s in self.of)
        return sum(s.item.tolerance for s in self.of) if plain else 0.0


def named_in(text: str, number: Number) -> set[str]:
    """The operations that a text names; a fraction names a share, a multiple a ratio."""
    named = {name for name, pattern in _PATTERNS.items() if pattern.search(text)}
    if named & {"up", "down"}:
        named.add("difference")
    if number.kind in ("fraction", "times"):
        named.add("share" if number.kind == "fraction" else "ratio")
    return named


def ways(one: Shown, two: Shown, named: set[str], number: Number) -> Iterator[Way]:
    """What the operations make of two values, for a number of that kind."""
    a, b, of = one.value, two.value, (one, two)
    said = f"{one.item.text} {{}} {two.item.text}"
    high, low = (one, two) if a >= b or number.readings[0].value < 0 else (two, one)
    apart = f"{high.item.text} − {low.item.text}"
    percent = number.kind in ("percent", "points", "fraction")
    matters = min(abs(a), abs(b)) > min(
        r.tolerance for r in number.readings
    )  # or the difference is one of them
    pointed = ["." in s.item.text for s in of]
    counts = not any(pointed)
    alike = (
        one.table == two.table
        and one.item.column == two.item.column
        and (one.item.column != "" or pointed[0] == pointed[1])
    )
    shares = [s.item.text.endswith("%") or s.output == DERIVED for s in of]
    if shares[0] != shares[1] and DERIVED not in (one.output, two.output):
        return
    same = alike or pointed[0] == pointed[1] or DERIVED in (one.output, two.output)
    if "rest" in named and not percent and counts and a <= b and number.readings[0].tolerance <= 0.5:
        yield Way(b - a, f"{two.item.text} − {one.item.text}", (two, one))
    if (
        "difference" in named
        and matters
        and same
        and not (percent and (abs(a) > 100 or counts and not shares[0]))
    ):
        yield Way(high.value - low.value, apart, (high, low))
    if (
        "difference" in named
        and matters
        and number.kind in ("points", "percent")
        and max(abs(a), abs(b)) <= 1
    ):
        yield Way(100 * (high.value - low.value), f"100 × ({apart})", (high, low))
    if b:
        if percent and "share" in named and abs(a) <= abs(b) and number.kind != "points":
            yield Way(100 * a / b, f"100 × {said.format('/')}", of)
        if (
            percent
            and "difference" in named
            and same
            and number.kind != "points"
            and named & {"up", "down"} != {"up" if a < b else "down"}
        ):
            yield Way(100 * (a / b - 1), f"100 × ({said.format('/')} − 1)", of)
        if not percent and (("ratio" in named and same) or ("rate" in named and number.decimals)):
            yield Way(a / b, said.format("/"), of)
    if "sum" in named and matters and number.kind != "times" and (alike or counts):
        yield Way(a + b, said.format("+"), of)
    if "mean" in named and "both" in named and number.kind != "times" and alike:
        yield Way((a + b) / 2, f"({said.format('+')}) / 2", of)


def fits(number: Number, way: Way) -> bool:
    """Whether the number is that value, as exactly as it is written."""
    scale = 100.0 if number.kind == "fraction" else 1.0
    for reading in number.readings:
        value, tolerance = reading.value * scale, reading.tolerance * scale
        slack = tolerance * (1 + 1e-6) + abs(value) * 1e-9 + way.blur
        if abs(way.value - value) <= slack or (value > 0 and abs(-way.value - value) <= slack):
            return True
    return False


def chance(number: Number, tried: Sequence[Way]) -> float:
    """How many of the values that were tried may be expected within the tolerance by chance."""
    scale = 100.0 if number.kind == "fraction" else 1.0
    value, tolerance = abs(number.readings[0].value) * scale, number.readings[0].tolerance * scale
    near = {float(f"{w.value:.6g}") for w in tried if value / 2 <= abs(w.value) <= 2 * value}
    return len(near) * 2 * tolerance / (1.5 * value) if value else 1.0
