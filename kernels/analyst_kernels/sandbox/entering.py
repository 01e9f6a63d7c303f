"""A kernel that is forked from a template (`zygote`) and then held: it has imported everything when it starts.

The template is outside, has read nothing of any job, and began with an environment that names nothing. With Landlock the
child puts the rules over itself, as a kernel that starts by itself does. With bubblewrap the sandbox is built around a
keeper, and the child enters its namespaces before it is anything else. Then it gives up all rights and is looked at from
inside, as always.
"""

from __future__ import annotations

import asyncio
import atexit
import base64
import functools
import json
import os
import socket
from collections.abc import Mapping
from typing import Any

from ..folders import Folder
from ..zygote.provisioner import forked
from ..zygote.templates import ONE_THREAD, PRELOAD, READ_AT_IMPORT, NoTemplate, Process, unavailable
from . import bubblewrap, seccomp
from .held import Held
from .inside import CONFIG, landlock
from .starting import Order, config, not_built, own_user, room, rules
from .view import environment
from .watchdog import family

__all__ = ["enter"]

_KEEPER = "cat"
"""It says back what it hears, so it is known that the sandbox stands; and it ends with us."""
_STANDS = 30.0
"""Seconds within which the keeper must have answered."""

_SET_ASIDE = {"MIMALLOC_ARENA_EAGER_COMMIT": "0"}
"""Or the gigabyte that pyarrow sets aside at its first use counts against the limit of memory."""


async def enter(order: Order) -> Held:
    """Start the kernel.

    Raises:
        NoTemplate: it has to be started by itself; says why.
        SandboxUnavailable: the sandbox could not be built.
        KernelNotStarted: the kernel may not read what was declared.
    """
    if reason := unavailable():
        raise NoTemplate(reason)
    return await (_into_room(order) if order.tier == "bubblewrap" else _under_rules(order))


async def _under_rules(order: Order) -> Held:
    told = config(order, begun=_begun(order)) | rules(order)
    read, lifeline = os.pipe()
    try:
        process = await _fork(order, told | {"host": 3}, read, leads=True)
    except BaseException:
        os.close(lifeline)
        raise
    finally:
        os.close(read)
    return Held(process, (process.pid,), lifeline=lifeline)


async def _into_room(order: Order) -> Held:
    if landlock.abi() < landlock.ABI:
        raise NoTemplate(f"who enters a sandbox needs Landlock of version {landlock.ABI} beside it")
    uid = own_user(order)
    view = order.view
    told = config(order, begun=_begun(order))
    told["limits"]["NPROC"] = order.processes
    told["entered"] = {
        "uid": uid if os.getuid() == 0 else None,
        "write": [view.work, view.sockets, bubblewrap.HOME, "/tmp", "/dev", "/proc"],
        "calls": base64.b64encode(seccomp.bubblewrap_filter()).decode(),
    }
    held, keeper = await _with_keeper(order, uid)
    try:
        process = await _fork(order, told, keeper, leads=False)
    except BaseException:
        await held.close()
        raise
    finally:
        os.close(keeper)
    held.process, held.kernel, held.outermost = process, process.pid, (*held.outermost, process.pid)
    return held


async def _with_keeper(order: Order, uid: int) -> tuple[Held, int]:
    """A sandbox in which nothing runs but its keeper, and a pidfd of that."""
    ours, its = socket.socketpair()
    with ours, its:
        command = [bubblewrap.find(_KEEPER) or _KEEPER]
        built = await room(order, command, {}, uid, (its.fileno(), its.fileno()))
        its.close()
        held = Held(built.process, (built.first,), status=built.status, room=built.process)
        held.lifeline = ours.fileno()
        try:
            ours.settimeout(_STANDS)
            ours.send(b".")
            if not await asyncio.to_thread(ours.recv, 1):
                raise not_built(order.log_path)
            keeper = next(process for process in family(built.first) if process != built.first)
            return held, os.pidfd_open(keeper)
        except BaseException:
            await held.close()
            raise
        finally:
            ours.detach()


async def _fork(order: Order, told: Mapping[str, Any], further: int, *, leads: bool) -> Process:
    """Have it forked, with one further descriptor: see `inside.server` of the zygote."""
    request = {
        "launcher": order.view.launcher,
        "args": list(order.arguments),
        "env": {**order.environment(), CONFIG: json.dumps(told)},
        "leads": leads,
        "spare": False,
    }
    python = [order.python, "-I", "-B"]
    return await forked(python, _given(order), PRELOAD, request, [order.log, order.log, further])


def _given(order: Order) -> dict[str, str]:
    """The environment of the template: that of a kernel, with places of its own and nothing that was given by name.

    Raises:
        NoTemplate: something was that has to be there when modules are imported.
    """
    for name in order.own:
        if READ_AT_IMPORT.match(name):
            raise NoTemplate(f"{name} was given to it, which is read when modules are imported")
    place = str(_place().path)
    return environment(order.outer, order.python, place, place, _SET_ASIDE)


@functools.cache
def _place() -> Folder:
    """Where templates keep what libraries write when they are imported; nothing of a kernel."""
    folder = Folder()
    atexit.register(folder.remove)
    return folder


def _begun(order: Order) -> list[str]:
    return [*_given(order), *ONE_THREAD, "PWD"]
