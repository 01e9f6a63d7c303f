"""A kernel on another machine: on a Jupyter server or a gateway."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from . import KernelNotStarted, SandboxUnavailable
from .isolated import Sandbox
from .managed import ManagedKernel
from .process import Engine
from .sandbox import Tier, without
from .served import Served
from .server import Server

__all__ = ["RemoteKernel"]

_PLACE = """
import contextlib, os
with contextlib.suppress(OSError):
    os.chdir({work!r})
"""
"""What makes our work folder the kernel's, where its machine has it too."""


class RemoteKernel(ManagedKernel):
    """A kernel that a Jupyter server runs for us; it is deleted there at `close`.

    Code runs on the server's machine, as the server's user, held by nothing of ours. **Data files must be there too**,
    under the same paths: what was declared is looked for before it is used. The working directory is `work` where the
    server's machine has that folder as well, such as a shared one; elsewhere it is the server's, and files that the
    code writes stay there. That the process has ended is known when the server notices, within 3 s as it is
    delivered; `restart` asks for a new kernel. A server that limits the rate of output, as it does as it is delivered
    (1 MB/s of text), leaves some out and says so among the outputs.
    """

    held_by: Tier
    """What holds the code: by the caller's word something around the server (`external`), or nothing."""
    isolated = False
    """No sandbox of ours holds it."""

    def __init__(
        self,
        url: str,
        token: str,
        name: str = "python3",
        *,
        work: Path | None = None,
        sandbox: Sandbox = "off",
        trusted: bool = False,
        probe: str | None = None,
    ) -> None:
        """Look at the address; nothing is sent before `start`.

        Args:
            url: of the server, with its base path, without a token in it: `http://localhost:8888`.
            token: of the server; "": it wants none. It is in no error, log or `repr`.
            name: of a kernelspec of the server.
            work: the folder that code works in, if the server's machine has it too.
            sandbox: what has to hold the code: nothing (`off`), or something around the server (`external`).
            trusted: with `auto`, code may run there all the same, as it is our own.
            probe: see `ManagedKernel`.

        Raises:
            SandboxUnavailable: a sandbox of ours has to hold the code, which none can on a server.
            KernelError: that is no address of a server, or no token.
        """
        self.held_by = _held_by(sandbox, trusted=trusted)
        super().__init__(name, probe=probe)
        self._server = Server(url, token)
        self._work = work.absolute() if work else None
        self._unseen: set[str] = set()
        """Data that was declared and not looked for yet."""

    async def start(self) -> None:
        """Have the server start a kernel. See `ManagedKernel.start`.

        Raises:
            KernelNotStarted: as there.
        """
        if self._work:
            self._work.mkdir(parents=True, exist_ok=True)
        await super().start()

    def declare(self, data: Iterable[str]) -> bool:
        """Say which files and folders will be used; whether the kernel has to be started anew for that: it never has."""
        self._unseen.update(data)
        return False

    async def evaluate(self, function: str, *arguments: object) -> Any:
        """Call a function of the probe in the kernel. See `Kernel.evaluate`.

        Raises:
            KernelNotStarted: data that was declared is not there.
            KernelError: as there.
        """
        if self._unseen:
            await self._look()
        return await super().evaluate(function, *arguments)

    async def _look(self) -> None:
        wanted = sorted(self._unseen)
        there = f"[__import__('os').path.exists(path) for path in {wanted!r}]"
        found = await self._value(there, "Looking for the data")
        missing = [path for path, seen in zip(wanted, found, strict=True) if not seen]
        if missing:
            raise KernelNotStarted(
                f"The kernel server {self._server.url} does not see {', '.join(missing)}. Its kernels read data where "
                "they run: put it there under the same path, or share the folder between the machines."
            )
        self._unseen.clear()

    async def _launch(self) -> Engine:
        place = _PLACE.format(work=str(self._work)) if self._work else ""
        return await Served.launch(self._server, self._name, place, self._probe_text())


def _held_by(sandbox: Sandbox, *, trusted: bool) -> Tier:
    if sandbox == "external":
        return replace(without("external"), holds="by your word, what surrounds the Jupyter server holds it")
    if sandbox == "off" or (sandbox == "auto" and trusted):
        return replace(
            without("none"), holds="no isolation: code has the rights of the Jupyter server's user"
        )
    raise SandboxUnavailable(
        "Isolation is not available: a kernel of a Jupyter server is held by no sandbox of this machine."
    )
