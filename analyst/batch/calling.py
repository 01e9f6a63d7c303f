"""What `analyst batch` does with its options."""

from __future__ import annotations

import asyncio
import functools
import signal
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from ..errors import BadInput
from ..models.choice import choose
from ..session import reviewer
from ..settings import Settings, environment
from .doing import Desk
from .flow import Flow, Purse, model_of
from .jobs import BadRow, Job, grid, make_jobs
from .outcome import Outcome
from .places import Place, open_place
from .rows import FORMATS, Row, read_rows, read_table
from .running import Batch, Crew, results, todo
from .summary import write_summary
from .telling import Telling

ANSWERED, FAILED, BAD_INPUT, PARTIAL, CHECK_FAILED, INTERRUPTED = 0, 1, 2, 3, 4, 130


@dataclass(frozen=True)
class Call:
    """The options, and what is done with them."""

    jobs: str
    data: Sequence[str]
    out: str
    plan: str | None
    grid: Path | None
    parameters: Mapping[str, str]
    model: str | None
    review: str | None
    verify: str | None
    kernel: str | None
    kernel_server: str | None
    sandbox: str | None
    workers: int
    calls: int
    budget: float | None
    dask: str | None
    resume: bool
    only_failed: bool
    keep_going: bool
    fail_fast: bool
    limit: int | None
    dry_run: bool
    as_json: bool
    quiet: bool

    def run(self) -> int:
        """Do it; the exit code.

        Raises:
            BadInput: the jobs, or the place, cannot be used.
            AnalystError, OSError: the place is in use, or cannot be written.
        """
        jobs, bad = self._read()
        place = open_place(self.out)
        if not self.dry_run:
            place.alone()
        try:
            done = results(place, jobs)
            if done and not (self.resume or self.only_failed or self.dry_run):
                raise BadInput(
                    f"{self.out} has results of {len(done)} of these jobs. Go on with --resume, or choose another --out."
                )
            chosen = todo(jobs, done, only_failed=self.only_failed)[: self.limit]
            if self.dry_run:
                click.echo(foretold(chosen, done, self.budget))
                return BAD_INPUT if bad else ANSWERED
            return self._do(place, jobs, chosen, done, bad)
        finally:
            place.close()

    def _read(self) -> tuple[list[Job], list[BadRow]]:
        """The jobs, and the bad rows, which are named.

        Raises:
            BadInput: there is no job, or a row is bad and that was not allowed for.
        """
        path = Path(self.jobs)
        if path.suffix.lower() in FORMATS:
            if self.data or self.grid or self.plan:
                raise BadInput(
                    "DATA, --grid and --plan go with a question: in a file of jobs each row has its own."
                )
            source, folder, rows = path, path.parent, read_rows(path)
        else:
            table = read_table(self.grid) if self.grid else [Row(1, {})]
            source, folder = self.grid or Path("the command"), Path()
            rows = grid(self.jobs, self.plan or "", self.data, table)
        jobs, bad = make_jobs(
            rows,
            folder,
            lambda named: _model_id(named or self.model),
            self.parameters,
            lambda named, model: _reviewer_id(self.review if named is None else named, model),
        )
        for row in bad:
            click.echo(f"{source}, line {row.line}: {row.reason.rstrip('.')}.", err=True)
        if bad and not self.keep_going:
            raise BadInput(
                f"{len(bad)} of {len(jobs) + len(bad)} rows cannot be run, so nothing was. Mend them, or say --keep-going."
            )
        if not jobs:
            raise BadInput(f"There is no job in {source} that can be run.")
        return jobs, bad

    def _do(
        self, place: Place, jobs: list[Job], chosen: list[Job], done: dict[str, Outcome], bad: list[BadRow]
    ) -> int:
        outcomes = dict(done)
        with Telling(len(chosen), as_json=self.as_json, quiet=self.quiet) as telling:
            telling.begun(len(jobs), len(chosen), bad)
            try:
                interrupted = asyncio.run(self._run(place, chosen, outcomes, telling))
            except (KeyboardInterrupt, asyncio.CancelledError):
                interrupted = True
            write_summary(place, jobs, outcomes)
            counts = Counter(outcomes[job.id].verdict if job.id in outcomes else "not run" for job in jobs)
            code = INTERRUPTED if interrupted else exit_code(counts, bad)
            usd = sum(outcome.usd or 0.0 for outcome in outcomes.values())
            telling.over(dict(counts), usd, code)
        if not self.as_json:
            told = ", ".join(f"{count} {word}" for word, count in counts.items())
            click.echo(f"{told}: {self.out}")
        return code

    async def _run(
        self, place: Place, chosen: list[Job], outcomes: dict[str, Outcome], telling: Telling
    ) -> bool:
        """Run the jobs, and add what came of them to `outcomes`; whether that was interrupted."""
        purse = Purse(self.budget, sum(outcome.usd or 0.0 for outcome in outcomes.values()))
        crew = self._crew(place, purse)
        jobs = self.workers or await crew.slots()
        batch = Batch(crew, telling, jobs, self.fail_fast, by_memory=not self.dask, purse=purse)
        signals = _Signals(batch, telling)
        try:
            await batch.run(chosen, again=self.only_failed)
        finally:
            outcomes |= batch.outcomes
            await crew.close()
        if purse.empty:
            telling.say(
                f"The budget of {self.budget:g} USD is spent. Go on with --resume and a higher --budget."
            )
        return signals.heard

    def _crew(self, place: Place, purse: Purse) -> Crew:
        settings = Settings.of(
            kernel=self.kernel, kernel_server=self.kernel_server, sandbox=self.sandbox, verify=self.verify
        )
        if self.dask:
            from .cluster import Cluster  # noqa: PLC0415 - an extra

            return Cluster(self.dask, self.out, settings, self.calls, purse)
        return Desk(place, settings, Flow(model_of, calls=self.calls, purse=purse))


class _Signals:
    """The first signal ends the jobs under way with what is known; the second ends everything at once."""

    def __init__(self, batch: Batch, telling: Telling) -> None:
        self.heard = False
        self._batch = batch
        self._telling = telling
        self._main = asyncio.current_task()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, self._hear)

    def _hear(self) -> None:
        if self.heard and self._main:
            self._main.cancel()
            return
        self.heard = True
        self._telling.say("Stopping: jobs under way are kept for --resume. Once more to stop at once.")
        self._batch.stop()


def exit_code(counts: Mapping[str, int], bad: Sequence[BadRow]) -> int:
    """The code of a batch that came to its end, from how many jobs ended how."""
    if counts.get("failed"):
        return FAILED
    if bad:
        return BAD_INPUT
    if any(counts.get(word) for word in ("partial", "left", "not run")):
        return PARTIAL
    return CHECK_FAILED if any(counts.get(word) for word in ("incomplete", "refuted", "moved")) else ANSWERED


def foretold(chosen: Sequence[Job], done: Mapping[str, Outcome], budget: float | None) -> str:
    """What would run, a line for each job, and what it may cost."""
    lines = [f"{job.id}: {' '.join(job.question.split())} ({_asked(job)})" for job in chosen]
    priced = [job for job in chosen if job.model != "rules" or job.review]
    bounds = [job.limits.budget or Settings.of().budget for job in priced]
    most = [bound for bound in bounds if bound is not None]
    limits = [budget] if budget else []
    limits += [sum(most)] if len(most) == len(bounds) else []
    cost = (
        f"at most {min(limits):.4g} USD"
        if limits
        else "no limit is set, so it can cost anything: see --budget"
    )
    paid = [outcome.usd for outcome in done.values() if outcome.usd]
    if paid and priced:
        cost += f"; about {len(priced) * sum(paid) / len(paid):.4g} USD, if they are like the {len(paid)} that are done"
    return "\n".join([*lines, f"{len(chosen)} jobs would run; {len(done)} have results. Cost: {cost}."])


def _asked(job: Job) -> str:
    return f"{job.model}, reviewed by {job.review}" if job.review else job.model


@functools.cache
def _model_id(named: str | None) -> str:
    return choose(named or Settings.of().model, environment()).model.id


@functools.cache
def _reviewer_id(named: str | None, model: str) -> str:
    """What stands for the reviewer of jobs with this model."""
    asked = choose(model, environment()).model
    found = reviewer((Settings.of().review or "") if named is None else named, asked)
    return "" if found is None else "same" if found.id == model else found.id
