"""The provisioner of jupyter_client: a kernel from a template, or a normal start and the reason for it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from traitlets import Bool, Dict, List, Unicode

from .templates import PRELOAD, NoTemplate, Process, fork, unavailable

__all__ = ["ZygoteProvisioner", "forked"]

_LAUNCHER = ["-m", "ipykernel_launcher"]
_UNDERSTOOD = {"env", "cwd", "stdin", "stdout", "stderr", "independent", "kernel_id", "extra_arguments"}
"""What may be said of a start. A forked kernel has an empty standard input, whatever is asked for."""


class ZygoteProvisioner(LocalProvisioner):
    """Starts Python kernels by forking. See the package's own text for what is different about them.

    The kernelspec's `metadata.kernel_provisioner.config` may set its traits.
    """

    preload = List(Unicode(), list(PRELOAD), help="Modules that kernels find imported.").tag(config=True)
    spare = Bool(True, help="Whether a kernel is kept waiting for the next request (some 30 MB).").tag(
        config=True
    )
    limits = Dict(
        help='Limits of the kernel by their names in `resource`: {"RLIMIT_AS": 4_000_000_000}.'
    ).tag(config=True)
    notice = ""
    """Why the kernel was started normally, or what could not be imported ahead; "" when it was forked with all."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Fork a kernel; start it normally where that is not possible."""
        self.notice = ""
        try:
            process = await self._fork(cmd, kwargs)
        except NoTemplate as reason:
            self.notice = f"The kernel was started normally, not forked: {reason}."
            self.log.warning(self.notice)
            return await self._launch_normally(cmd, kwargs)
        self.notice = process.notice
        self.process = cast(Any, process)  # as good as a Popen
        self.pid = self.pgid = process.pid
        self.cwd = kwargs.get("cwd") or Path.cwd()
        return self.connection_info

    async def _launch_normally(self, cmd: list[str], kwargs: dict[str, Any]) -> KernelConnectionInfo:
        if self.limits and not sys.platform.startswith("linux"):
            raise RuntimeError("the limits of a kernel can be set on Linux only")
        connection_info = await super().launch_kernel(cmd, **kwargs)
        if self.limits:
            import resource  # noqa: PLC0415 - there is none on Windows

            assert self.pid is not None
            for name, value in self.limits.items():
                resource.prlimit(self.pid, getattr(resource, name), (value, value))
        return connection_info

    async def wait(self) -> int | None:
        """Wait for the end of the process, woken by it."""
        process: object = self.process
        if not isinstance(process, Process):
            return await super().wait()
        if process.poll() is None:
            await _readable(process.fileno())
        code = process.wait()
        process.close()
        self.process = None
        return code

    async def _fork(self, cmd: list[str], kwargs: dict[str, Any]) -> Process:
        if reason := unavailable():
            raise NoTemplate(reason)
        python, args = _split(cmd)
        if unknown := [name for name in kwargs.keys() - _UNDERSTOOD if kwargs[name] is not None]:
            raise NoTemplate(f"a forked kernel cannot be started with {', '.join(sorted(unknown))}")
        if kwargs.get("independent"):
            raise NoTemplate("a forked kernel cannot outlive the process that started it")
        manager: Any = self.parent
        file = os.path.realpath(manager.connection_file)  # noqa: ASYNC240 - as the manager has written it into `cmd`
        request = {
            "args": [part.replace(file, "{connection_file}") for part in args],
            "connection_file": file,
            "cwd": str(kwargs.get("cwd") or Path.cwd()),
            "umask": _umask(),
            "limits": dict(self.limits),
            "spare": self.spare and "curve_secretkey" not in self.connection_info,
        }
        env = dict(kwargs.get("env") or os.environ)  # noqa: TID251 - what Popen does with no environment
        opened: list[int] = []
        try:
            stdio = [
                _descriptor(kwargs.get(name), own, opened) for name, own in (("stdout", 1), ("stderr", 2))
            ]
            return await forked(python, env, self.preload, request, stdio)
        finally:
            for descriptor in opened:
                os.close(descriptor)


async def forked(
    python: Sequence[str],
    env: Mapping[str, str],
    preload: Sequence[str],
    request: Mapping[str, Any],
    stdio: Sequence[int],
) -> Process:
    """`templates.fork` in a thread; nothing is left behind when it is cancelled.

    Raises:
        NoTemplate: as there.
    """
    forking = asyncio.ensure_future(asyncio.to_thread(fork, python, env, list(preload), request, stdio))
    try:
        return await asyncio.shield(forking)
    except asyncio.CancelledError:  # the thread goes on: what it makes must not be left behind
        with contextlib.suppress(NoTemplate):
            (await forking).close()
        raise


def _split(cmd: list[str]) -> tuple[list[str], list[str]]:
    """Interpreter with its options, and the kernel's arguments."""
    for place in range(1, len(cmd) - 1):
        if cmd[place : place + 2] == _LAUNCHER:
            return cmd[:place], cmd[place + 2 :]
    raise NoTemplate("its kernelspec does not run `python -m ipykernel_launcher`")


def _descriptor(target: Any, own: int, opened: list[int]) -> int:
    """Where an output goes; what had to be opened for it is added to `opened`."""
    if target is None:
        return own
    if isinstance(target, int) and target >= 0:
        return target
    if target == subprocess.DEVNULL:
        opened.append(os.open(os.devnull, os.O_WRONLY))
        return opened[-1]
    if hasattr(target, "fileno"):
        return int(target.fileno())
    raise NoTemplate("the outputs of a forked kernel can only go to files")


def _umask() -> int:
    """Ours, read without a moment in which it is another one."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("Umask:"):
            return int(line.split()[1], 8)
    raise NoTemplate("the system does not tell our umask")


async def _readable(descriptor: int) -> None:
    loop = asyncio.get_running_loop()
    news = asyncio.Event()
    loop.add_reader(descriptor, news.set)
    try:
        await news.wait()
    finally:
        loop.remove_reader(descriptor)
