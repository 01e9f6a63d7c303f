"""Frames that the kernel's variables hold, as tables of a survey: nothing needs to be read, so their `read` is the name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .brief import brief, cell, kind, type_name
from .columns import compact, facts
from .namespace import variables

COLUMNS = 200
"""Columns of a frame that are described; the others are counted."""
CELLS = 2_000_000
"""Statistics of a frame with more are those of rows at even distances: some tenths of a second."""
SHOWN = 3, 40
"""First rows, and columns of them."""


def tables(names: Sequence[str]) -> list[dict[str, Any]]:
    """Those of the variables that are DataFrames, each as `survey.survey` tells of a file's table, and `variable`."""
    there = variables()
    return [_table(name, there[name]) for name in names if name in there and kind(there[name]) == "frame"]


def _table(name: str, frame: Any) -> dict[str, Any]:
    rows, width = frame.shape
    columns = min(width, COLUMNS)
    step = -(-rows * columns // CELLS) or 1
    notes = [f"sampled: statistics are of {-(-rows // step):,} rows at even distances"] * (step > 1)
    if width > COLUMNS:
        first, last = cell(frame.columns[COLUMNS]), cell(frame.columns[-1])
        notes.append(f"{width - COLUMNS:,} more columns are not described, from {first!r} to {last!r}")
    return {
        "path": name,
        "variable": name,
        "format": "DataFrame",
        "read": name,
        "rows": rows,
        "rows_exact": True,
        "index": f"{type_name(frame.index)} {brief(list(frame.index.names))}",
        "columns": [facts(frame.columns[n], frame.iloc[::step, n]) for n in range(columns)],
        **({"more_columns": width - COLUMNS} if width > COLUMNS else {}),
        "notes": notes,
        "first": _first(frame),
    }


def _first(frame: Any) -> list[str]:
    shown = frame.iloc[: SHOWN[0], : SHOWN[1]]
    return [
        compact([cell(label), *(cell(shown.iat[row, column], 30) for column in range(shown.shape[1]))])
        for row, label in enumerate(shown.index)
    ]
