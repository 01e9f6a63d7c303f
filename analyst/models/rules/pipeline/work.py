"""The cell as it is written: preparations first, then the lines of each slot. Everything needed twice is written once."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from .. import code
from ..intents import Filter
from ..survey import Column, Table
from .task import Ask, Task

Lines = Callable[[str], list[str]]
"""Given a variable's name, the lines that set it."""


@dataclass(frozen=True, slots=True)
class Step:
    """A preparation: it adds columns, leaves rows out, or changes values. `{frame}` in its lines stands for the frame."""

    comment: str
    """What it does, in words; heads the lines and tells the user how the question was read."""
    lines: tuple[str, ...]
    makes: tuple[Column, ...] = ()
    """Columns that it adds, as the question calls them, or that it gives another type."""
    does: frozenset[str] = frozenset()
    """The names in `beyond.WORK` of what it takes care of."""
    changes: bool = False
    """Whether it changes values or rows that a slot may ask for as they were before."""


@dataclass(slots=True)
class Work:
    """What is known and written so far."""

    task: Task
    steps: tuple[Step, ...]
    body: list[str] = field(default_factory=list)
    """Lines that are written for the slots."""
    does: set[str] = field(default_factory=set)
    """The names in `beyond.WORK` of what the slots' lines take care of."""
    taken: dict[str, str] = field(default_factory=dict)
    """Key of what was written once → its variable."""
    written: dict[str, list[Ask]] = field(default_factory=dict)
    """The expressions of the slots; two slots that differ cannot have the same."""
    said: list[str] = field(default_factory=list)
    """What was computed, in words."""
    chosen: dict[str, None] = field(default_factory=dict)
    """What the question left open and was chosen, in words, in order."""
    spoken: str = ""
    """What the slot at work is, in words; a resolver may say it better than the slot's name."""

    @property
    def before(self) -> str:
        """The frame without the steps that change values or rows."""
        return frames(self.task.table)[0] if self.steps else self.task.table.variable

    @property
    def after(self) -> str:
        """The frame with all steps done."""
        return frames(self.task.table)[1] if any(s.changes for s in self.steps) else self.before

    def frame(self, ask: Ask) -> str:
        """The frame that a slot is about: before or after the changes, and only the rows of its group."""
        return self.rows(self.before if is_before(ask) else self.after, ask.filters)

    def rows(self, frame: str, filters: Sequence[Filter]) -> str:
        """The rows of a frame that meet conditions."""
        if not filters:
            return frame
        name = "_".join(
            re.sub(r"\W+", "_", f"{f.column.name} {' '.join(f.values)}", flags=re.ASCII).strip("_").lower()
            for f in filters
        )
        wanted = f"{'before_' if frame != self.after else ''}{name}"[:40].rstrip("_")
        return self.once(f"{frame} {filters}", wanted, lambda v: code.select(frame, filters, v))

    def once(self, key: str, wanted: str, lines: Lines) -> str:
        """Write lines that set a variable, unless they are there already. Returns the variable's name."""
        if key not in self.taken:
            self.taken[key] = self._free(wanted)
            self.body += lines(self.taken[key])
        return self.taken[key]

    def _free(self, wanted: str) -> str:
        name = wanted if wanted.isidentifier() else f"group_{wanted}"
        used = {*self.taken.values(), *frames(self.task.table), self.task.table.variable, "pd", "np", "stats"}
        return next(n for n in (name, *(f"{name}_{i}" for i in range(2, 99))) if n not in used)

    def series(self, column: Column, ask: Ask) -> str:
        """The known values of a column in the rows that a slot is about."""
        return f"{self.frame(ask)}[{code.quote(column.name)}].dropna()"


def frames(table: Table) -> tuple[str, str]:
    """The variables that hold the rows before and after changes; never the table's own, which stays as it is."""
    return (
        "prepared" if table.variable == "data" else "data",
        "cleaned" if table.variable == "clean" else "clean",
    )


def is_before(ask: Ask) -> bool:
    """Whether a slot asks for how things were before the changes."""
    return ask.has(r"pre|before|original|initial|with outlier|raw|old|preprocess(?:ing)? before|unprocessed")
