"""Landlock, seccomp and capabilities through the kernel's own calls: nothing has to be installed.

Rules bind the calling thread and all it starts from then on, and can never be taken back.
"""

# paths are texts here, from the declaration to the system call: nothing may resolve them on the way
# ruff: noqa: PTH112

from __future__ import annotations

import ctypes
import os
import platform
import struct
from collections.abc import Iterable

__all__ = ["ABI", "abi", "drop_capabilities", "load_filter", "restrict", "restrict_writing"]

ABI = 6
"""The oldest version that is used (Linux 6.12): since then signals and abstract sockets stay inside too."""

_CREATE, _ADD, _RESTRICT = 444, 445, 446
_NEW_PRIVILEGES, _BOUNDING, _AMBIENT, _DUMPABLE = 38, 24, 47, 4
_SECCOMP = {"x86_64": 317, "aarch64": 277}

_NAMES = [
    "EXECUTE",
    "WRITE_FILE",
    "READ_FILE",
    "READ_DIR",
    "REMOVE_DIR",
    "REMOVE_FILE",
    "MAKE_CHAR",
    "MAKE_DIR",
    "MAKE_REG",
    "MAKE_SOCK",
    "MAKE_FIFO",
    "MAKE_BLOCK",
    "MAKE_SYM",
    "REFER",
    "TRUNCATE",
    "IOCTL_DEV",
]
_RIGHT = {name: 1 << bit for bit, name in enumerate(_NAMES)}
_ALL = (1 << len(_NAMES)) - 1
_LIST = _RIGHT["READ_DIR"]
_READ = _RIGHT["EXECUTE"] | _RIGHT["READ_FILE"] | _LIST
_WRITE = _ALL & ~(_RIGHT["MAKE_CHAR"] | _RIGHT["MAKE_BLOCK"] | _RIGHT["IOCTL_DEV"])
_CHANGE = _WRITE & ~_READ
_USE = _RIGHT["READ_FILE"] | _RIGHT["WRITE_FILE"]
_OF_A_FILE = _RIGHT["EXECUTE"] | _USE | _RIGHT["TRUNCATE"] | _RIGHT["IOCTL_DEV"]

_libc = ctypes.CDLL(None, use_errno=True)


def abi() -> int:
    """The version of Landlock that this machine has; 0: none."""
    return max(0, int(_libc.syscall(_CREATE, None, ctypes.c_size_t(0), 1)))


def restrict(
    read: Iterable[str], write: Iterable[str], listed: Iterable[str] = (), devices: Iterable[str] = ()
) -> None:
    """From now on only these paths and what is below them; no TCP; no signal and no abstract socket to the outside.

    Args:
        read: may be read and executed. A path that does not exist is passed over.
        write: may be changed as well.
        listed: folders of which only the names below may be seen.
        devices: files that may be read and written, and not truncated.

    Raises:
        OSError: the machine's Landlock is missing or older than `ABI`, or refused.
    """
    tcp = 3  # bind and connect
    _enforce(_ALL, tcp, ((read, _READ), (write, _WRITE), (listed, _LIST), (devices, _USE)))


def restrict_writing(write: Iterable[str]) -> None:
    """From now on nothing is changed but these paths and what is below them, by whatever way it was reached.

    For who has entered a sandbox that was built by others: its program lies on a mount of the machine's, which
    `/proc/self/exe` leads to past the read-only view.

    Raises:
        OSError: as `restrict`.
    """
    _enforce(_CHANGE, 0, ((write, _CHANGE),))


def _enforce(handled: int, network: int, allowed: Iterable[tuple[Iterable[str], int]]) -> None:
    if abi() < ABI:
        raise OSError(f"Landlock of version {ABI} is needed, here is {abi()}")
    scopes = 3  # abstract sockets and signals
    ruleset = struct.pack("<QQQ", handled, network, scopes)
    rules = _checked(
        "landlock_create_ruleset", _libc.syscall(_CREATE, ruleset, ctypes.c_size_t(len(ruleset)), 0)
    )
    for paths, rights in allowed:
        for path in paths:
            _allow(rules, path, rights)
    _forbid_new_privileges()
    _checked("landlock_restrict_self", _libc.syscall(_RESTRICT, rules, 0))
    os.close(rules)


def _allow(rules: int, path: str, rights: int) -> None:
    try:
        beneath = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:  # not there, or not for us: there is nothing to allow
        return
    if not os.path.isdir(path):
        rights &= _OF_A_FILE
    rule = struct.pack("<Qi", rights, beneath)
    _checked(f"landlock_add_rule of {path}", _libc.syscall(_ADD, rules, 1, rule, 0))
    os.close(beneath)


def load_filter(program: bytes) -> None:
    """Put a seccomp program over all threads of this process.

    Raises:
        OSError: the machine refused it.
    """

    class Program(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_void_p))

    _forbid_new_privileges()
    steps = ctypes.create_string_buffer(program, len(program))
    whole = Program(len(program) // 8, ctypes.cast(steps, ctypes.c_void_p))
    set_filter, all_threads = 1, 1
    call = _SECCOMP[platform.machine()]
    _checked("seccomp", _libc.syscall(call, set_filter, all_threads, ctypes.byref(whole)))


def drop_capabilities(uid: int | None = None) -> None:
    """Give up every capability for good, and become that user if one is named. What uid 0 is left with is what it owns.

    Raises:
        OSError: the machine refused.
    """
    _libc.prctl(_AMBIENT, 4, 0, 0, 0)
    for capability in range(64):
        _libc.prctl(
            _BOUNDING, capability, 0, 0, 0
        )  # fails beyond the last, and without the right to: then it holds none
    if uid is not None:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    header = struct.pack("<Ii", 0x20080522, 0)
    _checked("capset", _libc.capset(header, bytes(24)))
    _libc.prctl(_DUMPABLE, 1, 0, 0, 0)  # or who has become another could not look at itself in /proc


def _forbid_new_privileges() -> None:
    _checked("no_new_privs", _libc.prctl(_NEW_PRIVILEGES, 1, 0, 0, 0))


def _checked(what: str, result: int) -> int:
    if result != 0 and (result < 0 or what in {"seccomp", "capset"}):
        raise OSError(ctypes.get_errno(), f"{what}: {os.strerror(ctypes.get_errno())}")
    return result
