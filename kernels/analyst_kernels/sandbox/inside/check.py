"""What must be true inside a sandbox before the first cell: the sandbox is not believed, it is looked at."""

# paths are texts here, from the declaration to the system call: nothing may resolve them on the way
# ruff: noqa: PTH112, PTH208

from __future__ import annotations

import os
import socket
from collections.abc import Collection
from pathlib import Path
from typing import Any

__all__ = ["faults"]

_CAPABILITIES = ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")
_ROOT_FOLDERS = ("/", "/usr", "/etc", "/dev")
_MOST_PROCESSES = 3
"""bubblewrap's first process and the kernel; one more that is just ending."""


def faults(tier: str, expected: dict[str, Any], names: Collection[str]) -> list[str]:
    """What is not as it must be, in a few words each; empty when all holds. Takes some milliseconds.

    Args:
        tier: its name.
        expected: `canary`, a file that must not be readable; `read_only`, paths that must not be writable;
            `environment`, the names of variables that may be there; `begun`, those that may have been when its process
            began, which code can read for ever.
        names: of the variables that were there at the start.
    """
    found = [*_names(names, expected["environment"]), *_files(expected["canary"], expected["read_only"])]
    if tier in {"bubblewrap", "landlock"}:
        found += _begun(expected["begun"])
    if tier in {"bubblewrap", "landlock"}:
        found += _rights(bounding=tier == "bubblewrap")
    if tier == "bubblewrap":
        found += [*_alone(), *_first_process()]
    elif tier == "landlock":
        found += _sockets()
    return found


def _names(there: Collection[str], allowed: Collection[str]) -> list[str]:
    extra = sorted(set(there) - set(allowed) - {"LC_CTYPE"})  # Python itself may set that one
    return [f"the environment holds {', '.join(extra)}"] if extra else []


def _begun(allowed: Collection[str]) -> list[str]:
    lines = Path("/proc/self/environ").read_bytes().split(b"\0")
    extra = sorted({os.fsdecode(line.partition(b"=")[0]) for line in lines if line} - set(allowed))
    return [f"the environment of its process held {', '.join(extra)}"] if extra else []


def _files(canary: str, read_only: Collection[str]) -> list[str]:
    found = []
    for path, mode, what in (
        (canary, os.O_RDONLY, "readable"),
        (canary, os.O_WRONLY, "writable"),
        ("/proc/self/exe", os.O_WRONLY, "writable"),
        *((path, os.O_WRONLY, "writable") for path in read_only if not os.path.isdir(path)),
    ):
        try:
            os.close(os.open(path, mode))
        except OSError:
            continue
        found.append(f"{path} is {what}")
    return found


def _rights(*, bounding: bool) -> list[str]:
    lines = (
        line.split(":\t", 1) for line in Path("/proc/self/status").read_text().splitlines() if ":\t" in line
    )
    status = dict(lines)
    # who has no privileges cannot give up the bounding set; without new privileges it gives nothing back
    held = [name for name in _CAPABILITIES if (bounding or name != "CapBnd") and int(status[name], 16)]
    found = [f"capabilities are left ({', '.join(held)})"] if held else []
    if status["NoNewPrivs"].strip() != "1":
        found.append("new privileges are possible")
    if status["Seccomp"].strip() != "2":
        found.append("no system call filter")
    return found


def _alone() -> list[str]:
    found = []
    others = [name for _, name in socket.if_nameindex() if name != "lo"]
    if others:
        found.append(f"network interfaces {', '.join(others)}")
    found += [f"{folder} is writable" for folder in _ROOT_FOLDERS if os.access(folder, os.W_OK)]
    if sum(name.isdigit() for name in os.listdir("/proc")) > _MOST_PROCESSES:
        found.append("other processes are visible")
    if os.getuid() == 0:
        found.append("it runs as root")
    return found


def _first_process() -> list[str]:
    try:
        names = [line.split(b"=")[0] for line in Path("/proc/1/environ").read_bytes().split(b"\0") if line]
    except OSError:
        return []
    return (
        ["the environment of the first process holds more than PATH"]
        if set(names) - {b"PATH", b"PWD"}
        else []
    )


def _sockets() -> list[str]:
    found = []
    for family in (socket.AF_INET, socket.AF_INET6, socket.AF_UNIX):
        try:
            socket.socket(family, socket.SOCK_DGRAM).close()
        except OSError:
            continue
        found.append(f"sockets of {family.name} can be made")
    return found
