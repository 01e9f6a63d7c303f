"""Data of jobs: its fingerprint, which changes when the content does."""

from __future__ import annotations

import hashlib
from pathlib import Path

from ..errors import BadInput


class Fingerprints:
    """Hashes of files and folders; each file is read once, however many jobs are about it."""

    def __init__(self) -> None:
        self._known: dict[Path, str] = {}

    def of(self, path: Path) -> str:
        """The hash of a file's content, or of the names and contents of all that is in a folder.

        Raises:
            BadInput: it is not there, or cannot be read.
        """
        if path not in self._known:
            try:
                self._known[path] = self._folder(path) if path.is_dir() else self._file(path)
            except FileNotFoundError:
                raise BadInput(f"there is no file or folder {path}") from None
            except OSError as error:
                raise BadInput(f"{path} cannot be read: {error.strerror}") from None
        return self._known[path]

    def _file(self, path: Path) -> str:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def _folder(self, folder: Path) -> str:
        sum = hashlib.sha256()
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            sum.update(f"{path.relative_to(folder).as_posix()}\0{self._file(path)}\n".encode())
        return sum.hexdigest()
