"""Which columns a correlation or a test is about."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..clause import Clause
from ..intents import Filter
from ..survey import Column
from .asks import FEW
from .task import Ask, Task, words

_RELATION = r"correlat\w*|relationship|pearson(?:'?s)?|spearman(?:'?s)?|relation|associat\w+|linear relation"


def measurable(column: Column) -> bool:
    """Whether it can be correlated."""
    return column.numeric or column.binary


def pair(ask: Ask, task: Task) -> tuple[Column, Column] | None:
    """The two columns of a correlation: both named by the slot, else those in the sentences that speak of it."""
    named = _in_name(ask, task)
    if len(named) == 2:
        return named[0], named[1]
    grouped = {f.column.name for f in ask.filters}
    for clause in task.sentences:
        if not clause.has(_RELATION):
            continue
        found = _between(clause) or [c for c in clause.columns if measurable(c)]
        found = [c for c in found if c.name not in grouped]
        if len(found) == 2:
            return found[0], found[1]
        if len(found) > 2 and task.made:
            made = [c for c in found if c in task.made]
            if len(made) == 1:
                other = next(c for c in reversed(found) if c not in task.made)
                return made[0], other
    rest = [c for c in task.measures if c.name not in grouped]
    return (rest[0], rest[1]) if len(rest) == 2 else None


def _in_name(ask: Ask, task: Task) -> list[Column]:
    """Columns that a slot's name names; names of one letter must stand by themselves or side by side."""
    said, found = set(ask.words), []
    for column in task.columns:
        own = words(column.name)
        if measurable(column) and own and set(own) <= said:
            found.append(column)
    return found


def _between(clause: Clause) -> list[Column]:
    """The two columns of "between A and B": the first that is named on each side of the "and"."""
    after = clause.text.partition("between ")[2]
    for joint in re.finditer(r" (?:and|with) ", after):
        sides = (after[: joint.start()], after[joint.end() :])
        found = [next(_measurables(side, clause), None) for side in sides]
        chosen = [c for c in found if c is not None]
        if len(set(chosen)) == 2:
            return chosen
    return []


def _measurables(text: str, clause: Clause) -> Iterator[Column]:
    for marker in re.findall(r"«(\d+)»", text):
        column = clause.column(marker)
        if column and measurable(column):
            yield column


def groups(task: Task) -> tuple[Column, tuple[str, ...]] | None:
    """The column that divides the rows for a test, and those of its values that the text names (else all)."""
    named: dict[Column, list[str]] = {}
    for mention in task.masked.mentions:
        if mention.value is not None:
            values = named.setdefault(mention.column, [])
            values += [mention.value] if mention.value not in values else []
    for column, values in named.items():
        if (
            len(values) > 1
            and len({f.values for s in task.sentences for f in s.filters if f.column == column}) > 0
        ):
            return column, tuple(values)
    for column in task.columns:
        if column.type in ("text", "boolean") and 1 < column.distinct <= FEW:
            return column, ()
    for column in task.columns:
        if column.type == "integer" and 1 < column.distinct <= FEW:
            return column, _integers(column, task)
    return None


def _integers(column: Column, task: Task) -> tuple[str, ...]:
    """The values of a column of whole numbers that the text names: "1st class and 3rd class", "Pclass = 1"."""
    found = [
        v
        for v in column.values
        if re.search(
            rf"(?<![\w.]){re.escape(v)}(?:st|nd|rd|th)(?: class)?\b|«\d+» ?(?:=|==|is|of)? ?{re.escape(v)}\b(?!\.\d)",
            task.low,
        )
    ]
    return tuple(sorted(found, key=lambda v: _said_at(v, task))) if len(found) > 1 else ()


def _said_at(value: str, task: Task) -> int:
    match = re.search(rf"(?<![\w.]){re.escape(value)}(?:st|nd|rd|th)?\b", task.low)
    return match.start() if match else 0


def filtered(column: Column, value: str) -> Filter:
    """The rows with this value."""
    return Filter(column, "==", (value,))
