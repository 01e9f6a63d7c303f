"""A suite while it runs, on standard error."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from ..pool.progress import Bar
from .predictions import Prediction


class TaskProgress:
    """Shows which tasks are over, how they ended and how long they took. Use it as a context manager."""

    def __init__(self, total: int, *, quiet: bool = False) -> None:
        """`total`: tasks to be run. `quiet`: show nothing."""
        self._bar = Bar(total, quiet=quiet)

    def __enter__(self) -> Self:
        self._bar.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.__exit__(kind, error, trace)

    def started(self, id: str) -> None:
        """A task begins."""
        self._bar.started(id)

    def finished(self, prediction: Prediction) -> None:
        """A task is over."""
        stopped = f" ({prediction.stopped})" if prediction.stopped else ""
        how = prediction.error or prediction.status + stopped
        self._bar.finished(prediction.id, f"{how}, {prediction.seconds:.1f} s", failed=not prediction.fair)
