"""A file before it is read: what it is, by its first bytes; its encoding and its lines, in one pass."""

from __future__ import annotations

import bz2
import codecs
import csv
import gzip
import lzma
import os
import zipfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

HEAD = 256 * 1024
"""Bytes at the beginning that are looked at to know what a file is."""
SCANNED = 250_000_000
"""Bytes in which lines are counted; of a longer file the rest is estimated."""

_PACKED: dict[str, Any] = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
_OTHERS = [
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"\x93NUMPY", "a NumPy array; numpy.load reads it"),
    (b"ARROW1", "an Arrow (Feather) file; pandas.read_feather reads it"),
    (b"\x89HDF", "an HDF5 file; pandas.read_hdf may read it"),
    (b"\x80\x04\x95", "a Python pickle; loading one runs code that is in it"),
    (b"\x80\x05\x95", "a Python pickle; loading one runs code that is in it"),
]


class Unreadable(Exception):
    """A file that cannot be surveyed; the message is a sentence that says what was seen and what to do."""


def open_plain(path: Path) -> IO[bytes]:
    """The file's bytes, unpacked if its name says that it is packed."""
    if path.suffix.lower() in _PACKED:
        return cast("IO[bytes]", _PACKED[path.suffix.lower()](path, "rb"))
    return path.open("rb")


def head_of(path: Path) -> bytes:
    """The first bytes.

    Raises:
        Unreadable: the file is not there, may not be read, is no file or is empty.
    """
    if not path.exists():
        raise Unreadable("There is no such file; check the name and the folder.")
    if not path.is_file():
        raise Unreadable("This is neither a file nor a folder, so it is not read.")
    try:
        with open_plain(path) as file:
            head = file.read(HEAD)
    except PermissionError:
        raise Unreadable("The file may not be read by this user; change its permissions.") from None
    except (OSError, EOFError, lzma.LZMAError) as error:
        raise Unreadable(f"The file could not be read ({error}); check that it is whole.") from None
    if not head.strip():
        raise Unreadable(
            f"The file is empty ({path.stat().st_size} bytes); check that it was written or downloaded whole."
        )
    return head


def format_of(path: Path, head: bytes) -> str:
    """csv, excel, parquet, json, jsonl, sqlite or text: by content, the name decides only between kinds of text.

    Raises:
        Unreadable: a known other kind of file, or binary data.
    """
    if head.startswith(b"SQLite format 3\0"):
        return "sqlite"
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"\xd0\xcf\x11\xe0") or (head.startswith(b"PK\x03\x04") and _is_workbook(path)):
        return "excel"
    if head.startswith(b"PK\x03\x04"):
        raise Unreadable("This is a zip archive; unpack it and name the files in it.")
    for magic, what in _OTHERS:
        if head.startswith(magic):
            raise Unreadable(f"This is {what}, not a table that is surveyed here.")
    if b"\0" in head and not head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise Unreadable("This is binary data of no known kind, not a table; say how it is to be read.")
    return _kind_of_text(path, head)


def _is_workbook(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return any(name.startswith("xl/") for name in archive.namelist())
    except (zipfile.BadZipFile, OSError):
        return False


def _kind_of_text(path: Path, head: bytes) -> str:
    start = head.removeprefix(codecs.BOM_UTF8).lstrip()
    names = [suffix.lower() for suffix in path.suffixes]
    if {".jsonl", ".ndjson"} & set(names):
        return "jsonl"
    if start[:1] in b"{[" and (
        ".json" in names or ".geojson" in names or not {".csv", ".tsv", ".txt"} & set(names)
    ):
        lines = start.splitlines()
        several = len(lines) > 1 and lines[0].rstrip().endswith(b"}") and lines[1].startswith(b"{")
        return "jsonl" if several else "json"
    return "csv"


@dataclass
class Lines:
    """What one pass over a text file found."""

    encoding: str
    count: int
    size: int
    """Bytes that were looked at."""
    whole: bool
    plain: bool
    """Neither quotes nor empty lines: then each line is a row."""


def scan(path: Path) -> Lines:
    """Count the lines and find the encoding, without keeping the text."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    count = size = 0
    utf8, latin, plain, last = True, False, True, b"\n"
    with open_plain(path) as file:
        start = file.read(4)
        file.seek(0)
        while size < SCANNED and (block := file.read(1 << 20)):
            size += len(block)
            count += block.count(b"\n")
            plain = plain and b'"' not in block and b"\n\n" not in block and b"\n\r\n" not in block
            last = block[-1:]
            if utf8 and not (block.isascii() and not decoder.getstate()[0]):
                try:
                    decoder.decode(block)
                except UnicodeDecodeError:
                    utf8 = False
            latin = latin or (not utf8 and any(byte in block for byte in (0x81, 0x8D, 0x8F, 0x90, 0x9D)))
        whole = not file.read(1)
    # a character that the end of the file cuts in two
    utf8 = utf8 and not (whole and decoder.getstate()[0])
    encoding = "utf-8" if utf8 else "latin-1" if latin else "cp1252"
    if start.startswith(codecs.BOM_UTF8):
        encoding = "utf-8-sig"
    elif start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    return Lines(encoding, count + (last != b"\n"), size, whole, plain and encoding != "utf-16")


@dataclass
class Layout:
    """How a text file is divided: the arguments for pandas.read_csv, and how many lines come before the data."""

    options: dict[str, Any]
    before: int
    header: bool
    table: bool
    """False: no separator divides the lines."""


def layout(text: str) -> Layout:
    """Guess separator, lines above the header, header and decimal comma from a file's first lines."""
    lines = text.splitlines()[:200]
    best, rows = ",", [[line] for line in lines]
    score = (0.0, 1)
    for separator in (",", ";", "\t", "|"):
        found = _rows(lines, separator)
        width, times = Counter(len(row) for row in found if row).most_common(1)[0] if any(found) else (1, 0)
        if width > 1 and (times / len(found), width) > score:
            best, rows, score = separator, found, (times / len(found), width)
    if (
        score[1] == 1
        and len(lines) > 2
        and len({len(line.split()) for line in lines}) == 1 < len(lines[0].split())
    ):
        best, rows, score = r"\s+", [line.split() for line in lines], (1.0, len(lines[0].split()))
    before = next(
        (
            n
            for n, row in enumerate(rows)
            if len(row) in {score[1], *((score[1] - 1,) if n == 0 and len(rows[0]) > 1 else ())}
        ),
        0,
    )
    options: dict[str, Any] = {} if best == "," else {"sep": best}
    if before:
        options["skiprows"] = before
    first = rows[before] if rows else []
    header = not (any(first) and all(_is_number(value) for value in first if value.strip()))
    if not header:
        options["header"] = None
    return Layout(options | _marks(best, rows[before + 1 :]), before, header, score[1] > 1)


def _rows(lines: list[str], separator: str) -> list[list[str]]:
    rows = []
    try:
        rows = [*csv.reader(lines, delimiter=separator)]
    except csv.Error:
        # a field beyond the reader's limit: such a file is not divided by this separator
        return []
    return rows


def _is_number(text: str) -> bool:
    try:
        float(text.replace(",", "."))
    except ValueError:
        return False
    return True


def _marks(separator: str, rows: list[list[str]]) -> dict[str, str]:
    """Decimal commas, as most of Europe writes them; only where the comma does not separate the columns."""
    if separator == ",":
        return {}
    cells = [value.strip() for row in rows for value in row]
    numbers = [value for value in cells if value.lstrip("-").replace(",", "").replace(".", "").isdigit()]
    if not any("," in value for value in numbers) or any(
        "." in value.rpartition(",")[2] for value in numbers if "," in value
    ):
        return {}
    points = [value for value in numbers if "." in value]
    if any(len(value.rpartition(".")[2].partition(",")[0]) != 3 for value in points):
        return {}
    return {"decimal": ",", **({"thousands": "."} if points else {})}


def folder(path: Path, limit: int) -> tuple[list[Path], bool]:
    """The files in a folder and those below it, in the order of their names, hidden ones aside; and whether all."""
    found: list[Path] = []
    for place, folders, names in os.walk(path):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__")))
        found += [Path(place, name) for name in sorted(names) if not name.startswith(".")]
        if len(found) > limit:
            return found[:limit], False
    return found, True
