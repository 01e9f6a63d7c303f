"""What a question asks for, as values. Every kind of question fills in the fields that it needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .survey import Column, Table, one_line

Operator = Literal[
    "==", "!=", ">", ">=", "<", "<=", "between", "in", "known", "missing", "year", "month", "weekday"
]

_SAID = {
    "==": "is",
    "!=": "is not",
    ">": "above",
    ">=": "at least",
    "<": "below",
    "<=": "at most",
    "between": "between",
    "in": "one of",
    "known": "is known",
    "missing": "is missing",
    "year": "in the year",
    "month": "falls in",
    "weekday": "falls on",
}


@dataclass(frozen=True, slots=True)
class Filter:
    """A condition on the rows. `values` are as the user wrote them, or as the survey spells them."""

    column: Column
    operator: Operator
    values: tuple[str, ...] = ()

    def __str__(self) -> str:
        joint = " and " if self.operator == "between" else ", "
        return f"{self.column.label} {_SAID[self.operator]} {joint.join(map(one_line, self.values))}".strip()


@dataclass(frozen=True, slots=True)
class Key:
    """What rows are grouped by: a column, or a period of time taken from a column of dates."""

    column: Column
    period: str = ""
    """year, quarter, month, week, day, weekday, hour or decade."""

    @property
    def label(self) -> str:
        """How the group is called in the code and in the answer."""
        return self.period or self.column.label


@dataclass(frozen=True, slots=True)
class Intent:
    """One thing that is asked for."""

    kind: str
    table: Table
    measures: tuple[Column, ...] = ()
    statistics: tuple[str, ...] = ()
    by: tuple[Key, ...] = ()
    filters: tuple[Filter, ...] = ()
    part: tuple[Filter, ...] = ()
    """Of a share: what is counted among the rows that the filters leave."""
    descending: bool = True
    position: int = 1
    """1: the highest, 2: the second highest, …"""
    top: int = 1
    population: bool = False
    """The standard deviation of the population (n) and not of a sample (n - 1)."""
    whole_table: bool = False
    """About all columns, none was named."""

    @property
    def columns(self) -> frozenset[Column]:
        """Those that play a part in it."""
        conditions = (f.column for f in (*self.filters, *self.part))
        return frozenset((*self.measures, *(k.column for k in self.by), *conditions))

    def where(self) -> str:
        """The conditions in words, with a leading comma; "" without any."""
        said = " and ".join(map(str, self.filters))
        return f", where {said}" if said else ""

    def each(self) -> str:
        """The grouping in words, with a leading blank; "" without any."""
        return f" for each {' and '.join(k.label for k in self.by)}" if self.by else ""
