"""One job, from nothing, from the log of a run that was cut off, or from a result that is to be bettered."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from math import inf
from pathlib import Path

from analyst_kernels import DisplayData, KernelError, SandboxUnavailable

from ..errors import AnalystError, LogError
from ..events import Asked, Event, Live, Paid, ToolReturned
from ..files import write_whole
from ..headless import with_notebook
from ..markup import image
from ..result import Result, result
from ..session import Session
from ..settings import Settings
from ..state import Over, State
from .flow import Flow
from .jobs import Job
from .memory import at_once
from .outcome import Outcome
from .places import ANSWER, Place

FIGURE = "figure.png"
"""The last figure of a job, for the index."""
KEEPING = 2.0
"""Seconds between two savings of a job under way."""
IN_USE = 1.0
"""Seconds until it is tried again to take a job that another process has."""


@dataclass
class Desk:
    """What the jobs of one process work with."""

    place: Place
    settings: Settings
    flow: Flow
    sessions: set[Session] = field(default_factory=set)
    """Under way now."""
    stopping: bool = False

    async def do(self, job: Job, *, again: bool = False, share: float | None = None) -> Outcome:
        """Do one job to its end, unless it is done, and make what came of it its result.

        What was interrupted is no result: its log is kept for the next one who does the job.

        Args:
            job: what is to be done.
            again: a result that stopped at a limit is no result either: it goes on beyond.
            share: its part of the budget over all jobs, in US dollars.

        Raises:
            OSError: the place cannot be read or written.
            SandboxUnavailable: nothing holds the code here, nor will it for the next job.
        """
        # whatever else goes wrong is the outcome
        while not await asyncio.to_thread(self.place.claim, job.key):  # noqa: ASYNC110 - another process has it
            await asyncio.sleep(IN_USE)
        try:
            answer = await asyncio.to_thread(self.place.answer, job.id)
            before = Outcome.parse(answer, job.key) if answer else None
            if before and before.stands(again):
                return before
            folder = await asyncio.to_thread(self.place.take, job.id, job.key)
            outcome = await self._outcome(job, folder, before, again, share)
            if outcome.later:
                await asyncio.to_thread(self.place.keep, job.key, folder)
                await asyncio.to_thread(self.place.drop, folder)
            else:
                text = outcome.model_dump_json(indent=1) + "\n"
                await asyncio.to_thread(write_whole, folder / ANSWER, text)
                await asyncio.to_thread(self.place.give, job.id, job.key, folder)
            return outcome
        finally:
            self.place.release(job.key)

    def interrupt(self) -> None:
        """Have all jobs under way end with what is known."""
        self.stopping = True
        for session in self.sessions:
            session.interrupt()

    async def slots(self) -> int:
        """How many jobs fit on this machine."""
        return at_once()

    async def close(self) -> None:
        """Give the models' connections back."""
        await self.flow.close()

    async def _outcome(
        self, job: Job, folder: Path, before: Outcome | None, again: bool, share: float | None
    ) -> Outcome:
        try:
            return await self._run(job, folder, before, again, share)
        except (OSError, SandboxUnavailable):
            raise
        except (AnalystError, KernelError) as error:
            return Outcome.failed(job, str(error))
        except Exception as error:  # noqa: BLE001 - whatever it is, it is recorded, and the other jobs go on
            return Outcome.failed(job, f"{type(error).__name__}: {error}")

    async def _run(
        self, job: Job, folder: Path, before: Outcome | None, again: bool, share: float | None
    ) -> Outcome:
        if self.stopping:
            return Outcome.left(job)
        changed = asyncio.Event()

        def listen(event: Event | Live) -> None:
            if isinstance(event, Paid | ToolReturned | Asked):
                changed.set()

        given = job.limits.model_dump(exclude_none=True) | {"review": job.review or None}
        settings = self.settings.model_copy(update=given)
        shared = share is not None and share < (settings.budget or inf)
        if shared:
            settings = settings.model_copy(update={"budget": share})
        other = job.review if job.review not in ("", "same") else ""
        session = Session(
            self.flow.model(job.model),
            folder=folder,
            settings=settings,
            listeners=[listen],
            reviewer=self.flow.model(other) if other else None,
        )
        if before is None:  # what a run that was cut off has spent is in no result yet
            for event in session.events:
                if isinstance(event, Paid):
                    self.flow.purse.paid(event.usage)
        async with session:
            keeping = asyncio.create_task(self._keep(job.key, folder, changed))
            self.sessions.add(session)
            try:
                found = await with_notebook(session, self._asked(session, job, again))
            finally:
                self.sessions.discard(session)
                keeping.cancel()
                await asyncio.wait({keeping})
            figure = _write_figure(session.events, folder / FIGURE)
        outcome = Outcome.of(job, found, folder, figure=figure)
        if outcome.stopped == "isolation":
            raise SandboxUnavailable(found.answer)
        if outcome.stopped == "interrupted":
            return outcome.model_copy(update={"later": "interrupted"})
        if (outcome.stopped == "budget" and shared) or (outcome.stopped == "model" and self.flow.purse.empty):
            return outcome.model_copy(update={"later": "budget"})
        return outcome

    async def _asked(self, session: Session, job: Job, again: bool) -> Result:
        """Ask; or go on, as far as there is something left to do."""
        events = session.events
        if not any(isinstance(e, Asked) for e in events):
            return await session.ask(job.question, job.data, steps=job.steps)
        found = result(events, folder=session.folder)
        over = isinstance(State.of(events).next(), Over)
        if over and not again and not Outcome.of(job, found, session.folder).passing:
            return found  # the process was killed when all but the result was written
        return await session.resume()

    async def _keep(self, key: str, folder: Path, changed: asyncio.Event) -> None:
        while True:
            await changed.wait()
            changed.clear()
            with suppress(
                OSError, LogError
            ):  # it is tried again after the next change, and said when the job ends
                await asyncio.to_thread(self.place.keep, key, folder)
            await asyncio.sleep(KEEPING)


def _write_figure(events: Sequence[Event], path: Path) -> bool:
    """Write the last figure that was shown; whether there is one. What comes out of a kernel need not be what it says."""
    found = [
        image("image/png", output.data["image/png"])
        for event in events
        if isinstance(event, ToolReturned)
        for output in event.outputs
        if isinstance(output, DisplayData) and isinstance(output.data.get("image/png"), str)
    ]
    images = [each for each in found if each]
    if images:
        path.write_bytes(base64.b64decode(images[-1].base64))
    return bool(images)
