"""A suite while it runs, on standard error."""

from __future__ import annotations

from ..pool.progress import Bar
from .predictions import Prediction


class TaskProgress(Bar):
    """Shows which tasks are over, how they ended and how long they took."""

    def started(self, id: str) -> None:
        """A task begins."""
        self.enter(id)

    def finished(self, prediction: Prediction) -> None:
        """A task is over."""
        stopped = f" ({prediction.stopped})" if prediction.stopped else ""
        how = prediction.error or prediction.status + stopped
        self.leave(prediction.id, f"{how}, {prediction.seconds:.1f} s", failed=not prediction.fair)
