"""What kernels cost, against normal ones, as ratios in the same run.

    uv run python -m benchmarks.kernels [--rounds 7] [--kernels 20] [--analyses 40]

Four figures: from the request to the end of the first cell, which needs pandas and pyplot; many kernels ready at once;
memory (PSS) of a kernel that idles; small analyses per minute with a model that answers at once. What is compared:

    plain    jupyter_client's own way: `start_new_async_kernel`, and for analyses nbclient executing a notebook
    managed  our kernel, started normally
    forked   our kernel, forked from a template
    spare    the same, with a spare waiting

Templates are warm before anything is measured: each is made once per process, in about a second (said at the end).
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import nbformat
import psutil
from analyst_kernels.managed import ManagedKernel
from jupyter_client.manager import AsyncKernelManager, start_new_async_kernel
from nbclient import NotebookClient

from analyst.events import Call
from analyst.models import Reply
from analyst.models.scripted import ScriptedModel
from analyst.session import Session

FIRST = "import pandas as pd\nimport matplotlib.pyplot as plt\nprint(len(pd.DataFrame({'a': [1, 2]})))"
PID = "import os\nprint(os.getpid())"
CELLS = (
    "import pandas as pd\nframe = pd.DataFrame({'a': range(200), 'b': 1.5, 'c': ['x', 'y'] * 100})\nframe.head()",
    "print(frame.describe().to_string())",
    "frame.groupby('d')['a'].mean()",  # there is no such column
    "frame.groupby('c')['a'].agg(['mean', 'std', 'count'])",
)
"""A small analysis: make a frame, describe, fail, repair."""

Run = Callable[[str], Awaitable[str]]
"""Runs a cell; gives what it printed."""


@contextlib.asynccontextmanager
async def plain() -> AsyncIterator[Run]:
    while True:
        with contextlib.suppress(
            RuntimeError
        ):  # a port was taken between its choice and its use: with 20, now and then
            manager, client = await start_new_async_kernel(stderr=subprocess.DEVNULL)
            break

    async def run(code: str) -> str:
        heard: list[str] = []

        def hear(message: dict[str, Any]) -> None:
            heard.append(message["content"].get("text", ""))

        await client.execute_interactive(code, output_hook=hear)
        return "".join(heard)

    try:
        yield run
    finally:
        client.stop_channels()
        await manager.shutdown_kernel(now=True)


def ours(name: str = "python3", **config: bool) -> Callable[[], contextlib.AbstractAsyncContextManager[Run]]:
    @contextlib.asynccontextmanager
    async def started() -> AsyncIterator[Run]:
        kernel = ManagedKernel(name, config=config)
        await kernel.start()
        assert not kernel.notice, kernel.notice

        async def run(code: str) -> str:
            execution = await kernel.execute(code)
            assert execution.ok, execution
            return "".join(getattr(output, "text", "") for output in execution.outputs)

        try:
            yield run
        finally:
            await kernel.close()

    return started


KINDS = {
    "plain": plain,
    "managed": ours(),
    "forked": ours("analyst-fast", spare=False),
    "spare": ours("analyst-fast", spare=True),
}


async def first_cell(kind: str) -> float:
    """Milliseconds from the request to the end of the first cell."""
    if kind == "spare":
        await asyncio.sleep(0.8)  # the next spare is made when nothing else is to be done
    began = time.perf_counter()
    async with KINDS[kind]() as run:
        await run(FIRST)
        return 1000 * (time.perf_counter() - began)


async def many(kind: str, count: int) -> float:
    """Seconds until so many kernels have run their first cell."""
    async with contextlib.AsyncExitStack() as stack:

        async def one() -> None:
            run = await stack.enter_async_context(KINDS[kind]())
            await run(FIRST)

        began = time.perf_counter()
        await asyncio.gather(*(one() for _ in range(count)))
        return time.perf_counter() - began


async def memory(kind: str, count: int) -> float:
    """MB (PSS) per idle kernel: the more of them share the template's pages, the less each is charged for."""
    async with contextlib.AsyncExitStack() as stack:
        runs = [await stack.enter_async_context(KINDS[kind]()) for _ in range(count)]
        for run in runs:
            await run(FIRST)
        pids = [int(await run(PID)) for run in runs]
        return sum(psutil.Process(pid).memory_full_info().pss for pid in pids) / count / 1e6


async def analyses(kind: str, count: int, at_once: int) -> float:
    """Analyses per minute."""
    turn = asyncio.Semaphore(at_once)

    async def one(folder: Path) -> None:
        async with turn:
            if kind == "plain":
                await by_notebook(folder)
            else:
                name, config = (
                    ("analyst-fast", {"spare": kind == "spare"}) if kind != "managed" else ("python3", {})
                )
                await by_session(folder, ManagedKernel(name, config=config))

    with tempfile.TemporaryDirectory() as name:
        began = time.perf_counter()
        await asyncio.gather(*(one(Path(name) / str(number)) for number in range(count)))
        return 60 * count / (time.perf_counter() - began)


async def by_notebook(folder: Path) -> None:
    """As papermill does it: a notebook is executed and written."""
    folder.mkdir()  # noqa: ASYNC240 - its own process is elsewhere
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code) for code in CELLS])
    manager = AsyncKernelManager(
        transport="ipc", ip=str(folder / "s")
    )  # with TCP one in a hundred finds no port
    try:
        await NotebookClient(notebook, manager, allow_errors=True).async_execute()
    finally:
        await manager.shutdown_kernel(now=True)  # nbclient ends only kernels that it made itself
    nbformat.write(notebook, folder / "run.ipynb")


async def by_session(folder: Path, kernel: ManagedKernel) -> None:
    calls = [Call(f"c{n}", "python", json.dumps({"code": code})) for n, code in enumerate(CELLS)]
    replies = [Reply("", (call,), finish="tool_calls") for call in calls]
    model = ScriptedModel([*replies, Reply("The mean of x is lower than that of y.")])
    async with Session(model, folder=folder, kernel=kernel) as session:
        result = await session.ask("How do the groups differ?")
    await kernel.close()
    assert result.answer, result


def report(
    what: str,
    unit: str,
    found: dict[str, Sequence[float]],
    goals: dict[str, float],
    *,
    more_is_better: bool = False,
) -> None:
    """Print medians, and ratios to `plain` of the same round; `goals`: the ratios that are to be reached."""
    print(what)
    for kind, values in found.items():
        ratio = statistics.median(
            (b / a if more_is_better else a / b) for a, b in zip(found["plain"], values, strict=True)
        )
        goal = f" (goal: at least {goals[kind]:g})" if kind in goals else ""
        print(
            f"    {kind:8} {statistics.median(values):9.1f} {unit:12} {ratio:6.1f} times as good as plain{goal}"
        )


async def measure(options: argparse.Namespace) -> None:
    began = time.perf_counter()
    for kind in KINDS:
        if kind == "forked":
            began = time.perf_counter()
        await first_cell(kind)
        if kind == "forked":
            warm = time.perf_counter() - began
    firsts = {kind: [] for kind in KINDS}
    for _ in range(options.rounds):
        for kind in KINDS:
            firsts[kind].append(await first_cell(kind))
    report("from the request to the end of the first cell", "ms", firsts, {"forked": 10, "spare": 18})
    some = min(3, options.rounds)
    crowds = {kind: [await many(kind, options.kernels) for _ in range(some)] for kind in KINDS}
    report(f"{options.kernels} kernels have run it", "s", crowds, {"forked": 9})
    sizes = {kind: [await memory(kind, options.kernels)] for kind in ("plain", "forked")}
    report(f"memory of one of {options.kernels} idle kernels", "MB (PSS)", sizes, {"forked": 3})
    rates = {kind: [await analyses(kind, options.analyses, 2) for _ in range(some)] for kind in KINDS}
    report("small analyses, two at once", "per minute", rates, {}, more_is_better=True)
    print(f"a template is warm and its first kernel has run the cell after {warm:.2f} s, once per process")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--kernels", type=int, default=20, help="started at once")
    parser.add_argument("--analyses", type=int, default=40)
    options = parser.parse_args()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # noqa: TID251 - it would double every import
    asyncio.run(measure(options))


if __name__ == "__main__":
    main()
