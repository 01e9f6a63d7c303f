"""Start, interrupt, restart, end: a sandboxed kernel is a kernel like any other, and leaves nothing behind."""

# small files, read while nothing else waits
# ruff: noqa: ASYNC240

from __future__ import annotations

import asyncio
import tempfile
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from analyst_kernels import KernelNotStarted

from tests.kernels.sandbox.boxes import Box

TIERS = ("bubblewrap", "landlock")
DAEMON = """
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork():
        os._exit(0)
    for n in range(3, 256):
        try: os.close(n)
        except OSError: pass
    time.sleep(600)
os.wait()
"""


@pytest_asyncio.fixture(params=[(tier, fast) for tier in TIERS for fast in (True, False)], ids=str)
async def box(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Box]:
    tier, fast = request.param
    async with Box({"tier": tier, "work": str(tmp_path), "fast": fast}) as box:
        yield box


@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("mode", ["signal", "message"])
@pytest.mark.parametrize("fast", [True, False])
async def test_an_interrupt_reaches_the_code_and_not_the_sandbox(
    tier: str, mode: str, fast: bool, tmp_path: Path
) -> None:
    config = {"tier": tier, "work": str(tmp_path), "fast": fast}
    async with Box(config, interrupt_mode=mode) as box:
        sleep = "import subprocess; subprocess.run(['sleep', '60'])"
        for code in ("while True: pass", "import time; time.sleep(60)", sleep):
            running = asyncio.ensure_future(box.run(code))
            await asyncio.sleep(0.7)
            await box.manager.interrupt_kernel()
            told = await running
            assert told.error.startswith("KeyboardInterrupt"), told
        assert (await box.run("print(6 * 7)")).text == "42\n"


async def test_restart_gives_a_fresh_kernel_and_keeps_the_work(box: Box) -> None:
    await box.run("marker = 1; open('kept.txt', 'w').write('kept')")
    for now in (True, False):
        await box.manager.restart_kernel(now=now)
        await box.connect()
        assert (await box.run("print('marker' in globals(), open('kept.txt').read())")).text == "False kept\n"


async def test_a_death_is_seen_and_a_restart_mends_it(box: Box) -> None:
    assert (await box.run("import os; os.kill(os.getpid(), 9)", seconds=20)).status == "dead"
    assert await box.provisioner.poll() == -9
    await box.manager.restart_kernel(now=True)
    await box.connect()
    assert (await box.run("print(6 * 7)")).text == "42\n"


async def test_code_that_ignores_interrupts_is_killed(box: Box) -> None:
    running = asyncio.ensure_future(
        box.run("import signal; signal.signal(2, signal.SIG_IGN)\nwhile True: pass")
    )
    await asyncio.sleep(0.7)
    await box.manager.interrupt_kernel()
    await box.provisioner.kill()
    assert (await running).status == "dead"


@pytest.mark.parametrize("now", [True, False])
async def test_nothing_is_left_behind(box: Box, now: bool) -> None:
    assert (await box.run(DAEMON)).status == "ok"
    folder = Path(box.provisioner._folder)
    processes = box.family()
    assert len(processes) >= 3
    await box.manager.shutdown_kernel(now=now)
    assert not folder.exists()
    for _ in range(50):
        left = [
            process for process in processes if Path(f"/proc/{process}/environ").exists() and alive(process)
        ]
        if not left:
            break
        await asyncio.sleep(0.1)
    assert left == []


def alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


async def test_a_daemon_does_not_outlive_a_kernel_that_ends_itself(box: Box) -> None:
    await box.run(DAEMON)
    processes = box.family()
    await box.run("import os; os._exit(3)", seconds=20)
    for _ in range(50):
        if not any(map(alive, processes)):
            break
        await asyncio.sleep(0.1)
    assert not any(map(alive, processes))
    assert await box.provisioner.poll() == 3


@pytest.mark.parametrize("tier", TIERS)
async def test_without_a_work_folder_it_has_one_of_its_own(tier: str) -> None:
    async with Box({"tier": tier}) as box:
        told = await box.run("import os; open('x.txt', 'w').write('x'); print(os.getcwd())")
        assert Path(told.text.strip(), "x.txt").read_text() == "x"
    assert not Path(told.text.strip()).exists()


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"data": ["/"]}, "too much to show"),
        ({"data": [str(Path.home())]}, "too much to show"),
        ({"data": ["/nowhere/at/all.csv"]}, "does not exist"),
        ({"work": "/tmp"}, "cannot be the work folder"),
    ],
)
async def test_what_would_undo_the_sandbox_is_refused(
    config: dict[str, object], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    with pytest.raises(KernelNotStarted, match=said):
        await Box(config).__aenter__()
    assert list(tmp_path.iterdir()) == []


async def test_two_kernels_do_not_see_each_other(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    async with Box({"work": str(tmp_path / "one")}) as one, Box({"work": str(tmp_path / "two")}) as two:
        await one.run("open('mine.txt', 'w').write('mine')")
        paths = [
            f"{tmp_path}/one/mine.txt",
            f"{one.provisioner._folder}/c.json",
            f"{one.provisioner._folder}/in",
        ]
        told = await two.run(f"import os; print([os.path.exists(path) for path in {paths}])")
        assert told.text == "[False, False, False]\n"


async def test_it_lives_on_when_the_thread_that_started_it_ends(tmp_path: Path) -> None:
    """T5: bubblewrap dies with the thread that started it."""
    box = Box({"tier": "bubblewrap", "work": str(tmp_path)})
    thread = threading.Thread(target=lambda: asyncio.run(box.manager.start_kernel()))
    thread.start()
    await asyncio.to_thread(thread.join)
    await asyncio.sleep(1)
    assert await box.provisioner.poll() is None
    await box.manager.shutdown_kernel(now=True)
