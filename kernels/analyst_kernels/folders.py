"""The private folder of a kernel, and what becomes of it when nobody was left to remove it."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows: the system itself knows no lock that ends with its process
    fcntl = None  # type: ignore[assignment]

__all__ = ["Folder"]

_PREFIX = "analyst-kernel-"
_YOUNG = 60.0
"""Seconds for which an unlocked folder may still be one that is just being made."""


class Folder:
    """A new folder that only we can read; locked, so that others see that its owner lives.

    A host that is killed cannot clean up. The system takes its locks away, so the next one that makes a folder removes
    those without a lock.
    """

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix=_PREFIX))
        if (
            len(str(self.path)) > 80 and Path("/tmp").is_dir()
        ):  # the path of a socket has little more than 100 bytes
            self.path.rmdir()
            self.path = Path(tempfile.mkdtemp(prefix=_PREFIX, dir="/tmp"))
        self._lock = _locked(self.path)
        _sweep(self.path.parent)

    def remove(self) -> None:
        """Remove it with all that is in it; nothing happens when it was removed before."""
        shutil.rmtree(self.path, ignore_errors=True)
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def _locked(folder: Path) -> int | None:
    """A descriptor that holds the lock of a folder; None when somebody else holds it, or there are no locks."""
    if fcntl is None:
        return None
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor


def _sweep(parent: Path) -> None:
    """Remove the folders whose owner is gone."""
    for folder in parent.glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):  # removed by somebody else meanwhile, or not ours to read
            about = folder.lstat()
            if about.st_uid != os.geteuid() or time.time() - about.st_mtime < _YOUNG:
                continue
            lock = _locked(folder)
            if lock is not None:
                shutil.rmtree(folder, ignore_errors=True)
                os.close(lock)
