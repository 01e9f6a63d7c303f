"""A real kernel with the extension, and somebody who types into its cells."""

from __future__ import annotations

import os
import queue
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.manager import KernelManager

from analyst.models.scripted_server import ScriptedServer

PENGUINS = Path(__file__).parent.parent.parent / "notebooks" / "data" / "penguins.csv"


@dataclass
class Cell:
    """What came of a cell."""

    status: str = ""
    payload: list[dict[str, Any]] = field(default_factory=list)
    outputs: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Displays by their id, as they are at the end; others by their number."""
    stdout: str = ""
    stderr: str = ""
    error: tuple[str, str, list[str]] | None = None
    seconds: float = 0.0
    """Until it was over; from the press of Stop on, where that was pressed."""
    after: str = ""
    """What became of the cell that was queued behind it."""

    @property
    def text(self) -> str:
        """Everything that can be read."""
        shown = (str(data.get("text/plain", "")) for data in self.outputs.values())
        traceback = self.error[2] if self.error else []
        return "\n".join(filter(None, [*shown, self.stdout, self.stderr, *traceback]))


class Typist:
    """Runs cells in a kernel as a front end does."""

    def __init__(self, folder: Path, env: dict[str, str]) -> None:
        kept = {k: v for k, v in os.environ.items() if "API_KEY" not in k}  # noqa: TID251 - tests ask theirs
        # not over TCP: a port that was free when it was looked for can be taken when the kernel binds it
        self._sockets = tempfile.TemporaryDirectory(prefix="a-")
        at = Path(self._sockets.name)
        self.manager = KernelManager(
            kernel_name="python3", transport="ipc", ip=str(at / "s"), connection_file=str(at / "c.json")
        )
        self.manager.start_kernel(cwd=str(folder), env=kept | env)
        self.client = self.manager.blocking_client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=60)
        self.folder = folder

    def run(
        self,
        code: str,
        *,
        types: list[str] | None = None,
        stop: Callable[[Cell], bool] | None = None,
        stdin: bool = False,
        after: str = "",
    ) -> Cell:
        """Run a cell. `types` are answers to prompts; `stop` says when to press Stop; `after` is queued behind it."""
        cell, begun, pressed = Cell(), time.monotonic(), None
        answers = list(types or [])
        asks = stdin or types is not None
        id = self.client.execute(code, allow_stdin=asks)
        queued = self.client.execute(after) if after else ""
        reply: dict[str, Any] | None = None
        idle = False
        while reply is None or not idle:
            if time.monotonic() - begun > 100:
                raise TimeoutError(cell.text)
            if stop and pressed is None and stop(cell):
                pressed = time.monotonic()
                self.manager.interrupt_kernel()
            try:
                message = self.client.get_iopub_msg(timeout=0.05)
            except queue.Empty:
                message = None
            if message and message["parent_header"].get("msg_id") == id:
                idle = self._take(cell, message) or idle
            if self.client.stdin_channel.msg_ready():
                self.client.get_stdin_msg(timeout=1)
                if answers:
                    self.client.input(answers.pop(0))
            if reply is None and self.client.shell_channel.msg_ready():
                found = self.client.get_shell_msg(timeout=1)
                reply = found["content"] if found["parent_header"].get("msg_id") == id else None
            if (
                reply and reply["status"] == "aborted"
            ):  # it came while the kernel still left out what was queued
                id, reply = self.client.execute(code, allow_stdin=asks), None
        cell.status, cell.payload = reply["status"], reply.get("payload", [])
        cell.seconds = time.monotonic() - (pressed or begun)
        while queued and not cell.after:
            found = self.client.get_shell_msg(timeout=60)
            cell.after = found["content"]["status"] if found["parent_header"].get("msg_id") == queued else ""
        return cell

    def value(self, expression: str) -> str:
        """The repr of an expression."""
        return self.run(f"print(repr({expression}))").stdout.strip()

    def _take(self, cell: Cell, message: dict[str, Any]) -> bool:
        content = message["content"]
        match message["msg_type"]:
            case "stream":
                setattr(cell, content["name"], getattr(cell, content["name"]) + content["text"])
            case "display_data" | "update_display_data" | "execute_result":
                id = content.get("transient", {}).get("display_id", f"#{len(cell.outputs)}")
                cell.outputs[id] = content["data"]
            case "error":
                cell.error = (content["ename"], content["evalue"], content["traceback"])
            case "status":
                return bool(content["execution_state"] == "idle")
            case _:
                pass
        return False

    def close(self) -> None:
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)
        self.manager.cleanup_resources()
        self._sockets.cleanup()


@pytest.fixture
def kernel(tmp_path: Path) -> Iterator[Callable[..., Typist]]:
    """Starts kernels in the test's folder, extension loaded; with a server, its model is the one that is asked."""
    typists: list[Typist] = []

    def start(server: ScriptedServer | None = None, *, load: bool = True, **env: str) -> Typist:
        model = {"ANALYST_MODEL": "rules"}
        if server is not None:
            model = {
                "ANALYST_MODEL": "openai/gpt-4o-mini",
                "OPENAI_BASE_URL": server.url,
                "OPENAI_API_KEY": "none",
            }
        home = {"IPYTHONDIR": str(tmp_path / "ipython"), "XDG_CONFIG_HOME": str(tmp_path / "config")}
        typist = Typist(tmp_path, {**home, **model, **env})
        typists.append(typist)
        if load:
            assert typist.run("%load_ext analyst").status == "ok"
        return typist

    yield start
    for typist in typists:
        typist.close()


@pytest.fixture
def penguins() -> str:
    """Code that makes the frame `penguins`."""
    return f"import pandas as pd\npenguins = pd.read_csv({str(PENGUINS)!r})"
