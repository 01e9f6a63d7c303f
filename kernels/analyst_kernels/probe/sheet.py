"""The first rows of a sheet that is too large to be read whole, straight from the XML in the workbook (ECMA-376, part 1)."""

from __future__ import annotations

import datetime
import re
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any
from xml.etree import ElementTree

_BUILT_IN = {*range(14, 23), *range(45, 48)}
"""Numbers of the formats for dates and times that every workbook has (18.8.30)."""
SPREAD = 4_000_000
"""Cells, empty ones among them, of the rows that are kept."""
_RELATED = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


_PLACE = re.compile(rb"""\br=["']([A-Z]{0,3})(\d{1,7})["']""")


class Sheets:
    """The sheets of an xlsx workbook: where they are, how large, and their first rows."""

    def __init__(self, container: zipfile.ZipFile) -> None:
        self.container = container
        book = ElementTree.fromstring(container.read("xl/workbook.xml"))
        links = ElementTree.fromstring(container.read("xl/_rels/workbook.xml.rels"))
        targets = {link.get("Id"): link.get("Target", "") for link in links}
        self.places = {
            item.get("name", ""): "xl/" + targets.get(item.get(_RELATED), "").removeprefix("/xl/")
            for item in book.iter()
            if _tag(item) == "sheet"
        }
        properties = next((item for item in book.iter() if _tag(item) == "workbookPr"), None)
        since_1904 = properties is not None and properties.get("date1904") in {"1", "true"}
        self.epoch = datetime.datetime(1904, 1, 1) if since_1904 else datetime.datetime(1899, 12, 30)

    def size(self, sheet: str) -> int:
        """Bytes of the sheet's XML, unpacked; 0 for a sheet that is somewhere else."""
        place = self.places.get(sheet, "")
        return self.container.getinfo(place).file_size if place in self.container.namelist() else 0

    def spread(self, sheet: str) -> int:
        """Cells in the rectangle from the first corner to the last cell: a few that lie far apart make many."""
        rows = width = 0
        rest = b""
        with self.container.open(self.places[sheet]) as file:
            while block := file.read(1 << 20):
                columns, numbers = set[bytes](), set[bytes]()
                for letters, digits in _PLACE.findall(rest + block):
                    columns.add(letters)
                    numbers.add(digits)
                width = max(width, *map(_column, columns), 1)
                rows = max(rows, *map(int, numbers), 0)
                rest = block[-40:]
        return rows * width

    def first_rows(self, sheet: str, most: int) -> tuple[list[list[Any]], int]:
        """Up to so many rows, empty cells None, and the number of the last row: said by the sheet, else estimated."""
        rows: list[list[Any]] = []
        last = seen = width = 0
        with self.container.open(self.places[sheet]) as file:
            for _, item in ElementTree.iterparse(file):
                if _tag(item) == "dimension":
                    last = int(re.sub(r"\D", "", item.get("ref", "").rpartition(":")[2]) or 0)
                elif _tag(item) == "row":
                    number = int(item.get("r", len(rows) + 1))
                    if number > most or number * width > SPREAD:
                        seen = file.tell()
                        break
                    rows += [[] for _ in range(number - 1 - len(rows))]
                    rows.append(_cells(item))
                    width = max(width, len(rows[-1]))
                    item.clear()
        if last <= len(rows):
            last = round(len(rows) * self.size(sheet) / seen) if seen else 0
        return self.resolved(rows), last

    def resolved(self, rows: list[list[Any]]) -> list[list[Any]]:
        """With shared texts looked up, dates made of numbers, and all rows as long as the longest."""
        wanted = max(
            (cell[1] for row in rows for cell in row if type(cell) is tuple and cell[0] == "s"), default=-1
        )
        texts = list(self.shared(wanted + 1))
        dates = self.date_styles()
        width = max(map(len, rows), default=0)
        return [
            [*(self.value(cell, texts, dates) for cell in row), *[None] * (width - len(row))] for row in rows
        ]

    def value(self, cell: Any, texts: list[str], dates: set[int]) -> Any:
        """One cell: text, number, date, truth or None."""
        if type(cell) is not tuple:
            return cell
        kind, content = cell
        if kind == "s":
            return texts[content] if content < len(texts) else None
        style, number = content
        if style in dates and 0 <= number < 3_000_000:
            return self.epoch + datetime.timedelta(milliseconds=round(number * 86_400_000))
        return int(number) if number.is_integer() else number

    def shared(self, count: int) -> Iterator[str]:
        """The first so many of the texts that cells refer to."""
        if not count or "xl/sharedStrings.xml" not in self.container.namelist():
            return
        with self.container.open("xl/sharedStrings.xml") as file:
            for _, item in ElementTree.iterparse(file):
                if _tag(item) == "si":
                    yield _text(item)
                    item.clear()
                    count -= 1
                    if not count:
                        return

    def date_styles(self) -> set[int]:
        """The numbers of the cell styles that show a number as a date."""
        if "xl/styles.xml" not in self.container.namelist():
            return set()
        styles = ElementTree.fromstring(self.container.read("xl/styles.xml"))
        dated = set(_BUILT_IN)
        for item in styles.iter():
            if _tag(item) == "numFmt":
                code = re.sub(r'"[^"]*"|\[[^\]]*\]|\\.', "", item.get("formatCode", ""))
                if re.search(r"[ymdhs]", code, re.I):
                    dated.add(int(item.get("numFmtId", 0)))
        formats: Iterable[ElementTree.Element] = next(
            (item for item in styles if _tag(item) == "cellXfs"), ()
        )
        return {n for n, item in enumerate(formats) if int(item.get("numFmtId", 0)) in dated}


def _column(letters: bytes) -> int:
    """`AB` → 28"""
    column = 0
    for letter in letters:
        column = column * 26 + letter - 64
    return column


def _tag(item: ElementTree.Element) -> str:
    return item.tag.rpartition("}")[2]


def _text(item: ElementTree.Element) -> str:
    # phonetic guides (rPh) are not part of the text
    parts = [item, *(run for run in item if _tag(run) == "r")]
    return "".join(text.text or "" for part in parts for text in part if _tag(text) == "t")


def _cells(row: ElementTree.Element) -> list[Any]:
    cells: list[Any] = []
    for item in row:
        letters = re.sub(r"[^A-Z]", "", item.get("r", ""))[:3]
        cells += [None] * (_column(letters.encode()) - 1 - len(cells))
        cells.append(_cell(item))
    return cells


def _cell(item: ElementTree.Element) -> Any:
    """A plain value, or what is to be looked up: ("s", number of the text), ("n", (style, number))."""
    kind = item.get("t", "n")
    if kind == "inlineStr":
        return "".join(_text(inner) for inner in item if _tag(inner) == "is")
    content = next((inner.text for inner in item if _tag(inner) == "v"), None)
    if content is None or kind == "e":
        return None
    if kind == "s":
        return ("s", int(content))
    if kind == "b":
        return content == "1"
    if kind in {"str", "d"}:
        return content
    return ("n", (int(item.get("s", 0)), float(content)))
