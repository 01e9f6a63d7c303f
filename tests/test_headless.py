"""The Python door: results that show themselves and can be asked on, in scripts and beside an event loop."""

from __future__ import annotations

import asyncio
import gc
import os
import subprocess
import sys
import threading
from concurrent.futures import CancelledError, ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

import analyst
from analyst.errors import BadInput
from analyst.log import read
from analyst.models.scripted import ScriptedModel
from tests.scripts import answers, runs, says

ROOT = Path(__file__).parent.parent
PLOT = "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.title('Growth')\nplt.show()\nx = 41"


def kernels() -> set[int]:
    """Processes that were started from here, but for the template of forked kernels, which waits for the next."""
    children = psutil.Process().children(recursive=True)
    told = [child.as_dict(["pid", "name", "cmdline"]) for child in children]
    return {c["pid"] for c in told if c["name"] == "ipykernel" or "zygote" not in str(c["cmdline"])}


def threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name == "analyst.run"]


def test_a_result_shows_itself_and_can_be_asked_on(tmp_path: Path) -> None:
    model = ScriptedModel(
        [runs("1", PLOT), answers("2", "It **grew**."), runs("3", "print(x + 1)"), says("42 <b>")]
    )
    before = kernels()
    with analyst.run("Did it grow?", model=model, out=tmp_path / "run") as first:
        second = first.ask("And x?")
        assert kernels() > before
    assert kernels() == before
    assert (str(first), second.answer, second.status) == ("It **grew**.", "42 <b>", "answered")
    shown = first._repr_html_()
    assert "It <strong>grew</strong>." in shown
    assert 'alt="Growth. Growth: line"' in shown
    assert "&lt;b&gt;" not in shown
    marked = second._repr_html_()
    assert '<p>42<span class="claim supported"' in marked
    assert "&lt;b&gt;</p>" in marked
    assert first._repr_markdown_().startswith("# Did it grow?\n\nIt **grew**.\n\n")
    assert second.run == first.run
    assert first.html == tmp_path / "run" / "report.html"
    report = first.html.read_text(encoding="utf-8")
    assert "<h1>2 questions</h1>" in report
    assert len([line for line in read(tmp_path / "run") if line.event.kind == "asked"]) == 2
    with pytest.raises(BadInput, match="This result is closed"):
        second.ask("And now?")
    first.close()


def test_a_conversation_that_nobody_holds_any_more_is_closed(tmp_path: Path) -> None:
    before = kernels()
    first = analyst.run("?", model=ScriptedModel([says("a"), says("b")]), out=tmp_path / "run")
    second = first.ask("?")
    del first
    gc.collect()
    assert kernels() > before
    del second
    gc.collect()
    assert kernels() == before
    assert threads() == []


def test_a_run_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    before = kernels()
    with pytest.raises(BadInput, match="There is no file or folder"):
        analyst.run("?", tmp_path / "nothing.csv", model=ScriptedModel([]), out=tmp_path / "run")
    assert kernels() == before
    assert threads() == []


async def test_it_works_where_an_event_loop_runs(tmp_path: Path) -> None:
    assert asyncio.get_running_loop().is_running()
    with analyst.run("?", model=ScriptedModel([says("a"), says("b")]), out=tmp_path / "run") as result:
        assert result.ask("?").answer == "b"


SCRIPT = """
import analyst, psutil
from analyst.models.scripted import ScriptedModel
from tests.scripts import runs, says
result = analyst.run("?", model=ScriptedModel([runs("1", "1"), says("a"), says("b")]), out="run")
print(result.ask("?").answer, *(p.pid for p in psutil.Process().children(recursive=True)))
"""


def script(code: str, folder: Path) -> subprocess.CompletedProcess[str]:
    command, env = [sys.executable, "-W", "error", "-c", code], {"PYTHONPATH": str(ROOT)}
    return subprocess.run(
        command, cwd=folder, env=env, capture_output=True, text=True, timeout=60, check=False
    )


def runs_on(pid: int) -> bool:
    """Whether it has not ended; who has to take note of that is the system's first process."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.mark.parametrize(
    ("end", "code"), [("", 0), ("raise SystemExit(3)", 3), ("kept = [result]; 1 / 0", 1)]
)
def test_a_script_ends_cleanly_and_leaves_no_kernel(tmp_path: Path, end: str, code: int) -> None:
    done = script(SCRIPT + end, tmp_path)
    assert done.returncode == code, done.stderr
    answer, *pids = done.stdout.split()
    assert answer == "b"
    assert pids
    assert not any(runs_on(int(pid)) for pid in pids)
    assert code == 1 or done.stderr == ""


INTERRUPTED = """
import analyst, os, signal, threading
from analyst.models.scripted import ScriptedModel
from tests.scripts import runs, says
def ring():
    open(begun).close()
    os.kill(os.getpid(), signal.SIGINT)
begun = "run/work/begun"
code = "open('begun', 'w').close()\\nimport time\\ntime.sleep(60)"
first = analyst.run("?", model=ScriptedModel([says("a"), runs("1", code), says("c")]), out="run", approve="auto")
os.mkfifo(begun)  # opened at one end it waits for the other
os.chmod(begun, 0o666)
threading.Thread(target=ring).start()
try:
    first.ask("?")
except KeyboardInterrupt:
    print("interrupted", first.ask("?").answer)
"""


def test_ctrl_c_stops_the_code_and_the_conversation_goes_on(tmp_path: Path) -> None:
    done = script(INTERRUPTED, tmp_path)
    assert (done.returncode, done.stdout) == (0, "interrupted c\n"), done.stderr


def test_closing_ends_what_another_thread_waits_for(tmp_path: Path) -> None:
    before = kernels()
    model = ScriptedModel([says("a"), runs("1", "open('begun', 'w').close()\nimport time\ntime.sleep(60)")])
    first = analyst.run("?", model=model, out=tmp_path / "run", approve="auto")
    begun = tmp_path / "run" / "work" / "begun"
    os.mkfifo(begun)  # opened at one end it waits for the other
    begun.chmod(0o666)
    with ThreadPoolExecutor(1) as other:
        asking = other.submit(first.ask, "?")
        begun.open().close()
        first.close()
        with pytest.raises(CancelledError):
            asking.result()
    assert kernels() == before
