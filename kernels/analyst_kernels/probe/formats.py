"""What a file is, by its first bytes, and which reader reads it."""

from __future__ import annotations

import codecs
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from .brief import brief
from .columnar import feather, parquet
from .database import sqlite
from .files import Bounds, Source, Unreadable, archive
from .records import json, jsonl
from .scan import wide_encoding
from .separated import csv
from .tables import Table
from .workbook import excel

if sys.platform != "win32":
    import resource

Reader = Callable[[Source, Bounds], Iterator[Table]]

MEMORY = 2 << 30
"""Bytes that reading a file may take. pyarrow sets half of them aside at its first use."""
_OTHERS = [
    (b"%PDF", "a PDF document; its tables must be taken out with another program"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"II*\0", "a TIFF image"),
    (b"MM\0*", "a TIFF image"),
    (b"BM\x36", "a BMP image"),
    (b"\x93NUMPY", "a NumPy array; numpy.load reads it"),
    (b"\x89HDF", "an HDF5 file; pandas.read_hdf or h5py may read it"),
    (b"CDF\x01", "a NetCDF file; xarray reads it"),
    (b"CDF\x02", "a NetCDF file; xarray reads it"),
    (b"ORC", "an ORC file; pandas.read_orc reads it"),
    (b"Obj\x01", "an Avro file; the package fastavro reads it"),
    (b"<stata_dta>", "a Stata file; pandas.read_stata reads it"),
    (b"$FL2", "an SPSS file; pandas.read_spss reads it"),
    (b"RDX", "an R workspace; save the data from R as CSV"),
    (b"PARE", "a Parquet file that is encrypted"),
    (b"Rar!", "a RAR archive; unpack it and name the files in it"),
    (b"7z\xbc\xaf", "a 7-Zip archive; unpack it and name the files in it"),
    (b"\x28\xb5\x2f\xfd", "packed with Zstandard; unpack it first"),
    (b"\x80\x02", "a Python pickle; loading one runs code that is in it"),
    (b"\x80\x03", "a Python pickle; loading one runs code that is in it"),
    (b"\x80\x04\x95", "a Python pickle; loading one runs code that is in it"),
    (b"\x80\x05\x95", "a Python pickle; loading one runs code that is in it"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"OggS", "a sound file"),
    (b"ID3", "a sound file"),
]
_BINARY = {"parquet", "feather", "sqlite", "sqlite3", "db"}
"""Endings of files that are never text."""
_TITLE = re.compile(rb"<title[^>]*>([^<]{1,200})", re.I)


def format_of(source: Source, head: bytes) -> str:
    """csv, excel, parquet, feather, json, jsonl or sqlite: by content, the name decides only between kinds of text.

    Raises:
        Unreadable: a known other kind of file, or binary data.
    """
    if head.startswith(b"SQLite format 3\0"):
        return _unpacked(source, "sqlite", "an SQLite database")
    if head.startswith(b"PAR1"):
        return _unpacked(source, "parquet", "a Parquet file")
    if head.startswith((b"ARROW1", b"FEA1")):
        return _unpacked(source, "feather", "a Feather file")
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return _unpacked(source, "excel", "an old Excel workbook")
    if head.startswith(b"PK\x03\x04"):
        what = "an Excel workbook or an archive"
        return (
            "excel" if not source.packing and archive(source.path) == "excel" else _unpacked(source, "", what)
        )
    binary = any(byte < 9 for byte in head[:4096])
    for magic, what in _OTHERS:
        # names of columns can begin like some of them
        if head.startswith(magic) and (binary or magic == b"%PDF" or not magic.isalnum()):
            raise Unreadable(f"This is {what}, not a table that is surveyed here.")
    if head[8:12] == b"DUCK":
        raise Unreadable(
            "This is a DuckDB database, not a table that is surveyed here; the package duckdb reads it."
        )
    if head[257:262] == b"ustar":
        raise Unreadable("This is a tar archive; unpack it and name the files in it.")
    if b"\0" in head and not wide_encoding(head):
        raise Unreadable("This is binary data of no known kind, not a table; say how it is to be read.")
    return _kind_of_text(source, head)


def _unpacked(source: Source, form: str, what: str) -> str:
    if source.packing:
        raise Unreadable(f"This is {what} that is packed as {source.packing}; unpack it first.")
    return form


def _kind_of_text(source: Source, head: bytes) -> str:
    text = head.decode(wide_encoding(head), "ignore").encode() if wide_encoding(head) else head
    start = text.removeprefix(codecs.BOM_UTF8).lstrip()
    _refuse_markup(start)
    ending = source.name.rpartition(".")[2]
    if ending in _BINARY:
        beginning = brief(start[:200].decode("utf-8", "replace"))
        raise Unreadable(
            f"Its name ends with .{ending}, but it is text that begins {beginning}: get the file again, or rename it if "
            "it is a table of text."
        )
    if ending in {"jsonl", "ndjson"}:
        return "jsonl"
    if start[:1] in {b"{", b"["} and ending not in {"csv", "tsv", "tab", "txt"}:
        lines = [line for line in start[:200_000].splitlines() if line.strip()]
        several = len(lines) > 1 and lines[0].rstrip().endswith(b"}") and lines[1].startswith(b"{")
        return "jsonl" if several and start[:1] == b"{" else "json"
    return "csv"


def _refuse_markup(start: bytes) -> None:
    beginning = start[:1000].lower()
    if beginning.startswith((b"<!doctype html", b"<html", b"<head", b"<table", b"<div")) or (
        beginning.startswith(b"<?xml") and b"<html" in beginning
    ):
        title = _TITLE.search(start[:20_000])
        called = f" ({title[1].decode('utf-8', 'replace').strip()!r})" if title else ""
        tables = start.lower().count(b"<table")
        holds = (
            f"It holds {tables} tables that pandas.read_html may read; else"
            if tables
            else "Maybe a login was asked;"
        )
        raise Unreadable(
            f"This is a web page{called} and not the data itself. {holds} download the data itself."
        )
    if beginning.startswith(b"<?xml") and b"excel.sheet" in beginning:
        raise Unreadable("This is a workbook in Excel's old XML; open it with Excel and save it as .xlsx.")
    if beginning.startswith(b"<?xml"):
        raise Unreadable(
            "This is an XML document, not a table that is surveyed here; pandas.read_xml may read it."
        )


# ── files that lie ──────────────────────────────────────────────────────────────────────────────────────────────────


@contextmanager
def _little_memory() -> Iterator[None]:
    """Let this process take no more than `MEMORY` beside what it has: a few bytes can say that they are many.

    Only Linux can do this, and only where `/proc` says what is used; elsewhere the readers' own bounds have to do.
    """
    used = _data_used()
    if not used:
        yield
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    most = min((n for n in (used + MEMORY, soft, hard) if n != resource.RLIM_INFINITY), default=soft)
    resource.setrlimit(resource.RLIMIT_DATA, (most, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def _data_used() -> int:
    """Bytes of this process that count against its limit of data; 0 where that is not told."""
    with suppress(OSError):
        found = re.search(r"^VmData:\s+(\d+) kB", Path("/proc/self/status").read_text(), re.M)
        return int(found[1]) << 10 if found else 0
    return 0


def _bounded(reader: Reader) -> Reader:
    """The reader, stopped where a file takes more than a table does."""

    def read(source: Source, bounds: Bounds) -> Iterator[Table]:
        tables = reader(source, bounds)
        try:
            while True:
                with _little_memory():
                    table = next(tables, None)
                if table is None:
                    return
                yield table
        except MemoryError:
            raise Unreadable(
                f"To look at it takes more memory than a look may take ({MEMORY >> 30} GB at most), far more than the file: it "
                "may not be what it says. Read only the columns or rows that are meant."
            ) from None
        except RecursionError:
            raise Unreadable(
                "It is nested too deep for a table; read it with a program that is made for it."
            ) from None

    return read


READERS = {
    name: _bounded(reader)
    for name, reader in (
        ("csv", csv),
        ("json", json),
        ("jsonl", jsonl),
        ("excel", excel),
        ("parquet", parquet),
        ("feather", feather),
        ("sqlite", sqlite),
    )
}
