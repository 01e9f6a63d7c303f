from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest
from analyst_kernels import (
    DisplayData,
    Error,
    Execution,
    KernelDied,
    KernelError,
    KernelNotStarted,
    Limits,
    Output,
    Stream,
)
from analyst_kernels.contract import PROBE
from analyst_kernels.managed import ManagedKernel

from .outputs import read

pytestmark = pytest.mark.asyncio(loop_scope="module")


# ── what a cell may be ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("import asyncio\nawait asyncio.sleep(0)\n'awaited'", "'awaited'"),
        ("%timeit -n1 -r1 pass", "1 loop each"),
        ("%%bash\necho from $((1 + 1)) bash", "from 2 bash\n"),
        ("!echo from the shell", "from the shell"),
        ("x = !echo into a variable\nx[0]", "'into a variable'"),
        ("import subprocess\nsubprocess.run(['echo', 'by a child']);", "by a child\n"),
        ("len?", "Return the number of items"),
    ],
)
async def test_runs_what_a_notebook_runs(kernel: ManagedKernel, code: str, shown: str) -> None:
    execution = await kernel.execute(code)
    assert execution.ok
    assert shown in read(execution)


async def test_keeps_the_history_of_results(kernel: ManagedKernel) -> None:
    await kernel.execute("6 * 7")
    await kernel.evaluate("names")
    assert read(await kernel.execute("_")) == "42"


async def test_exit_ends_the_cell_and_not_the_kernel(kernel: ManagedKernel) -> None:
    execution = await kernel.execute("kept = 7\nexit()\nprint('never')")
    assert execution.ending == "error"
    assert "never" not in read(execution)
    assert read(await kernel.execute("kept")) == "7"


async def test_tracebacks_are_plain(kernel: ManagedKernel) -> None:
    execution = await kernel.execute("def deep(n):\n    return deep(n - 1) if n else 1 / 0\n\ndeep(2000)")
    error = execution.outputs[-1]
    assert isinstance(error, Error)
    assert error.ename == "RecursionError"
    assert len(error.traceback) < 250
    assert not any("\x1b" in line or line.endswith("\n") for line in error.traceback)


async def test_an_updated_display_replaces_the_earlier(kernel: ManagedKernel) -> None:
    told: list[Output] = []
    code = "shown = display('old', display_id=True)\nprint('between')\nshown.update('new')"
    execution = await kernel.execute(code, told.append)
    new = DisplayData({"text/plain": "'new'"})
    assert execution.outputs == (new, Stream("stdout", "between\n"))
    assert told == [DisplayData({"text/plain": "'old'"}), Stream("stdout", "between\n"), new]


async def test_clear_output_takes_back_what_was_shown(kernel: ManagedKernel) -> None:
    code = "from IPython.display import clear_output\nfor i in range(3):\n    print(i)\n    clear_output(wait={})\n"
    assert (await kernel.execute(code.format(False))).outputs == ()
    execution = await kernel.execute(code.format(True) + "print('end')")
    assert execution.outputs == (Stream("stdout", "end\n"),)


async def test_threads_of_an_earlier_cell_are_not_heard_in_a_later_one(kernel: ManagedKernel) -> None:
    code = """
import threading, time
stop = threading.Event()
def stray():
    while not stop.wait(0.005):
        print('stray')
thread = threading.Thread(target=stray)
thread.start()
"""
    assert (await kernel.execute(code)).ok
    later = await kernel.execute("time.sleep(0.5)\nprint('mine')\nstop.set()\nthread.join()")
    assert later.outputs == (Stream("stdout", "mine\n"),)


# ── stopping and dying ──────────────────────────────────────────────────────────────────────────────────────────────


async def test_no_reply_is_missed_however_often_code_is_stopped(kernel: ManagedKernel) -> None:
    def disturbed(_: Output) -> None:
        raise LookupError("here")

    for _ in range(40):
        with pytest.raises(LookupError):
            await kernel.execute("import time\nprint('begun')\ntime.sleep(60)", disturbed)
        assert (await kernel.execute("1")).ok


@pytest.mark.parametrize(
    "code",
    [
        "!sleep 60",
        "%%bash\nsleep 60",
        "import asyncio\nawait asyncio.sleep(60)",
        "import time\ntime.sleep(60)",
        "import subprocess\nsubprocess.run(['sleep', '60'])",
        "for _ in range(2):\n    !sleep 60",
    ],
)
async def test_interrupts_what_sleeps(kernel: ManagedKernel, code: str) -> None:
    await kernel.execute("kept = 9")
    execution = await kernel.execute(code, limits=Limits(wall=0.3, grace=4))
    assert execution.ending == "wall limit"
    assert not execution.state_lost
    assert read(await kernel.execute("kept")) == "9"


async def test_a_kill_from_outside_is_noticed_at_once(kernel: ManagedKernel) -> None:
    told: list[Output] = []
    code = "import os, time\nprint(os.getpid())\ntime.sleep(60)"
    task = asyncio.ensure_future(kernel.execute(code, told.append))
    await _until(lambda: bool(told))
    assert isinstance(told[0], Stream)
    os.kill(int(told[0].text), signal.SIGKILL)
    async with asyncio.timeout(1):
        execution = await task
    assert execution == Execution("died", (told[0],), state_lost=True)
    with pytest.raises(KernelDied, match="SIGKILL"):
        await kernel.execute("1")
    await kernel.restart()


async def test_a_kill_while_idle_is_noticed(kernel: ManagedKernel) -> None:
    os.kill(int(read(await kernel.execute("import os; os.getpid()"))), signal.SIGKILL)
    async with asyncio.timeout(1):
        await _until(lambda: not kernel.alive)
    with pytest.raises(KernelDied, match="SIGKILL"):
        await kernel.evaluate("names")
    await kernel.restart()


async def test_children_die_with_the_kernel(kernel: ManagedKernel) -> None:
    code = """
import subprocess, time
print(subprocess.Popen(['sleep', '600']).pid, flush=True)
while True:
    try:
        time.sleep(1)
    except KeyboardInterrupt:
        pass
"""
    execution = await kernel.execute(code, limits=Limits(wall=0.5, grace=0.5))
    assert execution.state_lost
    assert _ended(int(read(execution)))
    await kernel.restart()


# ── starting and leaving ────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_missing_kernelspec_names_the_ones_there_are() -> None:
    with pytest.raises(KernelNotStarted, match="no kernel 'klingon'.*python3.*ipykernel install"):
        await ManagedKernel("klingon").start()


@pytest.mark.parametrize(
    ("argv", "reason"),
    [
        (
            [sys.executable, "-c", "raise SystemExit('the moon is not full')"],
            "exit code 1.*the moon is not full",
        ),
        (["/nowhere/kernel"], "/nowhere/kernel"),
    ],
)
async def test_a_kernel_that_dies_at_once_says_why(
    argv: list[str], reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _kernelspec(tmp_path, "broken", argv)
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    with pytest.raises(KernelNotStarted, match=f"(?s){reason}"):
        await ManagedKernel("broken").start()


async def test_a_kernel_of_an_unknown_kind_is_run_as_the_protocol_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "unknown.py"
    script.write_text("from ipykernel import kernelapp\nkernelapp.launch_new_instance()\n")
    _kernelspec(tmp_path, "unknown", [sys.executable, str(script), "-f", "{connection_file}"])
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    kernel = ManagedKernel("unknown")
    await kernel.start()
    assert read(await kernel.execute("print('a')\n1 + 1")) == "a\n2"
    with pytest.raises(KernelError, match="_analyst_probe"):
        await kernel.evaluate("changes")
    await kernel.close()


async def test_a_kernelspec_without_a_provisioner_cannot_be_configured() -> None:
    with pytest.raises(KernelNotStarted, match="'python3' cannot be configured \\(limits\\)"):
        await ManagedKernel(config={"limits": {}}).start()


async def test_uses_folder_and_environment_as_given(tmp_path: Path) -> None:
    env = {"PATH": os.environ["PATH"], "MY_TOKEN": "meant", "IPYTHONDIR": str(tmp_path)}  # noqa: TID251
    kernel = ManagedKernel(cwd=tmp_path, env=env, probe=PROBE)
    await kernel.start()
    code = "import os\nfile = open('open.txt', 'w')\nfile.write('in the buffer')\nprint(os.getcwd(), os.environ['MY_TOKEN'])"
    assert read(await kernel.execute(code)) == f"{tmp_path} meant\n"
    await kernel.close()
    assert (tmp_path / "open.txt").read_text() == "in the buffer"
    assert not list(tmp_path.rglob("history.sqlite*"))  # noqa: ASYNC240  (a handful of files)


async def test_secrets_of_the_environment_stay_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "CANARY_API_KEY",
        "canary_secret",
        "X_TOKEN",
        "DB_PASSWORD",
        "GOOGLE_APPLICATION_CREDENTIALS",
    ):
        monkeypatch.setenv(name, "canary-value")
    monkeypatch.setenv("DATABASE_URL", "postgres://me:canary-value@db/x")  # no name tells
    monkeypatch.setenv("LC_CTYPE", "C.UTF-8")
    kernel = ManagedKernel(probe=PROBE)
    await kernel.start()
    text = read(await kernel.execute("import os\nprint(dict(os.environ))"))
    await kernel.close()
    assert "canary-value" not in text
    assert "'LC_CTYPE': 'C.UTF-8'" in text


async def test_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    with tempfile.TemporaryDirectory(prefix="t") as folder:
        monkeypatch.setattr(tempfile, "tempdir", folder)
        before = {child.pid for child in psutil.Process().children(recursive=True)}
        threads = threading.active_count()
        kernel = ManagedKernel(probe=PROBE)
        await kernel.start()
        assert _files(folder)
        await kernel.execute("import subprocess\nchild = subprocess.Popen(['sleep', '600'])\nchild.pid")
        await kernel.restart()
        await kernel.execute("import os; os._exit(1)")
        await kernel.restart()
        await kernel.close()
        assert _files(folder) == []
    assert {child.pid for child in psutil.Process().children(recursive=True)} <= before
    assert threading.active_count() == threads


async def test_close_ends_code_that_runs() -> None:
    kernel = ManagedKernel(probe=PROBE)
    await kernel.start()
    told: list[Output] = []
    task = asyncio.ensure_future(kernel.execute("import time\nprint(1)\ntime.sleep(60)", told.append))
    await _until(lambda: bool(told))
    await kernel.close()
    assert (await task) == Execution("died", (Stream("stdout", "1\n"),), state_lost=True)


async def test_the_kernel_goes_when_its_host_is_killed() -> None:
    script = f"""
import asyncio
from analyst_kernels.managed import ManagedKernel

async def main():
    kernel = ManagedKernel(probe={PROBE!r})
    await kernel.start()
    execution = await kernel.execute("import os; os.getpid()")
    print(execution.outputs[0].data["text/plain"], flush=True)
    await kernel.execute("import time; time.sleep(600)")

asyncio.run(main())
"""
    with tempfile.TemporaryDirectory(prefix="t") as folder:  # where the kernel's own folder is left
        env = {**os.environ, "TMPDIR": folder}  # noqa: TID251
        host = subprocess.Popen(  # noqa: ASYNC220
            [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, env=env
        )
        assert host.stdout is not None
        with host.stdout:
            pid = int(host.stdout.readline())
            host.kill()
            host.wait()
        assert _ended(pid)


# ── helpers ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110  (a plain callback has no event to wait for)
            await asyncio.sleep(0.01)


def _files(folder: str) -> list[Path]:
    return list(Path(folder).iterdir())


def _ended(pid: int) -> bool:
    """Whether the process ends within ten seconds."""
    try:
        process = psutil.Process(pid)
        process.wait(10)
    except psutil.NoSuchProcess:
        return True
    except psutil.TimeoutExpired:
        return bool(process.status() == psutil.STATUS_ZOMBIE)  # its new parent has not looked yet
    return True


def _kernelspec(folder: Path, name: str, argv: list[str]) -> None:
    spec = folder / "kernels" / name
    spec.mkdir(parents=True)
    spec.joinpath("kernel.json").write_text(
        json.dumps({"argv": argv, "display_name": name, "language": "python"})
    )
