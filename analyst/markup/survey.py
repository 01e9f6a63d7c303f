"""What the survey found, for the report. It was made in the kernel: any value in it can be of any type."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from ..safe import one_line


def described(table: Mapping[str, Any]) -> dict[str, Any]:
    """A surveyed file or folder, as the template needs it."""
    columns, more = _mappings(table.get("columns")), _number(table.get("more_columns")) or 0
    rows = _number(table.get("rows"))
    about = "" if table.get("rows_exact", True) else "about "
    sampled = any("sampled" in note for note in notes(table))
    return {
        "name": name(table),
        "path": one_line(str(table.get("path", "")), 500),
        "size": "" if rows is None else f"{about}{rows:,} rows × {len(columns) + more:,} columns",
        "columns": [_column(column, None if sampled else rows) for column in columns],
        "more_columns": more,
        "files": [_file(file) for file in _mappings(table.get("files"))],
    }


def name(table: Mapping[str, Any]) -> str:
    """The name of a surveyed file or folder."""
    path = str(table.get("path", ""))
    return one_line(PurePath(path).name or path) or "data"


def notes(table: Mapping[str, Any]) -> list[str]:
    """What the survey remarked."""
    found = table.get("notes")
    return [str(note) for note in found] if isinstance(found, list | tuple) else []


def _column(column: Mapping[str, Any], rows: float | None) -> dict[str, str]:
    missing, distinct = _number(column.get("missing")), _number(column.get("distinct"))
    share = f" ({missing / rows:.1%})" if missing and rows else ""
    return {
        "name": one_line(str(column.get("column", "")), 80),
        "type": one_line(str(column.get("type", "")), 40),
        "missing": "not counted" if missing is None else f"{missing:,}{share}",
        "distinct": "" if distinct is None else f"{distinct:,}",
        "values": one_line(_values(column)),
        "note": one_line(str(column.get("note") or "")),
    }


def _values(column: Mapping[str, Any]) -> str:
    if "min" in column and "max" in column:
        middle = f", median {column['median']}" if "median" in column else ""
        return f"{column['min']} to {column['max']}{middle}"
    values, examples = column.get("values"), column.get("examples")
    if isinstance(values, Mapping):
        return ", ".join(f"{value} ({count})" for value, count in list(values.items())[:6])
    return "for example " + ", ".join(map(str, examples[:3])) if isinstance(examples, list | tuple) else ""


def _file(file: Mapping[str, Any]) -> str:
    size = _number(file.get("bytes"))
    return one_line(str(file.get("name", ""))) + ("" if size is None else f" ({size:,} bytes)")


def _number(value: object) -> int | float | None:
    return value if isinstance(value, int | float) else None


def _mappings(value: object) -> list[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list | tuple) else []
