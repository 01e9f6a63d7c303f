"""The template's loop: a kernel per request, its end reported, its group killed when its client hangs up.

One socket to the owner carries requests. Each comes with four descriptors: the kernel's own connection, the request
as JSON in memory, and where stdout and stderr go; a kernel that is to be held, with one more (`_launch`). On the connection the template says `{"pid": …}` or
`{"error": …}`, and later `{"exit": code}`. A dead kernel is kept as a zombie until its client hangs up: so its process id
belongs to nobody else as long as somebody may send signals to it.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
from dataclasses import dataclass, field
from typing import Any

from .child import Adopted, Forked, Job, Launched, spare_key
from .entering import fork_into
from .warm import threads

__all__ = ["Server"]

QUIET = 0.2
"""Seconds without a request after which the next spare is made."""


@dataclass(eq=False)
class _Kernel:
    """A child, with its two ends: what is readable when it ended, and when its client hung up."""

    pid: int
    ended: int
    client: socket.socket | None
    leads: bool = False
    """It ends all that it has started, and itself, when its owner is gone; nobody may kill it before."""
    over: bool = False


@dataclass(eq=False)
class _Spare:
    """A child that waits for its request."""

    key: str
    kernel: _Kernel
    door: socket.socket


@dataclass(eq=False)
class Server:
    """Forks. `serve` returns twice: in the template when all is over, and in each child with its job."""

    control: socket.socket
    owner: int
    added: dict[str, str]
    """What imports have put into the environment; a kernel would have it too."""
    kernels: list[_Kernel] = field(default_factory=list)
    spare: _Spare | None = None
    wanted: dict[str, Any] | None = None
    """The request of which a spare is to be made, when there is time."""

    def serve(self) -> Job | None:
        """Work until the owner is gone. Then no kernel is left, nor anything in its process group."""
        template = os.getpid()
        try:
            return self._serve()
        finally:
            if os.getpid() == template:
                self._end()

    def _serve(self) -> Job | None:
        watched = os.pidfd_open(self.owner)
        try:
            if os.getppid() != self.owner:
                return None
            while True:
                ready = self._ready(watched)
                if ready is None:
                    return None
                # ends first: a descriptor that is made afterwards may have a number that was ready
                for kernel in [kernel for kernel in self.kernels if kernel.ended in ready]:
                    self._ended(kernel)
                    if kernel.leads and kernel.client is None:
                        self._forget(kernel)
                hung_up = [k for k in self.kernels if k.client is not None and k.client.fileno() in ready]
                for kernel in hung_up:
                    self._forget(kernel)
                job: Job | None = None
                if self.control.fileno() in ready:
                    job = self._request()
                elif not ready and self.wanted is not None:
                    job = self._make_spare()
                if job is not None:
                    return job
        finally:
            os.close(watched)

    def _ready(self, watched: int) -> set[int] | None:
        """Descriptors with news; None when the owner is gone."""
        poll = select.poll()
        poll.register(self.control, select.POLLIN)
        poll.register(watched, select.POLLIN)
        for kernel in self.kernels:
            if not kernel.over:
                poll.register(kernel.ended, select.POLLIN)
            if kernel.client is not None:
                poll.register(kernel.client, select.POLLIN)
        ready = {fd for fd, _ in poll.poll(QUIET * 1000 if self.wanted is not None else None)}
        return None if watched in ready else ready

    # ── starting ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _request(self) -> Job | None:
        data, fds, _, _ = socket.recv_fds(self.control, 16, 5)
        if not data:
            raise SystemExit  # the owner has hung up
        client = socket.socket(fileno=fds[0])
        request = json.loads(os.pread(fds[1], os.fstat(fds[1]).st_size, 0))
        job: Job | None = None
        try:
            if "launcher" in request:
                job = self._launch(request, client, fds[2:])
            else:
                request["env"] = self.added | request["env"]
                if self._adopt(request, client, fds[1:]):
                    return None
                job = self._fork(client, Forked(request, fds[2], fds[3]))
        except OSError as error:
            self._say(client, {"error": str(error)})
            client.close()
        finally:
            for fd in fds[1:] if job is None else fds[1:2]:
                os.close(fd)
        if job is None and request["spare"] and self.spare is None:
            self.wanted = request
        return job

    def _launch(self, request: dict[str, Any], client: socket.socket, fds: list[int]) -> Job | None:
        """Fork a kernel that is held: into the sandbox whose keeper's pidfd came along, or with a descriptor for itself."""
        room = None if request["leads"] else fds[2]
        job = Launched(request, fds[:2] if room is not None else fds, self.added)
        return self._fork(client, job, room, leads=request["leads"])

    def _fork(
        self, client: socket.socket | None, job: Job, room: int | None = None, *, leads: bool = False
    ) -> Job | None:
        """A child: the job in the child itself, None in the template."""
        if (count := threads()) != 1:
            raise OSError(f"the template has {count} threads, of which a fork would copy only one")
        pid = os.fork() if room is None else fork_into(room)
        if pid == 0:
            self._leave()
            if client is not None:
                os.close(client.detach())
            return job
        kernel = _Kernel(pid, os.pidfd_open(pid), client, leads)
        self.kernels.append(kernel)
        if client is not None:
            self._say(client, {"pid": pid})
        return None

    def _make_spare(self) -> Job | None:
        request, self.wanted = self.wanted, None
        assert request is not None
        ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            job = self._fork(None, Adopted(request, its))
        except OSError:  # no memory for it, perhaps: a kernel that is asked for says so
            ours.close()
            its.close()
            return None
        if job is not None:
            ours.close()
            return job
        its.close()
        self.spare = _Spare(spare_key(request), self.kernels[-1], ours)
        return None

    def _adopt(self, request: dict[str, Any], client: socket.socket, fds: list[int]) -> bool:
        """Give the request to the spare, if there is one of its kind."""
        spare = self.spare
        if spare is None or not request["spare"]:
            return False
        self.spare = None
        fits = spare.key == spare_key(request) and not spare.kernel.over
        if fits:
            with contextlib.suppress(OSError):
                socket.send_fds(spare.door, [b"be"], fds)
                spare.door.close()
                spare.kernel.client = client
                self._say(client, {"pid": spare.kernel.pid})
                self.wanted = request
                return True
        spare.door.close()
        self._forget(spare.kernel)
        return False

    # ── ending ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def _ended(self, kernel: _Kernel) -> None:
        """Tell the client; the process stays a zombie until it has heard."""
        about = os.waitid(os.P_PID, kernel.pid, os.WEXITED | os.WNOWAIT)
        assert about is not None
        kernel.over = True
        if kernel.client is not None:
            code = about.si_status if about.si_code == os.CLD_EXITED else -about.si_status
            self._say(kernel.client, {"exit": code})

    def _forget(self, kernel: _Kernel) -> None:
        """Kill what is left of the kernel and its group; one that leads is waited for, until it has done that itself."""
        if kernel not in self.kernels:
            return
        if kernel.client is not None:
            kernel.client.close()
            kernel.client = None
        if kernel.leads and not kernel.over:
            return
        self.kernels.remove(kernel)
        for kill in (os.killpg, os.kill):  # a child that has just been made has no group of its own yet
            with contextlib.suppress(ProcessLookupError):
                kill(kernel.pid, signal.SIGKILL)
        os.waitpid(kernel.pid, 0)
        os.close(kernel.ended)

    def _end(self) -> None:
        for kernel in list(self.kernels):
            self._forget(kernel)

    def _leave(self) -> None:
        """In a child: close what belongs to the template."""
        doors = [self.spare.door] if self.spare is not None else []
        clients = [kernel.client for kernel in self.kernels if kernel.client is not None]
        for thing in (self.control, *doors, *clients):
            # as objects they would close, when they are collected, a number that is in use again by then
            os.close(thing.detach())
        for kernel in self.kernels:
            os.close(kernel.ended)
        self.kernels, self.spare = [], None

    def _say(self, client: socket.socket, message: dict[str, Any]) -> None:
        with contextlib.suppress(OSError):  # it has hung up, which is seen next
            client.send(json.dumps(message).encode())
