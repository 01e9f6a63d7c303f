"""Numbers among the variables after a cell: of a small one all, at full precision; of another what its summary tells. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import zip_longest

from ..events import Variable
from .items import Item
from .printed import in_text
from .tables import Row, in_summary, is_name, labelled

_NO_DATA = ("module", "function", "class")


def in_variable(variable: Variable, table: int) -> Iterator[Item]:
    """The numbers of a variable; those of its content as of the given table, with the labels of their row and column."""
    name, summary = variable.name, variable.summary
    columns, rows = _content(variable)
    if variable.type == "DataFrame":
        yield from in_summary(name, summary)
    elif variable.type in _NO_DATA:
        return
    elif rows and ": " not in summary:
        yield from _under(name, in_text(" ".join(text for text, _ in rows[0])))
        return
    else:  # of what is told whole, its number of values alone
        yield from _under(name, in_text(summary.partition(": ")[0] if rows else summary))
    for row in rows:
        titles = [""] * (len(row) - len(columns)) + columns
        parts = tuple(text for text, head in row if (head and text) or is_name(text))
        for each in labelled(row, parts, titles, table):
            yield each if each.row else replace(each, row=name)


def told(variable: Variable) -> str:
    """All that is on record of a variable, as text."""
    if variable.type in _NO_DATA:
        return ""
    columns, rows = _content(variable)
    lines = [" ".join(text for text, _ in row) for row in rows]
    return "\n".join([variable.summary, " ".join(columns), *lines])


def _content(variable: Variable) -> tuple[list[str], list[Row]]:
    """Titles of columns, and rows: labels and values; none where a variable is not told, or in no known form."""
    try:
        content = variable.content or {"columns": (), "rows": (), "cells": ()}
        pairs = zip_longest(content["rows"], content["cells"], fillvalue=())
        return [str(title) for title in content["columns"]], [
            [(str(label), True) for label in labels] + [(str(value), False) for value in values]
            for labels, values in pairs
        ]
    except (KeyError, TypeError):
        return [], []


def _under(name: str, items: Iterator[Item]) -> Iterator[Item]:
    for each in items:
        yield replace(each, row=f"{name} {each.row}".strip(), line=f"{name}: {each.line}")
