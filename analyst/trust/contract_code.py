"""What of a contract the code must show: which rows count, and what they are grouped by. Pure.

Only what can be told is held against the code: a filter or a group that names a column of the data, a value of one, or a
year. What names nothing of the data ("only adults", where no column is called so) is shown to the person and not checked;
nor is it looked into whether a condition has the right bound or direction.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..digest import Digest
from ..events import Asked, Contract, Event, Surveyed
from .selecting import Selecting
from .surveyed import columns, count

_WORD = re.compile(r"[^\W\d_]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_PLURAL = re.compile(r"(?<=\w\w)ies$|(?<=\w\w[^si])s$")
_YEAR = re.compile(r"(?<![\d.,])(?:1[89]|20)\d\d(?![\d,]|\.\d)")
_NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?![\w.]*\d)")
_CONDITION = re.compile(
    r"\b(?:where|with|whose|above|below|over|under|more|less|greater|fewer|at least|at most|between|before|after|since|until|"
    r"equals?|is|are|was|were|not|excluding|except|without|ignoring|leaving out|restricted|limited|ohne|sans|mit|über|"
    r"unter|vor|nach)\b|[<>=\d]",
    re.I,
)
_MISSING = re.compile(
    r"\b(?:missing|nulls?|nan|na|known|unknown|available|recorded|empty|blank|gaps?)\b", re.I
)
_UNTOLD = re.compile(r"\b(?:in)?complete|\b(?:in)?valid|\bfull\b", re.I)
"""Of these it cannot be said what code does for them."""
_UNITS = frozenset(
    _WORD.findall(
        "g kg mg t lb lbs oz mm cm m km mi ft in inch s sec secs min mins h hrs d ms usd eur gbp pct percent c f deg"
    )
)
_GENERAL = frozenset(
    _WORD.findall(
        "row rows column data value values number numbers count index id name names record records entry total all"
    )
)
"""Words that a question uses without a column in mind."""
_COMMON = frozenset(
    _WORD.findall(
        "the and for not all any other others yes none one two only with without first last new old low high true false mean"
    )
)
_FEW = 12
"""With more distinct values a column of numbers is no name of groups."""


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    kind: str
    distinct: int
    values: tuple[str, ...]

    @property
    def names_groups(self) -> bool:
        return self.kind in ("text", "boolean") or (self.kind == "integer" and 0 < self.distinct <= _FEW)

    def named(self, phrase: str) -> bool:
        """Whether the words of a question name it: as it is written, or by all of its words but a unit."""
        if len(self.name) > 2 and re.search(rf"(?<!\w){re.escape(self.name)}(?!\w)", phrase, re.I):
            return self.name.casefold() not in _GENERAL
        parts = _words(self.name)
        parts = [p for p in parts if p not in _UNITS] if len(parts) > 1 else parts
        there = set(_words(phrase))
        return (
            bool(parts)
            and len("".join(parts)) > 2
            and there.issuperset(parts)
            and not _GENERAL.issuperset(parts)
        )

    def value_in(self, phrase: str) -> Iterator[str]:
        for value in self.values:
            telling = len(value) > 2 and not value.isdigit() and value.casefold() not in _COMMON
            if telling and re.search(rf"(?<!\w){re.escape(value)}(?:s|es)?(?!\w)", phrase, re.I):
                yield value


def unseen(contract: Contract, events: Sequence[Event]) -> Iterator[str]:
    """What was asked for and no code of the log does, a sentence each; nothing where no code was run."""
    if not (contract.filters or contract.grouping):
        return
    codes = [call.code for call, returned in Digest.of(events).cells if returned.ok]
    known = list(_columns(events))
    if not codes or not known:
        return
    ran = "\n".join(event.context for event in events if isinstance(event, Asked))
    code = Selecting.of(codes, ran)
    for phrase in contract.filters:
        if about := _unfiltered(phrase, known, code):
            yield f"“{phrase}” is asked for, and no code selects by {about}."
    for phrase in contract.grouping:
        if about := _ungrouped(phrase, known, code):
            yield f"“By {phrase}” is asked for, and no code groups by {about}."


def _unfiltered(phrase: str, known: Sequence[_Column], code: Selecting) -> str:
    """What no code selects by, though the phrase is about it; "" when some does, or when that cannot be told."""
    if _UNTOLD.search(phrase):
        return ""
    missing = bool(_MISSING.search(phrase))
    values = {value: [c for c in known if value in c.values] for c in known for value in c.value_in(phrase)}
    if values and not missing:
        open_ = (
            f"{homes[0].name} or {value}"
            for value, homes in values.items()
            if not code.touches(value) and not any(code.chooses(c.name) for c in homes)
        )
        return next(open_, "")
    if any(float(number) in code.numbers for number in _NUMBER.findall(phrase)):
        return ""
    named = [column for column in known if column.named(phrase)]
    if not named:
        return "" if code.groups else " or ".join(_YEAR.findall(phrase))
    # what is missing is left out by most statistics by themselves; "only paid" may mean the column
    taken = missing or not _CONDITION.search(phrase)
    if any(code.chooses(c.name) or ((taken or c.kind == "boolean") and code.touches(c.name)) for c in named):
        return ""
    return " or ".join(c.name for c in named)


def _ungrouped(phrase: str, known: Sequence[_Column], code: Selecting) -> str:
    *_, head = _words(phrase) or ("",)
    named = [c for c in known if c.named(phrase) and head in _words(c.name)]  # "ticket class" is no ticket
    if any(code.chooses(c.name) or (code.touches(c.name) and not c.names_groups) for c in named):
        return ""
    return " or ".join(c.name for c in named)


def _columns(events: Iterable[Event]) -> Iterator[_Column]:
    tables = (table for event in events if isinstance(event, Surveyed) for table in event.tables)
    found = {str(column.get("column", "")): column for table in tables for column in columns(table)}
    for name, column in found.items():
        values = column.get("values")
        told = tuple(str(value).strip() for value in values) if isinstance(values, Mapping) else ()
        yield _Column(name, str(column.get("type", "")), count(column.get("distinct")), told)


def _words(text: str) -> list[str]:
    """In small letters, and as if each were one thing."""
    found = (word.lower() for word in _WORD.findall(_CAMEL.sub(" ", text)))
    return [_PLURAL.sub(lambda m: "y" if m[0] == "ies" else "", word) for word in found]
