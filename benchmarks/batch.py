"""What a batch costs: analyses per minute against a notebook loop, as ratios in the same run, and the runner's memory.

    uv run python -m benchmarks.batch [--analyses 40] [--rounds 3] [--memory 1000]

The analysis is that of `benchmarks.kernels`: four cells, of which one fails, and a model that answers at once. Compared:

    loop     as papermill does it: one notebook after the other, each with a kernel of its own, executed and written
    plain    the same, two at once
    batch    our batch: plan, log, notebook, report, receipts and summary of each; kernels forked, `--workers auto`

Memory is that of the runner alone, after each tenth of so many jobs.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import psutil

from analyst.batch.doing import Desk
from analyst.batch.flow import Flow, Purse
from analyst.batch.jobs import Job
from analyst.batch.memory import at_once
from analyst.batch.outcome import Outcome
from analyst.batch.places import open_place
from analyst.batch.running import Batch
from analyst.batch.summary import write_summary
from analyst.events import Call, ToolSchema
from analyst.models import Message, OnDelta, Reply
from analyst.models.scripted import ScriptedModel
from analyst.settings import Settings
from benchmarks.kernels import CELLS, by_notebook

ANSWER = "The mean of x is lower than that of y."


class AtOnce(ScriptedModel):
    """Knows from the conversation which cell is next: any number of jobs can ask it."""

    def __init__(self) -> None:
        super().__init__([], id="scripted")

    async def reply(
        self,
        messages: Sequence[Message],
        tools: Sequence[ToolSchema],  # noqa: ARG002
        on_delta: OnDelta,  # noqa: ARG002
    ) -> Reply:
        done = sum(message["role"] == "tool" for message in messages)
        if done == len(CELLS):
            return Reply(ANSWER)
        call = Call(f"c{done}", "python", json.dumps({"code": CELLS[done]}))
        return Reply("", (call,), finish="tool_calls")


class Watch:
    """Notes the memory of this process at each tenth."""

    def __init__(self, total: int) -> None:
        self.over = 0
        self.sizes: list[float] = []
        self._step = max(1, total // 10)

    def started(self, job: Job) -> None:
        pass

    def finished(self, outcome: Outcome) -> None:
        assert outcome.verdict == "answered", outcome
        self.over += 1
        if self.over % self._step == 0:
            self.sizes.append(psutil.Process().memory_info().rss / 1e6)


async def batch(folder: Path, count: int) -> list[float]:
    """Run so many jobs; MB of this process at each tenth."""
    jobs = [
        Job(id=f"{n}", key=f"k{n}", question=f"How do the groups differ? ({n})", model="scripted")
        for n in range(count)
    ]
    place, model = open_place(str(folder)), AtOnce()
    place.alone()
    desk = Desk(place, Settings(sandbox="off"), Flow(lambda _: model, calls=16, purse=Purse(None)))
    watch = Watch(count)
    running = Batch(desk, watch, at_once())
    await running.run(jobs)
    write_summary(place, jobs, running.outcomes)
    place.close()
    return watch.sizes


async def notebooks(folder: Path, count: int, turns: int) -> None:
    turn = asyncio.Semaphore(turns)

    async def one(number: int) -> None:
        async with turn:
            await by_notebook(folder / str(number))

    await asyncio.gather(*(one(n) for n in range(count)))


async def rate(kind: str, count: int) -> float:
    """Analyses per minute."""
    with tempfile.TemporaryDirectory() as name:
        began = time.perf_counter()
        if kind == "batch":
            await batch(Path(name), count)
        else:
            await notebooks(Path(name), count, 1 if kind == "loop" else 2)
        return 60 * count / (time.perf_counter() - began)


async def measure(options: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory() as name:
        await batch(Path(name), 2)  # the template is made once per process
    rates: dict[str, list[float]] = {kind: [] for kind in ("loop", "plain", "batch")}
    for _ in range(options.rounds):
        for kind, found in rates.items():
            found.append(await rate(kind, options.analyses))
    for kind, found in rates.items():
        times = statistics.median(b / a for a, b in zip(rates["loop"], found, strict=True))
        print(f"{kind:6} {statistics.median(found):7.1f} analyses a minute, {times:.1f} times the loop")
    if options.memory:
        with tempfile.TemporaryDirectory() as name:
            sizes = await batch(Path(name), options.memory)
        print(
            f"memory of the runner over {options.memory} jobs, MB: {' '.join(f'{size:.0f}' for size in sizes)}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--analyses", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--memory", type=int, default=1000, help="jobs; 0: leave it out")
    asyncio.run(measure(parser.parse_args()))


if __name__ == "__main__":
    main()
