"""How values are written in the columns of a text file: decimal commas, thousands, gaps, zeros in front, dates.

Each finding becomes an argument of pandas.read_csv, so that what is read has the right types, and a note.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from .cells import COMMA, GAPS, PANDAS_GAPS, POINT, counted, is_gap, named

DISTINCT = 20_000
"""Values of a column that are looked at."""
_GROUPS = re.compile(r"[-+]?\d{1,3}(\.\d{3})+")
_DIGITS = re.compile(r"[-+\d.,' \u00a0\u202fe]*\d[-+\d.,' \u00a0\u202fe]*", re.I)
EXACT = 2**53
"""Whole numbers beyond this are not kept exactly by floats."""


def marks(
    frame: Any, rows: Sequence[Sequence[str]], names: Sequence[object], separator: str
) -> tuple[dict[str, Any], list[str]]:
    """Arguments for pandas.read_csv, and notes, for a frame that was read without them.

    Args:
        frame: what pandas read.
        rows: some rows of it as text.
        names: what read_csv calls the columns, in the order of the frame's.
        separator: where it is ";" a comma is a decimal comma rather than one between thousands.
    """
    dtypes = list(frame.dtypes)
    texts = {n: _distinct(frame.iloc[:, n]) for n, dtype in enumerate(dtypes) if _is_text(dtype)}
    texts = {n: cells for n, cells in texts.items() if _may_be_numbers(cells)}
    floats = [n for n, dtype in enumerate(dtypes) if dtype.kind == "f"]
    points = [row[n].strip() for row in rows for n in floats if n < len(row) and "." in row[n]]
    options, notes = _decimals(texts, points, separator)
    decimal = options.get("decimal", ".")
    gaps = {n: found for n, cells in texts.items() if (found := _gaps(cells, decimal))}
    if gaps:
        options["na_values"] = {names[n]: found for n, found in gaps.items()}
        words = sorted({word for found in gaps.values() for word in found})
        notes.append(f"{named(words, 8)} in {_columns(names, gaps)} of numbers stands for no value")
    types = _types(frame, rows, texts, options)
    if types:
        options["dtype"] = {names[n]: kind for n, kind in types.items()}
        text = [n for n, kind in types.items() if kind == "str"]
        if text:
            notes.append(
                f"{_columns(names, text)} read as text: else zeros in front or points between would be lost"
            )
        if len(text) < len(types):
            exact = [n for n in types if n not in text]
            notes.append(
                f"{_columns(names, exact)} read as Int64: with gaps, large whole numbers would be rounded"
            )
    return options, notes


def lost(rows: Sequence[Sequence[str]]) -> list[str]:
    """A note on words that pandas reads as no value, though they may be one: `NA`, `None`."""
    words = Counter(cell for row in rows for cell in row if cell in PANDAS_GAPS)
    said = ", ".join(f"{word!r} ({count:,})" for word, count in sorted(words.items()))
    return [f"cells read as missing, besides empty ones: {said}"] if said else []


def _columns(names: Sequence[object], chosen: Any) -> str:
    return f"{counted(len(chosen), 'column')} ({named([str(names[n]) for n in chosen])})"


def _is_text(dtype: Any) -> bool:
    return str(dtype) in {"object", "str", "string"}


def _distinct(series: Any) -> list[str]:
    return [value.strip() for value in series.dropna().unique()[:DISTINCT] if type(value) is str]


def _may_be_numbers(cells: Sequence[str]) -> bool:
    """Whether at least some of the cells are numbers, or would be without what stands between their digits."""
    some = cells[:: max(1, len(cells) // 300)]
    return sum(bool(_DIGITS.fullmatch(cell)) for cell in some) > 0.3 * len(some)


def _digits(cell: str) -> bool:
    return any("0" <= c <= "9" for c in cell)


def _decimals(
    texts: dict[int, list[str]], points: list[str], separator: str
) -> tuple[dict[str, Any], list[str]]:
    """The decimal mark and the one between thousands, if all columns agree; `points` are numbers that have points."""
    found = [mark for cells in texts.values() if (mark := _mark(_numbers(cells)))]
    grouped = bool(points) and all(_GROUPS.fullmatch(cell) for cell in points)
    doubtful = "?" in found
    if any(mark[0] == "," for mark in found) or (doubtful and separator == ";" and not points):
        if any(mark[0] == "." for mark in found) or (points and not grouped):
            return {}, [
                "some columns have decimal commas and some decimal points: those with commas are read as text"
            ]
        thousands = "." if grouped else next((mark[1] for mark in found if len(mark) > 1), "")
        return {"decimal": ","} | ({"thousands": thousands} if thousands else {}), []
    if found:
        doubt = (
            ["commas between three digits and three are read as thousands: 1,234 is 1234"] if doubtful else []
        )
        return {"thousands": ","}, doubt
    return {}, []


def _numbers(cells: Sequence[str]) -> list[str]:
    """The numbers in a column of them; none if it holds other words too."""
    numbers = [cell for cell in cells if _digits(cell) and (POINT.fullmatch(cell) or COMMA.fullmatch(cell))]
    rest = sum(not is_gap(cell) for cell in cells) - len(numbers)
    return numbers if rest <= 0.02 * len(numbers) else []


def _mark(numbers: Sequence[str]) -> str:
    """Decimal mark and mark between thousands of a column: ",", ",.", ", ", ".,"; "?" where 1,234 could be either."""
    commas = any("," in cell for cell in numbers)
    if numbers and all(COMMA.fullmatch(cell) for cell in numbers):
        thousands = {c for cell in numbers for c in cell if c in " .'"}
        if not all(POINT.fullmatch(cell) for cell in numbers):
            return "," + "".join(thousands) if len(thousands) <= 1 else ""
        return ("," if any(cell.lstrip("+-").startswith("0,") for cell in numbers) else "?") if commas else ""
    return ".," if commas and all(POINT.fullmatch(cell) for cell in numbers) else ""


def _gaps(cells: Sequence[str], decimal: str) -> list[str]:
    """Words for "no value" in a column that else holds numbers."""
    words = [cell for cell in cells if cell in GAPS]
    if not words:
        return []
    number = COMMA if decimal == "," else POINT
    others = [cell for cell in cells if cell not in GAPS]
    numbers = sum(_digits(cell) and bool(number.fullmatch(cell)) for cell in others)
    return sorted(set(words)) if others and numbers == len(others) else []


def _types(
    frame: Any, rows: Sequence[Sequence[str]], texts: dict[int, list[str]], options: dict[str, Any]
) -> dict[int, str]:
    """Columns that pandas must be told the type of, because it would take something away."""
    types: dict[int, str] = {}
    for n, dtype in enumerate(frame.dtypes):
        if n in texts:
            if _would_melt(texts[n], options.get("thousands", "")):
                types[n] = "str"
            continue
        if dtype.kind not in "iuf":
            continue
        cells = [row[n].strip() for row in rows if n < len(row)]
        zeros = [cell for cell in cells if cell[:1] == "0" and len(cell) > 1 and cell.isdigit()]
        # two digits with a zero in front are months, days and hours, and numbers as well
        if zeros and max(map(len, zeros)) > 2:
            types[n] = "str"
        elif dtype.kind == "f" and all(map(_whole, cells)) and frame.iloc[:, n].abs().max() > EXACT:
            types[n] = "Int64"
    return types


def _whole(cell: str) -> bool:
    return is_gap(cell) or cell.lstrip("+-").isdigit()


def _would_melt(cells: Sequence[str], thousands: str) -> bool:
    """Whether pandas would make numbers of what are none, 31.12.2023 or 10.0.0.1, by taking the thousands' mark away."""
    said = [cell for cell in cells if not is_gap(cell)]
    melts = bool(thousands) and all(
        POINT.fullmatch(cell.replace(thousands, "").replace(",", ".")) for cell in said
    )
    return melts and bool(said) and not _numbers(said)
