"""Jobs on the workers of a Dask scheduler. A worker needs this package, the data and the place, and nothing else.

Dask brings jobs to workers and starts those of a dead worker elsewhere. That a job is then not done twice is seen to as
on one machine: by its key, its log and its result.
"""

from __future__ import annotations

import asyncio
import atexit
import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..errors import AnalystError, BadInput
from ..settings import Settings
from .doing import Desk
from .flow import Flow, Purse, model_of
from .jobs import Job
from .outcome import Outcome
from .places import open_place

CONNECT = 30.0
"""Seconds that the scheduler may take to answer."""


class Cluster:
    """A `Crew` behind a scheduler."""

    def __init__(self, address: str, place: str, settings: Settings, calls: int, purse: Purse) -> None:
        """`place`: path or URL, the same on all machines. `calls`: most model calls at once over all workers.

        Raises:
            BadInput: Dask is not installed.
        """
        try:
            self._distributed: Any = importlib.import_module("distributed")
        except ImportError:
            raise BadInput(
                "--dask needs Dask: `pip install notebook-analyst[dask]` brings it, here and on the workers."
            ) from None
        self._address = address
        self._place = place if "://" in place else str(Path(place).absolute())
        self._settings = settings.model_dump(mode="json")
        self._calls = calls
        self._purse = purse
        self._client: Any = None
        self._slots = 1
        self._workers = 1
        self._running = 0
        self._reserved = 0.0
        self._stopping: asyncio.Task[Any] | None = None

    async def slots(self) -> int:
        """Threads of all workers: a job each.

        Raises:
            AnalystError: the scheduler does not answer, or has no workers.
        """
        try:
            self._client = await self._distributed.Client(self._address, asynchronous=True, timeout=CONNECT)
        except (OSError, TimeoutError) as error:
            raise AnalystError(
                f"The Dask scheduler {self._address} does not answer: {error}. Is it running there?"
            ) from None
        threads: Mapping[str, int] = await self._client.nthreads()
        if not threads:
            raise AnalystError(
                f"The Dask scheduler {self._address} has no workers. Start some: `dask worker {self._address}`."
            )
        self._workers, self._slots = len(threads), sum(threads.values())
        return self._slots

    async def do(self, job: Job, *, again: bool = False) -> Outcome:
        """Have one job done by a worker. See `Desk.do`."""
        share = self._share()
        self._running += 1
        self._reserved += share or 0.0
        calls = max(1, self._calls // self._workers)
        given = (job.model_dump(mode="json"), self._place, self._settings, calls, again, share)
        try:
            outcome = Outcome.model_validate(await self._client.submit(work, *given, pure=False))
        except self._distributed.scheduler.KilledWorker:
            return Outcome.failed(
                job, "The workers that had it died, one after the other: too little memory?"
            )
        finally:
            self._running -= 1
            self._reserved -= share or 0.0
        self._purse.spend(outcome.usd)
        return outcome

    def interrupt(self) -> None:
        """Have the workers end their jobs with what is known."""
        if self._client is not None:
            self._stopping = asyncio.ensure_future(self._client.run(stop, self._place))

    async def close(self) -> None:
        """Leave the scheduler."""
        if self._stopping is not None:
            await self._stopping
        if self._client is not None:
            await self._client.close()

    def _share(self) -> float | None:
        """What the next job may cost, so that all that run now together keep the budget; None: there is none."""
        if self._purse.total is None:
            return None
        left = self._purse.total - self._purse.spent - self._reserved
        return max(left, 0.0) / max(1, self._slots - self._running) or 1e-9


# ── on a worker ─────────────────────────────────────────────────────────────────────────────────────────────────────

_desks: dict[str, Desk] = {}
"""Those of this process, by place: its jobs share models, gates and the template of their kernels."""


async def work(
    job: Mapping[str, Any],
    place: str,
    settings: Mapping[str, Any],
    calls: int,
    again: bool,
    share: float | None,
) -> dict[str, Any]:
    """Do one job on this worker; the outcome as JSON. All jobs of a worker run on its event loop."""
    desk = _desks.get(place)
    if desk is None or desk.stopping:
        purse = Purse(None)
        desk = Desk(open_place(place), Settings.of(**settings), Flow(model_of, calls=calls, purse=purse))
        atexit.register(desk.place.close)
        _desks[place] = desk
    outcome = await desk.do(Job.model_validate(job), again=again, share=share)
    return outcome.model_dump(mode="json")


def stop(place: str) -> None:
    """Have the jobs of this worker end with what is known."""
    if place in _desks:
        _desks[place].interrupt()
