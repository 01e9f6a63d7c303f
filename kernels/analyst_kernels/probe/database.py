"""SQLite: the tables and views of a database, opened so that nothing can be written."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

from .brief import brief, short
from .files import Bounds, Source, Unreadable
from .tables import TABLES, Table

COUNTED = 150_000_000
"""Bytes of a database up to which rows are counted; of a larger one the highest row number is told."""
PLACES = 10
FEWEST = 5_000
"""Rows that are looked at even where there are many tables."""
STEPS = 20_000_000
"""Steps of SQLite's machine that one look may take: some tenths of a second."""
LENGTH = 1_000_000
"""Bytes of the longest value of a view, which can be made out of nothing; those of a table are in the file."""
WAIT = 0.3
"""Seconds to wait for a lock."""
_NAMES = """SELECT name, type FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%'
ORDER BY type, name"""


def sqlite(source: Source, bounds: Bounds) -> Iterator[Table]:
    """Each table and view of a database as a table.

    Raises:
        Unreadable: another program holds it, or there is nothing in it.
    """
    place = f"{source.path.as_uri()}?mode=ro"
    with closing(sqlite3.connect(place, uri=True, timeout=WAIT)) as base:
        try:
            names = base.execute(_NAMES).fetchall()
        except sqlite3.OperationalError as error:
            if "locked" in str(error) or "busy" in str(error):
                raise Unreadable(
                    "The database is locked by another program that writes to it: close that program, or copy the "
                    "file when it has finished."
                ) from None
            if "unable to open" in str(error):
                raise Unreadable(
                    "The database could not be opened for reading, most likely because a program that writes to it has "
                    "left its log (-wal or -journal) beside it: copy the database with those files to a folder that may "
                    "be written to."
                ) from None
            raise
        if not names:
            raise Unreadable("This is an SQLite database without any table; check that it is the right file.")
        tables = [name for name, _ in names]
        more = [f"{len(names) - TABLES} more tables are not looked at: {', '.join(tables[TABLES:][:20])}"]
        each = replace(bounds, rows=max(bounds.rows // len(names), FEWEST))
        for number, (name, kind) in enumerate(names[:TABLES]):
            table = _table(base, place, name, kind, source, each)
            if number == 0 and len(names) > TABLES:
                table.notes += more
            yield table


def _table(
    base: sqlite3.Connection, place: str, name: str, kind: str, source: Source, bounds: Bounds
) -> Table:
    import pandas  # noqa: PLC0415 - imported when there is something to read, not when the kernel starts

    quoted = '"' + name.replace('"', '""') + '"'
    query = f"SELECT * FROM {quoted}"
    read = f"pd.read_sql_query({query!r}, sqlite3.connect({place!r}, uri=True))"
    notes = [f"{kind} {brief(name)}"]
    size = source.path.stat().st_size
    base.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LENGTH if kind == "view" else max(size, LENGTH))
    steps = iter(range(STEPS // 10_000))
    base.set_progress_handler(lambda: next(steps, None) is None, 10_000)
    try:
        notes += _keys(base, quoted)
        rows, exact = _rows(base, quoted, kind, size)
        if rows > bounds.rows:
            notes.append(f"sampled: statistics are of about {bounds.rows:,} rows")
            frame = pandas.concat(
                [pandas.read_sql_query(piece, base) for piece in _pieces(base, query, quoted, rows, bounds)],
                ignore_index=True,
            ).head(bounds.rows)
        else:
            frame = pandas.read_sql_query(f"{query} LIMIT {bounds.rows}", base)
            rows = len(frame) if rows < 0 else rows
    except (sqlite3.Error, pandas.errors.DatabaseError, MemoryError) as error:
        said = "it takes long" if "interrupted" in str(error) else short(" ".join(str(error).split()), 150)
        notes.append(f"could not be looked at ({said}): ask it for a few rows with LIMIT")
        return Table("sqlite", read, None, 0, False, notes, name)
    finally:
        base.set_progress_handler(None, 0)
    if not exact:
        notes.append("rows are told by the highest row number; some may have been deleted")
    return Table("sqlite", read, frame, rows, exact, notes, name)


def _keys(base: sqlite3.Connection, quoted: str) -> list[str]:
    columns = base.execute(f"PRAGMA table_info({quoted})").fetchall()
    key = [column[1] for column in sorted(columns, key=lambda column: int(column[5])) if column[5]]
    refers = base.execute(f"PRAGMA foreign_key_list({quoted})").fetchall()
    notes = [f"primary key {', '.join(key)}"] if key else []
    return notes + [f"{row[3]} refers to {row[2]}.{row[4] or 'its primary key'}" for row in refers[:20]]


def _rows(base: sqlite3.Connection, quoted: str, kind: str, size: int) -> tuple[int, bool]:
    """How many rows there are, and whether that is exact."""
    if size > COUNTED and kind == "table":
        try:
            (last,) = base.execute(f"SELECT max(rowid) FROM {quoted}").fetchone()
        except sqlite3.OperationalError:
            last = None  # a table WITHOUT ROWID
        if isinstance(last, int):
            return last, False
    (rows,) = base.execute(f"SELECT count(*) FROM {quoted}").fetchone()
    return int(rows), True


def _pieces(base: sqlite3.Connection, query: str, quoted: str, rows: int, bounds: Bounds) -> list[str]:
    """Queries for rows at several places, where rows have numbers; else for the first ones."""
    first = f"{query} LIMIT {bounds.rows}"
    try:
        # each by itself is found at once; both in one query would read the whole table
        low, high = base.execute(
            f"SELECT (SELECT min(rowid) FROM {quoted}), (SELECT max(rowid) FROM {quoted})"
        ).fetchone()
    except sqlite3.OperationalError:
        return [first]
    if not isinstance(low, int) or high - low < rows - 1:
        return [first]
    each = bounds.rows // PLACES
    starts = [low + n * max(high - low - each + 1, 0) // (PLACES - 1) for n in range(PLACES)]
    return [f"{query} WHERE rowid >= {start} LIMIT {each}" for start in starts]
