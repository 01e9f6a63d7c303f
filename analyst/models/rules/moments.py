"""Months and days of the week as conditions: "in March 2024", "between June and August", "on weekends"."""

from __future__ import annotations

import re

from .survey import Column, Table
from .vocabulary import tokens

MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_DAYS = {
    **{day: (day,) for day in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")},
    "weekend": ("saturday", "sunday"),
}
_MONTH = "|".join(rf"{m[:3]}(?:{m[3:]})?" if m != "may" else m for m in MONTHS)
_OF_A_YEAR = r"(?:,? (?:of )?((?:1[5-9]|20)\d\d))?\b"
_NEXT = rf"(?:(?:,| and| or|, and|, or) (?:{_MONTH})\b)*"
SPAN = rf"\b(?:between|from) ({_MONTH}) (?:and|to|until|through) ({_MONTH})\b{_OF_A_YEAR}"
"""First month, last month, year."""
LISTED = rf"\b(?:in|during|for|of|from|only) (?:the months? of )?((?:{_MONTH})\b{_NEXT})(?! (?:to|until|through) (?:{_MONTH})){_OF_A_YEAR}"
"""Months, year."""
DAYS = rf"\b(?:on|during|at|only) (?:an? |the )?((?:{'|'.join(_DAYS)})s?(?:(?:,| and| or) (?:{'|'.join(_DAYS)})s?)*)\b"


def span(first: str, last: str, year: str | None) -> tuple[str, ...]:
    """All months from one to another, over the turn of the year if need be; none where that would be two years."""
    begin, end = _number(first), _number(last)
    if year and end < begin:
        return ()
    return tuple(MONTHS[n % 12].capitalize() for n in range(begin, end + (12 if end < begin else 0) + 1))


def months(said: str) -> tuple[str, ...]:
    """The months in a list of them."""
    return tuple(MONTHS[_number(m)].capitalize() for m in re.findall(_MONTH, said))


def days(said: str) -> tuple[str, ...]:
    """The days in a list of days and weekends."""
    return tuple(day.capitalize() for word in re.findall("|".join(_DAYS), said) for day in _DAYS[word])


def numbers(names: tuple[str, ...]) -> tuple[str, ...]:
    """Months as a column of numbers has them."""
    return tuple(str(MONTHS.index(name.lower()) + 1) for name in names)


def column(table: Table) -> Column | None:
    """Where months are looked up: in the first column of dates, else in a column of their numbers."""
    numbered = (c for c in table.columns if c.type == "integer" and "month" in tokens(c.name))
    return next(iter(table.dates()), None) or next(numbered, None)


def _number(month: str) -> int:
    return next(n for n, name in enumerate(MONTHS) if name.startswith(month[:3]))
