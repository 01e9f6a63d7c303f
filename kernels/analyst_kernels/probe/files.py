"""A path before it is read: whether it can be opened, how it is packed, and what a folder holds."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import stat
import zipfile
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

HEAD = 256 * 1024
"""Bytes at the beginning that are looked at to know what a file is."""
COUNTED = 10_000
"""Files of a folder that are counted."""
TEXTS = frozenset([".csv", ".tsv", ".tab", ".psv", ".txt", ".dat", ".json", ".jsonl", ".ndjson", ".geojson"])
"""Endings of text data, which is read out of an archive; other formats must be unpacked."""
DATA = TEXTS | frozenset(
    [
        ".xlsx",
        ".xls",
        ".xlsm",
        ".xlsb",
        ".ods",
        ".parquet",
        ".pq",
        ".feather",
        ".arrow",
        ".db",
        ".sqlite",
        ".sqlite3",
        ".gz",
        ".bz2",
        ".xz",
        ".zip",
    ]
)
"""Endings of names that data usually has."""

_PACKED: dict[str, tuple[bytes, str, Any, str]] = {
    "gzip": (b"\x1f\x8b", ".gz", gzip.open, "gzip"),
    "bz2": (b"BZh", ".bz2", bz2.open, "bz2"),
    "xz": (b"\xfd7zXZ\0", ".xz", lzma.open, "lzma"),
}
"""For each packing: how it begins, how names end, what opens it, and its module."""


class Unreadable(Exception):
    """A file that cannot be surveyed; the message is a sentence that says what was seen and what to do."""


@dataclass(frozen=True)
class Bounds:
    """How much is looked at of one file."""

    rows: int = 100_000
    """Rows that statistics are made from; of a larger table, that many are taken."""
    bytes: int = 8_000_000
    """Bytes of text that is looked at as a whole; of a longer one, half as many are taken."""
    scanned: int = 250_000_000
    """Bytes in which lines are counted; of a longer file the rest is estimated."""


@dataclass(frozen=True)
class Source:
    """Where bytes come from: a file, packed or not, or one member of a zip archive."""

    path: Path
    packing: str = ""
    """gzip, bz2, xz, zip or nothing."""
    member: str = ""

    @property
    def name(self) -> str:
        """The name that says what is in it, in small letters and without the ending of the packing."""
        name = (self.member or self.path.name).lower()
        return name.removesuffix(_PACKED[self.packing][1]) if self.packing in _PACKED else name

    def unpacked(self, file: IO[bytes]) -> IO[bytes]:
        """The bytes in an open file, unpacked."""
        if self.member:
            return zipfile.ZipFile(file).open(self.member)
        return cast("IO[bytes]", _PACKED[self.packing][2](file, "rb")) if self.packing else file

    def head(self) -> bytes:
        """The first bytes.

        Raises:
            Unreadable: they cannot be had, or there are none but blanks.
        """
        try:
            with self.path.open("rb") as raw, self.unpacked(raw) as file:
                head = file.read(HEAD)
        except PermissionError:
            raise Unreadable("The file may not be read by this user; change its permissions.") from None
        except (OSError, EOFError, lzma.LZMAError, zipfile.BadZipFile, ValueError) as error:
            raise Unreadable(f"The file could not be read ({error}); check that it is whole.") from None
        if not head.strip(b"\0 \t\r\n\f\v"):
            size = self.path.stat().st_size
            seen = f"{size} bytes" if size < HEAD else "it begins with blanks only"
            raise Unreadable(f"The file is empty ({seen}); check that it was written or downloaded whole.")
        return head

    @property
    def place(self) -> str:
        """Python that pandas reads from: the path, or the opened member of the archive."""
        if self.member:
            return f"zipfile.ZipFile({str(self.path)!r}).open({self.member!r})"
        return repr(str(self.path))

    @property
    def options(self) -> dict[str, Any]:
        """What pandas must be told of the packing where the name does not say it, or says it wrongly."""
        suffix = self.path.suffix.lower()
        if self.packing in _PACKED and suffix != _PACKED[self.packing][1]:
            return {"compression": self.packing}
        return {}

    @property
    def content(self) -> str:
        """Python that gives all the bytes, and leaves nothing open."""
        if self.member:
            return f"zipfile.ZipFile({str(self.path)!r}).read({self.member!r})"
        plain = f"pathlib.Path({str(self.path)!r}).read_bytes()"
        return f"{_PACKED[self.packing][3]}.decompress({plain})" if self.packing else plain


def sources(path: Path) -> list[Source]:
    """What there is to read at a path: itself, unpacked if it is packed, or the data files in a zip archive.

    Raises:
        Unreadable: there is nothing, or nothing that may be read.
    """
    _regular(path)
    start = Source(path).head()[:8]
    for packing, (magic, suffix, _, _) in _PACKED.items():
        if start.startswith(magic):
            return [Source(path, packing)]
        if path.suffix.lower() == suffix:
            raise Unreadable(
                f"The file could not be read: its name ends with {suffix}, but it is not packed so; rename it if it is "
                "plain, else get it again."
            )
    if start.startswith(b"PK\x03\x04") and archive(path) == "zip":
        return _members(path)
    return [Source(path)]


def _regular(path: Path) -> None:
    try:
        mode = path.stat().st_mode
    except PermissionError:
        raise Unreadable("Its folder may not be looked into by this user; change the permissions.") from None
    except OSError:
        if path.is_symlink():
            raise Unreadable(
                f"This is a link to {path.readlink()}, where nothing can be found; name the file itself."
            ) from None
        raise Unreadable("There is no such file; check the name and the folder.") from None
    if stat.S_ISREG(mode):
        return
    what = "a pipe" if stat.S_ISFIFO(mode) else "a socket" if stat.S_ISSOCK(mode) else "a device"
    raise Unreadable(f"This is {what}, which is never read: write its data into a file and name that.")


def archive(path: Path) -> str:
    """What is in a zip container: "excel" (and what Excel's readers read), or "zip" for any files.

    Raises:
        Unreadable: a document of another program, or a broken archive.
    """
    try:
        with zipfile.ZipFile(path) as container:
            names = container.namelist()
            if len(names) > COUNTED:
                raise Unreadable(
                    f"This zip archive holds {len(names):,} files: unpack it and name those that are meant, or their folder."
                )
            first = container.read("mimetype")[:80] if "mimetype" in names else b""
    except (zipfile.BadZipFile, OSError, RuntimeError) as error:
        raise Unreadable(
            f"This begins like an Excel workbook or a zip archive and is not whole ({error}): get the file again."
        ) from None
    if any(name.startswith("xl/") for name in names) or b"opendocument.spreadsheet" in first:
        return "excel"
    for start, what in (("word/", "a Word document"), ("ppt/", "a PowerPoint presentation")):
        if any(name.startswith(start) for name in names):
            raise Unreadable(f"This is {what}, not data; save its tables as CSV or Excel.")
    return "zip"


def _members(path: Path) -> list[Source]:
    with zipfile.ZipFile(path) as container:
        inside = [item for item in container.infolist() if not item.is_dir()]
    kept = [
        item.filename
        for item in inside
        if not item.filename.startswith("__MACOSX/") and not Path(item.filename).name.startswith(".")
    ]
    if any(item.flag_bits & 1 for item in inside):
        raise Unreadable("This zip archive is protected by a password: unpack it and name the files in it.")
    data = [name for name in kept if Path(name).suffix.lower() in TEXTS]
    if not data:
        seen = ", ".join(kept[:5]) or "nothing"
        raise Unreadable(
            f"This zip archive holds no text data, but: {seen}. Unpack it and name the files in it."
        )
    return [Source(path, "zip", name) for name in data]


# ── folders ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Folder:
    """The files in a folder and those below it, hidden ones aside: data first, then in the order of their names."""

    files: tuple[Path, ...]
    data: int
    """How many of them have the name of a data file."""
    whole: bool
    """Whether all were counted."""
    closed: int
    """Folders that may not be looked into."""

    def endings(self) -> str:
        """Which kinds of files there are: `.py (8), .png (4)`."""
        counts = Counter(file.suffix.lower() or "no ending" for file in self.files)
        return ", ".join(f"{name} ({count})" for name, count in counts.most_common(5))


def folder(path: Path) -> Folder:
    """Look through a folder; links to folders are not followed, so no loop can catch it."""
    found: list[Path] = []
    closed: list[OSError] = []
    for place, folders, names in os.walk(path, onerror=closed.append):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__")))
        for name in sorted(names):
            with suppress(OSError):
                if not name.startswith(".") and Path(place, name).is_file():
                    found.append(Path(place, name))
            if len(found) > COUNTED:
                break
        if len(found) > COUNTED:
            break
    whole = len(found) <= COUNTED
    ordered = sorted(found[:COUNTED], key=lambda file: (file.suffix.lower() not in DATA, file.parent != path))
    return Folder(tuple(ordered), sum(file.suffix.lower() in DATA for file in ordered), whole, len(closed))
