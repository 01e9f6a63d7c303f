"""A folder of this machine, or one that all machines share. Jobs run in it; a rename makes a job a result."""

from __future__ import annotations

import contextlib
import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from ...errors import AnalystError
from . import ANSWER, JOBS, WORK, is_of


class LocalPlace:
    """See `Place`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._lock: FileLock | None = None
        self._claims: dict[str, FileLock] = {}

    def claim(self, key: str) -> bool:
        """Whether the job is ours. See `Place`."""
        lock = _lock(self.root / WORK / f"{key}.lock")
        if lock is None:
            return False
        self._claims[key] = lock
        return True

    def release(self, key: str) -> None:
        """Let others have the job. See `Place`."""
        if lock := self._claims.pop(key, None):
            Path(lock.lock_file).unlink(missing_ok=True)
            lock.release()

    def answer(self, id: str) -> bytes | None:
        """The answer of a result. See `Place`."""
        try:
            return (self.root / JOBS / id / ANSWER).read_bytes()
        except FileNotFoundError:
            return None

    def take(self, id: str, key: str) -> Path:
        """A folder to run the job in. See `Place`."""
        folder, earlier = self.root / WORK / key, self.root / JOBS / id
        folder.parent.mkdir(parents=True, exist_ok=True)
        if not folder.exists() and is_of(self.answer(id), key):
            with contextlib.suppress(FileNotFoundError):  # somebody else has just taken it
                earlier.rename(folder)
        folder.mkdir(exist_ok=True)
        return folder

    def keep(self, key: str, folder: Path) -> None:
        """Nothing to be done: it lies there already."""

    def give(self, id: str, key: str, folder: Path) -> None:  # noqa: ARG002
        """Make the folder the result. See `Place`."""
        target = self.root / JOBS / id
        target.parent.mkdir(parents=True, exist_ok=True)
        (folder / "log.lock").unlink(missing_ok=True)
        old = self.root / WORK / f"old-{uuid.uuid4().hex}"
        with contextlib.suppress(FileNotFoundError):
            target.rename(old)
        folder.rename(target)
        shutil.rmtree(old, ignore_errors=True)

    def drop(self, folder: Path) -> None:
        """Nothing to be done: the next one goes on in it."""

    def answers(self) -> Iterator[tuple[str, bytes]]:
        """Ids and answers. See `Place`."""
        for path in sorted((self.root / JOBS).glob(f"*/{ANSWER}")):
            yield path.parent.name, path.read_bytes()

    def write(self, name: str, data: bytes) -> None:
        """Write a file. See `Place`."""
        self.root.mkdir(parents=True, exist_ok=True)
        part = self.root / f".{name}.{os.getpid()}.part"
        part.write_bytes(data)
        part.replace(self.root / name)

    def alone(self) -> None:
        """Keep other batches out. See `Place`."""
        self._lock = _lock(self.root / WORK / "lock")
        if self._lock is None:
            raise AnalystError(f"{self.root} is in use: another batch writes there. Wait for it, or stop it.")
        for old in (self.root / WORK).glob("old-*"):  # a replaced result that nobody was left to remove
            shutil.rmtree(old, ignore_errors=True)

    def close(self) -> None:
        """Let others in; what was cut off stays for them."""
        if self._lock is None:
            return
        for claim in (self.root / WORK).glob("*.lock"):  # of processes that were killed
            if lock := _lock(claim):
                claim.unlink(missing_ok=True)
                lock.release()
        if [p.name for p in (self.root / WORK).iterdir()] == ["lock"]:
            shutil.rmtree(self.root / WORK, ignore_errors=True)
        self._lock.release()
        self._lock = None


def _lock(path: Path) -> FileLock | None:
    """A lock that is held, and that any thread may release; None when somebody else holds it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path, thread_local=False)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return None
    return lock
