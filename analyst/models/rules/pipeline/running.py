"""Running figures: trailing means and sums, cumulative sums; their last value, and when they first pass a bound."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ....forms import NUMBERS
from .. import code
from ..survey import Column
from . import impute
from .phrases import FRAME, cell
from .task import Ask, Task
from .work import Step, Work

_COUNT = rf"(\d+|{'|'.join(NUMBERS)})"
_UNIT = r"(?:weeks?|days?|months?|years?|quarters?|periods?|rows?|points?|hours?|observations?|«\d+»)"
_WORD = r"(?:trailing|rolling|moving|running)"
_STATISTIC = r"(means?|averages?|sums?|totals?|medians?|standard deviations?|std|max\w*|min\w*)"
_ROLLING = (
    rf"{_WORD} {_COUNT}[- ]?{_UNIT}? {_STATISTIC}",
    rf"{_COUNT}[- ]?{_UNIT}? {_WORD} {_STATISTIC}",
    rf"{_WORD} {_STATISTIC}[^.;]{{0,30}}?(?:window|over|of|with)[^.;\d]{{0,30}}{_COUNT}",
)
_NAMES = {"average": "mean", "total": "sum", "standard deviation": "std", "maximum": "max", "minimum": "min"}
_RUNNING = "running figures"


def running(task: Task) -> Sequence[Step]:
    """The step that adds the running figure as a column, named as the text names it."""
    column = task.measures[0] if task.measures else None
    if column is None:
        return []
    sorting = () if impute.by_neighbours(task) else impute.in_time(task)
    for number, pattern in enumerate(_ROLLING):
        if match := task.match(pattern):
            first, second = (match[2], match[1]) if number == 2 else (match[1], match[2])
            window = NUMBERS.get(first) or int(first)
            word = re.sub(r"s$", "", second)
            call = f"rolling({window}).{_NAMES.get(word, word)}()"
            return [*sorting, _step(task, column, call, match[0])]
    if match := task.match(r"cumulative (?:sum|total)|running total"):
        return [*sorting, _step(task, column, "cumsum()", match[0])]
    return []


def _step(task: Task, column: Column, call: str, said: str) -> Step:
    named = re.sub(r"«(\d+)»", lambda m: task.masked.mentions[int(m[1])].column.label, said)
    name = re.sub(r"\s+", " ", named)
    line = f"{FRAME}[{code.quote(name)}] = {cell(column)}.{call}"
    made = Column(name, "number", distinct=task.table.rows)
    does = frozenset({_RUNNING, "transforming values"})
    return Step(f"{name} of {column.label}", (line,), (made,), does, changes=True)


def resolve(ask: Ask, work: Work) -> str | None:
    """The last, first, highest or lowest running figure, and the date on which it first passes a bound."""
    made = next((c for c in work.task.made if re.search(rf"\b(?:{_WORD}|cumulative)\b", c.name)), None)
    if made is None:
        return None
    values = f"{work.after}[{code.quote(made.name)}]"
    if ask.has("date|day|when|year|month|first") and (first := _first(values, work)) is not None:
        return first
    for pattern, expression in (
        (r"last|final|latest|most recent", f"{values}.dropna().iloc[-1]"),
        (r"first", f"{values}.dropna().iloc[0]"),
        (r"max\w*|highest|peak|largest", f"{values}.max()"),
        (r"min\w*|lowest|smallest", f"{values}.min()"),
    ):
        if ask.has(pattern):
            return expression
    return None


def _first(values: str, work: Work) -> str | None:
    """The date of the first row past the bound that the text gives."""
    dates = next(iter(work.task.table.dates()), None)
    number = r"(-?\d+(?:\.\d+)?)"
    up = work.task.match(
        rf"first (?:time )?(?:\w+ ){{0,3}}?(?:exceeds?|exceeded|is above|above|passes|over|rises above|reaches) {number}"
    )
    down = work.task.match(
        rf"first (?:time )?(?:\w+ ){{0,3}}?(?:falls? below|is below|below|drops? below|under) {number}"
    )
    match = up or down
    if dates is None or match is None:
        return None
    work.does.add("changes from one period to the next")
    times = code.dates(dates, work.after)
    return f'{times}[{values} {">" if up else "<"} {match[1]}].min().strftime("%Y-%m-%d")'
