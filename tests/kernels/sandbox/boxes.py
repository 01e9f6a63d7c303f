"""Kernels for these tests, started as any Jupyter client would; and the same as an ordinary user."""

from __future__ import annotations

import asyncio
import os
import queue
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

from analyst_kernels.sandbox.view import interpreter
from analyst_kernels.sandbox.watchdog import family
from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager

ROOT = Path(__file__).parents[3]
WHO = ("root", "user") if os.getuid() == 0 else ("user",)
"""As whom things are tried: root gives its rights up for the second (`as_user`). An ordinary user cannot be root, so root's
half is shown only by a run as root, such as one in a container."""
SMALL = {
    "memory_mb": 1500,
    "total_memory_mb": 2000,
    "processes": 64,
    "disk_mb": 50,
    "files": 2000,
    "tmp_mb": 64,
}


@dataclass
class Told:
    """What one cell came to."""

    text: str = ""
    error: str = ""
    status: str = ""
    data: list[dict[str, Any]] = field(default_factory=list)


class OneSpec(KernelSpecManager):
    """A kernelspec that is written nowhere."""

    spec: KernelSpec | None = None

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:  # noqa: ARG002
        assert self.spec is not None
        return self.spec


class Box:
    """A kernel with its client. `config` None: a plain kernel."""

    def __init__(self, config: Mapping[str, Any] | None, interrupt_mode: str = "signal") -> None:
        specs = OneSpec()
        sandbox = {"provisioner_name": "analyst-sandbox", "config": {**SMALL, **(config or {})}}
        specs.spec = KernelSpec(
            argv=[sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
            display_name="test",
            language="python",
            interrupt_mode=interrupt_mode,
            metadata={} if config is None else {"kernel_provisioner": sandbox},
        )
        self.manager = AsyncKernelManager(
            kernel_spec_manager=specs, kernel_name="test", shutdown_wait_time=5.0
        )
        self.client: AsyncKernelClient | None = None

    @property
    def provisioner(self) -> Any:
        return self.manager.provisioner

    async def __aenter__(self) -> Box:
        try:
            await self.manager.start_kernel()
        except BaseException:
            self.manager.ready.exception()  # it keeps it too, and would complain that nobody looked
            await self.manager.cleanup_resources()
            raise
        await self.connect()
        return self

    async def connect(self) -> None:
        if self.client is not None:
            self.client.stop_channels()
        self.client = self.manager.client()
        self.client.start_channels()
        await self.client.wait_for_ready(timeout=60)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        if self.client is not None:
            self.client.stop_channels()
        if self.manager.has_kernel:
            await self.manager.shutdown_kernel(now=True)

    async def run(self, code: str, seconds: float = 40) -> Told:
        assert self.client is not None
        request = self.client.execute(code, allow_stdin=False)
        told, deadline = Told(), time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                message = await self.client.get_iopub_msg(timeout=0.25)
            except queue.Empty:
                if not await self.manager.is_alive():
                    told.status = "dead"
                    return told
                continue
            if message["parent_header"].get("msg_id") != request:
                continue
            content = message["content"]
            if message["msg_type"] == "stream":
                told.text += content["text"]
            elif message["msg_type"] in ("execute_result", "display_data"):
                told.data.append(content["data"])
                told.text += content["data"].get("text/plain", "") + "\n"
            elif message["msg_type"] == "error":
                told.error = f"{content['ename']}: {content['evalue']}"
            elif message["msg_type"] == "status" and content["execution_state"] == "idle":
                told.status = "error" if told.error else "ok"
                return told
        told.status = "timeout"
        return told

    def family(self) -> list[int]:
        """All its processes, with those that hold it."""
        return [process for first in self.provisioner._held.outermost for process in family(first)]

    async def died(self, seconds: float = 15) -> bool:
        for _ in range(int(seconds / 0.1)):
            if not await self.manager.is_alive():
                return True
            await asyncio.sleep(0.1)
        return False


def as_user(command: list[str], home: Path) -> list[str]:
    """The command for a user without rights. For root: who cannot look into root's home, but at what is needed there."""
    if os.getuid() != 0:
        return command
    opened = ["bwrap", "--dev-bind", "/", "/"]
    needed = [Path(path) for path in (*interpreter(sys.executable), str(ROOT))]
    closed = {
        next(parent for parent in reversed(path.parents) if not parent.stat().st_mode & 0o001)
        for path in needed
        if any(not parent.stat().st_mode & 0o001 for parent in path.parents)
    }
    for folder in closed:
        inside = [path for path in needed if folder in path.parents]
        opened += ["--perms", "0755", "--tmpfs", str(folder)]
        for path in inside:
            for parent in reversed([p for p in path.parents if folder in p.parents]):
                opened += ["--perms", "0755", "--dir", str(parent)]
            opened += ["--ro-bind", str(path), str(path)]
    home.chmod(0o755)
    os.chown(home, 65534, 65534)
    who = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all", "--"]
    return [
        *opened,
        "--setenv",
        "HOME",
        str(home),
        "--setenv",
        "TMPDIR",
        "/tmp",
        "--chdir",
        str(ROOT),
        "--",
        *who,
        *command,
    ]
