"""The magic in IPython's own terminal: a real program on a real pseudo-terminal, with keys that are pressed."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from analyst.models.scripted_server import Fault, ScriptedServer
from tests.scripts import answers, runs

PATIENCE = 30.0


class Terminal:
    """IPython on a pseudo-terminal. What it writes is read as text, without colours and movements."""

    def __init__(self, folder: Path, url: str) -> None:
        self._end, theirs = pty.openpty()
        env = {
            "PATH": "/usr/bin:/bin",
            "HOME": str(folder),
            "IPYTHONDIR": str(folder / "ipython"),
            "TERM": "xterm",
            "MPLBACKEND": "agg",
            "ANALYST_MODEL": "openai/gpt-4o-mini",
            "OPENAI_BASE_URL": url,
            "OPENAI_API_KEY": "none",
        }
        command = [sys.executable, "-m", "IPython", "--simple-prompt", "--no-banner", "--no-confirm-exit"]
        self.process = subprocess.Popen(
            command, stdin=theirs, stdout=theirs, stderr=theirs, cwd=folder, env=env, start_new_session=True,
            preexec_fn=_own_terminal,
        )  # fmt: skip
        os.close(theirs)
        self._seen = ""
        self._prompts = 0
        self._until_prompt()

    def types(self, text: str) -> None:
        os.write(self._end, text.encode())

    def waits_for(self, words: str) -> str:
        """Read until these words came; what came until then."""
        until = time.monotonic() + PATIENCE
        while words not in self._seen:
            assert time.monotonic() < until, self._seen
            if select.select([self._end], [], [], 0.2)[0]:
                piece = os.read(self._end, 65536).decode("utf-8", "replace")
                self._seen += re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]|\r", "", piece)
        came, _, self._seen = self._seen.partition(words)
        return came

    def runs(self, code: str) -> str:
        """Type a cell; what it showed. A cell magic ends with two empty lines."""
        self.types(code + "\n")
        return self._until_prompt()

    def _until_prompt(self) -> str:
        self._prompts += 1
        return self.waits_for(f"In [{self._prompts}]: ")

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._end)


def _own_terminal() -> None:
    """Keys such as Ctrl-C reach the program only from the terminal that controls it."""
    import fcntl  # noqa: PLC0415 - in the child, between fork and exec
    import termios  # noqa: PLC0415 - as above

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


@pytest.fixture
def script() -> list[object]:
    return []


@pytest.fixture
def terminal(tmp_path: Path, script: list[object]) -> Iterator[Terminal]:
    with ScriptedServer(lambda _: script.pop(0)) as server:  # type: ignore[arg-type,return-value]  # replies and faults
        terminal = Terminal(tmp_path, server.url)
        yield terminal
        terminal.close()


def test_a_question_an_undo_and_what_stays(terminal: Terminal, script: list[object]) -> None:
    script += [runs("c1", "items.append(2)\nprint('total', sum(items))"), answers("c2", "The total is 3.")]
    terminal.runs("%load_ext analyst")
    terminal.runs("items = [1]")
    terminal.runs("'kept'")
    shown = terminal.runs("%%agent\nWhat is the total of items?\n\n")
    assert "total 3" in shown
    assert "The total is 3" in shown
    assert "<" not in shown.replace("<ipython", "")  # text only
    assert "'kept'" in terminal.runs("Out[3], items")
    assert "[1, 2]" in terminal.runs("items")
    assert "items" in terminal.runs("%agent undo")
    assert "[1]" in terminal.runs("items")


def test_a_risky_cell_is_asked_for_at_the_prompt(terminal: Terminal, script: list[object]) -> None:
    script += [runs("c1", "import os\nos.remove('there.txt')"), answers("c2", "It is kept.")]
    terminal.runs("%load_ext analyst")
    terminal.runs("open('there.txt', 'w').close()")
    terminal.types("%%agent\nRemove the file\n\n\n")
    assert "os.remove" in terminal.waits_for("Run it?")
    terminal.types("n\n")
    assert "It is kept." in terminal._until_prompt()
    assert "True" in terminal.runs("import os; os.path.exists('there.txt')")


@pytest.mark.parametrize("state", ["running code", "waiting for the model"])
def test_ctrl_c_ends_it(terminal: Terminal, script: list[object], state: str) -> None:
    endless = "open('begun', 'w').close()\nimport time\ntime.sleep(60)"
    script += (
        [runs("c1", endless)]
        if state == "running code"
        else [runs("c1", "open('begun', 'w').close()"), Fault("stall")]
    )
    terminal.runs("%load_ext analyst")
    folder = Path(
        terminal.runs("import os; print('at', os.getcwd())").split("at ", 1)[1].split("\n")[0].strip()
    )
    terminal.types("%%agent --approve auto\nGo on for ever\n\n\n")
    until = time.monotonic() + PATIENCE
    while not (folder / "begun").exists() or (state != "running code" and script):
        assert time.monotonic() < until
        time.sleep(0.05)
    pressed = time.monotonic()
    terminal.types("\x03")
    shown = terminal._until_prompt()
    assert time.monotonic() - pressed < 5  # a second is promised
    assert "Stopped by you" in shown
    assert "2" in terminal.runs("1 + 1")
