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

__all__ = ["Folder", "last_words"]

_PREFIX = "analyst-kernel-"
"""Begins the name of a folder that has been locked: without a lock its owner is gone."""
_NEW = "analyst-new-"
"""Begins the name of a folder that is just being made."""
_LONGEST = 56
"""Characters of the path above it: the path of a socket in it has little more than 100 bytes."""
_YOUNG = 60.0
"""Seconds for which a new folder may not be locked yet."""


class Folder:
    """A new folder that only we can read; locked, so that others see that its owner lives.

    A host that is killed cannot clean up. The system takes its locks away, so the next one that makes a folder removes
    those without a lock.
    """

    def __init__(self) -> None:
        parent = Path(tempfile.gettempdir())
        if len(str(parent)) > _LONGEST and Path("/tmp").is_dir():
            parent = Path("/tmp")
        new = Path(tempfile.mkdtemp(prefix=_NEW, dir=parent))
        self._lock = _locked(new)
        self.path = new.rename(new.with_name(_PREFIX + new.name.removeprefix(_NEW)))  # the lock stays with it
        _sweep(parent)

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
    for folder in [*parent.glob(f"{_PREFIX}*"), *parent.glob(f"{_NEW}*")]:
        with contextlib.suppress(OSError):  # removed by somebody else meanwhile, or not ours to read
            about = folder.lstat()
            young = time.time() - about.st_mtime < _YOUNG
            if about.st_uid != os.geteuid() or (young and folder.name.startswith(_NEW)):
                continue
            lock = _locked(folder)
            if lock is not None:
                shutil.rmtree(folder, ignore_errors=True)
                os.close(lock)


def last_words(log: str) -> str:
    """The end of what was written to a log, which may be long: code in the kernel can write to it too."""
    with contextlib.suppress(OSError), Path(log).open("rb") as file:
        file.seek(max(file.seek(0, os.SEEK_END) - 4000, 0))
        return file.read(4000).decode(errors="replace")[-2000:].strip()
    return ""
