"""One kernel in one sandbox, for `jupyter_client`: its start, its signals, its end.

The kernel's messages go through sockets in a private folder. All that is outside of it is told here; what happens
inside before the first cell is in `inside/`.
"""

# paths are texts here, from the declaration to the system call: nothing may resolve them on the way
# ruff: noqa: PTH103

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import os
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from traitlets import Dict, Enum, Int, List, Unicode

from .. import KernelNotStarted, SandboxUnavailable
from ..folders import Folder
from . import bubblewrap, seatbelt, seccomp, view
from .inside import CONFIG
from .tiers import Tier, choose, explain
from .watchdog import Bounds, Watchdog, family, folder_breach

__all__ = ["SandboxProvisioner"]

_LONGEST_FOLDER = 80
"""Bytes. The path of a socket has room for little more than 100."""
_START = 30.0
"""Seconds within which bubblewrap must have built the sandbox."""
_BOOT = "import sys; sys.path.insert(0, sys.argv.pop(1)); import inside; del sys.path[0]; inside.main()"
_DEVICES = ("/dev/null", "/dev/zero")
_SEEN = ("/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/proc/filesystems", "/dev/urandom", "/dev/random", "/sys/devices/system/cpu")  # fmt: skip

# bubblewrap ends with the *thread* that started it: this one never ends
_starter = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sandbox-starter")


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
    _uid = 0
    _first: int | None = None
    _kernel: int | None = None
    _lifeline: int | None = None
    _status: int | None = None
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
        given = kwargs.get("stdout")
        self._log = str(getattr(given, "name", f"{self._folder}/log"))
        own = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        log = given if hasattr(given, "fileno") else os.open(self._log, own, 0o600)
        start = {"bubblewrap": self._bubblewrap, "landlock": self._landlock, "seatbelt": self._seatbelt}
        self.breach, self._kernel = "", None
        inner = [python, "-I", "-B", "-c", _BOOT, str(Path(seen.launcher).parent), *arguments]
        try:
            await start[self.held_by.name](seen, inner, kwargs.get("env") or {}, log)
        finally:
            if isinstance(log, int):
                os.close(log)
        assert self.process is not None
        assert self._first is not None
        self.pid, self.cwd = self.process.pid, self.work
        self._watchdog = Watchdog(self._first, [self.work, self._folder], self._bounds(), self._end)
        self._watchdog.start()
        return self.connection_info

    async def _bubblewrap(
        self, seen: view.View, inner: list[str], outer: Mapping[str, str], log: Any
    ) -> None:
        bwrap = bubblewrap.find("bwrap")
        assert bwrap is not None
        home = bubblewrap.HOME
        environment = view.environment(outer, inner[0], home, "/tmp", self.env)
        self._uid = os.getuid()
        if self._uid == 0:
            self._uid = bubblewrap.stranger(self.work)
            bubblewrap.give_away(seen, self._uid)
            inner = [*bubblewrap.as_stranger(self._uid), *inner]
        config = self._config(seen, environment) | {"limits": self._limits() | {"NPROC": self.processes}}
        environment[CONFIG] = json.dumps(config)
        with contextlib.ExitStack() as files:

            def pass_text(content: str | bytes) -> int:
                file = files.enter_context(tempfile.TemporaryFile())
                file.write(content.encode() if isinstance(content, str) else content)
                file.seek(0)
                return file.fileno()

            # kept until its end: bubblewrap writes there how the kernel ended, and would die of nobody reading
            self._status, write = os.pipe()
            arguments = bubblewrap.namespaces(bwrap)
            arguments += bubblewrap.view_arguments(seen, self._uid, environment, self.tmp_mb << 20, pass_text)
            arguments += ["--seccomp", str(pass_text(seccomp.bubblewrap_filter()))]
            passed = [int(n) for n, before in zip(arguments[1:], arguments, strict=False) if before in ("--seccomp", "--ro-bind-data")]  # fmt: skip
            whole = pass_text("\0".join(arguments) + "\0")
            command = [bwrap, "--args", str(whole), "--json-status-fd", str(write), "--", *inner]
            try:
                # bubblewrap's first process keeps its environment where the kernel can read it: there is nothing in it
                await self._start(command, {"PATH": "/usr/bin:/bin"}, log, [*passed, whole, write])
            finally:
                os.close(write)
            waiting = asyncio.get_running_loop().run_in_executor(
                None, bubblewrap.wait_for_child, self._status, _START
            )
            told = await waiting
        if not told:
            await self._not_built()
        self._first = int(json.loads(told.splitlines()[0])["child-pid"])

    async def _not_built(self) -> None:
        assert self.process is not None
        self.process.wait()
        self.process = None
        self._close_status()
        why, fix = explain(self._log_text())
        raise SandboxUnavailable(f"Isolation is not available: {why}." + (f" Fix: {fix}" if fix else ""))

    async def _landlock(self, seen: view.View, inner: list[str], outer: Mapping[str, str], log: Any) -> None:
        inside = seen.sockets
        for name in ("home", "tmp"):
            os.makedirs(f"{inside}/{name}", exist_ok=True)
        environment = view.environment(outer, inner[0], f"{inside}/home", f"{inside}/tmp", self.env)
        # what needs shared memory of the machine does without
        environment["JOBLIB_MULTIPROCESSING"] = "0"
        listed, allowed = view.around(seen)
        etc = [f"/etc/{name}" for name in view.ETC]
        config = self._config(seen, environment) | {
            "read": [
                "/usr",
                *view.SYSTEM,
                *etc,
                *_SEEN,
                *seen.code,
                seen.launcher,
                seen.connection_file,
                *allowed,
            ],
            "write": [seen.work, inside],
            "listed": listed,
            "devices": _DEVICES,
            "filter": base64.b64encode(seccomp.landlock_filter()).decode(),
        }
        await self._start_supervised(inner, environment, config, log)

    async def _seatbelt(self, seen: view.View, inner: list[str], outer: Mapping[str, str], log: Any) -> None:
        environment = view.environment(outer, inner[0], f"{seen.sockets}/home", seen.sockets, self.env)
        command = [seatbelt.PROGRAM, "-p", seatbelt.profile(seen), *inner]
        await self._start_supervised(command, environment, self._config(seen, environment), log)

    async def _start_supervised(
        self, command: list[str], environment: dict[str, str], config: dict[str, Any], log: Any
    ) -> None:
        read, self._lifeline = os.pipe()
        environment[CONFIG] = json.dumps(config | {"host": read})
        try:
            await self._start(command, environment, log, [read])
        finally:
            os.close(read)
        assert self.process is not None
        self._first = self.process.pid

    async def _start(
        self, command: list[str], environment: dict[str, str], log: Any, passed: list[int]
    ) -> None:
        def start() -> subprocess.Popen[bytes]:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=passed,
                start_new_session=True,
                env=environment,
                cwd="/",
            )

        self.process = await asyncio.get_running_loop().run_in_executor(_starter, start)

    def _config(self, seen: view.View, environment: Mapping[str, str]) -> dict[str, Any]:
        """What `inside` is told."""
        assert self.held_by is not None
        names = [*environment, "PWD"]  # bubblewrap sets that one
        expected = {
            "canary": seen.canary,
            "read_only": [seen.connection_file, *seen.data],
            "environment": names,
        }
        config = {"tier": self.held_by.name, "work": seen.work, "nice": 5, "expected": expected}
        return config | {"limits": self._limits()}

    def _limits(self) -> dict[str, int]:
        sizes = {"DATA": self.memory_mb << 20, "FSIZE": self.file_mb << 20}
        return sizes | {"CORE": 0, "NOFILE": self.open_files, "MSGQUEUE": 0}

    def _bounds(self) -> Bounds:
        memory, spare = self.total_memory_mb << 20, self.spare_memory_mb << 20
        return Bounds(memory, spare, self.processes, self.disk_mb << 20, self.files)

    # ── life ────────────────────────────────────────────────────────────────────────────────────────────────────────

    async def poll(self) -> int | None:
        """None while it lives; else its exit code, negative for a signal."""
        if self.process is None:
            return 0
        code = self.process.poll()
        if code is not None:
            self._let_go()
            self._close_status()
        # bubblewrap passes the end by a signal on as a shell does
        return 128 - code if code is not None and code > 128 else code

    async def send_signal(self, signum: int) -> None:
        """Send it to the kernel and its children; never to what holds the sandbox, which would end of it."""
        if signum == signal.SIGKILL:
            self._kill()
        elif (kernel := self._kernel_process()) is not None:
            with contextlib.suppress(ProcessLookupError):
                try:
                    os.killpg(kernel, signum)
                except ProcessLookupError:  # it leads no group yet
                    os.kill(kernel, signum)

    async def kill(self, restart: bool = False) -> None:  # noqa: ARG002 - the name is jupyter_client's
        """End it with all it has started."""
        self._kill()

    async def terminate(self, restart: bool = False) -> None:  # noqa: ARG002 - the name is jupyter_client's
        """Ask the kernel to end."""
        await self.send_signal(signal.SIGTERM)

    async def cleanup(self, restart: bool = False) -> None:
        """Stop watching; remove what was made for it."""
        self._kill()
        self._close_status()
        if not restart and self._folder:
            if self._private is not None:
                self._private.remove()
            self._folder = ""
            if self._own_work:
                self.work, self._own_work = "", False

    @property
    def notice(self) -> str:
        """What is to be said of its isolation; "" when it is the best kind."""
        tier = self.held_by
        return f"Isolation: {tier.name} ({tier.holds})." if tier and tier.name != "bubblewrap" else ""

    def epitaph(self) -> str:
        """Why it ended, as far as this side knows: a limit, or a sandbox that was faulty; "" when nothing is known."""
        log = self._log_text()
        return self.breach or (
            log[log.rindex("The sandbox is not") :] if "The sandbox is not what" in log else ""
        )

    def _log_text(self) -> str:
        with contextlib.suppress(OSError):
            return Path(self._log).read_text(errors="replace")[-2000:].strip()
        return ""

    def _kernel_process(self) -> int | None:
        if self.process is not None and self._first is not None and self._kernel is None:
            children = list(family(self._first))[1:]
            self._kernel = children[0] if children else None
        return self._kernel if self.process is not None else None

    def _end(self, why: str) -> None:
        self.breach = f"The sandbox was ended. {why}"
        self.log.warning(self.breach)
        self._kill()

    def _kill(self) -> None:
        if self._lifeline is None and self.process is not None and self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._first or self.process.pid, signal.SIGKILL)
        self._let_go()

    def _let_go(self) -> None:
        """The supervisor ends all it has when this is closed."""
        if self._watchdog is not None:
            self._watchdog.stop()
        if self._lifeline is not None:
            os.close(self._lifeline)
            self._lifeline = None

    def _close_status(self) -> None:
        if self._status is not None:
            os.close(self._status)
            self._status = None
