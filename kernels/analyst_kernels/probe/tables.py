"""What a reader gives: a table, whole or as a sample, with the Python expression that reads all of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from .cells import named
from .files import Bounds

TABLES = 20
"""Tables of a database, sheets of a workbook or members of an archive that are looked at."""


@dataclass
class Table:
    """A table of a file: `frame` holds all of it, or a sample."""

    format: str
    read: str
    """Python; needs `import pandas as pd`, and any other module that it names."""
    frame: Any
    rows: int
    rows_exact: bool = True
    notes: list[str] = field(default_factory=list)
    part: str = ""
    """The sheet, table or member of the archive, where a file has several."""
    more_columns: int = 0
    """Columns that the frame does not have."""


def expression(function: str, place: str, options: dict[str, Any]) -> str:
    """A call of pandas: `pd.read_csv('a.csv', sep=';')`."""
    return f"pd.{function}({', '.join([place, *(f'{key}={value!r}' for key, value in options.items())])})"


def sampled(format_: str, read: str, frame: Any, notes: list[str], bounds: Bounds) -> Table:
    """A table that is there as a whole; if it is long, statistics are of rows at even distances."""
    rows = len(frame)
    if rows > bounds.rows:
        frame = frame.iloc[:: -(-rows // bounds.rows)]
        notes = [*notes, f"sampled: statistics are of {len(frame):,} rows at even distances"]
    return Table(format_, read, frame, rows, True, notes)


def renamed(names: Sequence[str], columns: Sequence[object]) -> list[str]:
    """A note on the names that pandas changed because they were there twice, and on those it made up."""
    pairs = [(name, str(column)) for name, column in zip(names, columns, strict=False) if name != str(column)]
    twice = [f"{name} → {column}" for name, column in pairs if name.strip()]
    blank = [column for name, column in pairs if not name.strip()]
    notes = (
        [f"{len(twice)} columns renamed because their name is there twice: {named(twice)}"] if twice else []
    )
    return notes + ([f"{len(blank)} columns have no name and are called {named(blank)}"] if blank else [])
