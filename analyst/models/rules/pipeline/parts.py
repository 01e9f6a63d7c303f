"""New columns from one column: parts of dates, lengths of texts, changes from row to row, yes-or-no."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..code import dates, quote
from ..survey import Column
from .formula import Formula
from .phrases import FRAME, MARK, Phrases, cell

_DATE_PARTS = {
    "year": ".dt.year",
    "month": ".dt.month",
    "day": ".dt.day",
    "hour": ".dt.hour",
    "minute": ".dt.minute",
    "quarter": ".dt.quarter",
    "weekday": ".dt.day_name()",
    "day of the week": ".dt.day_name()",
    "day of week": ".dt.day_name()",
}
_PART = "|".join(sorted(_DATE_PARTS, key=len, reverse=True))
_CHANGE = r"(?:daily|weekly|monthly|yearly|annual)? ?(?:percent(?:age)? changes?|returns?|growth rates?)"
_SIGNS = {
    ">=": r"at least|>=|≥|greater than or equal to|or more",
    "<=": r"at most|<=|≤|less than or equal to",
    ">": r"(?:greater|more|higher|larger|older) than|above|over|exceeds?|>",
    "<": r"(?:less|lower|smaller|fewer|younger) than|below|under|<",
    "==": r"equals?(?: to)?|is|==|=",
}


def parts(said: Phrases, new: frozenset[Column], times: Column | None) -> Iterator[Formula]:
    """Formulas over one column."""
    yield from _date_parts(said, new)
    yield from _lengths(said, new)
    yield from _changes(said, new, times)
    yield from _binaries(said, new)
    yield from _logs(said, new)


def _date_parts(said: Phrases, new: frozenset[Column]) -> Iterator[Formula]:
    pattern = rf"\b({_PART})(?: part| component| information)?s? (?:of|from|in|out of)(?: the)? {MARK}"
    for match in re.finditer(pattern, said.text, re.I):
        column = said.column(match[2])
        if column is None or column in new or column.type != "date":
            continue
        part = match[1].lower()
        kind = "text" if "name" in _DATE_PARTS[part] else "integer"
        expression = f"{dates(column, FRAME)}{_DATE_PARTS[part]}"
        yield Formula(match.start(), expression, f"{part} of {column.label}", (column,), 2, (), kind)


def _lengths(said: Phrases, new: frozenset[Column]) -> Iterator[Formula]:
    pattern = rf"\b(length|(?:number|count) of (?:characters|letters)|(?:number|count) of words|word count) (?:of|in|for)(?: \w+){{0,4}}? {MARK}"
    for match in re.finditer(pattern, said.text, re.I):
        column = said.column(match[2])
        if column is None or column in new or column.type != "text":
            continue
        texts = f"{cell(column)}.astype(str)"
        counted = ".str.split().str.len()" if "word" in match[1].lower() else ".str.len()"
        yield Formula(
            match.start(),
            texts + counted,
            f"{match[1].lower()} of {column.label}",
            (column,),
            2,
            (),
            "integer",
        )


def _changes(said: Phrases, new: frozenset[Column], times: Column | None) -> Iterator[Formula]:
    """Changes from row to row need the rows in the order of time."""
    for match in re.finditer(rf"\b({_CHANGE})\b[^.;«»]{{0,60}}{MARK}", said.text, re.I):
        column = said.column(match[2])
        if column is None or column in new or column.type == "date":
            continue
        percent = re.search(r"percent|%", said.text) is not None
        expression = f"{cell(column)}.pct_change()" + (" * 100" if percent else "")
        prepare: tuple[str, ...] = ()
        if times is not None:
            order = f"{dates(times, FRAME)}.sort_values().index"
            prepare = (f"{FRAME} = {FRAME}.loc[{order}]",)
        name = f"{match[1].lower().strip()} of {column.label}"
        does = frozenset({"changes from one period to the next"})
        yield Formula(match.start(), expression, name, (column,), 2, prepare, does=does)


def _binaries(said: Phrases, new: frozenset[Column]) -> Iterator[Formula]:
    """`1 if «n» is above 30, else 0`; a quoted pair of names in place of 1 and 0 is left to groups."""
    value = r"[\"'“‘]?([^\"'”’,;.«»\s]+(?:\.\d+)?)[\"'”’]?"
    for sign, pattern in _SIGNS.items():
        full = (
            rf"(?:\b1\b|\btrue\b)[^.«»\n]{{0,40}}\bif\b[^.«»\n]{{0,40}}{MARK} (?:is )?(?:{pattern}) {value}"
        )
        for match in re.finditer(full, said.text, re.I):
            column = said.column(match[1])
            if column is None or column in new:
                continue
            compared = match[2] if re.fullmatch(r"-?\d+(\.\d+)?", match[2]) else quote(match[2])
            expression = f"({cell(column)} {sign} {compared}).astype(int)"
            yield Formula(
                match.start(),
                expression,
                f"1 if {column.label} {sign} {match[2]}",
                (column,),
                2,
                (),
                "integer",
            )


def _logs(said: Phrases, new: frozenset[Column]) -> Iterator[Formula]:
    """Only where a new column is defined; a logarithm in place is a transformation."""
    if not new:
        return
    forward = rf"\blog(?:10|2|1p|arithm|arithmic)?\b[^.;«»\n]{{0,60}}{MARK}"
    backward = rf"{MARK}[^.;«»\n]{{0,40}}\blog(?:10|arithm|arithmic)?\b"
    for match in [*re.finditer(forward, said.text, re.I), *re.finditer(backward, said.text, re.I)]:
        column = said.column(match[1])
        if column is not None and column not in new and column.numeric:
            name = log_name(said.text)
            expression = f"np.{name}({cell(column)})"
            does = frozenset({"transforming values"})
            yield Formula(match.start(), expression, f"{name} of {column.label}", (column,), 1, does=does)


def log_name(text: str) -> str:
    """The logarithm that is meant, as numpy names it: natural unless a base is said."""
    if re.search(r"log10|base[- ]?10|base of 10|common log", text, re.I):
        return "log10"
    if re.search(r"log1p|log ?\( ?(?:x|\S+) ?\+ ?1 ?\)|log ?\( ?1 ?\+|plus (?:1|one) before", text, re.I):
        return "log1p"
    return "log2" if re.search(r"log2|base[- ]?2\b", text, re.I) else "log"
