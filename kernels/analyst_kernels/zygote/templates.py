"""The templates of this process: one per interpreter, import-time environment and preloaded modules."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import re
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

__all__ = ["ONE_THREAD", "PRELOAD", "READ_AT_IMPORT", "NoTemplate", "Process", "fork", "unavailable"]

PRELOAD = ("numpy", "pandas", "matplotlib.pyplot")
"""Modules that kernels find imported."""

WARM = 60.0
"""Seconds within which a template must have imported everything."""
FORK = 10.0
"""Seconds within which it must have forked."""

READ_AT_IMPORT = re.compile(
    r"PYTHON|LD_|LC_|LANG|HOME$|XDG_|MPL|MATPLOTLIB|PANDAS_|ARROW_|NUMPY|NPY_|MKL_|OPENBLAS_|OMP_|KMP_|MALLOC_"
)
"""Environment variables by which imports differ."""
ONE_THREAD = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
}
"""What keeps libraries from starting threads while they are imported."""
_BACKEND = "module://matplotlib_inline.backend_inline"
"""What ipykernel sets in every kernel before matplotlib is imported."""

# the folder is known under a name of its own, so that nothing else of this package is imported
_BOOT = """
import importlib.util, json, sys
folder, given = sys.argv[1], json.loads(sys.argv[2])
spec = importlib.util.spec_from_file_location("_analyst_zygote", folder + "/__init__.py", submodule_search_locations=[folder])
package = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(package)
del importlib, json, sys, folder, spec
package.main(**given)
"""


class NoTemplate(Exception):
    """A kernel cannot be forked; the message says why."""


def unavailable() -> str:
    """Why this machine has no templates; "" when it has."""
    if not sys.platform.startswith("linux"):
        return "only on Linux can a process that has imported numpy be forked safely"
    if not hasattr(os, "pidfd_open"):
        return "this Python was built without pidfd_open"
    return ""


class Process:
    """A forked kernel, as a `Popen` knows it. Its parent is the template."""

    stdin = stdout = stderr = None

    def __init__(self, template: _Template, connection: socket.socket, pid: int) -> None:
        self._template = template
        self._connection = connection
        self.pid = pid
        self.returncode: int | None = None
        failed = ", ".join(template.failed)
        self.notice = f"Not imported ahead, as it failed: {failed}." if failed else ""
        """What is to be said of the kernel's start; "" when all is as it should be."""

    def fileno(self) -> int:
        """Readable when it has ended."""
        return self._connection.fileno()

    def poll(self) -> int | None:
        """The exit code, negative after a signal; None while it runs."""
        if self.returncode is None:
            with contextlib.suppress(BlockingIOError):
                message = self._hear()
                # without its template a kernel is killed by the system
                self.returncode = json.loads(message)["exit"] if message else -signal.SIGKILL
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end.

        Raises:
            subprocess.TimeoutExpired: it has not come.
        """
        while self.poll() is None:
            news = select.poll()
            news.register(self._connection, select.POLLIN)
            if not news.poll(None if timeout is None else 1000 * timeout):
                raise subprocess.TimeoutExpired("kernel", timeout or 0)
        assert self.returncode is not None
        return self.returncode

    def _hear(self) -> bytes:
        try:
            return self._connection.recv(1000)
        except ConnectionError:
            return b""

    def send_signal(self, number: int) -> None:
        """Send a signal to the process alone."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)

    def close(self) -> None:
        """Hang up: what is left of its process group is killed, and its process id is free again."""
        if self._connection.fileno() >= 0:
            self.returncode = -signal.SIGKILL if self.poll() is None else self.returncode
            self._connection.close()
            self._template.left()


def fork(
    python: Sequence[str],
    env: Mapping[str, str],
    preload: Sequence[str],
    request: Mapping[str, Any],
    stdio: Sequence[int],
) -> Process:
    """Have a kernel forked from the template that fits, which is made if it is not there. Blocks.

    Args:
        python: interpreter and its options.
        env: environment of the template; of the kernel too, when the request names none.
        preload: modules that the template imports.
        request: as `inside.child` reads it.
        stdio: descriptors for stdout and stderr, then those that the request speaks of.

    Raises:
        NoTemplate: there is none, or it could not fork.
    """
    try:
        template = _templates.find(python, env, preload)
        return template.fork({"env": dict(env), **request}, stdio)
    except OSError as error:
        raise NoTemplate(f"its template failed: {error}") from error


class _Template:
    """A running template. It ends when it is retired and its last kernel has gone."""

    def __init__(self, python: Sequence[str], env: Mapping[str, str], preload: Sequence[str]) -> None:
        self._control, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._kernels = 0
        self._retired = False
        self._lock = threading.Lock()
        given = {"control": its.fileno(), "owner": os.getpid(), "preload": list(preload)}
        with its, tempfile.TemporaryFile() as log:
            try:
                self.process = subprocess.Popen(
                    [*python, "-c", _BOOT, str(Path(__file__).with_name("inside")), json.dumps(given)],
                    env={"MPLBACKEND": _BACKEND, **env, **ONE_THREAD},
                    cwd="/",
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    pass_fds=[its.fileno()],
                    start_new_session=True,
                )
            except OSError:
                self._control.close()
                raise
            its.close()
            greeting = self._greeting(log)
        self._installed: dict[str, int] = greeting["installed"]
        self.failed: list[str] = greeting["failed"]

    def _greeting(self, log: IO[bytes]) -> dict[str, Any]:
        self._control.settimeout(WARM)
        try:
            message = self._control.recv(100_000)
        except TimeoutError:
            message = b""
        self._control.settimeout(FORK)
        greeting = json.loads(message or b'{"threads": 0}')
        if greeting["threads"] == 1:
            return dict(greeting)
        self.close()
        if greeting["threads"]:
            raise NoTemplate(
                f"importing has left {greeting['threads']} threads, of which a fork would copy only one"
            )
        log.seek(0)
        said = log.read().decode(errors="replace").strip()[-500:]
        raise NoTemplate(f"its template did not come up: {said or f'no answer in {WARM:.0f} s'}")

    def fits(self) -> bool:
        """Whether it lives and has imported what is installed now."""
        with contextlib.suppress(FileNotFoundError):
            times = {folder: Path(folder).stat().st_mtime_ns for folder in self._installed}
            return self.process.poll() is None and times == self._installed
        return False

    def fork(self, request: Mapping[str, Any], stdio: Sequence[int]) -> Process:
        """Have a kernel forked.

        Raises:
            NoTemplate: it cannot.
            OSError: it does not answer.
        """
        with self._lock:
            self._kernels += 1
        ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            with its, os.fdopen(os.memfd_create("request"), "wb") as text:
                text.write(json.dumps(request).encode())
                text.flush()
                socket.send_fds(self._control, [b"kernel"], [its.fileno(), text.fileno(), *stdio])
            ours.settimeout(FORK)
            answer = json.loads(ours.recv(10_000) or b'{"error": "its template has died"}')
            if "pid" not in answer:
                raise NoTemplate(answer["error"])
        except BaseException:
            ours.close()
            self.left()
            raise
        ours.setblocking(False)
        return Process(self, ours, answer["pid"])

    def left(self) -> None:
        """One kernel less."""
        with self._lock:
            self._kernels -= 1
            over = self._retired and not self._kernels
        if over:
            self.close()

    def retire(self) -> None:
        """No new kernels from here."""
        with self._lock:
            self._retired = True
            over = not self._kernels
        if over:
            self.close()

    def close(self) -> None:
        """End it and all its kernels."""
        self._control.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def disown(self) -> None:
        """In a forked copy of this process: it is not ours."""
        self._control.close()
        self.process.returncode = 0  # so that nobody here waits for it


@dataclass
class _Templates:
    """Those of this process, by what makes them differ; a reason in place of one that could not be made."""

    known: dict[str, _Template | str] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def find(self, python: Sequence[str], env: Mapping[str, str], preload: Sequence[str]) -> _Template:
        read = {name: value for name, value in env.items() if READ_AT_IMPORT.match(name)}
        key = json.dumps([python, read, preload], sort_keys=True)
        with self.lock:
            template = self.known.get(key)
            if isinstance(template, str):
                raise NoTemplate(template)
            if template is not None and template.fits():
                return template
            if template is not None:
                template.retire()
            try:
                template = self.known[key] = _Template(python, env, preload)
            except NoTemplate as reason:
                self.known[key] = str(reason)  # it would be no better the next time
                raise
            return template

    def close(self) -> None:
        for template in self.known.values():
            if isinstance(template, _Template):
                template.close()
        self.known.clear()

    def disown(self) -> None:
        for template in self.known.values():
            if isinstance(template, _Template):
                template.disown()
        self.known.clear()
        self.lock = threading.Lock()


_templates = _Templates()
atexit.register(_templates.close)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_templates.disown)
