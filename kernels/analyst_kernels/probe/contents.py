"""Small variables whole, as labelled tables at full precision: what the numbers of an answer can be looked up in.

A summary shows six digits and the first rows; this shows all, of what is small. Only kinds that are known exactly are
looked into, as in `brief`, and nothing large is touched.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from .brief import brief, home_of, kind, name_of

CELLS = 400
"""Labels and values of a variable that is told."""
ROWS, NAMELESS = 50, 12
"""Rows of a frame, items of a dict or a list; and of those to which no label and no text gives a name. What is longer is
data and no result, and among its values nearly any number can be found."""
ROOM = 20_000
"""Characters of JSON for the variables of one step together."""
TEXT = 60
"""Characters of a text. A longer one is left out and not cut: half a secret would not be known as one."""

Content = dict[str, list[Any]]
"""`rows`: labels of each row, by level; `columns`: their labels; `cells`: texts, row by row, "" for what has none. Where
there are no labels, `rows` or `columns` are empty."""

_HOMES = {"builtins", "datetime", "decimal", "numpy", "pandas"}
_NOTHING = {"None", "nan", "NaN", "inf", "-inf", "NaT", "<NA>"}


def contents(variables: Iterable[tuple[str, Any]]) -> dict[str, Content]:
    """Of some variables those that are small, in their order, as far as there is room."""
    found, room = dict[str, Content](), ROOM
    for name, value in variables:
        content = content_of(value)
        size = len(json.dumps(content, ensure_ascii=False)) if content else 0
        if content and size <= room:
            room -= size
            found[name] = content
    return found


def content_of(value: Any) -> Content | None:
    """One variable; None of what is large, of no known kind, without a number or date, or told whole by its summary."""
    maker = _MAKERS.get(kind(value))
    made = maker(value) if maker else None
    if made is None or not any(any(map(str.isdigit, text)) for row in made["cells"] for text in row):
        return None
    rows = made["cells"]
    named = made["rows"] or all(any(text[:1].isalpha() for text in row) for row in rows)
    return made if named or len(rows) <= NAMELESS else None


def exact(value: Any) -> str:
    """A number, date or text as it is; "" for what is missing, long or of another kind."""
    cls = type(value)
    if cls is str:
        return value if len(value) <= TEXT and value.isprintable() else ""
    home = str(home_of(cls)).partition(".")[0]
    told = home in _HOMES and (kind(value) == "scalar" or (home == "pandas" and name_of(cls) == "Interval"))
    # Python refuses to write integers of more than some thousand digits
    if not told or (cls is int and value.bit_length() > 4 * TEXT):
        return ""
    text = str(value).removesuffix(" 00:00:00")
    return text if len(text) <= TEXT and text not in _NOTHING else ""


def _made(rows: Sequence[Sequence[Any]], columns: Sequence[Any], cells: Iterable[Iterable[Any]]) -> Content:
    return {
        "rows": [[exact(label) for label in row] for row in rows],
        "columns": [" ".join(filter(None, map(exact, _levels(column)))) for column in columns],
        "cells": [["" if type(value) is bool else exact(value) for value in row] for row in cells],
    }


def _levels(label: Any) -> tuple[Any, ...]:
    """The label of a row or column by level."""
    return label if type(label) is tuple else (label,)


# ── tables ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _of_frame(value: Any) -> Content | None:
    index, width = value.index, 1 if value.ndim == 1 else value.shape[1]
    if len(value) > ROWS or max(1, len(value)) * (width + index.nlevels) > CELLS:
        return None
    columns = [value] if value.ndim == 1 else [value.iloc[:, n] for n in range(width)]
    names = [value.name] if value.ndim == 1 else list(value.columns)
    cells = [column.to_list() if _known(column.dtype) else [""] * len(value) for column in columns]
    # whole numbers without a name say where the rows stood once: they are no labels
    counted = index.nlevels == 1 and index.name is None and str(index.dtype) == "int64"
    plain = all(_known(level.dtype) for level in getattr(index, "levels", (index,)))
    labels = [] if counted or not plain else [_levels(label) for label in index.to_list()]
    return _made(labels, names, zip(*cells, strict=True))


def _known(dtype: Any) -> bool:
    """Whether a column's values come out of it without anybody's code."""
    return str(home_of(type(dtype))).partition(".")[0] in {"numpy", "pandas"}


# ── containers ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _of_mapping(value: Any) -> Content | None:
    items = _items(value) if len(value) <= ROWS else []
    rows = [_levels(key) for key, _ in items]
    if items and all(kind(each) == "mapping" for _, each in items):
        return _records(rows, [each for _, each in items])
    return _made(rows, [], [[each] for _, each in items])


def _of_sequence(value: Any) -> Content | None:
    items = list(value) if len(value) <= ROWS else []
    if items and all(kind(each) == "mapping" for each in items):
        return _records([], items)
    if items and all(kind(each) == "sequence" for each in items):
        return _made([], [], map(list, items)) if sum(map(len, items)) <= CELLS else None
    return _made([], [], [[each] for each in items])


def _records(rows: Sequence[Sequence[Any]], records: Sequence[Any]) -> Content | None:
    """Dicts below each other: their keys are columns."""
    if sum(map(len, records)) > CELLS:
        return None
    named = [{" ".join(map(exact, _levels(key))): value for key, value in _items(each)} for each in records]
    columns = list(dict.fromkeys(name for each in named for name in each))
    if len(records) * (len(columns) + 1) > CELLS:
        return None
    return _made(rows, columns, ([each.get(name) for name in columns] for each in named))


def _items(value: Any) -> list[tuple[Any, Any]]:
    """Keys and values. Looked up, a key's own `__hash__` would be run, and a subclass's own way to an item."""
    return list(dict.items(value))


def _of_array(value: Any) -> Content | None:
    if value.ndim > 2 or value.size > CELLS or value.dtype.kind not in "iufmM":
        return None
    return _made([], [], value.tolist() if value.ndim == 2 else [[each] for each in value.flat])


def _of_scalar(value: Any) -> Content | None:
    return _made([], [], [[value]]) if exact(value) != brief(value, 200) else None


_MAKERS: dict[str, Callable[[Any], Content | None]] = {
    "frame": _of_frame,
    "series": _of_frame,
    "mapping": _of_mapping,
    "sequence": _of_sequence,
    "array": _of_array,
    "scalar": _of_scalar,
}
