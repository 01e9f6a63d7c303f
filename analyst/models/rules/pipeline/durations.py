"""Lengths of time that are written as texts become seconds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..survey import Column
from .phrases import cell
from .task import Task
from .work import Step


def durations(task: Task) -> Sequence[Step]:
    """A step for every named column of texts like "1:05:30"."""
    return [_to_seconds(c) for c in task.columns if c.clock]


def _to_seconds(column: Column) -> Step:
    seconds = f'pd.to_timedelta({cell(column)}, errors="coerce").dt.total_seconds()'
    made = replace(column, type="number", clock=False, values=())
    return Step(f"{column.label} in seconds", (f"{cell(column)} = {seconds}",), (made,))
