"""Forked kernels: with any Jupyter client, alone among their siblings, and gone with their owner."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]
import pytest
import pytest_asyncio
from analyst_kernels import Execution, KernelNotStarted, Stream
from analyst_kernels.contract import PROBE
from analyst_kernels.managed import ManagedKernel

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(params=[False, True], ids=["forked", "spare"], loop_scope="module")
async def started(request: pytest.FixtureRequest) -> AsyncIterator[Callable[..., Any]]:
    """Starts forked kernels, or adopted spares, and closes them."""
    kernels: list[ManagedKernel] = []

    async def start(*, waiting: bool = request.param, **more: Any) -> ManagedKernel:
        config = {"spare": request.param, **more.pop("config", {})}
        kernel = ManagedKernel("analyst-fast", probe=PROBE, config=config, **more)
        if waiting:
            template = await _template(kernel)
            await _until(lambda: len(template.children()) > len(kernels))
        await kernel.start()
        kernels.append(kernel)
        assert kernel.notice == ""
        return kernel

    yield start
    for kernel in kernels:
        await kernel.close()


# ── what a forked kernel is ─────────────────────────────────────────────────────────────────────────────────────────


async def test_has_its_libraries_and_a_process_group_of_its_own(started: Any) -> None:
    kernel = await started()
    code = (
        "import os, sys\n"
        "print({'pandas', 'numpy', 'matplotlib.pyplot'} <= set(sys.modules))\n"
        "print(os.getpid() == os.getsid(0) == os.getpgid(0))\n"
        "print(__name__, [name for name in dir() if not name.startswith('_')])"
    )
    names = ["In", "Out", "exit", "get_ipython", "open", "os", "quit", "sys"]
    assert _text(await kernel.execute(code)) == f"True\nTrue\n__main__ {names}\n"


async def test_siblings_draw_different_numbers(started: Any) -> None:
    code = (
        "import random, uuid, tempfile, numpy as np\n"
        "print(random.random(), np.random.rand(), np.random.default_rng().random(), uuid.uuid4(), tempfile.mktemp())"
    )
    drawn = [_text(await (await started()).execute(code)).split() for _ in range(3)]
    for values in zip(*drawn, strict=True):
        assert len(set(values)) == 3


async def test_folder_environment_umask_and_time_zone_are_those_asked_for(
    started: Any, tmp_path: Path
) -> None:
    tmp_path.joinpath("beside.py").write_text("answer = 42\n")
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "TZ": "Asia/Tokyo", "MINE": "yes"}  # noqa: TID251
    kernel = await started(cwd=tmp_path, env=env)
    umask = os.umask(0o27)
    try:
        await kernel.restart()
    finally:
        os.umask(umask)
    code = (
        "import os, time, beside\n"
        "print(os.getcwd(), os.environ['MINE'], time.tzname[0], beside.answer, oct(os.umask(0)))\n"
        "print(os.environ.get('OMP_NUM_THREADS'), sorted(name for name in os.environ if name.startswith('JPY')))"
    )
    text = _text(await kernel.execute(code))
    assert text == f"{tmp_path} yes JST 42 0o27\nNone ['JPY_PARENT_PID']\n"


async def test_keeps_its_memory_limit(started: Any) -> None:
    kernel = await started(config={"limits": {"RLIMIT_AS": 4_000_000_000}})
    code = "import numpy as np\ntry:\n    np.ones(10**9)\nexcept MemoryError:\n    print('no room')"
    assert _text(await kernel.execute(code)) == "no room\n"
    assert (await kernel.execute("np.ones(10**6).sum()")).ok


async def test_shares_its_memory(started: Any) -> None:
    kernel = await started()
    pid = int(_text(await kernel.execute("import os, pandas\nprint(os.getpid())")))
    memory = psutil.Process(pid).memory_full_info()
    assert memory.uss < memory.rss / 3


async def test_concurrent_siblings_draw_the_same_figure(started: Any) -> None:
    code = (
        "import hashlib, io, matplotlib.pyplot as plt\n"
        "seen = set()\n"
        "for turn in range(12):\n"
        "    figure, axes = plt.subplots()\n"
        "    axes.set_title('Title gjkqy', fontfamily=['DejaVu Sans', 'DejaVu Serif'][turn % 2])\n"
        "    file = io.BytesIO()\n"
        "    figure.savefig(file, metadata={'Software': None})\n"
        "    seen.add((turn % 2, hashlib.md5(file.getvalue()).hexdigest()))\n"
        "    plt.close(figure)\n"
        "print(sorted(seen))"
    )
    kernels = [await started(waiting=False) for _ in range(3)]
    texts = [_text(execution) for execution in await asyncio.gather(*(k.execute(code) for k in kernels))]
    assert len(set(texts)) == 1


# ── the end ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_nothing_outlives_an_owner_that_is_killed() -> None:
    script = f"""
import asyncio, sys
from analyst_kernels.managed import ManagedKernel

async def main():
    kernels = [ManagedKernel("analyst-fast", probe={PROBE!r}) for _ in range(2)]
    for kernel in kernels:
        await kernel.start()
    code = "import subprocess, os; print(os.getppid(), os.getpid(), subprocess.Popen(['sleep', '600']).pid)"
    for kernel in kernels:
        print((await kernel.execute(code)).outputs[0].text, end="", flush=True)
    await asyncio.sleep(1)  # for a spare
    print("ready", flush=True)
    await kernels[0].execute("import time; time.sleep(600)")

asyncio.run(main())
"""
    owner = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)  # noqa: ASYNC220
    assert owner.stdout is not None
    with owner.stdout:
        pids = [int(word) for _ in range(2) for word in owner.stdout.readline().split()]
        owner.stdout.readline()
        processes = [psutil.Process(pid) for pid in {*pids}]
        processes += [child for child in processes[0].children() if child not in processes]
        template = psutil.Process(pids[0])
        processes += [child for child in template.children() if child not in processes]
        assert len(processes) == 6  # template, two kernels, their children, a spare
        owner.kill()
        owner.wait()
    psutil.wait_procs(processes, timeout=10)
    assert [process for process in processes if process.is_running() and process.status() != "zombie"] == []


async def test_what_a_kernel_has_left_running_ends_with_it(started: Any) -> None:
    kernel = await started()
    code = "import os, subprocess\nprint(subprocess.Popen(['sleep', '600']).pid, flush=True)\n"
    child = int(_text(await kernel.execute(code)))
    await kernel.execute("os._exit(3)")
    assert not kernel.alive
    await kernel.close()
    await _until(lambda: not psutil.pid_exists(child))


async def test_a_start_that_is_cancelled_leaves_no_kernel(tmp_path: Path) -> None:
    env = {**os.environ, "PYTHONPATH": str(tmp_path)}  # noqa: TID251  (a template of its own, without a spare)
    first, second = (ManagedKernel("analyst-fast", env=env, config={"spare": False}) for _ in range(2))
    await first.start()
    template = await _template(first)
    start = asyncio.ensure_future(second.start())
    await _until(lambda: len(template.children()) > 1)
    start.cancel()
    await asyncio.wait([start])
    assert start.cancelled()
    await _until(lambda: len(template.children()) == 1)
    await first.close()


async def test_a_template_that_was_killed_is_replaced(started: Any) -> None:
    kernel = await started(waiting=False)
    template = await _template(kernel)
    template.kill()
    async with asyncio.timeout(5):
        await _until(lambda: not kernel.alive)
    await kernel.restart()
    assert (await kernel.execute("1")).ok
    assert await _template(kernel) != template


async def test_a_template_that_is_out_of_date_is_replaced(started: Any, tmp_path: Path) -> None:
    packages = tmp_path / "site-packages"
    packages.mkdir()
    env = {**os.environ, "PYTHONPATH": str(packages)}  # noqa: TID251
    before = await started(waiting=False, env=env)
    template = await _template(before)
    (packages / "new_package.py").write_text("version = 2\n")
    after = await started(waiting=False, env=env)
    assert await _template(after) != template
    assert _text(await after.execute("import new_package\nprint(new_package.version)")) == "2\n"
    assert (await before.execute("1")).ok
    await before.close()
    await _until(lambda: not template.is_running())


# ── where there can be no fork ──────────────────────────────────────────────────────────────────────────────────────


async def test_a_template_with_threads_is_not_forked(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    tmp_path.joinpath("threaded.py").write_text(
        "import threading, time\nthreading.Thread(target=time.sleep, args=(600,), daemon=True).start()\n"
    )
    env = {**os.environ, "PYTHONPATH": str(tmp_path)}  # noqa: TID251
    limits = {"RLIMIT_NOFILE": 300}
    kernel = ManagedKernel(
        "analyst-fast", probe=PROBE, env=env, config={"preload": ["threaded"], "limits": limits}
    )
    await kernel.start()
    assert "started normally, not forked" in kernel.notice
    assert "2 threads" in kernel.notice
    assert kernel.notice in caplog.text
    code = "import os, resource\nprint(os.getppid(), resource.getrlimit(resource.RLIMIT_NOFILE)[0])"
    assert _text(await kernel.execute(code)) == f"{os.getpid()} 300\n"
    await kernel.close()


async def test_what_could_not_be_imported_ahead_is_told_and_what_is_not_installed_is_not(
    tmp_path: Path,
) -> None:
    tmp_path.joinpath("broken.py").write_text("raise ValueError('no moon')\n")
    env = {**os.environ, "PYTHONPATH": str(tmp_path)}  # noqa: TID251
    preload = ["broken", "nowhere_installed", "json"]
    kernel = ManagedKernel("analyst-fast", probe=PROBE, env=env, config={"preload": preload})
    await kernel.start()
    assert kernel.notice == "Not imported ahead, as it failed: broken (ValueError: no moon)."
    assert _text(await kernel.execute("import os\nprint(os.getppid())")) != f"{os.getpid()}\n"
    await kernel.close()


async def test_a_template_that_does_not_come_up_says_why(tmp_path: Path) -> None:
    tmp_path.joinpath("ipykernel.py").write_text("raise ImportError('the moon is not full')\n")
    kernel = ManagedKernel("analyst-fast", probe=PROBE, env={**os.environ, "PYTHONPATH": str(tmp_path)})  # noqa: TID251
    with pytest.raises(KernelNotStarted, match="the moon is not full"):
        await kernel.start()


async def test_a_folder_that_is_not_there_is_named(started: Any, tmp_path: Path) -> None:
    with pytest.raises(KernelNotStarted, match="missing"):
        await started(waiting=False, cwd=tmp_path / "missing")


# ── helpers ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _text(execution: Execution) -> str:
    assert execution.ok, execution
    return "".join(output.text for output in execution.outputs if isinstance(output, Stream))


async def _template(kernel: ManagedKernel) -> psutil.Process:
    """The process from which a started kernel was forked."""
    started = kernel.alive
    if not started:
        await kernel.start()
    parent = int(_text(await kernel.execute("import os\nprint(os.getppid())")))
    if not started:
        await kernel.close()
    return psutil.Process(parent)


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110  (a process of somebody else can only be looked at)
            await asyncio.sleep(0.01)
