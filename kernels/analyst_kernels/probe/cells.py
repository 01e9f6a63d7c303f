"""What a cell of text says: a number, a date, nothing, or a word. Patterns only; no cell is ever converted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

POINT = re.compile(r"[-+]?(?=[.,]?\d)(\d{1,3}(,\d{3})+|\d+)?(\.\d*)?([eE][-+]?\d+)?")
"""A number with a decimal point, thousands set apart by commas or not at all."""
COMMA = re.compile(r"[-+]?(?=[.,]?\d)(\d{1,3}([. '\u00a0\u202f]\d{3})+|\d+)?(,\d*)?([eE][-+]?\d+)?")
"""A number with a decimal comma, thousands set apart by points, blanks or not at all."""
DATE = re.compile(
    r"\s*(\d{4}[-/.]\d{1,2}([-/.]\d{1,2})?|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}"
    r"|\d{1,2}\.? ?-?[A-Za-z]{3,9}\.?[ -,]*\d{2,4}|[A-Za-z]{3,9}\.? \d{1,2},? \d{4}|\d{8}T)([ T]|$)"
)
TIME = re.compile(r"\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?")
GAPS = frozenset(
    [
        "-",
        "--",
        "---",
        ".",
        "..",
        "…",
        "...",
        "–",
        "—",
        "?",
        "*",
        "n.a.",
        "N.A.",
        "n/a.",
        "na",
        "Na",
        "n.d.",
        "N.D.",
        "nd",
        "ND",
        "k.A.",
        "k.",
        "A.",
        "o.A.",
        "missing",
        "Missing",
        "MISSING",
        "unknown",
        "Unknown",
        "(null)",
        "\\N",
        "#DIV/0!",
        "#REF!",
        "#VALUE!",
        "#NAME?",
        "#NUM!",
        "#NULL!",
        "#N/A!",
        "NaN.",
        "nil",
        "NIL",
        "Nil",
    ]
) | {"k. A.", "not available", "Not available", "no data", "No data"}
"""Words for "no value" that pandas does not know."""
PANDAS_GAPS = frozenset(
    [
        "#N/A",
        "#N/A N/A",
        "#NA",
        "-1.#IND",
        "-1.#QNAN",
        "-NaN",
        "-nan",
        "1.#IND",
        "1.#QNAN",
        "<NA>",
        "N/A",
        "NA",
        "NULL",
        "NaN",
        "None",
        "n/a",
        "nan",
        "null",
    ]
)
"""Words that pandas reads as "no value", besides the empty cell."""
TOTAL = re.compile(
    r"\W*(grand |sub)?(total|totals|sum|summe|gesamt|gesamtsumme|insgesamt|totale|somme|suma|totaal)\W*", re.I
)

REMARK = re.compile(
    r"\W*(sources?|notes?|remarks?|footnotes?|quellen?|hinweise?|anmerkung(en)?|fuentes?|notas?|fonte|copyright|©|generated|"
    r"exported|created|erstellt|stand|as of|last updated?|end of)\b",
    re.I,
)


def is_number(text: str) -> bool:
    """Whether a cell is a number, however its decimals and thousands are written."""
    text = text.strip()
    return any(c.isdigit() for c in text) and bool(POINT.fullmatch(text) or COMMA.fullmatch(text))


def is_date(text: str) -> bool:
    """Whether a cell begins with a date."""
    return bool(DATE.match(text))


def is_gap(text: str) -> bool:
    """Whether a cell says that there is no value."""
    text = text.strip()
    return not text or text in PANDAS_GAPS or text in GAPS


def is_value(text: str) -> bool:
    """Whether a cell is what names of columns are not: a number, a date or a time."""
    return is_number(text) or is_date(text) or bool(TIME.fullmatch(text.strip()))


def share(cells: Iterable[str]) -> float:
    """The share of numbers, dates and times among the cells that say something."""
    said = [cell for cell in cells if not is_gap(cell)]
    return sum(map(is_value, said)) / len(said) if said else 0.0


def filled(row: Sequence[str]) -> int:
    """How many cells of a row are not empty."""
    return sum(bool(cell.strip()) for cell in row)


def named(words: Sequence[str], most: int = 5) -> str:
    """Some words, quoted, for a sentence."""
    shown = ", ".join(repr(word if len(word) <= 40 else word[:39] + "…") for word in words[:most])
    return shown + (f" and {len(words) - most} more" if len(words) > most else "")


def counted(count: int, one: str, many: str = "") -> str:
    """`1 line`, `3 lines`, `12,000 rows`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
