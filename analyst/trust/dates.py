"""Dates in the spellings that answers use, as (year, month, day); what is not said is None."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

Day = tuple[int | None, int | None, int | None]

_MONTHS = (
    "january jan januar janvier jänner enero", "february feb februar février fevrier febrero", "march mar märz maerz mars marzo",
    "april apr avril abril", "may mai mayo", "june jun juni juin junio", "july jul juli juillet julio",
    "august aug août aout agosto", "september sep sept septembre septiembre", "october oct oktober okt octobre octubre",
    "november nov novembre noviembre", "december dec dezember dez décembre diciembre",
)  # fmt: skip
_NUMBER = {name: n for n, line in enumerate(_MONTHS, 1) for name in line.split()}
_NAME = "|".join(sorted(_NUMBER, key=len, reverse=True))
_YEAR = r"(?:1[5-9]|20|21)\d\d"
_FORMS = re.compile(
    rf"(?P<iso>(?<![\d-])({_YEAR})[-/](\d\d?)[-/](\d\d?))(?![\d])"
    rf"|(?P<month>(?<![\d-])({_YEAR})-(0[1-9]|1[0-2])(?![\d-]))"
    rf"|(?P<dots>(?<![\d.])(\d\d?)\.\s?(\d\d?)\.\s?({_YEAR})\b)"
    rf"|(?P<slash>(?<![\d/])(\d\d?)/(\d\d?)/({_YEAR})\b)"
    rf"|(?P<dmy>\b(\d\d?)(?:\.|st|nd|rd|th|er)?\s(?:of\s)?({_NAME})\b\.?,?(?:\s({_YEAR})\b)?)"
    rf"|(?P<mdy>\b({_NAME})\.?\s(\d\d?)(?:st|nd|rd|th)?\b(?!\d|[.,]\d)(?:,?\s({_YEAR})\b)?)"
    rf"|(?P<my>\b({_NAME})\.?,?\s({_YEAR})\b)",
    re.I,
)


def month_names(month: int) -> str:
    """The short English name by which all spellings of a month are known."""
    return _MONTHS[month - 1].split()[1] if month != 5 else "may"


@dataclass(frozen=True, slots=True)
class Dated:
    """A date in a text. `days`: the ways to read it; more than one for 03/04/2020."""

    start: int
    end: int
    days: tuple[Day, ...]


def dates(text: str) -> Iterator[Dated]:
    """All dates of a text, in order; what cannot be a date (month 13) is passed over."""
    for match in _FORMS.finditer(text):
        found = tuple(d for d in _read(match) if _possible(d))
        if found:
            yield Dated(match.start(), match.end(), found)


def _read(match: re.Match[str]) -> Iterator[Day]:
    parts = [g for g in match.groups()[1:] if g is not None]
    kind = match.lastgroup or next(k for k, v in match.groupdict().items() if v)
    parts = [p for p in parts if p != match[kind]]
    match kind:
        case "iso":
            yield int(parts[0]), int(parts[1]), int(parts[2])
        case "month":
            yield int(parts[0]), int(parts[1]), None
        case "dots":
            yield int(parts[2]), int(parts[1]), int(parts[0])
        case "slash":
            yield int(parts[2]), int(parts[0]), int(parts[1])
            if parts[0] != parts[1]:
                yield int(parts[2]), int(parts[1]), int(parts[0])
        case "dmy":
            yield int(parts[2]) if len(parts) > 2 else None, _NUMBER[parts[1].lower()], int(parts[0])
        case "mdy":
            yield int(parts[2]) if len(parts) > 2 else None, _NUMBER[parts[0].lower()], int(parts[1])
        case _:
            yield int(parts[1]), _NUMBER[parts[0].lower()], None


def _possible(day: Day) -> bool:
    return (day[1] is None or 1 <= day[1] <= 12) and (day[2] is None or 1 <= day[2] <= 31)
