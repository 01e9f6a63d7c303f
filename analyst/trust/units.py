"""Units that a text names, by kind: what is asked for in kilograms may be told in grams, if it says so. Pure."""

from __future__ import annotations

import re


def _kind(words: str, letters: str = "", signs: str = "") -> re.Pattern[str]:
    """A unit of one letter counts only after a number, or in brackets: elsewhere the letter is something else."""
    ways = [rf"(?<![^\W\d_])(?:{words})(?![^\W\d_])"]
    ways += [rf"(?:\d ?|[(\[_/])(?:{letters})(?![^\W\d_])"] if letters else []
    ways += [f"[{signs}]"] if signs else []
    return re.compile("|".join(ways), re.I)


_KINDS = (
    _kind(r"per ?cent|percentages?|pct|pp|points?|prozent|pour cent", signs="%"),
    _kind(
        r"[km]g|kilos?|(?:kilo|milli)?gram(?:me)?s?|kilogramm|tons?|tonnes?|lbs?|oz|ounces?|pounds?", "g|t"
    ),
    _kind(r"[cmk]m|(?:kilo|centi|milli)?met(?:er|re)s?|miles?|mi|inch(?:es)?|feet|foot|ft|yards?", "m"),
    _kind(
        r"hours?|hrs?|minutes?|mins?|seconds?|secs?|ms|days?|weeks?|months?|years?|stunden?|tagen?|jahren?",
        "h|s|d",
    ),
    _kind(r"dollars?|usd|euros?|eur|gbp|pounds?|cents?|chf", signs="$€£"),
    _kind(r"celsius|fahrenheit|degrees?|kelvin|grad", "c|f|k", "°"),
    _kind(r"thousands?|millions?|billions?|mn|mio|bn|tausend|millionen", "k|m|b"),
)


def named(unit: str, text: str) -> bool:
    """Whether a text names this unit, or one of its kind; True where the unit is of no kind that is known."""
    kinds = [kind for kind in _KINDS if kind.search(f"({unit})")]
    return not kinds or any(kind.search(text) for kind in kinds)
