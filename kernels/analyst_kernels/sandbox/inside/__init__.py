"""What runs inside the sandbox, before the kernel: the last limits, a look around, then ipykernel. Standard library only.

Fails closed: when something that must hold does not, the process ends before it could answer a client.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import resource
import select
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from . import check, landlock

__all__ = ["CONFIG", "main"]

CONFIG = "ANALYST_SANDBOX"
"""The variable with all that is to be known here, as JSON; gone before the kernel starts."""
FAULTY = 70
"""Exit code when the sandbox is not what it must be."""


def main(imported: Mapping[str, str] | None = None) -> None:
    """Become the kernel. `sys.argv[1:]` are its own arguments.

    Args:
        imported: what imports have put into the environment, if they were done before.
    """
    environment = os.environ  # noqa: TID251 - what was handed in, and what the kernel will see
    config = json.loads(environment.pop(CONFIG))
    names = set(environment)
    environment.update({name: value for name, value in (imported or {}).items() if name not in names})
    log = os.dup(2)  # ipykernel publishes what comes by the number 2
    if config["tier"] == "bubblewrap":
        os.setsid()  # the kernel leads its group, which gets the interrupts
    else:
        _become_supervised(config["host"])
    os.umask(0o077)
    os.chdir(config["work"])
    _limit(config)
    if config["tier"] == "landlock":
        own = [f"/proc/{os.getpid()}"]
        landlock.drop_capabilities()
        landlock.restrict(config["read"] + own, config["write"], config["listed"], config["devices"])
    elif "entered" in config:
        _give_up(**config["entered"])

    from ipykernel.kernelapp import IPKernelApp  # noqa: PLC0415 - nothing large is loaded before the limits are there

    app: Any = IPKernelApp.instance()
    app.initialize([*sys.argv[1:], "--IPKernelApp.ignore_cwd=True"])
    if config["tier"] == "landlock":
        # only now: the kernel's own sockets have been made, and no other ever will be
        landlock.load_filter(base64.b64decode(config["filter"]))
    found = check.faults(config["tier"], config["expected"], names)
    if found:
        text = f"The sandbox is not what it must be: {'; '.join(found)}. Nothing was run.\n"
        os.write(log, text.encode())
        os._exit(FAULTY)
    os.close(log)
    app.start()


def _give_up(uid: int | None, write: list[str], calls: str) -> None:
    """What bubblewrap does before it starts a program, for one that has entered its sandbox instead."""
    landlock.drop_capabilities(uid)
    landlock.restrict_writing(write)
    landlock.load_filter(base64.b64decode(calls))


def _limit(config: dict[str, Any]) -> None:
    for name, value in config["limits"].items():
        which = getattr(resource, "RLIMIT_" + name)
        hard = resource.getrlimit(which)[1]
        if hard != resource.RLIM_INFINITY:
            value = min(value, hard)
        resource.setrlimit(which, (value, value))
    with contextlib.suppress(OSError):  # when memory runs out we are the first to go
        Path("/proc/self/oom_score_adj").write_text("1000")
    os.nice(config["nice"])


# ── without a process namespace: somebody outside who sees to the end of all ──────────────────────────────────────────


def _become_supervised(host: int) -> None:
    """Go on in a child. The parent stays outside, out of reach, and ends when the kernel ends or the host is gone;
    nothing that was started here outlives it, however it was started.
    """
    _call_prctl(36)  # orphans below come to us
    ended, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake)
    kernel = os.fork()
    if kernel == 0:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for descriptor in (host, ended, wake):
            os.close(descriptor)
        os.setsid()
        _call_prctl(1, signal.SIGKILL)  # if the parent is killed after all
        return
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    status = _watch(kernel, host, ended)
    if os.WIFSIGNALED(status):
        with contextlib.suppress(OSError):  # SIGKILL has no other
            signal.signal(os.WTERMSIG(status), signal.SIG_DFL)
        os.kill(os.getpid(), os.WTERMSIG(status))
    os._exit(os.waitstatus_to_exitcode(status) & 0xFF)


def _watch(kernel: int, host: int, ended: int) -> int:
    """Wait for the kernel's end, or for the host's; end all that is left; return the kernel's status."""
    status = signal.SIGKILL.value
    living = True
    while living and host not in select.select([host, ended], [], [])[0]:
        os.read(ended, 512)
        with contextlib.suppress(ChildProcessError):
            while (found := os.waitpid(-1, os.WNOHANG))[0]:
                if found[0] == kernel:
                    status, living = found[1], False
    if sys.platform != "linux":
        with contextlib.suppress(OSError):
            os.killpg(kernel, signal.SIGKILL)
        return status
    me = os.getpid()
    while children := Path(f"/proc/{me}/task/{me}/children").read_text().split():
        for child in children:  # its own children come to us when it is gone
            os.kill(int(child), signal.SIGKILL)
            os.waitpid(int(child), 0)
    return status


def _call_prctl(option: int, value: int = 1) -> None:
    if sys.platform == "linux":
        import ctypes  # noqa: PLC0415 - there is no such call elsewhere

        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)
