"""Numbers with a unit in a question, in the unit that the column has: "over 3 minutes" of a wait in seconds is over 180."""

from __future__ import annotations

from decimal import Decimal

from .survey import Column
from .vocabulary import unit

_SCALES = (
    {"ms": "0.001", "s": "1", "min": "60", "h": "3600", "d": "86400"},
    {"mm": "0.001", "cm": "0.01", "m": "1", "km": "1000", "in": "0.0254", "ft": "0.3048", "mi": "1609.344"},
    {"mg": "0.001", "g": "1", "kg": "1000", "t": "1000000", "oz": "28.349523125", "lb": "453.59237"},
)
"""Units of one kind, each in the first that has the size 1. Inch, foot, mile, ounce and pound as agreed in 1959."""
_SPELLED = {
    "milliseconds": "ms", "seconds": "s", "secs": "s", "minutes": "min", "mins": "min", "hours": "h", "hrs": "h", "days": "d",
    "millimetres": "mm", "millimeters": "mm", "centimetres": "cm", "centimeters": "cm", "metres": "m", "meters": "m",
    "kilometres": "km", "kilometers": "km", "inches": "in", "feet": "ft", "miles": "mi",
    "milligrams": "mg", "grams": "g", "kilograms": "kg", "kilos": "kg", "tonnes": "t", "ounces": "oz", "pounds": "lb", "lbs": "lb",
}  # fmt: skip
_ALSO = {"inch": "in", "foot": "ft"}
_NAMES = _SPELLED | {word.removesuffix("s"): unit for word, unit in _SPELLED.items()} | _ALSO
_NAMES |= {name: name for scale in _SCALES for name in scale if name != "in"}
UNIT = "|".join(sorted(_NAMES, key=len, reverse=True))
"""A unit after a number; "in" is a word of its own."""


def in_units_of(column: Column, number: str, said: str | None) -> str | None:
    """The number in the column's unit; None when the units are not of one kind. Without a unit on a side it is kept."""
    own = _NAMES.get(unit(column.name), unit(column.name))
    if not said or not own:
        return number
    other = _NAMES[said]
    scale = next((s for s in _SCALES if own in s and other in s), None)
    if scale is None:
        return number if own == other else None
    value = Decimal(number) * Decimal(scale[other]) / Decimal(scale[own])
    return number if own == other else f"{value.normalize():f}"
