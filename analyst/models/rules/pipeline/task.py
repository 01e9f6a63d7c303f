"""The task as the pipeline reads it: its text with the columns marked, and what each slot of the answer format asks for."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import cached_property

from ....forms import NUMBERS, Slot
from ..clause import Clause
from ..clause import read as read_clause
from ..intents import Filter
from ..matching import Masked, mask
from ..survey import Column, Table
from ..vocabulary import stem, tokens

_SENTENCE = re.compile(r"(?<=[.?!;:])\s+(?=[\"'“({«@]?[A-Z0-9@-])|\s*\n+\s*")


def words(text: str) -> tuple[str, ...]:
    """The words of a slot's name: split at anything that is no letter, at camelCase and before digits; stems."""
    split = re.sub(r"(?<=[a-z])(?=[A-Z0-9])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=\d)(?=[A-Za-z])", " ", text)
    return tuple(stem(w) for w in re.findall(r"[^\W_]+", split))


def naming(column: Column) -> bool:
    """Whether its numbers only name rows or times: ids and years."""
    return tokens(column.name)[-1:] in (("id",), ("year",), ("date",))


@dataclass(frozen=True, slots=True)
class Ask:
    """One value that the answer must name, with all that is said about it."""

    name: str
    """The slot's name; of one part of a slot with several values `name.part`."""
    said: str
    """Name and inner text as words."""
    own: str
    """What the format explains about it."""
    decimals: int | None
    column: Column | None = None
    """The column that the name speaks of."""
    filters: tuple[Filter, ...] = ()
    """The group that the name speaks of."""
    inner: str = ""
    """What the format has in the slot's brackets."""
    options: tuple[str, ...] = ()
    """The words between which to decide."""

    @property
    def words(self) -> tuple[str, ...]:
        """The words of the name, as stems."""
        return words(self.said)

    def has(self, pattern: str) -> bool:
        """Whether the name has this pattern as words of its own."""
        return bool(re.search(rf"\b(?:{pattern})\b", " ".join(self.words)))

    def explains(self, pattern: str) -> bool:
        """Whether what the format says about it has this pattern."""
        return bool(re.search(rf"\b(?:{pattern})\b", self.own, re.I))


@dataclass(frozen=True)
class Task:
    """Question and constraints, read against a table that grows with every column that is made."""

    text: str
    """Question and constraints, as they were written."""
    form: str
    """The answer format."""
    slots: tuple[Slot, ...]
    table: Table
    made: tuple[Column, ...] = field(default=())
    """Columns that the pipeline makes, in order; they are in the table too."""

    @classmethod
    def of(cls, text: str, form: str, slots: tuple[Slot, ...], table: Table) -> Task:
        """A task in whose text the verbs of yes-or-no columns stand as their names: "did not survive" ~ Survived."""
        for column in table.columns:
            if column.binary and re.fullmatch(r"[A-Za-z]{3,}ed", column.name):
                verb = column.name[:-2]
                text = re.sub(rf"\b{verb}(?:e|s|es|ing)?\b", column.name, text, flags=re.I)
        return cls(text, form, slots, table)

    def with_columns(self, *columns: Column) -> Task:
        """The same task over a table with more columns, or with columns of another type."""
        new = tuple(c for c in columns if c.name not in {k.name for k in self.table.columns})
        places = {c.name: c for c in columns}
        same = tuple(places.get(c.name, c) for c in self.table.columns)
        return replace(
            self,
            table=replace(self.table, columns=(*same, *new)),
            made=(*self.made, *(c for c in new)),
        )

    @cached_property
    def masked(self) -> Masked:
        """The text with a marker «n» for every mention of a column or a value."""
        return mask(self.text, self.table)

    @cached_property
    def low(self) -> str:
        """The masked text, small, with single blanks: what patterns are searched in."""
        return re.sub(r"\s+", " ", self.masked.text.lower())

    @cached_property
    def sentences(self) -> tuple[Clause, ...]:
        """Each sentence read by itself: its columns, conditions, groups and statistics."""
        names = "|".join(re.escape(c.name.strip()) for c in self.table.columns if c.name.strip())
        plain = re.sub(rf"\(([\"'`]?)({names})\1\)", r"\1\2\1", self.text) if names else self.text
        pieces = (p.strip(" \t{}-") for p in _SENTENCE.split(plain))
        return tuple(read_clause(p, self.table) for p in pieces if p)

    def says(self, pattern: str) -> bool:
        """Whether question or constraints have this pattern as words of their own; markers stand for names."""
        return self.match(pattern) is not None

    def match(self, pattern: str) -> re.Match[str] | None:
        """The first place of a pattern in the masked small text; groups of `«(\\d+)»` are given to `column`."""
        return re.search(rf"(?<!\w)(?:{pattern})(?!\w)", self.low)

    def column(self, marker: str | None) -> Column | None:
        """The column of a marker's number; None for a value and for no marker."""
        if marker is None:
            return None
        mention = self.masked.mentions[int(marker)]
        return mention.column if mention.value is None else None

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """The columns that are named, in order, each once."""
        return tuple(dict.fromkeys(m.column for m in self.masked.mentions if m.value is None))

    @cached_property
    def measures(self) -> tuple[Column, ...]:
        """The named columns that can be calculated with, those first that are not conditions."""
        spent = {f.column for s in self.sentences for f in s.filters}
        usable = [c for c in self.columns if c.numeric or c.binary]
        free = [c for c in usable if c not in spent]
        plain = [c for c in free if not naming(c)]
        return tuple(plain or free or usable)

    def number(self, pattern: str, default: float | None = None) -> float | None:
        """The number in the first group of a pattern."""
        match = self.match(pattern)
        if not match or match[1] is None:
            return default
        return float(NUMBERS.get(match[1], match[1]))
