"""The first tier: bubblewrap, as a list of arguments. Namespaces of its own and a file system made of what is listed."""

# paths are texts here, from the declaration to the system call: nothing may resolve them on the way
# ruff: noqa: PTH110, PTH112, PTH114, PTH115, PTH116, PTH118

from __future__ import annotations

import functools
import os
import pwd
import random
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from .. import KernelNotStarted
from .view import ETC, SYSTEM, View, unreadable_by_others

__all__ = [
    "HOME",
    "NEEDED",
    "as_stranger",
    "find",
    "give_away",
    "namespaces",
    "options",
    "stranger",
    "view_arguments",
    "wait_for_child",
]

HOME = "/home/agent"
_FOLDERS = ("/usr/bin", "/usr/local/bin", "/bin", "/run/current-system/sw/bin", "/run/wrappers/bin")
"""Where programs of the machine are: one that is first on PATH may be anybody's."""
_MADE = ("/", "/usr", "/etc", "/tmp", "/run", "/var", "/home", HOME)
NEEDED = (
    "--json-status-fd",
    "--args",
    "--perms",
    "--size",
    "--ro-bind-data",
    "--seccomp",
    "--cap-drop",
    "--remount-ro",
)
"""Options without which the sandbox cannot be built; which are there differs from version to version."""


def find(program: str) -> str | None:
    """The path of a program of the machine."""
    for folder in _FOLDERS:
        path = os.path.join(folder, program)
        if os.access(path, os.X_OK):
            return path
    return None


@functools.cache
def options(bwrap: str) -> frozenset[str]:
    """The options that this bubblewrap knows, by its own word."""
    told = subprocess.run(
        [bwrap, "--help"], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    return frozenset(
        word for line in told.stdout.splitlines() for word in line.split() if word.startswith("--")
    )


def namespaces(bwrap: str) -> list[str]:
    """The arguments that take everything away.

    As root no user namespace: the process would stay the machine's uid 0, which owns `/proc/sys`. It keeps the three
    capabilities with which `as_stranger` makes it somebody else, and gives them up there.
    """
    arguments = ["--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"]
    arguments += ["--hostname", "sandbox", "--die-with-parent", "--new-session", "--cap-drop", "ALL"]
    if os.getuid() == 0:
        for capability in ("CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP"):
            arguments += ["--cap-add", capability]
        return arguments
    return [
        *arguments,
        "--unshare-user",
        *(["--disable-userns"] if "--disable-userns" in options(bwrap) else []),
    ]


def as_stranger(uid: int) -> list[str]:
    """What stands before the command when root starts it: another user, with no way back."""
    who = [f"--reuid={uid}", f"--regid={uid}", "--clear-groups"]
    rights = ["--inh-caps=-all", "--ambient-caps=-all", "--bounding-set=-all", "--no-new-privs"]
    return [find("setpriv") or "setpriv", *who, *rights, "--"]


def stranger(work: str = "") -> int:
    """A uid that nobody has; the work folder's owner when that is such a one, so that a kernel finds its files again."""
    ranges = [line.split() for line in Path("/proc/self/uid_map").read_text().splitlines()]
    end = min(max(int(first) + int(count) for first, _, count in ranges), 0x7FFF0000)
    begin = end // 2
    taken = {entry.pw_uid for entry in pwd.getpwall()}
    if work and begin <= (owner := os.stat(work).st_uid) < end and owner not in taken:
        return owner
    chance = random.SystemRandom()
    return next(uid for _ in range(1000) if (uid := chance.randrange(begin, end)) not in taken)


def give_away(view: View, uid: int) -> None:
    """For root: what is the kernel's own becomes that user's; what it may read must be readable by a stranger.

    Raises:
        KernelNotStarted: some declared data is not.
    """
    closed = unreadable_by_others(view.data)
    if closed:
        raise KernelNotStarted(
            f"A sandboxed kernel started by root runs as another user, who may not read {closed[0]}. "
            f"Allow it: chmod -R o+rX {closed[0]}"
        )
    os.chown(view.connection_file, uid, uid)
    for top in (view.work, view.sockets):
        if os.stat(top).st_uid != uid:
            os.chown(top, uid, uid)
            for _, folders, files, folder in os.fwalk(top):
                for name in (*folders, *files):
                    os.chown(name, uid, uid, dir_fd=folder, follow_symlinks=False)


def view_arguments(
    view: View, uid: int, environment: Mapping[str, str], tmp_bytes: int, pass_text: Callable[[str], int]
) -> list[str]:
    """The arguments that build the file system and the environment.

    Args:
        view: what is seen.
        uid: who the kernel is, inside.
        environment: its whole environment.
        tmp_bytes: size of each of the three folders that are memory: `/tmp`, `/dev/shm` and its home.
        pass_text: makes a file descriptor that bubblewrap reads a text from.
    """
    arguments = ["--ro-bind", "/usr", "/usr"]
    for folder in SYSTEM:
        if os.path.islink(folder):
            arguments += ["--symlink", os.readlink(folder), folder]
        elif os.path.isdir(folder):
            arguments += ["--ro-bind", folder, folder]
    arguments += ["--perms", "0755", "--dir", "/etc"]
    for name in ETC:
        if os.path.exists(f"/etc/{name}"):
            arguments += ["--ro-bind", os.path.realpath(f"/etc/{name}"), f"/etc/{name}"]
    for name, text in (
        ("passwd", f"agent:x:{uid}:{uid}::{HOME}:/bin/sh\n"),
        ("group", f"agent:x:{uid}:\n"),
        ("resolv.conf", ""),
        ("hostname", "sandbox\n"),
    ):
        arguments += ["--perms", "0444", "--ro-bind-data", str(pass_text(text)), f"/etc/{name}"]
    arguments += ["--proc", "/proc", "--dev", "/dev"]
    for folder, mode in (("/dev/shm", "1777"), ("/tmp", "1777"), (HOME, "0777")):
        arguments += ["--size", str(tmp_bytes), "--perms", mode, "--tmpfs", folder]
    arguments += [
        "--perms",
        "0755",
        "--dir",
        "/var",
        "--symlink",
        "/tmp",
        "/var/tmp",
        "--perms",
        "0755",
        "--dir",
        "/run",
    ]
    arguments += _binds(view)
    arguments += ["--remount-ro", "/dev", "--remount-ro", "/", "--clearenv"]
    for name, value in environment.items():
        arguments += ["--setenv", name, value]
    return arguments


def _binds(view: View) -> list[str]:
    binds = [("--ro-bind", path) for path in (*view.code, *view.data, view.launcher, view.connection_file)]
    binds += [("--bind", view.work), ("--bind", view.sockets)]
    made = set(_MADE)
    arguments: list[str] = []
    # what is inside another comes after it, or would be covered by it
    for flag, path in sorted(binds, key=lambda bind: bind[1].count("/")):
        for parent in reversed([str(parent) for parent in Path(path).parents]):
            if parent not in made and not parent.startswith("/usr/"):
                made.add(parent)
                arguments += [
                    "--perms",
                    "0755",
                    "--dir",
                    parent,
                ]  # by itself bubblewrap makes them for root alone
        arguments += [flag, os.path.realpath(path), path]
    for path in view.covered:
        if os.path.isdir(path):
            arguments += ["--perms", "0000", "--tmpfs", path, "--remount-ro", path]
        elif os.path.exists(path):
            arguments += ["--ro-bind", "/dev/null", path]
    return arguments


def wait_for_child(status: int, seconds: float) -> str:
    """The first line that bubblewrap says about itself on its status channel; "" when it ended before."""
    deadline, line = time.monotonic() + seconds, b""
    while b"\n" not in line and time.monotonic() < deadline:
        piece = os.read(status, 4096)
        if not piece:
            break
        line += piece
    return line.decode(errors="replace")
