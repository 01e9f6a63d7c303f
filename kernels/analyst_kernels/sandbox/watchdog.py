"""The limits that no process can be given for all of its kind together: memory, processes, the size of folders.

Looked at from outside, four times a second; who passes one is ended, and the reason is kept.
"""

# paths are texts here, from the declaration to the system call: nothing may resolve them on the way
# ruff: noqa: PTH208

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Bounds", "Watchdog", "family", "folder_breach"]

TICK = 0.25
"""Seconds between two looks; folders are looked at every fourth time."""


@dataclass(frozen=True)
class Bounds:
    """What all processes of one sandbox may use together. Sizes in bytes."""

    memory: int
    spare: int
    """What must be left to the machine."""
    processes: int
    disk: int
    files: int


class Watchdog(threading.Thread):
    """Watches one kernel until it is stopped or has called `breach`, once, with a sentence.

    Args:
        outermost: the processes outside of which there are none of the kernel.
        folders: those that the kernel may write.
    """

    def __init__(
        self, outermost: Iterable[int], folders: Iterable[str], bounds: Bounds, breach: Callable[[str], None]
    ) -> None:
        self._outermost = tuple(outermost)
        super().__init__(name=f"sandbox-watchdog-{self._outermost[0]}", daemon=True)
        self._folders = tuple(folders)
        self._bounds = bounds
        self._breach = breach
        self._over = threading.Event()

    def stop(self) -> None:
        """Watch no longer."""
        self._over.set()

    def run(self) -> None:
        """Look, until something is found or `stop`."""
        ticks = 0
        while not self._over.wait(TICK):
            ticks += 1
            found = self._look(folders=ticks % 4 == 0)
            if found and not self._over.is_set():
                self._breach(found)
                return

    def _look(self, *, folders: bool) -> str:
        bounds, processes = self._bounds, [p for first in self._outermost for p in family(first)]
        if len(processes) > bounds.processes + 2:
            return f"It had more than {bounds.processes} processes."
        used = sum(map(_memory, processes))
        if used > bounds.memory:
            return (
                f"Its processes used {used >> 20} MiB of memory together; {bounds.memory >> 20} are allowed."
            )
        if _available() < bounds.spare:
            return f"Less than {bounds.spare >> 20} MiB of memory were left on the machine."
        return folder_breach(self._folders, bounds) if folders else ""


def family(first: int) -> Iterator[int]:
    """A process and all that descend from it."""
    yield first
    try:
        threads = os.listdir(f"/proc/{first}/task")
    except OSError:
        return
    for thread in threads:
        try:
            children = Path(f"/proc/{first}/task/{thread}/children").read_text().split()
        except OSError:  # it has ended since
            continue
        for child in children:
            yield from family(int(child))


def _memory(process: int) -> int:
    """Bytes: what is shared counts for each its part; where that is not told, the whole of it."""
    try:
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) << 10
        resident = Path(f"/proc/{process}/statm").read_text().split()[1]
    except (OSError, IndexError):  # it has ended since
        return 0
    return int(resident) * os.sysconf("SC_PAGE_SIZE")


def _available() -> int:
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
    except OSError:  # another system
        return 1 << 62
    return next((int(line.split()[1]) << 10 for line in lines if line.startswith("MemAvailable:")), 1 << 62)


def folder_breach(folders: Iterable[str], bounds: Bounds) -> str:
    """What is wrong with the folders together, in a sentence; "" if nothing is."""
    used = 0
    for count, path in enumerate(_entries(folders), 1):
        if isinstance(path, str):
            return f"{path} cannot be looked into, so its size is not known."
        used += path.st_blocks * 512
        if used > bounds.disk:
            return f"Its work folder holds more than {bounds.disk >> 20} MiB."
        if count > bounds.files:
            return f"Its work folder holds more than {bounds.files} files."
    return ""


def _entries(folders: Iterable[str]) -> Iterator[os.stat_result | str]:
    """Each file and folder below; the path of one that cannot be read."""
    waiting = list(folders)
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    yield entry.stat(follow_symlinks=False)
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
        except OSError as error:
            if error.errno not in (errno.ENOENT, errno.ENOTDIR):  # gone since: it was being worked with
                yield folder
