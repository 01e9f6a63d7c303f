"""How a kernel is started in each kind of sandbox, by itself. (`entering` forks it from a template instead.)"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .. import SandboxUnavailable
from ..folders import last_words
from . import bubblewrap, seatbelt, seccomp
from .held import Held
from .inside import CONFIG
from .tiers import explain
from .view import ETC, SYSTEM, View, around, environment

__all__ = ["Order", "Room", "config", "not_built", "own_user", "room", "rules", "start"]

_BUILT = 30.0
"""Seconds within which bubblewrap must have built the sandbox."""
_BOOT = "import sys; sys.path.insert(0, sys.argv.pop(1)); import inside; del sys.path[0]; inside.main()"
_DEVICES = ("/dev/null", "/dev/zero")
_SEEN = ("/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/proc/filesystems", "/dev/urandom", "/dev/random", "/sys/devices/system/cpu")  # fmt: skip

# bubblewrap ends with the *thread* that started it: this one never ends
_starter = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sandbox-starter")


@dataclass(frozen=True)
class Order:
    """A kernel that is to be started: what it is, what it sees, what it may use."""

    tier: str
    view: View
    python: str
    """Path of the interpreter."""
    arguments: tuple[str, ...]
    """The kernel's own."""
    outer: Mapping[str, str]
    """The environment of who asks, of which little is passed on."""
    own: Mapping[str, str]
    """Variables that are given by name."""
    limits: Mapping[str, int]
    """By their names in `resource`, without RLIMIT_."""
    processes: int
    memory: int
    """Bytes of each folder that is memory (bubblewrap)."""
    log: int
    """Descriptor for what the process prints."""
    log_path: str

    def environment(self) -> dict[str, str]:
        """All variables of the kernel."""
        if self.tier == "bubblewrap":
            home, tmp = bubblewrap.HOME, "/tmp"
        else:
            home, tmp = f"{self.view.sockets}/home", f"{self.view.sockets}/tmp"
        # what needs shared memory of the machine does without
        alone = {"JOBLIB_MULTIPROCESSING": "0"} if self.tier == "landlock" else {}
        return environment(self.outer, self.python, home, tmp, self.own) | alone


@dataclass(frozen=True)
class Room:
    """A sandbox of bubblewrap."""

    process: subprocess.Popen[bytes]
    first: int
    """Its first process; all others end with it."""
    status: int
    """Where bubblewrap goes on to write about itself."""


async def start(order: Order) -> Held:
    """Start the kernel.

    Raises:
        SandboxUnavailable: the sandbox could not be built.
        KernelNotStarted: the kernel may not read what was declared.
    """
    command = [order.python, "-I", "-B", "-c", _BOOT, str(Path(order.view.launcher).parent), *order.arguments]
    told, given = config(order), order.environment()
    if order.tier == "bubblewrap":
        uid = own_user(order)
        told["limits"]["NPROC"] = order.processes
        given[CONFIG] = json.dumps(told)
        built = await room(order, command, given, uid, (subprocess.DEVNULL, order.log))
        return Held(built.process, (built.first,), status=built.status)
    if order.tier == "seatbelt":
        command = [seatbelt.PROGRAM, "-p", seatbelt.profile(order.view), *command]
    else:
        told |= rules(order)
    return await _supervised(order, command, given, told)


def config(order: Order, begun: Sequence[str] | None = None) -> dict[str, Any]:
    """What `inside` is told. `begun`: names in the environment of its process, if that is not the kernel's."""
    names = [*order.environment(), "PWD"]  # bubblewrap sets that one
    expected = {
        "canary": order.view.canary,
        "read_only": [order.view.connection_file, *order.view.data],
        "environment": names,
        "begun": list(begun or [*names, CONFIG]),
    }
    told = {"tier": order.tier, "work": order.view.work, "nice": 5, "expected": expected}
    return told | {"limits": dict(order.limits)}


def rules(order: Order) -> dict[str, Any]:
    """What Landlock allows, as `inside` is told, and the filter of system calls; makes the folders for them."""
    view = order.view
    for name in ("home", "tmp"):
        Path(view.sockets, name).mkdir(exist_ok=True)
    listed, allowed = around(view)
    etc = [f"/etc/{name}" for name in ETC]
    own = [*view.code, view.launcher, view.connection_file]
    return {
        "read": ["/usr", *SYSTEM, *etc, *_SEEN, *own, *allowed],
        "write": [view.work, view.sockets],
        "listed": listed,
        "devices": _DEVICES,
        "filter": base64.b64encode(seccomp.landlock_filter()).decode(),
    }


# ── bubblewrap ──────────────────────────────────────────────────────────────────────────────────────────────────────


def own_user(order: Order) -> int:
    """Who the kernel is: for root somebody else, who is given what is the kernel's own.

    Raises:
        KernelNotStarted: who that is may not read some declared data.
    """
    uid = os.getuid()
    if uid == 0:
        uid = bubblewrap.stranger(order.view.work)
        bubblewrap.give_away(order.view, uid)
    return uid


async def room(
    order: Order, command: Sequence[str], given: Mapping[str, str], uid: int, streams: tuple[int, int]
) -> Room:
    """Build a sandbox in which this command runs.

    Args:
        order: of the kernel.
        command: as the user that `uid` says.
        given: its whole environment.
        uid: from `own_user`.
        streams: standard input and output; errors go to the log.

    Raises:
        SandboxUnavailable: it could not be built.
    """
    bwrap = bubblewrap.find("bwrap")
    assert bwrap is not None
    inner = [*(bubblewrap.as_stranger(uid) if os.getuid() == 0 else []), *command]
    with contextlib.ExitStack() as files:

        def pass_text(content: str | bytes) -> int:
            file = files.enter_context(tempfile.TemporaryFile())
            file.write(content.encode() if isinstance(content, str) else content)
            file.seek(0)
            return file.fileno()

        status, write = os.pipe()
        arguments = bubblewrap.namespaces(bwrap)
        arguments += bubblewrap.view_arguments(order.view, uid, given, order.memory, pass_text)
        arguments += ["--seccomp", str(pass_text(seccomp.bubblewrap_filter()))]
        passed = [int(n) for n, before in zip(arguments[1:], arguments, strict=False) if before in ("--seccomp", "--ro-bind-data")]  # fmt: skip
        whole = pass_text("\0".join(arguments) + "\0")
        outer = [bwrap, "--args", str(whole), "--json-status-fd", str(write), "--", *inner]
        try:
            # bubblewrap's first process keeps its environment where the kernel can read it: there is nothing in it
            process = await _popen(
                outer, {"PATH": "/usr/bin:/bin"}, streams, order.log, [*passed, whole, write]
            )
        except BaseException:
            os.close(status)
            raise
        finally:
            os.close(write)
        told = await asyncio.get_running_loop().run_in_executor(
            None, bubblewrap.wait_for_child, status, _BUILT
        )
    if not told:
        process.wait()
        os.close(status)
        raise not_built(order.log_path)
    return Room(process, int(json.loads(told.splitlines()[0])["child-pid"]), status)


def not_built(log: str) -> SandboxUnavailable:
    """Why, from what bubblewrap has written to the log."""
    why, fix = explain(last_words(log))
    return SandboxUnavailable(f"Isolation is not available: {why}." + (f" Fix: {fix}" if fix else ""))


# ── Landlock and Seatbelt ───────────────────────────────────────────────────────────────────────────────────────────


async def _supervised(
    order: Order, command: Sequence[str], given: Mapping[str, str], told: Mapping[str, Any]
) -> Held:
    read, lifeline = os.pipe()
    try:
        whole = {**given, CONFIG: json.dumps({**told, "host": read})}
        process = await _popen(command, whole, (subprocess.DEVNULL, order.log), order.log, [read])
    except BaseException:
        os.close(lifeline)
        raise
    finally:
        os.close(read)
    return Held(process, (process.pid,), lifeline=lifeline)


async def _popen(
    command: Sequence[str],
    given: Mapping[str, str],
    streams: tuple[int, int],
    log: int,
    passed: Sequence[int],
) -> subprocess.Popen[bytes]:
    def run() -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            command,
            stdin=streams[0],
            stdout=streams[1],
            stderr=log,
            pass_fds=passed,
            start_new_session=True,
            env=given,
            cwd="/",
        )

    return await asyncio.get_running_loop().run_in_executor(_starter, run)
