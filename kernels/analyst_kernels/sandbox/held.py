"""One kernel in its sandbox, seen from outside: whether it lives, who gets its signals, how all of it ends."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import threading
import time
from dataclasses import dataclass, field

from ..zygote.templates import Process
from .watchdog import family

_END = 10.0
"""Seconds within which all of a sandbox that was ended must be gone."""


@dataclass(eq=False)
class Held:
    """The processes and descriptors of one kernel that is held."""

    process: subprocess.Popen[bytes] | Process
    """The kernel, or what ends with it and as it did."""
    outermost: tuple[int, ...]
    """Processes outside of which there are none of the kernel. All end with the first, or it sees to their end."""
    kernel: int | None = None
    """The kernel's own process; None: the first child of the outermost one, when there is one."""
    lifeline: int | None = None
    """When this is closed the first process, out of the kernel's reach, ends, and all of the kernel's with it."""
    status: int | None = None
    """Read end of what bubblewrap says about itself: it would die of nobody reading."""
    room: subprocess.Popen[bytes] | None = None
    """The sandbox that a forked kernel has entered: bubblewrap, with a keeper who ends at the end of the lifeline."""

    _ending: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def poll(self) -> int | None:
        """None while it lives; else its exit code, negative for a signal."""
        code = self.process.poll()
        if code is None:
            return None
        self.end()
        if isinstance(self.process, Process):
            self.process.close()  # until a dead kernel is let go, the first process of its namespace cannot end
        # bubblewrap passes the end by a signal on as a shell does
        passed_on = self.status is not None and self.room is None
        return 128 - code if passed_on and code > 128 else code

    def send_signal(self, number: int) -> None:
        """To the kernel and its children; never to what holds the sandbox, which would end of it."""
        if self.kernel is None:
            children = list(family(self.outermost[0]))[1:]
            self.kernel = children[0] if children else None
        if self.kernel is None or self.process.poll() is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            try:
                os.killpg(self.kernel, number)
            except ProcessLookupError:  # it leads no group yet
                os.kill(self.kernel, number)

    def end(self) -> None:
        """Have all of it killed. Returns at once."""
        with self._ending:  # the watchdog may want it at the same time
            if self.lifeline is not None:
                os.close(self.lifeline)
                self.lifeline = None
        holder = self.room or self.process
        if self.status is not None and holder.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.outermost[0], signal.SIGKILL)

    async def close(self) -> None:
        """Kill what is left, wait for it, and release what belongs to it."""
        self.end()
        await _ended(self.process)
        if isinstance(self.process, Process):
            self.process.close()
        if self.room is not None:  # its first process cannot end before the kernel that entered is let go
            await _ended(self.room)
        if self.status is not None:
            os.close(self.status)
            self.status = None


async def _ended(process: subprocess.Popen[bytes] | Process) -> None:
    # looked at, not waited for in a thread: when Python itself ends there are no new threads
    deadline = time.monotonic() + _END
    while process.poll() is None and time.monotonic() < deadline:  # noqa: ASYNC110 - nothing tells of it
        await asyncio.sleep(0.01)
