"""Numbers in HTML tables and JSON as they stand in outputs, each with the labels of its row and column. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import unescape
from typing import Any

from .items import LETTER, NUMBER, QUARTILES, Item, item, tail
from .printed import in_text

# ── HTML ────────────────────────────────────────────────────────────────────────────────────────────────────────────


CELLS = 200_000
"""Cells that are read of the tables of one output. What stands below is no evidence."""
_SHAPE = re.compile(r"([\d,]+) rows × ([\d,]+) columns")
_MISSING = re.compile(r"(?:columns: |, )([^,()]+) \([^()]*, ([\d,]+) missing\)")
Cell = tuple[str, bool]
"""A text, and whether it is a heading."""
Row = list[Cell]
_PIECE = re.compile(
    r"<(?:(table)|tr|t([dh]))\b([^<>]*)>(?(2)((?:[^<]+|<(?!/?t(?:[dhr]|able|body|head|foot)\b))*+))", re.I
)
"""A table or a row begins; or a cell, with its attributes and all that stands in it up to the next piece of a table."""
_TAG = re.compile(r"<[^<>]*>")
_SPAN = re.compile(r"(row|col)span\s*=\s*[\"']?(\d{1,3})\b", re.I)


def in_html(html: str) -> Iterator[Item]:
    """The numbers of the tables in HTML, as far as `CELLS`."""
    last, names = 0, list[str]()
    for table, row in _rows(html):
        if table != last:
            last, names = table, []
        if all(head for _, head in row):
            texts = [text for text, _ in row]
            same = len(names) == len(texts)
            names = [f"{a} {b}".strip() for a, b in zip(names, texts, strict=True)] if same else texts
        else:
            yield from of_row(row, names, table)


def _rows(html: str) -> Iterator[tuple[int, Row]]:
    """The rows that have cells, each with the number of its table; a cell that spans rows or columns stands in each."""
    table, left, row = 0, CELLS, Row()
    below: dict[int, tuple[int, Cell]] = {}  # by column: for how many rows more a cell stands there
    for piece in _PIECE.finditer(html):
        begins, kind, attributes, inside = piece.groups()
        if kind:
            _fill(row, below)
            text = _TAG.sub("", inside) if "<" in inside else inside
            cell = (unescape(text).strip(), kind in "hH")
            spans = {name.lower(): int(size) for name, size in _SPAN.findall(attributes)}
            if spans.get("row", 1) > 1:
                below[len(row)] = (spans["row"] - 1, cell)
            row += [cell] * max(1, spans.get("col", 1))
        elif row:
            yield table, row
            left, row = left - len(row), []
        if begins:
            table, below = table + 1, {}
        if len(row) >= left:
            break
    if row:
        yield table, row


def _fill(row: Row, below: dict[int, tuple[int, Cell]]) -> None:
    while len(row) in below:
        left, cell = below.pop(len(row))
        if left > 1:
            below[len(row)] = (left - 1, cell)
        row.append(cell)


def of_row(row: Row, names: list[str], table: int) -> Iterator[Item]:
    """The numbers of a row of HTML: words in it are its labels; where there are none, its number at the margin is."""
    parts = tuple(text for text, _ in row if is_name(text))
    if not parts and len(row) > 1:
        parts = tuple(text.removesuffix(".0") for text, head in row if head) or (row[0][0],)
    return labelled(row, parts, names, table)


def is_name(text: str) -> bool:
    """Whether the text of a cell is a name and no value."""
    return LETTER.search(text) is not None and NUMBER.fullmatch(text) is None


def labelled(row: Row, parts: tuple[str, ...], names: list[str], table: int) -> Iterator[Item]:
    """The numbers of a row with these labels, under the columns of these names."""
    label = tail(" ".join(parts))
    if row and row[0][0] in QUARTILES:
        label, parts = row[0][0], ()
    shift = max(0, len(names) - len(row))
    for n, (text, head) in enumerate(row, shift):
        match = NUMBER.fullmatch(text)
        if match and not head:
            yield item(match, label, names[n] if n < len(names) else "", table, "", parts)


# ── JSON: digests, surveys ──────────────────────────────────────────────────────────────────────────────────────────


def in_figure(value: Any, path: str = "") -> Iterator[Item]:
    """The numbers of a figure's digest, labelled by the keys that lead to them; bars by their categories."""
    if isinstance(value, Mapping):
        names = value.get("x", {}).get("categories") if isinstance(value.get("x"), Mapping) else None
        for key, inner in value.items():
            if key == "marks" and names:
                yield from _marks(inner, names, f"{path} {value.get('title', '')}")
            else:
                yield from in_figure(inner, f"{path} {key}")
    elif isinstance(value, list):
        for inner in value:
            yield from in_figure(inner, path)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield Item(float(value), f"{value:g}", column=path.strip(), line=path.strip())
    elif isinstance(value, str):
        yield from in_text(value)


def _marks(marks: Any, names: list[str], path: str) -> Iterator[Item]:
    for number, mark in enumerate(marks):
        values = mark.get("values", ())
        for name, value in zip(names, values, strict=False):
            if isinstance(value, int | float):
                yield Item(float(value), f"{value:g}", name, mark.get("label", ""), number, path)
        yield from in_figure({k: v for k, v in mark.items() if k != "values"}, path)


def in_survey(table: Mapping[str, Any]) -> Iterator[Item]:
    """What the survey found of a table: rows, columns, and of each column its facts."""
    columns = table.get("columns", ())
    if isinstance(table.get("rows"), int):
        yield Item(float(table["rows"]), str(table["rows"]), "", "rows", line="rows")
    yield Item(float(len(columns)), str(len(columns)), "", "columns", line="columns")
    for number, column in enumerate(columns, 1):
        name = str(column.get("column", ""))
        for key, value in column.items():
            if isinstance(value, int | float) and not isinstance(value, bool):
                yield Item(float(value), f"{value:g}", name, key)
            elif isinstance(value, str) and key in ("min", "max", "note"):
                yield from (Item(i.value, i.text, name, key, line=value) for i in in_text(value))
        for label, count in (column.get("values") or {}).items():
            yield Item(float(count), str(count), str(label), f"count {name}", number)


def in_summary(name: str, summary: str) -> Iterator[Item]:
    """The rows and columns of a frame among the variables, and how many values each of its columns misses."""
    if shape := _SHAPE.match(summary):
        for text, what in zip(shape.groups(), ("rows", "columns"), strict=True):
            yield Item(float(text.replace(",", "")), text, name, what, line=what)
    for column, missing in _MISSING.findall(summary):
        yield Item(float(missing.replace(",", "")), missing, column, "missing")
