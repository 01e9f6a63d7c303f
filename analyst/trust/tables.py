"""Numbers in text, HTML tables and JSON as they stand in outputs, each with the labels of its row and column."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

_NUMBER = re.compile(
    r"(?<![\w.])[-+−]?(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?(?:[eE][-+]?\d+)?(?P<percent> ?%)?(?!\w)"
)
_MOMENT = re.compile(r"\d{4}-\d\d(?:-\d\d)?(?!\d)|\b\d\d?:\d\d(?::\d\d(?:\.\d+)?)?")
"""Dates and times are no numbers."""
_JOINS = re.compile(r"(?:and|of|or|to|from|between)\Z", re.I)
"""Before a number these name nothing."""
_LETTER = re.compile(r"[^\W\d_]")
_TRIM = " \t:=,;'\"{}[]()|->•*"
_LABEL = 80
_QUARTILES = {"25%": "25% quartile", "50%": "50% median", "75%": "75% quartile"}
"""Rows of `describe`, with the word that an answer has for them."""


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

    @property
    def digits(self) -> int:
        """Significant digits, as shown."""
        return len(re.sub(r"[eE].*|\D", "", self.text).lstrip("0"))

    @property
    def tolerance(self) -> float:
        """Half a unit of the last digit shown."""
        mantissa, _, power = self.text.lower().rstrip("% ").replace(",", "").partition("e")
        return float(f"5e{int(power or 0) - len(mantissa.partition('.')[2]) - 1}")


def in_text(text: str) -> Iterator[Item]:
    """The numbers of printed text: tables by alignment, dicts and `name: value` by what stands before the number."""
    header: list[tuple[int, str]] = []
    table, aligned = 0, False
    for whole in text.splitlines():
        line = _MOMENT.sub(lambda m: " " * len(m[0]), whole)
        found = list(_NUMBER.finditer(line))
        quartile = line.split(maxsplit=1)[0] if len(found) > 1 else ""
        if quartile in _QUARTILES:
            found = found[1:]
        if not found:
            header = _header(line) or (header if line.strip() and _rule(line) else [])
            table += 1
            continue
        named = line[: found[0].start()].endswith(": ")
        table += line.lstrip().startswith("{")  # a dict is a table of its own
        table += named and aligned  # and so are lines `name: value` under one
        aligned = not named
        lead = quartile if quartile in _QUARTILES else whole[: found[0].start()].strip(_TRIM)
        if not lead and len(found) == 2 and found[0][0].endswith(".0") and line.startswith(found[0][0]):
            lead = found[0][0]  # a whole number kept with a point names the row: a year, a quarter
        last = 0
        for match in found:
            before = line[last : match.start()].strip(_TRIM)
            last = match.end()
            own = before if _LETTER.search(before) else lead
            column = next((name for edge, name in header if abs(edge - match.end()) <= 1), "")
            row = _tail(lead if column else "" if _JOINS.match(own) else own)
            yield _item(match, row, column, table, line[:200])
        table += line.rstrip().endswith("}")


def _rule(line: str) -> bool:
    return not line.strip(" -=+|") or len(line.split()) == 1


def _header(line: str) -> list[tuple[int, str]]:
    words = [(m.end(), m[0]) for m in re.finditer(r"\S+", line)]
    return words if line.startswith(" ") or "  " in line.strip() else []


def _tail(text: str) -> str:
    return text if len(text) <= _LABEL else text[-_LABEL:]


def _item(match: re.Match[str], row: str, column: str, table: int, line: str) -> Item:
    text = match[0].replace(",", "").replace("−", "-")
    value = float(text.rstrip("% "))
    return Item(value, match[0].strip(), _QUARTILES.get(row, row), column, table, line)


# ── HTML ────────────────────────────────────────────────────────────────────────────────────────────────────────────


class _Rows(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[list[tuple[str, bool]]]] = []
        self._cell: list[str] | None = None
        self._head = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - the parser's
        if tag == "table":
            self.tables.append([])
        elif tag == "tr" and self.tables:
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self._cell, self._head = [], tag == "th"

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th") and self._cell is not None and self.tables and self.tables[-1]:
            self.tables[-1][-1].append(("".join(self._cell).strip(), self._head))
            self._cell = None

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(data)


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


def _of_row(row: list[tuple[str, bool]], names: list[str], table: int) -> Iterator[Item]:
    labels = [text for text, _ in row if _LETTER.search(text) and not _NUMBER.fullmatch(text)]
    label = " ".join(labels)[:_LABEL] or (row[0][0].removesuffix(".0") if row else "")
    if row and row[0][0] in _QUARTILES:
        label, row = row[0][0], [("", True), *row[1:]]
    shift = len(names) - len(row)
    for n, (text, _) in enumerate(row):
        match = _NUMBER.fullmatch(text)
        if match:
            place = n + max(0, shift)
            yield _item(match, label, names[place] if place < len(names) else "", table, "")


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
