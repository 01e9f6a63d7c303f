"""A suite while it runs, on standard error: a bar on a terminal, else a line for each task that is over."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar
from rich.text import Text

from ..views import one_line
from .predictions import Prediction


class TaskProgress:
    """Shows which tasks are over, how they ended and how long they took. Use it as a context manager."""

    def __init__(self, total: int, *, quiet: bool = False) -> None:
        """`total`: tasks to be run. `quiet`: show nothing."""
        self._total = total
        self._over = 0
        self._running: list[str] = []
        self._console = Console(file=sys.stderr, quiet=quiet, highlight=False, soft_wrap=True)
        columns = (
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.description}", markup=False),
        )
        self._bar = Bar(
            *columns, console=self._console, transient=True, disable=not self._console.is_terminal
        )
        self._row = self._bar.add_task("", total=total)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def started(self, id: str) -> None:
        """A task begins."""
        self._running.append(id)
        self._bar.update(self._row, description=" ".join(self._running))

    def finished(self, prediction: Prediction) -> None:
        """A task is over: a line that stays."""
        self._over += 1
        self._running.remove(prediction.id)
        how = prediction.error or prediction.status + (
            f" ({prediction.stopped})" if prediction.stopped else ""
        )
        line = f"{self._over:>{len(str(self._total))}}/{self._total} {prediction.id}: {how}, {prediction.seconds:.1f} s"
        self._console.print(Text(one_line(line, 500)))
        self._bar.update(self._row, completed=self._over, description=" ".join(self._running))
