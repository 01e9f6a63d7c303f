"""A real kernel in which the tests play the user: cells are sent to it, and one of its names is a lent kernel."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Self

from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager

Way = Literal["direct", "pumped"]
JSON = "application/json"

_BEGIN = """
import dataclasses, json, os, signal, sys, time
from analyst_kernels import Limits
from analyst_kernels.lent import LentKernel, stop_control
lent = LentKernel(get_ipython())
await lent.start()

def tell(value):
    lent.publish({"application/json": value})

def report(execution):
    tell({"ending": execution.ending, "outputs": [dataclasses.asdict(o) for o in execution.outputs]})

"""


@dataclass
class Ran:
    """What a cell came to, as a front end hears of it."""

    status: str
    count: int
    payload: list[dict[str, Any]]
    messages: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    seconds: float = 0.0

    def kinds(self) -> list[str]:
        return [kind for kind, _ in self.messages]

    def text(self) -> str:
        """All that was printed, and the plain text of all displays."""
        return "".join(
            content.get("text") or content.get("data", {}).get("text/plain", "")
            for _, content in self.messages
        )

    def told(self) -> list[Any]:
        """What `tell` told."""
        return [content["data"][JSON] for _, content in self.messages if JSON in content.get("data", {})]


class Cells:
    """A kernel process with one client. Where ipykernel sees pytest it does not watch the descriptors 1 and 2."""

    def __init__(self) -> None:
        env = {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}  # noqa: TID251
        # not over TCP: a port that was free when it was looked for can be taken when the kernel binds it
        self._sockets = tempfile.TemporaryDirectory(prefix="a-")
        at = Path(self._sockets.name)
        self.manager = KernelManager(
            kernel_name="python3", transport="ipc", ip=str(at / "s"), connection_file=str(at / "c.json")
        )
        self.manager.start_kernel(env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.client: BlockingKernelClient = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=60)

    def __enter__(self) -> Self:
        self.run(_BEGIN)
        return self

    def __exit__(self, *_: object) -> None:
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)
        self.manager.cleanup_resources()
        self._sockets.cleanup()

    def run(self, code: str, *, stop_after: str = "", presses: int = 1, allow_error: bool = False) -> Ran:
        """Run a cell. Each time it has printed `stop_after` its Stop button is pressed, up to `presses` times."""
        began = time.monotonic()
        request = self.client.execute(code, allow_stdin=False)
        messages: list[tuple[str, dict[str, Any]]] = []
        seen, pressed, last = "", 0, 0.0
        while True:
            message = self._next(60)
            kind, content = message["msg_type"], message["content"]
            if message["parent_header"].get("msg_id") != request:
                continue
            if kind == "status":
                if content["execution_state"] == "idle":
                    break
            elif kind != "execute_input":
                messages.append((kind, content))
                seen += content.get("text", "")
            if stop_after and pressed < min(presses, seen.count(stop_after)):
                pressed += 1
                last = time.monotonic()
                time.sleep(0.2)  # the code goes on from its print to what is to be stopped
                self.manager.interrupt_kernel()
        reply = self._reply(request)
        ran = Ran(reply["status"], reply.get("execution_count", 0), reply.get("payload", []), messages)
        ran.seconds = time.monotonic() - (last or began)
        assert allow_error or stop_after or ran.status == "ok", reply
        return ran

    def snippet(self, code: str, way: Way = "direct", limits: str = "Limits()") -> dict[str, Any]:
        """Have the agent run code, and tell what came back. What leaks into the user's cell is an error."""
        call = f"lent.execute({code!r}, None, {limits})"
        ran = self.run(f"report(await {call})" if way == "direct" else f"report(lent.drive(lambda: {call}))")
        assert ran.kinds() == ["display_data"], json.dumps(ran.messages)[:2000]
        told: dict[str, Any] = ran.told()[0]
        return told

    def _next(self, patience: float) -> dict[str, Any]:
        message: dict[str, Any] = self.client.get_iopub_msg(timeout=patience)
        return message

    def _reply(self, request: str) -> dict[str, Any]:
        while True:
            try:
                reply = self.client.get_shell_msg(timeout=20)
            except queue.Empty:
                raise AssertionError("no reply came") from None
            if reply["parent_header"].get("msg_id") == request:
                content: dict[str, Any] = reply["content"]
                return content
