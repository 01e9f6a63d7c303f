"""One kernel process with its channels, from its start to its end, through jupyter_client.

Nothing here knows of cells: messages go in and come out, signals are sent, and the end is noticed.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from hmac import compare_digest
from pathlib import Path
from typing import Any, Protocol, cast

import zmq
import zmq.asyncio
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager, NoSuchKernel
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.session import DELIM

from . import KernelNotStarted
from .channels import BROKEN, LARGEST, MALFORMED, UNSIGNED, Channels, Message, parse
from .folders import Folder, last_words
from .settling import IPYTHON, SETTLE, quiet

__all__ = ["LARGEST", "Engine", "Message", "Process", "Start"]


@dataclass(frozen=True, slots=True)
class Start:
    """Who starts a kernel, and how, over what its kernelspec says."""

    provisioner: str = ""
    """Name of a provisioner; "": the kernelspec's own."""
    config: Mapping[str, Any] = field(default_factory=dict)
    """For the provisioner."""


class Engine(Protocol):
    """What runs the requests of a kernel. `Process` says what each member does."""

    ipython: bool

    @property
    def alive(self) -> bool: ...  # noqa: D102
    def epitaph(self) -> str: ...  # noqa: D102
    def request(  # noqa: D102
        self, code: str, *, silent: bool = False, expressions: Mapping[str, str] | None = None
    ) -> str: ...
    async def receive(self, patience: float, parsed: int = ...) -> Message | None: ...  # noqa: D102
    async def connect(self) -> None: ...  # noqa: D102
    async def interrupt(self) -> None: ...  # noqa: D102
    async def kill(self) -> None: ...  # noqa: D102
    async def close(self) -> None: ...  # noqa: D102


class Process(Channels):
    """A kernel process. Made by `launch`, which returns when it answers."""

    def __init__(self, manager: AsyncKernelManager, folder: Folder) -> None:
        self._manager = manager
        self._folder = folder
        self._iopub: zmq.asyncio.Socket | None = None
        self._shell: zmq.asyncio.Socket | None = None
        self._reads: dict[zmq.asyncio.Socket, asyncio.Future[list[zmq.Frame]]] = {}
        self._malformed = 0
        self._gone: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._watch: asyncio.Task[None] | None = None
        self.ipython = False

    @classmethod
    async def launch(
        cls, name: str, setup: str, cwd: Path | None, env: Mapping[str, str], start: Start
    ) -> Process:
        """Start a kernel and run `setup` in it, if it is an IPython kernel, without leaving a name.

        Raises:
            KernelNotStarted: there is no such kernelspec, it takes no configuration, or the process did not come up.
        """
        specs = _Specs(start)
        spec = specs.find(name)
        for attempt in (1, 2):
            folder = Folder()
            process = cls(_manage(name, specs, spec, folder.path), folder)
            try:
                await process._start(spec, setup, cwd, env)
                return process
            except BaseException as error:
                log = process.log()
                await process.close()
                # between the choice of a port and its use somebody else can take it
                if attempt == 1 and isinstance(error, KernelNotStarted) and "Address already in use" in log:
                    continue
                raise
        raise AssertionError("the second attempt returns or raises")

    # ── messages ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _send(self, kind: str, **content: object) -> str:
        message = self._manager.session.msg(kind, content)
        # not by `session.send`: that goes past asyncio's socket and can take the wake-up that a waiting read needs
        assert self._shell is not None
        sent = asyncio.ensure_future(self._shell.send_multipart(self._manager.session.serialize(message)))
        if sent.done():
            sent.result()
        return str(message["header"]["msg_id"])

    async def receive(self, patience: float, parsed: int = 1_000_000) -> Message | None:
        """The next message; None after `patience` seconds without one, or when the process is dead and all is read.

        Messages of up to `parsed` bytes are parsed.
        """
        sockets = [socket for socket in (self._iopub, self._shell) if socket is not None]
        for socket in sockets:
            if socket not in self._reads:
                self._reads[socket] = asyncio.ensure_future(socket.recv_multipart(copy=False))
        reads: list[asyncio.Future[Any]] = list(self._reads.values())
        await asyncio.wait([*reads, self._gone], timeout=patience, return_when=asyncio.FIRST_COMPLETED)
        if not self.alive and not any(read.done() for read in reads):
            # what it sent before it died may still be on its way through the sockets
            await asyncio.wait(reads, timeout=0.1, return_when=asyncio.FIRST_COMPLETED)
        for socket in sockets:
            if self._reads[socket].done():
                message = self._read(self._reads.pop(socket).result(), parsed, shell=socket is self._shell)
                if message.kind == BROKEN:
                    self._malformed += 1
                    if self._malformed == MALFORMED:
                        await self.kill()
                return message
        return None

    def _read(self, frames: list[zmq.Frame], parsed: int, *, shell: bool) -> Message:
        """A message, of which nothing is believed: code in the kernel can send what it likes, signed."""
        begin = next((i + 1 for i, frame in enumerate(frames) if frame.bytes == DELIM), len(frames))
        parts = frames[begin:]
        if len(parts) < 5:
            return Message(BROKEN, "", {})
        if not compare_digest(parts[0].bytes, self._manager.session.sign([p.buffer for p in parts[1:5]])):
            return Message(UNSIGNED, "", {})
        return parse(parts[1].buffer, parts[2].buffer, parts[4].buffer, parsed, shell=shell)

    async def connect(self, first: str = "") -> None:
        """Open the channels, anew if they are open; with IPython code that is run as the first thing.

        Raises:
            KernelNotStarted: the process died or did not answer, or the code failed.
        """
        self._disconnect()
        self._iopub = cast(zmq.asyncio.Socket, self._manager.connect_iopub())
        self._shell = cast(zmq.asyncio.Socket, self._manager.connect_shell())
        await self._greet(first)

    def _disconnect(self) -> None:
        for socket in (self._iopub, self._shell):
            if socket is not None:
                socket.close(linger=0)
        self._reads.clear()

    # ── life ────────────────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def notice(self) -> str:
        """What its provisioner has to say of how it was started; "" when all is as asked for."""
        return str(getattr(self._manager.provisioner, "notice", ""))

    @property
    def alive(self) -> bool:
        """Whether the process is there (known within 0.2 s)."""
        return self._watch is not None and not self._gone.done()

    async def interrupt(self) -> None:
        """Send SIGINT to the whole process group (or what the kernelspec says instead)."""
        if not self.alive:
            return
        with contextlib.suppress(ProcessLookupError):
            await self._manager.interrupt_kernel()
        # ipykernel's handler for async cells does not wake the kernel's event loop; any message does
        self._ask()

    async def kill(self) -> None:
        """Kill the whole process group and wait until the kernel is gone."""
        provisioner = self._manager.provisioner
        if provisioner is None or not provisioner.has_process:
            return
        await provisioner.kill()
        if self._watch is None:
            self._watch = asyncio.create_task(self._until_dead())
        await asyncio.wait([self._gone])
        await provisioner.wait()

    async def close(self) -> None:
        """Kill the process, if it is there, and remove all that belongs to it."""
        await self.kill()
        if self._watch is not None:
            self._watch.cancel()
        self._disconnect()
        await self._manager.cleanup_resources()
        self._manager.context.destroy(linger=0)
        self._folder.remove()

    def log(self) -> str:
        """The end of what the process itself, not the code in it, has printed."""
        return last_words(str(self._folder.path / "log"))

    # ── start ───────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _start(self, spec: KernelSpec, setup: str, cwd: Path | None, env: Mapping[str, str]) -> None:
        self.ipython = _is_ipython(spec)
        place = {"cwd": str(cwd)} if cwd is not None else {}
        try:
            with (self._folder.path / "log").open("wb") as log:
                await self._manager.start_kernel(
                    extra_arguments=list(IPYTHON) if self.ipython else [],
                    env=dict(env),
                    stdout=log,
                    stderr=log,
                    **place,
                )
        except KernelNotStarted:
            self._manager.ready.exception()
            raise
        except (OSError, RuntimeError, ValueError) as error:
            self._manager.ready.exception()  # the manager keeps it too, and would complain that nobody looked
            raise KernelNotStarted(
                f"The kernel {spec.display_name!r} could not be started: {error}"
            ) from error
        self._watch = asyncio.create_task(self._until_dead())
        await self.connect(quiet(SETTLE, setup) if self.ipython else "")

    async def _until_dead(self) -> None:
        provisioner = self._manager.provisioner
        assert provisioner is not None
        seen = await _seen_to_end(getattr(provisioner, "pid", None))
        while (code := await provisioner.poll()) is None:  # noqa: ASYNC110  (a provisioner can only be asked)
            await asyncio.sleep(0.002 if seen else 0.2)
        if not self._gone.done():
            self._gone.set_result(code)

    def epitaph(self) -> str:
        """How the process ended, in a sentence; "" while it lives."""
        if not self._gone.done():
            return ""
        if self._malformed >= MALFORMED:
            return f"It was ended: it had sent {MALFORMED:,} messages of no known shape."
        if told := str(getattr(self._manager.provisioner, "epitaph", str)()):
            return told
        code = self._gone.result()
        if code >= 0:
            return f"Its process ended with exit code {code}."
        name = signal.Signals(-code).name if -code in set(signal.Signals) else f"signal {-code}"
        return f"Its process ended by {name}{' (perhaps it ran out of memory)' if name == 'SIGKILL' else ''}."


class _Specs(KernelSpecManager):
    """The installed kernelspecs, started as `Start` says."""

    def __init__(self, start: Start) -> None:
        super().__init__()
        self._start = start

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        spec = super().get_kernel_spec(kernel_name)
        if self._start.provisioner:
            spec.metadata["kernel_provisioner"] = {"provisioner_name": self._start.provisioner}
        if self._start.config:
            stanza = spec.metadata["kernel_provisioner"]
            stanza["config"] = {**stanza.get("config", {}), **self._start.config}
        return spec

    def find(self, name: str) -> KernelSpec:
        """As `get_kernel_spec`, with errors for people."""
        try:
            return self.get_kernel_spec(name)
        except NoSuchKernel:
            there = ", ".join(sorted(self.find_kernel_specs())) or "none"
            raise KernelNotStarted(
                f"There is no kernel {name!r}. Installed kernels: {there}. Choose one of them, "
                f"or install a Python kernel with: python -m ipykernel install --user --name {name}"
            ) from None
        except KeyError:
            raise KernelNotStarted(
                f"The kernel {name!r} cannot be configured ({', '.join(self._start.config)}): "
                "its kernelspec names no provisioner. Choose a kernel that has one, such as analyst-sandbox."
            ) from None


def _is_ipython(spec: KernelSpec) -> bool:
    return any("ipykernel" in part for part in spec.argv)


def _manage(name: str, specs: KernelSpecManager, spec: KernelSpec, folder: Path) -> AsyncKernelManager:
    """A manager whose files are all in `folder`, and whose sockets hold little and reconnect fast."""
    context = zmq.asyncio.Context()
    context.setsockopt(zmq.RCVHWM, 20)  # messages wait in the kernel, not here
    context.setsockopt(zmq.MAXMSGSIZE, LARGEST)
    context.setsockopt(zmq.RECONNECT_IVL, 10)  # ms; the socket is there some time after the process is
    manager = AsyncKernelManager(
        kernel_name=name, kernel_spec_manager=specs, context=context, connection_file=str(folder / "c.json")
    )
    # other kernels than ipykernel often know nothing but TCP
    if _is_ipython(spec) and zmq.has("ipc") and sys.platform != "win32":
        manager.transport, manager.ip = "ipc", str(folder / "s")
    return manager


async def _seen_to_end(pid: int | None) -> bool:
    """Wait until a process of this machine has ended; False, at once, where that cannot be waited for."""
    if pid is None or not hasattr(os, "pidfd_open"):
        return False
    try:
        descriptor = os.pidfd_open(pid)
    except OSError:  # gone already, or a kernel of Linux before 5.3
        return False
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    loop.add_reader(descriptor, ended.set)
    try:
        await ended.wait()
    finally:
        loop.remove_reader(descriptor)
        os.close(descriptor)
    return True
