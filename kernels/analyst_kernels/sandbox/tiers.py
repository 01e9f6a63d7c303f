"""Which sandboxes this machine has, why not a better one, and the one command that would give it."""

# paths are texts here, from the declaration to the system call: nothing may resolve them on the way
# ruff: noqa: PTH112, PTH114

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from .. import SandboxUnavailable
from . import bubblewrap, seatbelt, seccomp
from .inside import landlock

__all__ = ["Tier", "TierName", "best", "choose", "explain", "tiers", "without"]

TierName = Literal["bubblewrap", "seatbelt", "landlock", "external", "none"]


@dataclass(frozen=True)
class Tier:
    """One kind of sandbox on this machine."""

    name: TierName
    available: bool
    holds: str
    """What it is and, where it is weaker, how."""
    why: str = ""
    """Why it is not available; a sentence."""
    fix: str = ""
    """The one command that would give it; "" when there is none."""


_HOLDS: dict[TierName, str] = {
    "bubblewrap": "namespaces of its own: sees only what is listed, no network, no other process",
    "seatbelt": "macOS's own sandbox: files, network and signals; untested",
    "landlock": "weaker: files, network and signals are held, but names and sizes of other files can be seen, "
    "and memory, temporary files and the process table are the machine's",
    "external": "by your word, what surrounds this process holds it; nothing is added",
    "none": "no isolation: code has your rights",
}
_CAUSES: tuple[tuple[str, str, str], ...] = (
    (
        r"setting up uid map: Permission denied|loopback: Failed RTM_NEWADDR",
        "AppArmor forbids user namespaces to programs without a profile (Ubuntu 24.04 and later)",
        "sudo apt-get install apparmor-profiles && sudo cp /usr/share/apparmor/extra-profiles/bwrap-userns-restrict "
        "/etc/apparmor.d/ && sudo apparmor_parser -r /etc/apparmor.d/bwrap-userns-restrict",
    ),
    (
        r"ENOSPC|nesting depth|namespaces exceeded|No space left on device",
        "no further user namespace is allowed: the limit is reached, or this is inside another sandbox",
        "sudo sysctl -w user.max_user_namespaces=15000",
    ),
    (
        r"Can't mount proc",
        "this container covers parts of /proc, so no new one can be mounted",
        "docker run --security-opt systempaths=unconfined …",
    ),
    (
        r"[Nn]o permissions to create new namespace|Operation not permitted|Creating new namespace failed",
        "namespaces are forbidden here, as most containers do",
        "docker run --security-opt seccomp=unconfined --security-opt apparmor=unconfined --cap-add SYS_ADMIN …",
    ),
)
_INSTALL = (
    ("apt-get", "apt-get install bubblewrap"),
    ("dnf", "dnf install bubblewrap"),
    ("pacman", "pacman -S bubblewrap"),
    ("zypper", "zypper install bubblewrap"),
    ("apk", "apk add bubblewrap"),
)
_working: set[str] = set()
"""Programs that have built a sandbox before in this process: they need not show it again."""


def tiers() -> tuple[Tier, ...]:
    """All kinds, best first. `none` is always there, and never chosen by itself."""
    found = [
        _tier("bubblewrap", *_bubblewrap()),
        _tier("seatbelt", *_seatbelt()),
        _tier("landlock", *_landlock()),
    ]
    return (*found, Tier("none", True, _HOLDS["none"]))


def best() -> Tier:
    """The best sandbox of this machine; `none`, which is no sandbox, when it has no other."""
    return next(tier for tier in tiers() if tier.available)


def without(name: Literal["external", "none"]) -> Tier:
    """A tier in which nothing of ours holds the code."""
    return _tier(name, "", "")


def choose(name: str = "auto") -> Tier:
    """The tier of that name, or the best for `auto`. Looks no further than it has to.

    Raises:
        SandboxUnavailable: it is not there; for `auto`, none is. Never falls back in silence.
    """
    looks: dict[TierName, Callable[[], tuple[str, str]]]
    looks = {"bubblewrap": _bubblewrap, "seatbelt": _seatbelt, "landlock": _landlock}
    refused = []
    for tier, look in looks.items():
        if name not in ("auto", tier):
            continue
        why, fix = look()
        if not why:
            return _tier(tier, why, fix)
        refused.append(f"{tier}: {why}." + (f" Fix: {fix}" if fix else ""))
    raise SandboxUnavailable("Isolation is not available. " + "\n".join(refused))


def explain(stderr: str) -> tuple[str, str]:
    """Cause and fix, from what bubblewrap said when it could not build the sandbox."""
    for pattern, why, fix in _CAUSES:
        if re.search(pattern, stderr):
            if "forbidden" in why and _read("/proc/sys/kernel/unprivileged_userns_clone") == "0":
                return "user namespaces are switched off", "sudo sysctl -w kernel.unprivileged_userns_clone=1"
            return why, fix
    lines = stderr.strip().splitlines() or ["it said nothing"]
    return f"bubblewrap could not build the sandbox ({lines[-1][:200]})", ""


def _tier(name: TierName, why: str, fix: str) -> Tier:
    return Tier(name, not why, _HOLDS[name], why, fix)


def _bubblewrap() -> tuple[str, str]:
    if sys.platform != "linux":
        return "it exists on Linux only", ""
    if platform.machine() not in seccomp.MACHINES:
        return f"its system call filter is not written for {platform.machine()}", ""
    bwrap = bubblewrap.find("bwrap")
    if bwrap is None:
        return "bubblewrap is not installed", _install()
    if bwrap in _working:
        return "", ""
    missing = [option for option in bubblewrap.NEEDED if option not in bubblewrap.options(bwrap)]
    if missing:
        return f"{bwrap} is too old: it has no {', '.join(missing)}", _install()
    if os.getuid() == 0 and bubblewrap.find("setpriv") is None:
        return "as root it needs setpriv, which is not installed", _install().replace(
            "bubblewrap", "util-linux"
        )
    return _try(bwrap)


def _try(bwrap: str) -> tuple[str, str]:
    view = ["--ro-bind", "/usr", "/usr", "--proc", "/proc", "--dev", "/dev"]
    for folder in ("/bin", "/lib", "/lib64"):
        if os.path.isdir(folder):
            view += (
                ["--symlink", "usr" + folder, folder]
                if os.path.islink(folder)
                else ["--ro-bind", folder, folder]
            )
    who = bubblewrap.as_stranger(bubblewrap.stranger()) if os.getuid() == 0 else []
    command = [bwrap, *bubblewrap.namespaces(bwrap), *view, "--", *who, "/usr/bin/true"]
    tried = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        env={"PATH": "/usr/bin:/bin"},
    )
    if tried.returncode:
        return explain(tried.stderr)
    _working.add(bwrap)
    return "", ""


def _install() -> str:
    root = "" if os.getuid() == 0 else "sudo "
    return next((root + command for program, command in _INSTALL if bubblewrap.find(program)), "")


def _landlock() -> tuple[str, str]:
    if sys.platform != "linux":
        return "it exists on Linux only", ""
    if platform.machine() not in seccomp.MACHINES:
        return f"its system call filter is not written for {platform.machine()}", ""
    version = landlock.abi()
    if version == 0:
        return "this Linux has no Landlock, or it is switched off", ""
    if version < landlock.ABI:
        return f"Landlock of version {landlock.ABI} is needed (Linux 6.12); this Linux has {version}", ""
    return "", ""


def _seatbelt() -> tuple[str, str]:
    if sys.platform != "darwin":
        return "it exists on macOS only", ""
    return ("", "") if Path(seatbelt.PROGRAM).exists() else (f"{seatbelt.PROGRAM} is missing", "")


def _read(path: str) -> str:
    try:
        return Path(path).read_text().strip()
    except OSError:
        return ""
