"""A place that fsspec knows: S3, memory, a server. Jobs run in a folder of this machine, and are copied."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import fsspec  # type: ignore[import-untyped]  # it ships no types
from analyst_kernels.folders import Folder
from fsspec.implementations.local import LocalFileSystem  # type: ignore[import-untyped]

from ...errors import BadInput
from ...files import beneath, open_beneath
from . import ANSWER, JOBS, WORK, is_of

LOG, LOCK = "log.jsonl", "log.lock"


def local_path(url: str) -> Path | None:
    """The path of a URL that means a folder of this machine; None when it means another place.

    Raises:
        BadInput: no library that is installed knows it.
    """
    files, path = _at(url)
    return Path(path) if isinstance(files, LocalFileSystem) else None


def _at(url: str) -> tuple[fsspec.AbstractFileSystem, str]:
    try:
        files, path = fsspec.core.url_to_fs(url)
    except (ImportError, ValueError) as error:
        raise BadInput(
            f"{url} cannot be used: {error}. `pip install notebook-analyst[s3]` brings S3."
        ) from None
    return files, path.rstrip("/")


class MirrorPlace:
    """See `Place`. The copy on this machine lies in a folder that goes with this process, even if that is killed."""

    def __init__(self, url: str) -> None:
        self._files, self._root = _at(url)
        self._folder: Folder | None = None
        self._making = threading.Lock()
        self._saved: dict[str, dict[str, int]] = {}
        """Sizes of what was copied of each job under way, by name."""

    def claim(self, key: str) -> bool:  # noqa: ARG002
        """Nothing can be claimed there: of two that do the same job the later one's result stays."""
        return True

    def release(self, key: str) -> None:
        """Nothing was claimed."""

    def answer(self, id: str) -> bytes | None:
        """The answer of a result. See `Place`."""
        try:
            return bytes(self._files.cat_file(f"{self._root}/{JOBS}/{id}/{ANSWER}"))
        except FileNotFoundError:
            return None

    def take(self, id: str, key: str) -> Path:
        """A folder to run the job in. See `Place`."""
        folder = self._scratch() / key
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir()
        self._saved[key] = {}
        earlier = f"{self._root}/{JOBS}/{id}"
        for source in (f"{self._root}/{WORK}/{key}", earlier):
            if self._files.exists(f"{source}/{LOG}") and (source != earlier or is_of(self.answer(id), key)):
                self._fetch(source, folder)
                break
        return folder

    def keep(self, key: str, folder: Path) -> None:
        """Copy what is new of the log and its blobs. See `Place`."""
        saved = self._saved.setdefault(key, {})
        target = f"{self._root}/{WORK}/{key}"
        if not (folder / LOG).exists():
            return
        log = (folder / LOG).read_bytes()  # first: the blobs that it names are there by now
        for name in beneath(folder):
            if name.parts[0] == "blobs" and name.as_posix() not in saved:
                self._put(folder, name, f"{target}/{name.as_posix()}")
                saved[name.as_posix()] = 1
        if saved.get(LOG) != len(log):
            self._write(f"{target}/{LOG}", log)
            saved[LOG] = len(log)

    def give(self, id: str, key: str, folder: Path) -> None:
        """Copy all of it, the answer last: without one it is no result. See `Place`."""
        target = f"{self._root}/{JOBS}/{id}"
        self._remove(f"{target}/{ANSWER}")
        names = [p for p in beneath(folder) if str(p) not in (LOCK, ANSWER)]
        for name in [*names, Path(ANSWER)]:
            self._put(folder, name, f"{target}/{name.as_posix()}")
        self._remove(f"{self._root}/{WORK}/{key}")
        self.drop(folder)

    def drop(self, folder: Path) -> None:
        """Remove the copy. See `Place`."""
        self._saved.pop(folder.name, None)
        shutil.rmtree(folder, ignore_errors=True)

    def answers(self) -> Iterator[tuple[str, bytes]]:
        """Ids and answers. See `Place`."""
        self._files.invalidate_cache()
        for path in sorted(self._files.glob(f"{self._root}/{JOBS}/*/{ANSWER}")):
            yield PurePosixPath(path).parent.name, self._files.cat_file(path)

    def write(self, name: str, data: bytes) -> None:
        """Write a file. See `Place`."""
        self._write(f"{self._root}/{name}", data)

    def alone(self) -> None:
        """Nothing can be locked there."""

    def close(self) -> None:
        """Remove the folder of this machine."""
        if self._folder is not None:
            self._folder.remove()
            self._folder = None

    # ── inside ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def _scratch(self) -> Path:
        with self._making:
            if self._folder is None:
                self._folder = Folder()
            return self._folder.path

    def _fetch(self, source: str, folder: Path) -> None:
        for path in self._files.find(source):
            name = PurePosixPath(path.removeprefix(source).lstrip("/"))
            if name.is_absolute() or ".." in name.parts:
                raise OSError(f"{path} does not lie beneath {source}")
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(self._files.cat_file(path))

    def _put(self, folder: Path, name: Path, target: str) -> None:
        with open_beneath(folder, name) as source:
            self._write(target, source.read())

    def _write(self, target: str, data: bytes) -> None:
        self._files.makedirs(target.rpartition("/")[0], exist_ok=True)
        self._files.pipe_file(target, data)

    def _remove(self, path: str) -> None:
        if self._files.exists(path):
            self._files.rm(path, recursive=True)
