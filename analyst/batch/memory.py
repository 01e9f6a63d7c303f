"""Memory that is free for kernels, and how many that makes."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

NEED = 400_000_000
"""Bytes that a kernel with its data is counted for."""
_UNKNOWN = sys.maxsize
_PER_CPU = 4
"""Jobs for each processor, at most: most of its time a job waits for its model."""


def at_once() -> int:
    """How many jobs fit: at least one, and not more than the processors can serve."""
    cpus = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(_PER_CPU * cpus, free() // NEED))


def free() -> int:
    """Bytes that can be had without swapping, within the limit of our control group; a huge number if nobody knows."""
    return min(_of_machine(), _of_group())


def _of_machine() -> int:
    with contextlib.suppress(OSError):
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return 1024 * int(line.split()[1])
    return _UNKNOWN


def _of_group() -> int:
    with contextlib.suppress(OSError, ValueError):
        limit = int(Path("/sys/fs/cgroup/memory.max").read_text())  # "max" where there is none
        used = int(Path("/sys/fs/cgroup/memory.current").read_text())
        cached = Path("/sys/fs/cgroup/memory.stat").read_text().split("inactive_file ", 1)[1].split()[0]
        return max(0, limit - used + int(cached))
    return _UNKNOWN
