"""Her cells and the agent's: while one of his is worked on none of hers comes between, and what hers did is not told as his."""

from __future__ import annotations

from analyst_kernels.lent import LentKernel
from analyst_kernels.lent.queued import Queued

from ..events import CallDecided, Event, Live, Reviewed, Stopped, ToolReturned


class Turns:
    """Listens to the facts of a run: a cell that may run has the kernel to itself until its outcome is a fact.

    To it belong a snapshot before and a look at the variables afterwards: a cell of the user's in between would be taken
    back with the agent's, or its variables be called his.
    """

    def __init__(self, queue: Queued, lent: LentKernel) -> None:
        self._queue = queue
        self._lent = lent
        self.changed: set[str] = set()
        """Variables that the cells of this question made or changed; whoever asks the next one empties it."""

    def __call__(self, event: Event | Live) -> None:
        """See `Listener`."""
        match event:
            case CallDecided(allowed=True):
                self._queue.hold(self._own)
            case ToolReturned(variables=variables):
                self._queue.release()
                self.changed |= {variable.name for variable in variables or ()}
            case Reviewed() | Stopped():
                self._queue.release()
            case _:
                pass

    async def _own(self, _: bool) -> None:
        """What she has changed until now is no change of the cell's that comes."""
        await self._lent.evaluate("changes")
