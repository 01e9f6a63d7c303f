"""Files that are written whole or not at all, and files of a folder that somebody else writes to."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from .errors import AnalystError

_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_NO_WAIT = getattr(os, "O_NONBLOCK", 0)
_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | _NO_LINK
_ENTRIES = 10_000
"""Most entries of a folder, and of those below it, that are looked at."""


def write_whole(path: Path, text: str) -> None:
    """Write UTF-8 to a file beside `path`, then put that in its place: who reads `path` never sees a part.

    Raises:
        AnalystError: the file cannot be written.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        # a lone surrogate has no UTF-8; written as \udXXX it is what JSON and Python write for it
        part.write_bytes(text.encode("utf-8", "backslashreplace"))
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise AnalystError(f"{path} cannot be written: {error.strerror}. Choose another place.") from None


def open_beneath(folder: Path, name: Path | str) -> BinaryIO:
    """Open a file of a folder that code of an agent can write to, for reading.

    Each part of the name is opened in the one before it: no link is followed, `..` leads nowhere, and what is no plain
    file (a pipe, a device) is not waited for. A file with a second name elsewhere is refused too.

    Raises:
        OSError: there is no such plain file beneath the folder.
    """
    parts = Path(name).parts
    if not parts or Path(name).is_absolute() or ".." in parts or "\0" in str(name):
        raise OSError(errno.EPERM, "is not beneath the folder", str(name))
    if os.open not in os.supports_dir_fd:
        return _open_checked(folder, parts)
    here = os.open(folder, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
    try:
        for part in parts[:-1]:
            below = os.open(part, _FOLDER, dir_fd=here)
            os.close(here)
            here = below
        found = os.open(parts[-1], os.O_RDONLY | _NO_LINK | _NO_WAIT, dir_fd=here)
    finally:
        os.close(here)
    return _plain(found, str(name))


def _open_checked(folder: Path, parts: tuple[str, ...]) -> BinaryIO:
    """Where folders cannot be opened (Windows): links are looked for before the file is opened."""
    path = folder.resolve()
    for part in parts:
        path = path / part
        if path.resolve() != path:
            raise OSError(errno.ELOOP, "is a link", str(path))
    return _plain(os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0)), str(path))


def _plain(descriptor: int, name: str) -> BinaryIO:
    about = os.fstat(descriptor)
    if not stat.S_ISREG(about.st_mode) or about.st_nlink > 1:
        os.close(descriptor)
        raise OSError(errno.EPERM, "is no plain file of its own", name)
    return os.fdopen(descriptor, "rb")


def read_beneath(folder: Path, name: Path | str, most: int) -> bytes:
    """The content of a file beneath a folder. See `open_beneath`.

    Raises:
        OSError: there is no such plain file, or it is larger than `most` bytes.
    """
    with open_beneath(folder, name) as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise OSError(errno.EFBIG, f"is larger than {most:,} bytes", str(name))
    return data


def beneath(folder: Path) -> Iterator[Path]:
    """The plain files beneath a folder, relative to it, in order; links are neither given nor followed.

    Each can be opened with `open_beneath`. At most 10,000 entries are looked at.
    """
    waiting, seen = [Path()], 0
    found: list[Path] = []
    while waiting and seen < _ENTRIES:
        here = waiting.pop()
        try:
            entries = sorted(os.scandir(folder / here), key=lambda e: e.name)
        except OSError:
            continue  # gone, or not ours to read: nothing of it can be shown
        for entry in entries[: _ENTRIES - seen]:
            seen += 1
            if entry.is_symlink():
                continue
            if entry.is_dir(follow_symlinks=False):
                waiting.append(here / entry.name)
            elif entry.is_file(follow_symlinks=False) and entry.stat(follow_symlinks=False).st_nlink == 1:
                found.append(here / entry.name)
    yield from sorted(found)
