"""Readers: each turns a file of one format into tables, with the Python expression that reads the same."""

from __future__ import annotations

import io
import sqlite3
import warnings
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from .brief import brief, short
from .files import Unreadable, head_of, layout, open_plain, scan

SAMPLE = 100_000
"""Rows that statistics are made from; of a larger table, that many are taken."""
SAMPLE_SIZE = 10_000_000
"""Bytes that the sample of a text file may take."""
PLACES = 10
"""Places in a large text file that the sample is taken from."""
JSON_SIZE = 100_000_000
TABLES = 20
"""Tables of a database, or sheets of a workbook, that are looked at."""


@dataclass
class Table:
    """A table of a file: `frame` holds all of it, or a sample."""

    format: str
    read: str
    """Python; needs `import pandas as pd`."""
    frame: Any
    rows: int
    rows_exact: bool = True
    notes: list[str] = field(default_factory=list)


def _expression(function: str, path: Path, options: dict[str, Any]) -> str:
    return f"pd.{function}({', '.join([repr(str(path)), *(f'{k}={v!r}' for k, v in options.items())])})"


# ── text ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def csv(path: Path) -> Iterator[Table]:
    """Separated text."""
    import pandas  # noqa: PLC0415 - imported when there is something to read, not when the kernel starts

    lines = scan(path)
    head = head_of(path)
    text = head.decode(lines.encoding, "replace")
    if len(head) < lines.size:
        text = text[: text.rfind("\n") + 1] or text
    form = layout(text)
    if not form.table and path.suffix.lower() in {".txt", ".md", ".log", ".rst"}:
        yield Table(
            "text",
            f"open({str(path)!r}, encoding={lines.encoding!r}).read()",
            None,
            lines.count,
            lines.whole,
            [short(text, 600)],
        )
        return
    options = form.options | (
        {"encoding": lines.encoding} if lines.encoding not in {"utf-8", "utf-8-sig"} else {}
    )
    rows = lines.count - form.before - form.header
    notes = [f"{form.before} lines above the header are skipped"] if form.before else []
    notes += [] if form.header else ["no line with names: the columns are called c0, c1, …"]
    with warnings.catch_warnings():
        # reading in one piece avoids pandas' warning about mixed types; what else it warns of is noted below as types
        warnings.simplefilter("ignore")
        if rows <= SAMPLE and lines.whole:
            frame, options = _tolerant(pandas, path, options, notes)
            rows, exact = len(frame), True
        else:
            frame, options = _sampled(pandas, path, options, notes, lines, form.before + form.header)
            exact = lines.whole and lines.plain
            if not lines.whole:
                rows = round(rows * path.stat().st_size / lines.size)
    if not form.header:
        frame = frame.add_prefix("c")
    read = _expression("read_csv", path, options) + ("" if form.header else ".add_prefix('c')")
    yield Table("tsv" if options.get("sep") == "\t" else "csv", read, frame, rows, exact, notes)


def _tolerant(
    pandas: Any, source: Any, options: dict[str, Any], notes: list[str], **more: Any
) -> tuple[Any, dict[str, Any]]:
    try:
        return pandas.read_csv(source, **options, **more), options
    except pandas.errors.ParserError:
        options = options | {"on_bad_lines": "skip"}
        if hasattr(source, "seek"):
            source.seek(0)
        frame = pandas.read_csv(source, **options, **more)
    notes.append("lines with more fields than the header are skipped")
    return frame, options


def _sampled(
    pandas: Any, path: Path, options: dict[str, Any], notes: list[str], lines: Any, above: int
) -> tuple[Any, dict[str, Any]]:
    if not lines.plain or path.suffix.lower() in {".gz", ".bz2", ".xz"}:
        notes.append(f"sampled: statistics are of the first {SAMPLE:,} rows")
        return _tolerant(pandas, path, options, notes, nrows=SAMPLE)
    size = path.stat().st_size
    rows = min(SAMPLE, SAMPLE_SIZE * lines.count // lines.size)
    length = rows * lines.size // lines.count // PLACES
    notes.append(f"sampled: statistics are of about {rows:,} rows from {PLACES} places of the file")
    with open_plain(path) as file:
        pieces = [b"".join(file.readline() for _ in range(above))]
        start = file.tell()
        for place in range(PLACES):
            file.seek(start + place * (size - start - length) // (PLACES - 1))
            if place:
                file.readline()
            pieces.append(file.read(length) + file.readline())
            if not pieces[-1].endswith(b"\n"):
                pieces[-1] += b"\n"
    frame, used = _tolerant(pandas, io.BytesIO(b"".join(pieces)), options, notes)
    return frame, used


def json(path: Path) -> Iterator[Table]:
    """A list of records, columns by name, or an object with one list of records in it."""
    import pandas  # noqa: PLC0415 - as above

    if path.stat().st_size > JSON_SIZE:
        raise Unreadable(
            f"JSON of more than {JSON_SIZE // 1_000_000} MB is not read whole; convert it to JSON Lines or CSV."
        )
    read = f"pd.read_json({str(path)!r})"
    try:
        top = pandas.read_json(path, typ="series")
    except ValueError as error:
        raise Unreadable(
            f"This looks like JSON but is not ({short(str(error), 120)}); check that it is whole."
        ) from None
    lists = [key for key, value in top.items() if isinstance(key, str) and _is_records(value)]
    if lists:
        for key in lists[:TABLES]:
            inner = f"pd.DataFrame(pd.read_json({str(path)!r}, typ='series')[{key!r}])"
            yield _whole("json", inner, pandas.DataFrame(top[key]), [f"the list under {brief(key)}"])
        return
    try:
        shapes = {type(value) for value in top}
        if not (pandas.api.types.is_integer_dtype(top.index) or shapes in ({list}, {dict})):
            raise TypeError("neither records nor columns")
        yield _whole("json", read, pandas.read_json(path), [])
    except (ValueError, AttributeError, TypeError):
        keys = ", ".join(brief(key, 30) for key in list(top.index)[:10])
        raise Unreadable(
            f"This is JSON but not a table; at its top there is: {keys}. Read it with json.load."
        ) from None


def _is_records(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value[:100])


def _whole(form: str, read: str, frame: Any, notes: list[str]) -> Table:
    rows = len(frame)
    if rows > SAMPLE:
        frame, notes = (
            frame.iloc[:: -(-rows // SAMPLE)],
            [*notes, "sampled: statistics are of rows at even distances"],
        )
    return Table(form, read, frame, rows, True, notes)


def jsonl(path: Path) -> Iterator[Table]:
    """One JSON object per line."""
    import pandas  # noqa: PLC0415 - as above

    lines = scan(path)
    try:
        frame = pandas.read_json(path, lines=True, nrows=SAMPLE)
    except ValueError as error:
        raise Unreadable(f"A line of it is not JSON ({short(str(error), 120)}); check the file.") from None
    all_read = len(frame) < SAMPLE
    notes = [] if all_read else [f"sampled: statistics are of the first {SAMPLE:,} rows"]
    read = f"pd.read_json({str(path)!r}, lines=True)"
    yield Table("jsonl", read, frame, len(frame) if all_read else lines.count, all_read or lines.plain, notes)


# ── binary ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def excel(path: Path) -> Iterator[Table]:
    """The sheets of a workbook."""
    import pandas  # noqa: PLC0415 - as above

    # much the faster reader, where the user has it
    options: dict[str, Any] = {"engine": "calamine"} if find_spec("python_calamine") else {}
    try:
        book = pandas.ExcelFile(path, **options)
    except ImportError as error:
        raise Unreadable(_package(error, "an Excel workbook", "openpyxl")) from None
    with book:
        for sheet in book.sheet_names[:TABLES]:
            frame = book.parse(sheet, nrows=SAMPLE)
            notes = [f"sampled: statistics are of the first {SAMPLE:,} rows"] if len(frame) == SAMPLE else []
            read = _expression("read_excel", path, {"sheet_name": sheet, **options})
            yield Table("excel", read, frame, len(frame), len(frame) < SAMPLE, notes)


def parquet(path: Path) -> Iterator[Table]:
    """A Parquet file."""
    try:
        arrow: Any = import_module("pyarrow.parquet")
    except ImportError as error:
        raise Unreadable(_package(error, "a Parquet file", "pyarrow")) from None
    with arrow.ParquetFile(path) as file:
        rows = file.metadata.num_rows
        frame = next(file.iter_batches(batch_size=SAMPLE), file.schema_arrow.empty_table()).to_pandas()
    notes = [f"sampled: statistics are of the first {len(frame):,} rows"] if len(frame) < rows else []
    yield Table("parquet", _expression("read_parquet", path, {}), frame, rows, True, notes)


def _package(error: ImportError, what: str, usual: str) -> str:
    name = next((word for word in ("openpyxl", "xlrd", "pyarrow") if word in str(error)), usual)
    return f"This is {what}, and the package {name} that reads it is not installed in this kernel: pip install {name}."


def sqlite(path: Path) -> Iterator[Table]:
    """The tables and views of a database, opened so that nothing can be written."""
    import pandas  # noqa: PLC0415 - as above

    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as base:
        names = base.execute(
            "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%' ORDER BY name"
        ).fetchall()
        if not names:
            raise Unreadable("This is an SQLite database without any table.")
        for (name,) in names[:TABLES]:
            quoted = '"' + name.replace('"', '""') + '"'
            (rows,) = base.execute(f"SELECT count(*) FROM {quoted}").fetchone()
            frame = pandas.read_sql_query(f"SELECT * FROM {quoted} LIMIT {SAMPLE}", base)
            query = f"SELECT * FROM {quoted}"
            read = f"pd.read_sql_query({query!r}, __import__('sqlite3').connect({str(path)!r}))"
            notes = [f"sampled: statistics are of the first {SAMPLE:,} rows"] if rows > SAMPLE else []
            yield Table("sqlite", read, frame, rows, True, [f"table {brief(name)}", *notes])


READERS = {"csv": csv, "json": json, "jsonl": jsonl, "excel": excel, "parquet": parquet, "sqlite": sqlite}
