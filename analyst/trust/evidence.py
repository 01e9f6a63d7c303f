"""What a run has on record: every number and date that was shown, sorted so that a value is found by bisection."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import islice, zip_longest
from pathlib import Path
from typing import Any

from analyst_kernels import Error, Output, Stream

from ..digest import Digest
from ..events import Asked, Event, Place, Surveyed, Variable
from . import surveyed
from .dates import Day, dates
from .items import Item
from .printed import in_text
from .tables import CELLS, in_figure, in_html, in_survey
from .variables import in_variable, told
from .words import words

TABLE = "application/vnd.analyst.table+json"
GENERAL = words("min max mean median std count n rows columns missing sum corr p share r")
"""Labels that name statistics."""
NAMESPACE = -1
"""In the place of an output's number: a variable holds it after the cell."""
READ, LINE = 2_000_000, 100_000
"""Characters of a text that are read: its first and its last half; and of each of its lines."""
NUMBERS = CELLS
"""Numbers of one output that are read: more than a person could look at."""
_NAMING = re.compile(r"(?<![\w.])\d{3,}(?![\w.])|^\d+$")
_LONG = 2000
_MANY = 4000
_WHOLES = 6
_NAME = 4
"""Most words of a row's label that is the name of a group."""
_TITLE = re.compile(r"[^\W\d].*\d|\d.*[^\W\d]")
_LABEL = 6
"""Most words of a label that is told apart from others."""
_DIGITS = re.compile(r"[\d.]+")
_TELLING = 6
"""Significant digits by which a value is known again."""
_CODE = 400
"""Characters of a cell's code that are read for that."""
_TIME = re.compile(r"(?<![\d:])([01]?\d|2[0-3]):([0-5]\d)(?![\d])")
_DATED = re.compile(
    r"\d[-/]\d|\d\.\s?\d\d?\.\s?\d"
    r"|\b(?:jan|jän|feb|fév|fev|mar|mär|mae|apr|avr|abr|may|mai|jun|jui|jul|aug|aoû|aou|ago|sep|oct|okt|nov|dec|dez|déc|dic|ene)",
    re.I,
)
"""What a line with a date has in it. Looked for first, since hardly any line has it, and all forms of dates cost more."""
_BARE = re.compile(r"(?:np\.\w+\()?[-+]?[\d.,]+(?:e[-+]?\d+)?\)?", re.I)
_TAG = re.compile(r"<[^<>]*>")
_SHOWS = re.compile(r"\b(?:print|display)\(")
FIGURE = "application/vnd.analyst.figure+json"


@dataclass(frozen=True, slots=True)
class Shown:
    """A number on record."""

    item: Item
    cell: int
    output: int
    code: str
    variable: str = ""
    """The name of the variable that holds it; "" of what an output shows."""

    @property
    def value(self) -> float:
        """At the precision with which it was shown."""
        return self.item.value

    @property
    def place(self) -> Place:
        """Where it stands."""
        item = self.item
        return Place(self.cell, self.output, item.row, item.column, item.text, self.variable)

    @property
    def labels(self) -> frozenset[str]:
        """Words that stand beside it; where none do, those of the code that showed it."""
        item = self.item
        return words(f"{item.row} {item.column} {item.line} {self.variable}") or words(self.showing)

    @property
    def bare(self) -> bool:
        """Whether the output is this number and nothing else: what the cell was run for."""
        return _BARE.fullmatch(self.item.line.strip()) is not None

    @property
    def showing(self) -> str:
        """The lines of the cell's code that show something: they tell what a bare value is."""
        lines = self.code.strip().splitlines()
        return " ".join([*(line for line in lines[:-1] if _SHOWS.search(line)), *lines[-1:]])[-_CODE:]

    @property
    def table(self) -> tuple[int, int, int]:
        """The table it stands in."""
        return self.cell, self.output, self.item.table


@dataclass
class Evidence:
    """All that was shown. `of` builds it once; looking up is by bisection."""

    shown: list[Shown] = field(default_factory=list)
    """By value."""
    values: list[float] = field(default_factory=list)
    days: dict[Day, tuple[Place, str]] = field(default_factory=dict)
    """Dates, and their parts (year; year and month; month and day), each with a place and the line around it."""
    times: dict[str, Place] = field(default_factory=dict)
    """Times of day to the minute, `hh:mm`."""
    tables: dict[tuple[int, int, int], list[Shown]] = field(default_factory=dict)
    wholes: tuple[Shown, ...] = ()
    """Numbers of rows: what a share can be a share of."""
    names: dict[str, list[Shown]] = field(default_factory=dict)
    """Numbers that are names of rows: years, codes."""
    groups: frozenset[str] = frozenset()
    """Labels of rows that are names, not statistics."""
    question: str = ""
    titles: set[str] = field(default_factory=set)
    """Names of files and columns that hold a number."""
    codes: dict[int, str] = field(default_factory=dict)
    """The code of each cell."""
    _dimensions: dict[tuple[int, int, int], list[tuple[str, ...]]] = field(default_factory=dict)

    @classmethod
    def of(cls, events: Iterable[Event]) -> Evidence:
        """What the facts of a log hold."""
        events = list(events)
        made = cls(question="\n".join(e.question for e in events if isinstance(e, Asked)))
        for event in events:
            if isinstance(event, Surveyed):
                for table in event.tables:
                    made._survey(table)
        for call, returned in Digest.of(events).cells:
            made.codes[returned.cell] = call.code
            for number, output in enumerate(returned.outputs):
                made._output(output, returned.cell, number, call.code)
            for number, variable in enumerate(returned.variables or (), 1):
                made._variable(variable, returned.cell, -number, call.code)
        made._sort()
        return made

    def between(self, low: float, high: float) -> Sequence[Shown]:
        """What was shown from `low` to `high`, both included."""
        return self.shown[bisect_left(self.values, low) : bisect_right(self.values, high)]

    def count(self, low: float, high: float) -> int:
        """How many values were shown from `low` to `high`."""
        return bisect_right(self.values, high) - bisect_left(self.values, low)

    def labelled(self, symbol: str) -> Sequence[Shown]:
        """What was shown under that sign: `p`, `R²`."""
        form = words(symbol) or {symbol}
        return [
            s for s in self.shown if form & words(f"{s.item.row} {s.item.column}") or s.item.row == symbol
        ]

    def dimensions(self, table: tuple[int, int, int]) -> Sequence[tuple[str, ...]]:
        """The labels of each dimension of a table: of each level of its rows, and of its columns."""
        if table not in self._dimensions:
            shown = self.tables.get(table, ())
            each = zip_longest(*(s.item.labels for s in shown[:_MANY]), fillvalue="")
            self._dimensions[table] = [tuple(dict.fromkeys(filter(_is_name, labels))) for labels in each]
        return self._dimensions[table]

    # ── gathering ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _survey(self, table: Mapping[str, Any]) -> None:
        self._add(in_survey(table), 0, 0, "")
        named = (Path(str(table.get("path", ""))).stem, *(c.get("column") for c in surveyed.columns(table)))
        self.titles |= {str(name) for name in named if _TITLE.search(str(name))}
        for note in surveyed.notes(table):
            self._text(note, 0, 0, "")
        for column in surveyed.columns(table):
            line = " ".join(f"{key} {value}" for key, value in column.items() if isinstance(value, str))
            self._dates(line, Place(0, 0, str(column.get("column", ""))))

    def _output(self, output: Output, cell: int, number: int, code: str) -> None:
        if isinstance(output, Error):
            return
        if isinstance(output, Stream):
            self._text(output.text, cell, number, code)
            return
        html = output.data.get("text/html")
        if isinstance(html, str) and "<table" in html:
            self._add(in_html(html), cell, number, code)
            self._dates("\n".join(_TAG.sub(" ", line) for line in _lines(html)), Place(cell, number))
        else:
            for kind in ("text/plain", "text/markdown"):
                if isinstance(output.data.get(kind), str) and not output.data[kind].startswith("<Figure"):
                    self._text(output.data[kind], cell, number, code)
        digest = output.data.get(TABLE)
        if isinstance(digest, Mapping):
            self._add(_shape(digest), cell, number, code)
        if isinstance(output.data.get(FIGURE), Mapping):
            self._add(in_figure(output.data[FIGURE]), cell, number, code)
            self._dates(str(output.data[FIGURE]), Place(cell, number))

    def _variable(self, variable: Variable, cell: int, table: int, code: str) -> None:
        self._add(in_variable(variable, table), cell, NAMESPACE, code, variable.name)
        self._dates(told(variable), Place(cell, NAMESPACE, variable.name, variable=variable.name))

    def _text(self, text: str, cell: int, number: int, code: str) -> None:
        text = "\n".join(_lines(text))
        self._add(in_text(text), cell, number, code)
        self._dates(text, Place(cell, number))

    def _add(self, items: Iterable[Item], cell: int, number: int, code: str, variable: str = "") -> None:
        self.shown += [
            Shown(item, cell, number, code, variable)
            for item in islice(items, NUMBERS)
            if item.value == item.value
        ]

    def _dates(self, text: str, place: Place) -> None:
        for line in text.splitlines():
            for time in _TIME.finditer(line):
                self.times.setdefault(f"{int(time[1]):02}:{time[2]}", replace(place, text=time[0]))
            for date in dates(line) if _DATED.search(line) else ():
                said = replace(place, text=line[date.start : date.end])
                around = line[max(0, date.start - 80) : date.end + 20]
                for year, month, day in date.days:
                    for part in (
                        (year, month, day),
                        (year, month, None),
                        (None, month, day),
                        (year, None, None),
                    ):
                        self.days.setdefault(part, (said, around))

    def _once(self) -> None:
        """Leave out of the variables what outputs show as well, in as many digits as tell: it is seen there."""
        rows = dict[str, list[Item]]()
        for shown in self.shown:
            if shown.output == NAMESPACE:
                rows.setdefault(shown.item.row, [])
        for shown in self.shown if rows else ():
            if shown.output != NAMESPACE and shown.item.row in rows:
                rows[shown.item.row].append(shown.item)
        self.shown = [
            s for s in self.shown
            if s.output != NAMESPACE or not any(_same(s.item, other) for other in rows[s.item.row])
        ]  # fmt: skip

    def _sort(self) -> None:
        self._once()
        self.shown.sort(key=lambda s: s.item.value)
        self.values = [s.item.value for s in self.shown]
        for shown in self.shown:
            self.tables.setdefault(shown.table, []).append(shown)
        self.groups = frozenset(self._groups())
        naming = cache(_NAMING.findall)
        for shown in self.shown:
            # that a row of a variable is called so is nothing that anybody was shown
            for label in () if shown.output == NAMESPACE else (*shown.item.labels[:-1], shown.item.column):
                for name in naming(label):
                    self.names.setdefault(name, []).append(shown)
        counts = (
            s
            for s in self.shown
            if s.item.column in ("rows", "count") or s.item.row in ("n", "count", "rows")
        )
        self.wholes = tuple({s.value: s for s in counts}.values())[:_WHOLES]

    def _groups(self) -> Iterator[str]:
        """Names of rows that are neither statistics nor, as in a table of correlations, names of columns."""
        columns = {s.item.column for s in self.shown} | {s.item.row for s in self.tables.get((0, 0, 0), ())}
        for table in self.tables.values():
            if len(table) > _LONG:
                continue
            rows = {
                s.item.row
                for s in table
                if not s.item.line or s.item.column or s.item.line.startswith((s.item.row, "{"))
            }
            if len(rows) > 1:
                names = (row for row in rows - columns if row and len(row.split()) <= _NAME)
                yield from (row for row in names if not _DIGITS.fullmatch(row) and not words(row) <= GENERAL)


def _lines(text: str) -> list[str]:
    """The lines of a text, as far as they are read."""
    if len(text) > READ:
        text = f"{text[: READ // 2]}\n{text[-READ // 2 :]}"
    return [line[:LINE] for line in text.splitlines()]


def _same(held: Item, shown: Item) -> bool:
    """Whether an output shows what a variable holds, in full or in enough digits."""
    return held.value == shown.value or (
        shown.digits >= _TELLING and abs(held.value - shown.value) <= shown.tolerance
    )


def _is_name(label: str) -> bool:
    """Whether it can be the name of a row or column: a sentence before a number is none."""
    return 0 < len(label.split()) <= _LABEL


def _shape(digest: Mapping[str, Any]) -> Iterator[Item]:
    """Rows and columns of a table that was shown, and how many values are missing in each column."""
    for name, size in zip(("rows", "columns"), digest.get("shape", ()), strict=False):
        yield Item(float(size), str(size), "", name, -1, name)
    for column in digest.get("columns", ()):
        if isinstance(column.get("missing"), int):
            yield Item(
                float(column["missing"]), str(column["missing"]), str(column["name"] or ""), "missing", -1
            )
