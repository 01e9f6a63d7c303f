"""All jobs of a batch: which are to be done, at once as many as there is room for, until the last or until told to stop."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from ..pool import run_all
from .flow import Purse
from .jobs import Job
from .memory import NEED, free
from .outcome import Outcome
from .places import Place

LOOK = 0.5
"""Seconds between two looks at the memory, when there is too little."""


class Crew(Protocol):
    """Those who do jobs: `doing.Desk` in this process, or `cluster.Cluster`."""

    async def slots(self) -> int:
        """How many jobs they can do at once."""
        ...

    async def do(self, job: Job, *, again: bool = False) -> Outcome:
        """Do one job. See `Desk.do`."""
        ...

    def interrupt(self) -> None:
        """Have all jobs under way end with what is known."""
        ...

    async def close(self) -> None:
        """Give back what was held for the jobs."""
        ...


class Teller(Protocol):
    """Told of the jobs while they are done."""

    def started(self, job: Job) -> None:
        """A job begins."""
        ...

    def finished(self, outcome: Outcome) -> None:
        """A job is over."""
        ...


def results(place: Place, jobs: Iterable[Job]) -> dict[str, Outcome]:
    """The outcomes of those jobs that have one, by id; results of jobs that were changed since do not count."""
    keys = {job.id: job.key for job in jobs}
    there = ((id, Outcome.parse(answer, keys[id])) for id, answer in place.answers() if id in keys)
    return {id: outcome for id, outcome in there if outcome}


def todo(jobs: Sequence[Job], done: dict[str, Outcome], *, only_failed: bool) -> list[Job]:
    """Those that have no result, or one that may come out better; with `only_failed` those whose result is no answer."""
    if only_failed:
        return [job for job in jobs if job.id in done and not done[job.id].stands(again=True)]
    return [job for job in jobs if job.id not in done or not done[job.id].stands(again=False)]


@dataclass
class Batch:
    """A batch that is run once."""

    crew: Crew
    teller: Teller
    at_once: int
    fail_fast: bool = False
    """Stop at the first job that comes to nothing."""
    by_memory: bool = True
    """Whether jobs wait for memory of this machine."""
    purse: Purse = field(default_factory=lambda: Purse(None))
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    stopping: bool = False
    under_way: int = 0

    async def run(self, jobs: Iterable[Job], *, again: bool = False) -> None:
        """Do the jobs; `outcomes` has what came of them. `again` as for `Desk.do`.

        Raises:
            OSError: the place cannot be read or written.
        """

        async def one(job: Job) -> None:
            self.under_way += 1
            self.teller.started(job)
            try:
                outcome = await self.crew.do(job, again=again)
            finally:
                self.under_way -= 1
            self.outcomes[job.id] = outcome
            self.teller.finished(outcome)
            if self.fail_fast and outcome.verdict in ("failed", "incomplete"):
                self.stop()

        await run_all(jobs, one, at_once=self.at_once, room=self._room, stopping=self._is_over)

    def stop(self) -> None:
        """Begin no more; those under way end with what is known, and can be gone on with."""
        self.stopping = True
        self.crew.interrupt()

    def _is_over(self) -> bool:
        return self.stopping or self.purse.empty

    async def _room(self) -> None:
        while self.by_memory and self.under_way and not self._is_over() and free() < NEED:  # noqa: ASYNC110 - memory can only be looked at
            await asyncio.sleep(LOOK)
