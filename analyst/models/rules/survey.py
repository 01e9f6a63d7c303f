"""The survey as values: which tables there are, and what is known of each column. Read from its JSON lines."""

from __future__ import annotations

import ast
import json
import keyword
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

CATEGORIES = 30
"""A column with at most so many distinct values can be a grouping, whatever its type."""

READERS = frozenset(["bz2", "gzip", "io", "json", "lzma", "pathlib", "re", "sqlite3", "zipfile"])
"""Modules that an expression which reads a table can name, pandas aside."""
BOUND = frozenset(
    [
        "ax",
        "axes",
        "best",
        "between",
        "by_time",
        "complete",
        "constant",
        "dates",
        "design",
        "deviations",
        "difference",
        "effects",
        "features",
        "fig",
        "filling",
        "first",
        "fit",
        "freedom",
        "group",
        "groups",
        "held_out",
        "hit",
        "known",
        "label",
        "last",
        "matrix",
        "means",
        "missing",
        "name",
        "numbers",
        "outliers",
        "outside",
        "pairs",
        "part",
        "place",
        "places",
        "plain",
        "pooled",
        "q1",
        "q3",
        "quartiles",
        "ranking",
        "repeats",
        "residuals",
        "result",
        "row",
        "rows",
        "second",
        "series",
        "share",
        "sizes",
        "skewness",
        "slope",
        "spread",
        "table",
        "target",
        "test",
        "total",
        "train",
        "upper",
        "value",
        "values",
        "variance",
        "variances",
        "whole",
        "word",
    ]
)
"""Names that the cells bind for themselves: a frame of that name would be lost, as one of a single letter."""

TAKEN = READERS | BOUND | {"pd", "np", "plt", "print", "list", "len", "round", "sum", "min", "max", "display"}
"""Names that no frame is given."""


_YES_AND_NO = (
    ("yes", "no"),
    ("y", "n"),
    ("true", "false"),
    ("t", "f"),
    ("ja", "nein"),
    ("oui", "non"),
    ("sí", "no"),
)


def one_line(text: str) -> str:
    """A text without line breaks, to be printed and found again."""
    return " ".join(text.split())


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table, as the survey saw it."""

    name: str
    type: str
    """number, integer, text, date, boolean or other."""
    missing: int = 0
    distinct: int = 0
    values: tuple[str, ...] = ()
    """The commonest values, where the survey lists them."""
    low: str = ""
    high: str = ""
    format: str = ""
    """How dates are written, where the survey knows."""
    written: bool = False
    """Numbers that are written as text ("1,234", "88.4 %")."""
    clock: bool = False
    """Lengths of time that are written as text ("1:05:30")."""

    @property
    def label(self) -> str:
        """The name in one line, as it is printed and said."""
        return one_line(self.name) or "(no name)"

    @property
    def numeric(self) -> bool:
        """Whether it can be calculated with as it is."""
        return self.type in ("number", "integer")

    @property
    def binary(self) -> bool:
        """Whether it says yes or no: boolean, or whole numbers 0 and 1."""
        zero_one = self.type == "integer" and self.distinct == 2 and (self.low, self.high) == ("0", "1")
        return self.type == "boolean" or zero_one

    @property
    def yes_and_no(self) -> tuple[str, str] | None:
        """The values that say yes and no, where the column is one of such; a text has to spell them as words do."""
        if self.type == "boolean":
            return "True", "False"
        if self.binary:
            return "1", "0"
        spelled = {value.strip().lower(): value for value in self.values}
        if self.type != "text" or len(spelled) != 2 or self.distinct != 2:
            return None
        return next(((spelled[y], spelled[n]) for y, n in _YES_AND_NO if {y, n} == set(spelled)), None)

    @property
    def infinite(self) -> bool:
        """Whether it holds infinite values, which cannot be drawn."""
        return "inf" in (self.low + self.high).lower()

    @property
    def span(self) -> float:
        """From the lowest to the highest number; infinite where they are not known."""
        try:
            return float(self.high) - float(self.low)
        except ValueError:
            return math.inf

    @property
    def whole(self) -> bool:
        """Whether its numbers are whole, also where each is written with a decimal point (1959.0, 1960.0, …)."""
        return self.type == "integer" or (self.low.endswith(".0") and self.span == self.distinct - 1)

    @property
    def category(self) -> bool:
        """Whether its values can name groups."""
        few = 0 < self.distinct <= CATEGORIES
        return self.type in ("text", "boolean") or (self.type == "integer" and few)


@dataclass(frozen=True, slots=True)
class Table:
    """One table that can be read: `read` is the expression that reads it."""

    path: str
    read: str
    rows: int
    columns: tuple[Column, ...]
    notes: tuple[str, ...] = ()
    """What was done or left out on reading, in sentences."""

    @property
    def stem(self) -> str:
        """The file's name without folders and ending."""
        return re.sub(r"\.[A-Za-z0-9]{1,8}$", "", re.split(r"[/\\]", self.path)[-1])

    @property
    def variable(self) -> str:
        """A name for the frame in the code; of a frame that is there already its own, unless it must be changed."""
        if self.read.isidentifier():
            return f"{self.read}_once" if self.repeated else self.read
        name = re.sub(r"\W+", "_", self.stem.lower(), flags=re.ASCII).strip("_")
        usable = (
            name.isidentifier() and not keyword.iskeyword(name) and name not in TAKEN and 1 < len(name) <= 24
        )
        return name if usable else "data"

    @property
    def modules(self) -> frozenset[str]:
        """What must be imported to read it, pandas aside."""
        try:
            tree = ast.parse(self.read)
        except SyntaxError:
            return frozenset()  # it fails where it is run, and that is told
        return READERS & {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}

    @property
    def repeated(self) -> bool:
        """Whether two columns have the same name."""
        return len({c.name for c in self.columns}) < len(self.columns)

    def dates(self) -> tuple[Column, ...]:
        """The columns that hold points in time."""
        return tuple(c for c in self.columns if c.type == "date")


@dataclass(frozen=True, slots=True)
class Survey:
    """All tables, and what could not be read."""

    tables: tuple[Table, ...] = ()
    unreadable: tuple[str, ...] = ()
    """`path: reason` for each."""


def parse(text: str) -> Survey:
    """Read the JSON lines of a survey; lines that are no JSON objects say nothing."""
    tables: list[Table] = []
    unreadable: list[str] = []
    head: dict[str, Any] | None = None
    columns: list[Column] = []

    def close() -> None:
        if head is not None and "error" not in head and head.get("read"):
            rows = head.get("rows")
            rows = rows if isinstance(rows, int) else 0
            notes = head.get("notes")
            # that the survey's own figures come from a sample is no matter of the table, which is read whole
            said = (
                str(n) for n in (notes if isinstance(notes, list) else ()) if not str(n).startswith("sampled")
            )
            tables.append(Table(_place(head), str(head["read"]), rows, tuple(columns), tuple(said)))

    for line in _objects(text):
        if "column" in line:
            columns.append(_column(line))
        elif isinstance(line.get("names"), dict):  # of a wide table only names and types are told
            columns += [Column(str(name), str(kind)) for name, kind in line["names"].items()]
        elif _place(line):
            close()
            head, columns = line, []
            if "error" in line:
                unreadable.append(f"{_place(line)}: {line['error']}")
    close()
    return Survey(tuple(tables), tuple(unreadable))


def _place(line: dict[str, Any]) -> str:
    """Where a table is: its path, or the name of the variable that holds it."""
    return str(line.get("path") or line.get("variable") or "")


def _objects(text: str) -> Iterator[dict[str, Any]]:
    for line in text.splitlines():
        if not line.startswith("{"):
            continue
        try:
            value = json.loads(line)
        except ValueError:
            continue
        if isinstance(value, dict):
            yield value


def _numbers_in_texts(line: dict[str, Any]) -> bool:
    """Whether the survey says so, or all its examples begin with a number: "3.5 %", "1,200 [900-1500]"."""
    said = "numbers written as text" in str(line.get("note", ""))
    examples = line.get("examples") or ()
    return said or bool(examples) and all(re.match(r"\W{0,2}\d[\d,.]*(?![\d/:-])", str(e)) for e in examples)


_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


def _month_format(line: dict[str, Any]) -> str:
    """How months are written that the survey takes for texts: "Dec 2015"; "" when they are none."""
    examples = [str(e).split() for e in line.get("examples") or ()]
    if line.get("type") != "text" or not examples or any(len(e) != 2 for e in examples):
        return ""
    if not all(re.fullmatch(r"\d{4}", year) for _, year in examples):
        return ""
    if all(month in _MONTHS for month, _ in examples):
        return "%B %Y"
    return "%b %Y" if all(month in [m[:3] for m in _MONTHS] for month, _ in examples) else ""


def _clock(line: dict[str, Any]) -> bool:
    """Whether the examples are lengths of time: "1:05:30"."""
    examples = line.get("examples") or ()
    return bool(examples) and all(re.fullmatch(r"\d{1,3}:[0-5]\d:[0-5]\d(\.\d+)?", str(e)) for e in examples)


def _column(line: dict[str, Any]) -> Column:
    values = line.get("values")
    names = tuple(str(v) for v in values) if isinstance(values, dict | list) else ()
    months = _month_format(line)
    return Column(
        name=str(line["column"]),
        type="date" if months else str(line.get("type", "other")),
        missing=int(line.get("missing") or 0),
        distinct=int(line.get("distinct") or 0),
        values=names,
        low=str(line.get("min", "")),
        high=str(line.get("max", "")),
        format=months or str(line.get("format", "")),
        written=line.get("type") == "text" and _numbers_in_texts(line),
        clock=line.get("type") == "text" and _clock(line),
    )
