"""Forking into the namespaces of another process: how a kernel that has imported everything gets into a sandbox.

Who enters has all rights there until it gives them up (`sandbox/inside`). Nobody else runs in that sandbox yet but its
keeper, which is ours.
"""

from __future__ import annotations

import ctypes
import os

__all__ = ["fork_into"]

_SUBREAPER, _DUMPABLE = 36, 4
_USER = 0x10000000
_NAMESPACES = 0x00020000 | 0x02000000 | 0x04000000 | 0x08000000 | 0x20000000 | 0x40000000
"""Files, control groups, name, System V memory, processes, network."""

_libc = ctypes.CDLL(None, use_errno=True)


def fork_into(room: int) -> int:
    """As `os.fork`, into the namespaces of a process. Its pid is what we see; the child sees another.

    Args:
        room: a pidfd of that process.

    Raises:
        OSError: the system refused.
    """
    _libc.prctl(_SUBREAPER, 1, 0, 0, 0)  # the child of the child becomes ours
    told, tell = os.pipe()
    between = os.fork()
    if between == 0:
        os.close(told)
        try:
            _enter(room)
            child = os.fork()  # only who is forked after that is in the process namespace
            if child == 0:
                os.close(tell)
                _libc.prctl(
                    _DUMPABLE, 1, 0, 0, 0
                )  # new rights have taken it away; /proc/self is its own only with it
                return 0
            said = str(child)
        except BaseException as error:  # noqa: BLE001 - nothing may go on as a second template
            said = str(error)
        os.write(tell, said.encode())
        os._exit(0)
    os.close(tell)
    with os.fdopen(told) as answer:
        text = answer.read()
    os.waitpid(between, 0)
    if not text.isdigit():
        raise OSError(f"the sandbox could not be entered: {text or 'no answer'}")
    return int(text)


def _enter(room: int) -> None:
    # root makes a sandbox without a user namespace; anybody else has rights in one of their own only
    flags = _NAMESPACES | (0 if os.geteuid() == 0 else _USER)
    if _libc.setns(room, flags) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
