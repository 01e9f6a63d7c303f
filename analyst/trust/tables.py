"""Numbers in HTML tables and JSON as they stand in outputs, each with the labels of its row and column. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from typing import Any

from .items import LETTER, NUMBER, QUARTILES, Item, item, tail
from .printed import in_text

# ── HTML ────────────────────────────────────────────────────────────────────────────────────────────────────────────


_SHAPE = re.compile(r"([\d,]+) rows × ([\d,]+) columns")
_MISSING = re.compile(r"(?:columns: |, )([^,()]+) \([^()]*, ([\d,]+) missing\)")
_Cell = tuple[str, bool]


class _Rows(HTMLParser):
    """The cells of tables, each with whether it is a heading; one that spans rows stands in each of them."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[list[_Cell]]] = []
        self._cell: list[str] | None = None
        self._head = False
        self._rows = self._columns = 1
        self._below: dict[int, tuple[int, _Cell]] = {}
        """By column: for how many rows more a cell stands there."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.tables.append([])
            self._below = {}
        elif tag == "tr" and self.tables:
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self._cell, self._head = [], tag == "th"
            given = {name: value or "" for name, value in attrs}
            self._rows, self._columns = (_span(given.get(name, "")) for name in ("rowspan", "colspan"))

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th") and self._cell is not None and self.tables and self.tables[-1]:
            row = self.tables[-1][-1]
            self._fill(row)
            cell = ("".join(self._cell).strip(), self._head)
            if self._rows > 1:
                self._below[len(row)] = (self._rows - 1, cell)
            row += [cell] * self._columns
            self._cell = None

    def _fill(self, row: list[_Cell]) -> None:
        while len(row) in self._below:
            left, cell = self._below.pop(len(row))
            if left > 1:
                self._below[len(row)] = (left - 1, cell)
            row.append(cell)

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(data)


def _span(text: str) -> int:
    return min(int(text), 1000) if text.isdecimal() and int(text) else 1


def in_html(html: str) -> Iterator[Item]:
    """The numbers of the tables in HTML."""
    parser = _Rows()
    parser.feed(html)
    for number, rows in enumerate(parser.tables):
        names: list[str] = []
        for row in rows:
            if row and all(head for _, head in row):
                texts = [text for text, _ in row]
                names = (
                    [f"{a} {b}".strip() for a, b in zip(names, texts, strict=False)]
                    if len(names) == len(texts)
                    else texts
                )
                continue
            yield from _of_row(row, names, number)


def _of_row(row: list[_Cell], names: list[str], table: int) -> Iterator[Item]:
    """The numbers of a row: words in it are its labels; where there are none, its number at the margin is."""
    parts = tuple(text for text, _ in row if LETTER.search(text) and not NUMBER.fullmatch(text))
    if not parts and row:
        parts = tuple(text.removesuffix(".0") for text, head in row if head) or (row[0][0],)
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
