"""Questions with an answer format: the slots say which statistics are wanted, the text says of what.

One cell: load → numbers out of texts → derive columns → filter → impute, transform, remove → the slots' values.
`task` reads text and slots; `PREPARATIONS` each make a `Step` or nothing; `RESOLVERS` each give the expression of a slot
or nothing. A slot that none of them understands stays empty.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ....forms import NUMBERS, Slot
from .. import beyond, code, formats
from ..kind import Printed, to_number
from ..matching import mask
from ..survey import Table
from . import (
    asks,
    bins,
    counting,
    derive,
    durations,
    impute,
    models,
    periods,
    preparing,
    running,
    spelling,
    statistics,
    transform,
)
from .task import Ask, Task
from .work import Step, Work, frames

__all__ = ["HEADING", "Pipeline", "filled_slots", "read"]

Preparation = Callable[[Task], Sequence[Step]]
Resolver = Callable[[Ask, Work], str | None]

PREPARATIONS: tuple[Preparation, ...] = (
    preparing.numbers,
    durations.durations,
    derive.derived,
    bins.binned,
    preparing.rows,
    impute.dropped,
    spelling.unified,
    impute.replaced,
    preparing.outliers,
    impute.filled,
    impute.coded,
    running.running,
    transform.transformed,
)
"""Tried in this order; each sees the columns that those before it made."""
SLOT = re.compile(r"@+\w+\s*\[[^\]]*\]?")
RESOLVERS: tuple[Resolver, ...] = (
    models.resolve,
    periods.resolve,
    running.resolve,
    counting.removed,
    counting.labels,
    counting.gaps,
    counting.known,
    *statistics.RESOLVERS,
    counting.remaining,
)
"""Tried in this order for each slot; the first that knows it wins."""
HEADING = "== answer =="


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A question of slots as it was understood."""

    table: Table
    lines: tuple[str, ...]
    """The code after loading."""
    asks: tuple[Ask, ...]
    """The values that the code prints."""
    steps: tuple[str, ...]
    """The preparations, in words."""
    values: tuple[str, ...]
    """What is computed, in words."""
    complete: bool
    """Whether every slot is understood."""
    remarks: tuple[str, ...] = ()
    """What of the reading is a choice that the user may want to know."""

    @property
    def title(self) -> str:
        """What is computed, in words."""
        return "; ".join((*self.steps, ", ".join(dict.fromkeys(self.values))))


def read(text: str, form: str, slots: Sequence[Slot], table: Table) -> Pipeline | None:
    """Understand a question by its slots; None when none of them is, or when it needs work that is not known."""
    text = text if text.strip() else SLOT.sub(" ", form)
    task = Task.of(text, form, tuple(slots), table)
    steps: list[Step] = []
    for prepare in PREPARATIONS:
        for step in prepare(task):
            steps.append(step)
            task = task.with_columns(*step.makes) if step.makes else task
    work = Work(task, tuple(steps))
    if re.search(r"\bfor each [\w ]+:?\s*$", f"{text} {form.partition('@')[0]}", re.I):
        return None  # the same slots again and again
    if _strange_column(task):
        return None
    wanted = asks.read(task)
    resolved = [ask for ask in wanted if _resolve(ask, work)]
    doubtful = {a.name for asked in work.written.values() for a in asked if len(asked) > 1}
    answered = [ask for ask in resolved if ask.name not in doubtful]
    known = {name for step in steps for name in step.does} | work.does
    if not answered or set(beyond.work(_unnamed(task))) - known:
        return None
    lines = (*_prepared(task, steps), f"print({code.quote(HEADING)})", *work.body)
    return Pipeline(
        table,
        lines,
        tuple(answered),
        tuple(s.comment for s in steps if s.comment),
        tuple(work.said),
        len(answered) == len(wanted),
        (*_rivals(task), *work.chosen),
    )


def filled_slots(pipeline: Pipeline, slots: Sequence[Slot], printed: Printed) -> dict[str, str]:
    """The values of the slots, as the format wants them; a slot of several values only when all of them are there."""
    there = {a for a in pipeline.asks if any(x.startswith(f"{a.name}: ") for x in printed.lines)}
    known = {a.name: _written(a, printed.text(a.name)) for a in there}
    known = {name: value for name, value in known.items() if value not in ("nan", "None")}
    filled: dict[str, str] = {}
    for slot in slots:
        names = [f"{slot.name}.{p}" for p in asks.parts(slot)] or [slot.name]
        if all(n in known for n in names):
            filled[slot.name] = ", ".join(known[n] for n in names)
    return filled


def _written(ask: Ask, value: str) -> str:
    """A printed value as the format wants it: counts stay whole, significant digits are kept."""
    digits = re.search(r"(\w+) significant (?:digit|figure)", ask.own)
    number = to_number(value)
    if digits and number == number:
        said = digits[1].lower()
        places = int(said) if said.isdigit() else NUMBERS.get(said, 3)
        return f"{number:.{places - 1}e}" if ask.explains("scientific") else f"{number:.{places}g}"
    return value if re.fullmatch(r"-?\d+", value) else formats.written(value, ask.decimals)


def _resolve(ask: Ask, work: Work) -> bool:
    """Write the line that prints a slot's value, where a resolver knows it."""
    for resolver in RESOLVERS:
        work.spoken = ask.name
        body, taken = list(work.body), dict(work.taken)
        expression = resolver(ask, work)
        if expression is not None and ("{" not in ask.inner or "dict(" in expression):
            work.written.setdefault(expression, []).append(ask)
            work.body.append(code.show(ask.name, expression))
            where = f", where {' and '.join(map(str, ask.filters))}" if ask.filters else ""
            work.said.append(f"{work.spoken}{where}")
            return True
        work.body, work.taken = body, taken  # what was begun in vain
    return False


def _rivals(task: Task) -> Iterator[str]:
    """Words that fit several columns, with the one that was taken."""
    for mention in task.masked.mentions:
        if mention.rivals and mention.value is None:
            words = task.text[mention.start : mention.end]
            yield f"A name fits several columns. I took “{words}”: {mention.column.label} (and not {', '.join(mention.rivals)})."


def _prepared(task: Task, steps: Sequence[Step]) -> Iterator[str]:
    """The lines of the steps: those that only add first; then those that change, on a copy."""
    first, second = frames(task.table)
    if steps:
        yield f"{first} = {task.table.variable}.copy()"
    for frame in (first, second):
        chosen = [s for s in steps if s.changes == (frame == second)]
        if chosen and frame == second:
            yield f"{second} = {first}.copy()"
        for step in chosen:
            yield code.comment(step.comment)
            yield from (line.replace("{frame}", frame) for line in step.lines)


def _strange_column(task: Task) -> bool:
    """Whether a quoted name of a column only resembles one of the table: "Unnamed: 8" is not "Unnamed: 4"."""
    for match in re.finditer(r"[\"“]([^\"”\n]{1,60})[\"”](?= columns?\b)", task.text):
        within = [m for m in task.masked.mentions if match.start() < m.start and m.end < match.end()]
        names = {c.name.strip().casefold() for c in task.table.columns}
        if within and match[1].strip().casefold() not in names:
            return True
    return False


_NOT_WORK = (
    r"standardi[sz]ed (?=moment)|classif\w+ (?=[^.]{0,40}\bas (?:an )?outliers?)"
    r"|(?<![^.\n] )\b(?:do not|don't|without|no) (?:perform |apply |do |any |further |additional )[^.\n]*"
)
"""Words of work that is none: names of coefficients, definitions, and what is not to be done."""


def _unnamed(task: Task) -> str:
    """The text without the names of columns and values, which may look like any word."""
    return re.sub(_NOT_WORK, "", mask(task.text, task.table).text, flags=re.I)
