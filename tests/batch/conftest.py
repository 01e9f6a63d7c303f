from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from analyst.batch.doing import Desk
from analyst.batch.flow import Flow, Purse
from analyst.batch.jobs import Job
from analyst.batch.outcome import Outcome
from analyst.batch.places import open_place
from analyst.batch.running import Batch, results, todo
from analyst.models import Model
from analyst.settings import Settings

CLEAN = {k: v for k, v in os.environ.items() if not k.startswith("ANALYST_") and not k.endswith("_API_KEY")}  # noqa: TID251 - to pass on
SETTINGS = Settings(sandbox="off")  # kernels are forked then: what is tested here is not the sandbox


@dataclass
class Told:
    begun: list[str] = field(default_factory=list)
    over: list[Outcome] = field(default_factory=list)

    def started(self, job: Job) -> None:
        self.begun.append(job.id)

    def finished(self, outcome: Outcome) -> None:
        self.over.append(outcome)


def make(id: str, model: str = "scripted", **fields: Any) -> Job:
    return Job(id=id, key=f"key-of-{id}", question=f"What is {id}?", model=model, **fields)


@dataclass
class Trial:
    """A batch of jobs whose models are given, as a resumed run sees it: nothing is kept but the place."""

    url: str
    told: Told = field(default_factory=Told)

    async def run(
        self,
        models: Mapping[str, Model],
        jobs: Sequence[Job],
        *,
        at_once: int = 2,
        budget: float | None = None,
        only_failed: bool = False,
        fail_fast: bool = False,
    ) -> dict[str, Outcome]:
        """Each job's model has the job's id."""
        place = open_place(self.url)
        place.alone()
        done = results(place, jobs)
        purse = Purse(budget, sum(o.usd or 0.0 for o in done.values()))
        desk = Desk(place, SETTINGS, Flow(lambda id: models[id], calls=4, purse=purse))
        self.told = Told()
        batch = Batch(desk, self.told, at_once, fail_fast, purse=purse)
        try:
            await batch.run(todo(jobs, done, only_failed=only_failed), again=only_failed)
        finally:
            await desk.close()
            place.close()
        return {**done, **batch.outcomes}


BATCH = (sys.executable, "-m", "analyst.cli", "batch")


@contextmanager
def started(*words: object, cwd: Path, **env: str) -> Iterator[subprocess.Popen[str]]:
    """A batch while it runs; it is killed if it still does at the end."""
    pipe = subprocess.PIPE
    process = subprocess.Popen(
        [*BATCH, *map(str, words)],
        cwd=cwd,
        env=CLEAN | {"ANALYST_SANDBOX": "off"} | env,
        stdout=pipe,
        stderr=pipe,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def batch(*words: object, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    command = [*BATCH, *map(str, words)]
    return subprocess.run(
        command,
        cwd=cwd,
        env=CLEAN | {"ANALYST_SANDBOX": "off"} | env,
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )
