"""A number that an output shows, with the labels beside it. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

NUMBER = re.compile(
    r"(?<![\w.])[-+−]?(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?(?:[eE][-+]?\d+)?(?: ?%)?(?!\w)"
)
LETTER = re.compile(r"[^\W\d_]")
TRIM = " \t:=,'\"{}[]()|->•*"
QUARTILES = {"25%": "25% quartile", "50%": "50% median", "75%": "75% quartile"}
"""Rows of `describe`, with the word that an answer has for them."""
_LABEL = 80


@dataclass(frozen=True, slots=True)
class Item:
    """A number that an output shows."""

    value: float
    text: str
    row: str = ""
    column: str = ""
    table: int = 0
    """Which table of its output it stands in: numbers of one table and column can be set against each other."""
    line: str = ""
    """The line around it, where it is no table."""
    parts: tuple[str, ...] = ()
    """The row's labels by level, where there is more than one."""

    @property
    def digits(self) -> int:
        """Significant digits, as shown."""
        return len(re.sub(r"[eE].*|\D", "", self.text).lstrip("0"))

    @property
    def tolerance(self) -> float:
        """Half a unit of the last digit shown."""
        mantissa, _, power = self.text.lower().rstrip("% ").replace(",", "").partition("e")
        return float(f"5e{int(power or 0) - len(mantissa.partition('.')[2]) - 1}")

    @property
    def labels(self) -> tuple[str, ...]:
        """One label for each dimension of the table: the levels of the row, then the column."""
        return (*(self.parts or (self.row,)), self.column)


def item(
    match: re.Match[str], row: str, column: str, table: int, line: str, parts: tuple[str, ...] = ()
) -> Item:
    """The number that `NUMBER` matched."""
    text = match[0].replace(",", "").replace("−", "-")
    return Item(
        float(text.rstrip("% ")), match[0].strip(), QUARTILES.get(row, row), column, table, line, parts
    )


def tail(text: str) -> str:
    """A label of bearable length: its end, which stands by the number."""
    return text if len(text) <= _LABEL else text[-_LABEL:]
