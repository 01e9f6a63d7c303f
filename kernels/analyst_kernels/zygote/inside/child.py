"""What a child of the template does: become a process of its own, then a kernel."""

from __future__ import annotations

import ctypes
import fcntl
import importlib
import importlib.util
import json
import os
import random
import resource
import signal
import socket
import sys
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from ipykernel import kernelapp

__all__ = ["Adopted", "Forked", "Job", "Launched", "spare_key"]

_environment = os.environ  # noqa: TID251 - a child is given its own
_DEATH_SIGNAL, _NAME = 1, 15
"""Options of prctl(2)."""
_PLACEHOLDER = "{connection_file}"


class Job(Protocol):
    """What a child is to do, until its end."""

    def run(self) -> None: ...  # noqa: D102


@dataclass
class Forked:
    """A kernel at once."""

    request: dict[str, Any]
    stdout: int
    stderr: int

    def run(self) -> None:
        """Be the kernel."""
        _alone()
        for fd, standard in ((self.stdout, 1), (self.stderr, 2)):
            os.dup2(fd, standard)
            os.close(fd)
        _environment.clear()
        _place(self.request)
        app = _app(kernelapp.IPKernelApp, self.request)
        app.start()


@dataclass
class Adopted:
    """A kernel that gets ready first, and then waits at the door for a request of the same kind."""

    request: dict[str, Any]
    door: socket.socket

    def run(self) -> None:
        """Be a spare, then the kernel."""
        _alone()
        _environment.clear()
        _environment.update(self.request["env"])
        app = _app(IPKernelApp, self.request)
        data, fds, _, _ = socket.recv_fds(self.door, 16, 3)
        if not data:
            os._exit(0)
        self.door.close()
        request = json.loads(os.pread(fds[0], os.fstat(fds[0]).st_size, 0))
        for fd, stream, standard in ((fds[1], sys.stdout, 1), (fds[2], sys.stderr, 2)):
            # by now the standard descriptors lead into ipykernel; what it saved of them is where they led
            os.dup2(fd, _led(stream, standard))
        for fd in fds:
            os.close(fd)
        for name in [name for name in _environment if _is_own(name)]:
            del _environment[name]
        request["env"] = {name: value for name, value in request["env"].items() if _is_own(name)}
        _or_die(lambda: _place(request))
        sys.argv = _argv(request)
        app.bind(request["connection_file"])
        app.start()


@dataclass
class Launched:
    """A kernel that a launcher makes: the package at `request["launcher"]`, which is called with what imports have added
    to the environment. It has the descriptors that were given to it, from 3 on, and no others.
    """

    request: dict[str, Any]
    descriptors: list[int]
    """stdout, stderr, then those that were given."""
    added: dict[str, str]

    def run(self) -> None:
        """Be the kernel."""
        _own_chance()
        if self.request["leads"]:
            os.setsid()
        _only(self.descriptors)
        _environment.clear()
        _environment.update(self.request["env"])
        time.tzset()
        sys.argv = ["", *self.request["args"]]
        folder, _, package = self.request["launcher"].rpartition("/")
        sys.path.insert(0, folder)
        launcher = importlib.import_module(package)
        del sys.path[0]
        launcher.main(self.added)


def _only(descriptors: list[int]) -> None:
    """Have these as 1, 2, 3 and so on, and nothing else that was open but 0."""
    high = [fcntl.fcntl(descriptor, fcntl.F_DUPFD, 100) for descriptor in descriptors]
    os.closerange(3, 100)
    for number, descriptor in enumerate(high, 1):
        os.dup2(descriptor, number, inheritable=number < 3)
    os.closerange(3 + max(0, len(high) - 2), 1 << 20)


def spare_key(request: dict[str, Any]) -> str:
    """What must be the same for a spare to serve a request: everything that it has read already."""
    env = {name: value for name, value in request["env"].items() if not _is_own(name)}
    return json.dumps([request["args"], env], sort_keys=True)


def _is_own(name: str) -> bool:
    """Whether a variable is about one kernel and read by nothing that a spare has done."""
    return name.startswith("JPY_") or name in {"PWD", "OLDPWD"}


def _alone() -> None:
    """Cut what ties a fresh child to its siblings: session, signals, chance."""
    os.setsid()
    libc = ctypes.CDLL(None)
    libc.prctl(_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
    libc.prctl(_NAME, b"ipykernel", 0, 0, 0)
    _own_chance()


def _own_chance() -> None:
    """Interrupts as in a fresh process, and numbers at random that no sibling has."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    random.seed()
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        numpy.random.seed()


def _place(request: dict[str, Any]) -> None:
    """Environment, folder and limits, as asked for."""
    _environment.update(request["env"], JPY_PARENT_PID=str(os.getppid()))
    time.tzset()
    os.chdir(request["cwd"])
    os.umask(request["umask"])
    for name, value in request["limits"].items():
        resource.setrlimit(getattr(resource, name), (value, value))


def _argv(request: dict[str, Any]) -> list[str]:
    args = [part.replace(_PLACEHOLDER, request["connection_file"]) for part in request["args"]]
    launcher = importlib.util.find_spec("ipykernel_launcher")
    return [str(launcher and launcher.origin), *args]


def _app(kind: Any, request: dict[str, Any]) -> Any:
    sys.argv = _argv(request)
    app = kind.instance(parent_handle=os.getppid())
    app.initialize(sys.argv[1:])
    return app


class IPKernelApp(kernelapp.IPKernelApp):
    """A kernel whose sockets are bound when everything else is there. (Options are called after the class.)"""

    def init_connection_file(self) -> None:
        """Not yet."""

    def write_connection_file(self, **_: Any) -> None:
        """Not yet; and its client has written it."""

    def init_heartbeat(self) -> None:
        """Not yet."""

    def _bind_socket(self, s: Any, port: int) -> int:  # noqa: ARG002
        return port

    def bind(self, connection_file: str) -> None:
        """Be reachable as the connection file says. Each socket is bound in the thread that uses it."""
        self.connection_file = connection_file
        self.load_connection_file()
        # ipykernel 6 has no thread for the shell channel: the main thread, which is here, reads it
        shell = getattr(self, "shell_channel_thread", None)
        _within(shell.io_loop.add_callback if shell else _at_once, lambda: self._bind("shell"))
        self._bind("stdin")
        self.control_thread.io_loop.add_callback(_or_die, lambda: self._bind("control"))
        self.iopub_thread.schedule(lambda: _or_die(lambda: self._bind("iopub")))
        base: Any = super()  # untyped
        base.init_heartbeat()
        base.log_connection_info()
        self.kernel.record_ports({f"{channel}_port": port for channel, port in self._ports.items()})

    def _bind(self, channel: str) -> None:
        base: Any = super()
        # of iopub the app has only a stand-in, which other threads may use
        shown: Any = self.iopub_thread
        socket = shown.socket if channel == "iopub" else getattr(self, f"{channel}_socket")
        base._bind_socket(socket, getattr(self, f"{channel}_port"))
        if channel == "control":  # the debugger, whose socket is this thread's, speaks to the shell channel
            self.debug_shell_socket.connect(self.shell_socket.last_endpoint)


def _within(schedule: Callable[[Callable[[], None]], object], work: Callable[[], None]) -> None:
    """Have work done by another thread, and wait for it."""
    done = threading.Event()

    def run() -> None:
        _or_die(work)
        done.set()

    schedule(run)
    done.wait()


def _at_once(work: Callable[[], None]) -> None:
    work()


def _or_die(work: Callable[[], None]) -> None:
    """A kernel that cannot be reached ends, as one that is started normally does, and says why."""
    try:
        work()
    except Exception:  # noqa: BLE001 - nobody above would end the process
        # past ipykernel, whose threads would not have passed it on before the end
        os.write(_led(sys.stderr, 2), traceback.format_exc().encode())
        os._exit(1)


def _led(stream: object, standard: int) -> int:
    """The descriptor that leads where a standard stream led before ipykernel took it."""
    return int(getattr(stream, "_original_stdstream_copy", standard))
