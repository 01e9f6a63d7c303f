"""One kernel in one sandbox, for `jupyter_client`: its start, its signals, its end.

The kernel's messages go through sockets in a private folder. All that is outside of it is told here; what happens
inside before the first cell is in `inside/`.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
from pathlib import Path
from typing import Any, cast

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from traitlets import Dict, Enum, Int, List, Unicode

from .. import KernelNotStarted
from ..folders import Folder, last_words
from ..zygote.templates import NoTemplate
from . import view
from .entering import enter
from .held import Held
from .starting import Order, start
from .tiers import Tier, choose
from .watchdog import Bounds, Watchdog, folder_breach

__all__ = ["SandboxProvisioner"]

_LONGEST_FOLDER = 80
"""Bytes. The path of a socket has room for little more than 100."""
_starts = itertools.count()
"""How many kernels this process has started."""


class SandboxProvisioner(LocalProvisioner):
    """A Python kernel that sees what it was given and nothing else. Configured in the kernelspec's metadata:

    `{"kernel_provisioner": {"provisioner_name": "analyst-sandbox", "config": {"work": …, "data": […]}}}`
    """

    tier = Enum(
        ["auto", "bubblewrap", "seatbelt", "landlock"], "auto", help="Which sandbox; auto: the best there is."
    )
    work = Unicode("", help="The one folder that may be written; none: an own one, gone with the kernel.")
    data = List(Unicode(), help="Files and folders to read.")
    hide = List(Unicode(), help="Further paths in the data that are not seen; names of secrets never are.")
    code = List(Unicode(), help="Further folders of code to read, such as packages under development.")
    fast = Enum(
        ["auto", True, False],
        "auto",
        help="Whether kernels are forked from a process that has imported pandas, where that is possible; "
        "auto: from the second on that we start, as to make it takes longer than one start.",
    )
    env = Dict(help="Further environment variables, by name and value.")
    memory_mb = Int(4096, help="Memory of one process: beyond it, a MemoryError.")
    total_memory_mb = Int(6144, help="Memory of all its processes: beyond it, the end.")
    spare_memory_mb = Int(512, help="When less is left on the machine, the end.")
    tmp_mb = Int(512, help="Size of each of /tmp, /dev/shm and the home folder (bubblewrap).")
    file_mb = Int(2048, help="Size of one file.")
    disk_mb = Int(4096, help="Size of the work folder: beyond it, the end.")
    files = Int(20_000, help="Files in the work folder.")
    processes = Int(256, help="Processes and threads.")
    open_files = Int(1024, help="Open files of one process.")

    held_by: Tier | None = None
    """The tier that holds this kernel; None before it starts."""
    breach = ""
    """Why the host ended it, in a sentence; "" if it did not."""

    _private: Folder | None = None
    _folder = ""
    _log = ""
    _own_work = False
    _start_notice = ""
    _held: Held | None = None
    _watchdog: Watchdog | None = None

    # ── start ───────────────────────────────────────────────────────────────────────────────────────────────────────

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Choose the tier, make the private folder and write the connection file.

        Raises:
            SandboxUnavailable: this machine has no such sandbox.
            KernelNotStarted: there is no folder whose path is short enough.
        """
        self.held_by = await asyncio.get_running_loop().run_in_executor(None, choose, self.tier)
        if not self._folder:
            self._make_folder()
        manager: Any = self.parent
        manager.transport, manager.cache_ports = "ipc", False
        manager.connection_file, manager.ip = f"{self._folder}/c.json", f"{self._folder}/in/s"
        self._remove_sockets()
        prepared: dict[str, Any] = await super().pre_launch(**kwargs)
        return prepared

    def _make_folder(self) -> None:
        self._private = Folder()
        self._folder = os.path.realpath(self._private.path)
        if len(os.fsencode(self._folder)) > _LONGEST_FOLDER:
            self._private.remove()
            raise KernelNotStarted(
                f"The path {self._folder} is too long for a socket. Set TMPDIR to a shorter one."
            )
        Path(self._folder, "canary").write_text("Who can read this is not in the sandbox.\n")
        Path(self._folder, "in").mkdir()
        if not self.work:
            self._own_work, self.work = True, f"{self._folder}/work"
            Path(self.work).mkdir()

    def _remove_sockets(self) -> None:
        """Those of the kernel before a restart."""
        for socket in Path(self._folder, "in").glob("s-*"):
            socket.unlink()

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Start the kernel in its sandbox.

        Raises:
            SandboxUnavailable: the sandbox could not be built.
            KernelNotStarted: what was declared cannot be shown, the work folder is full, or it is no Python kernel.
        """
        assert self.held_by is not None
        python, arguments = view.python_and_arguments(cmd)
        seen = view.look(python, self.data, self.hide, self.code, self.work, self._folder)
        full = folder_breach([self.work], self._bounds())
        if full:
            raise KernelNotStarted(f"{full} Empty {self.work}, then start the kernel again.")
        given: Any = kwargs.get("stdout")
        self._log = str(getattr(given, "name", f"{self._folder}/log"))
        own = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        log = os.dup(given.fileno()) if hasattr(given, "fileno") else os.open(self._log, own, 0o600)
        order = Order(
            tier=self.held_by.name,
            view=seen,
            python=python,
            arguments=tuple(arguments),
            outer=kwargs.get("env") or {},
            own=self.env,
            limits=self._limits(),
            processes=self.processes,
            memory=self.tmp_mb << 20,
            log=log,
            log_path=self._log,
        )
        self.breach = ""
        try:
            self._held = held = await self._started(order)
        finally:
            os.close(log)
        self.process = cast(Any, held.process)  # as good as a Popen
        self.pid, self.cwd = held.process.pid, self.work
        folders = [self.work, self._folder]
        self._watchdog = Watchdog(held.outermost, folders, self._bounds(), self._end)
        self._watchdog.start()
        return self.connection_info

    async def _started(self, order: Order) -> Held:
        self._start_notice = ""
        wanted = next(_starts) > 0 if self.fast == "auto" else self.fast
        if wanted and order.tier != "seatbelt":
            try:
                held = await enter(order)
                self._start_notice = getattr(held.process, "notice", "")
                return held
            except NoTemplate as reason:
                self._start_notice = f"The kernel was started by itself, not forked: {reason}."
                self.log.warning(self._start_notice)
        return await start(order)

    def _limits(self) -> dict[str, int]:
        sizes = {"DATA": self.memory_mb << 20, "FSIZE": self.file_mb << 20}
        return sizes | {"CORE": 0, "NOFILE": self.open_files, "MSGQUEUE": 0}

    def _bounds(self) -> Bounds:
        memory, spare = self.total_memory_mb << 20, self.spare_memory_mb << 20
        return Bounds(memory, spare, self.processes, self.disk_mb << 20, self.files)

    # ── life ────────────────────────────────────────────────────────────────────────────────────────────────────────

    async def poll(self) -> int | None:
        """None while it lives; else its exit code, negative for a signal."""
        if self.process is None or self._held is None:
            return 0
        code = self._held.poll()
        if code is not None:
            self._watch_no_more()
        return code

    async def wait(self) -> int | None:
        """Wait for its end, and for that of all that it started."""
        code = await super().wait()
        await self._release()
        return code

    async def send_signal(self, signum: int) -> None:
        """Send it to the kernel and its children."""
        if signum == signal.SIGKILL:
            self._kill()
        elif self._held is not None:
            self._held.send_signal(signum)

    async def kill(self, restart: bool = False) -> None:  # noqa: ARG002 - the name is jupyter_client's
        """End it with all it has started."""
        self._kill()

    async def terminate(self, restart: bool = False) -> None:  # noqa: ARG002 - the name is jupyter_client's
        """Ask the kernel to end."""
        await self.send_signal(signal.SIGTERM)

    async def cleanup(self, restart: bool = False) -> None:
        """Stop watching; remove what was made for it."""
        self._watch_no_more()
        await self._release()
        if not restart and self._folder:
            if self._private is not None:
                self._private.remove()
            self._folder = ""
            if self._own_work:
                self.work, self._own_work = "", False

    @property
    def notice(self) -> str:
        """What is to be said of its isolation and its start; "" when both are of the best kind."""
        tier = self.held_by
        weaker = f"Isolation: {tier.name} ({tier.holds})." if tier and tier.name != "bubblewrap" else ""
        return " ".join(filter(None, (weaker, self._start_notice)))

    def epitaph(self) -> str:
        """Why it ended, as far as this side knows: a limit, or a sandbox that was faulty; "" when nothing is known."""
        log = last_words(self._log)
        return self.breach or (
            log[log.rindex("The sandbox is not") :] if "The sandbox is not what" in log else ""
        )

    def _end(self, why: str) -> None:
        self.breach = f"The sandbox was ended. {why}"
        self.log.warning(self.breach)
        self._kill()

    def _kill(self) -> None:
        self._watch_no_more()
        if self._held is not None:
            self._held.end()

    async def _release(self) -> None:
        held, self._held = self._held, None
        if held is not None:
            await held.close()

    def _watch_no_more(self) -> None:
        if self._watchdog is not None:
            self._watchdog.stop()
