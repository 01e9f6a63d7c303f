"""What data there is: files and folders looked at without a model, bounded in time and text, the same every time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from .brief import cell, short, type_name
from .columns import compact, facts
from .files import Bounds, Unreadable, folder, sources
from .formats import READERS, format_of
from .held import tables as frames
from .tables import Table

LISTED = 50
"""Files of a folder that are named."""
SURVEYED = 10
"""Files of a folder, or of an archive, that are looked into."""
COLUMNS = 60
TEXT = 12_000
"""Characters that the model reads of all tables together."""


def survey(paths: Sequence[str], variables: Sequence[str] = ()) -> dict[str, Any]:
    """Look into files and folders, and into those of the kernel's variables that are frames (see `held`).

    `tables` has for each table `path`, `format`, `read` (Python that loads it), `rows`, `rows_exact`, `columns` (see
    `columns.facts`) and `notes`, and `part` where a file has several: sheet, table, member of an archive; for a folder
    `path`, `format` "folder" and `files`; for what could not be read `path` and `error`. `text` is the same for a model:
    every line that begins with "{" is one JSON object, first the table, then its columns, and nothing in the data can
    make a line of its own.
    """
    tables = [table for path in paths for table in _place(Path(path).expanduser().absolute(), len(paths))]
    tables += frames(variables)
    return {"tables": tables, "text": _text(tables)}


def _place(path: Path, beside: int) -> Iterator[dict[str, Any]]:
    """What is at a path, one of several that share the time there is."""
    try:
        is_folder = path.is_dir()
    except OSError as error:
        yield _refused(path, error)
        return
    if is_folder:
        yield from _folder(path, beside)
    else:
        yield from _file(path, _bounds(beside))


def _bounds(files: int) -> Bounds:
    """Less of each file where there are many."""
    whole = Bounds()
    return Bounds(max(whole.rows // files, 5_000), max(whole.bytes // files, 500_000), whole.scanned // files)


def _folder(path: Path, beside: int) -> Iterator[dict[str, Any]]:
    found = folder(path)
    said = [f"{found.closed} folders in it may not be read"] if found.closed else []
    if not found.data:
        seen = f"only {len(found.files):,} other files: {found.endings()}" if found.files else "no files"
        closed = f" ({said[0]})" if said else ""
        yield {
            "path": str(path),
            "error": f"The folder holds no data files, {seen}{closed}. Name another folder, or the file that is meant.",
        }
        return
    listed = [
        {"name": str(file.relative_to(path)), "bytes": file.stat().st_size} for file in found.files[:LISTED]
    ]
    more = "" if found.whole else "more than "
    if len(found.files) > LISTED:
        said.append(f"of {more}{len(found.files):,} files only the first {LISTED} files are listed")
    chosen = found.files[: min(SURVEYED, found.data)]
    unread = len(found.files) - len(chosen)
    said += [f"{unread:,} of them are not looked into: name them to have them surveyed"] if unread else []
    tables = [table for file in chosen for table in _file(file, _bounds(beside * len(chosen)))]
    said += _alike(tables)
    yield {"path": str(path), "format": "folder", "files": listed, "notes": said}
    yield from tables


def _alike(tables: Sequence[dict[str, Any]]) -> list[str]:
    """A note on files that have the same columns: they may be parts of one table."""
    groups: dict[tuple[Any, ...], int] = {}
    for table in tables:
        columns = tuple((column["column"], column["type"]) for column in table.get("columns", ()))
        groups[columns] = groups.get(columns, 0) + bool(columns)
    return [
        f"{count} of the tables have the same columns: they may be parts of one"
        for count in groups.values()
        if count > 1
    ]


def _file(path: Path, bounds: Bounds) -> Iterator[dict[str, Any]]:
    try:
        found = sources(path)
        size = path.stat().st_size
    except Exception as error:  # noqa: BLE001 - as below
        yield _refused(path, error)
        return
    tables: list[Table] = []
    errors: list[dict[str, Any]] = []
    for source in found[:SURVEYED]:
        try:
            for table in READERS[format_of(source, source.head())](source, bounds):
                table.part = table.part or source.member
                tables.append(table)
        except Exception as error:  # noqa: BLE001 - readers meet any kind of broken file; the sentence says which error it was
            errors.append(_refused(path, error) | ({"part": source.member} if source.member else {}))
    if not tables:
        yield errors[0]
        return
    tables[0].notes += [
        f"{error.get('part', 'the rest')} could not be read: {error['error']}" for error in errors
    ]
    if len(found) > SURVEYED:
        tables[0].notes.append(f"{len(found) - SURVEYED} more files in the archive are not looked into")
    grown = path.stat().st_size - size
    if grown:
        tables[0].notes.append(
            f"the file is being written: its size changed by {grown:,} bytes in the meantime"
        )
    for table in tables:
        yield _described(path, table)


def _refused(path: Path, error: Exception) -> dict[str, Any]:
    if isinstance(error, Unreadable):
        return {"path": str(path), "error": str(error)}
    if isinstance(error, PermissionError):
        return {"path": str(path), "error": "It may not be read by this user; change its permissions."}
    seen = short(" ".join(str(error).split()), 200)
    return {
        "path": str(path),
        "error": f"Reading it failed with {type_name(error)}: {seen}. Look at its first lines.",
    }


def _described(path: Path, table: Table) -> dict[str, Any]:
    frame = table.frame
    columns = (
        []
        if frame is None
        else [facts(frame.columns[n], frame.iloc[:, n]) for n in range(frame.shape[1])[:COLUMNS]]
    )
    more = 0 if frame is None else frame.shape[1] - len(columns) + table.more_columns
    notes = [short(note, 400) for note in table.notes]
    if more and frame.shape[1] > COLUMNS:
        first, last = cell(frame.columns[COLUMNS]), cell(frame.columns[-1])
        notes.append(f"{more:,} more columns are not described, from {first!r} to {last!r}")
    return {
        "path": str(path),
        "format": table.format,
        "read": table.read,
        "rows": table.rows,
        "rows_exact": table.rows_exact,
        "columns": columns,
        **({"more_columns": more} if more else {}),
        **({"part": table.part} if table.part else {}),
        "notes": notes,
    }


# ── the text ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _text(tables: Sequence[dict[str, Any]], limit: int = TEXT) -> str:
    """All tables in `limit` characters: each gets an equal part of what those before it have left."""
    said: list[str] = []
    left = limit - 200
    for number, table in enumerate(tables):
        text = _within(table, max(left // (len(tables) - number), 0))
        if text is None:
            said.append(
                compact(
                    {
                        "cut": f"{len(tables) - number} more files or tables are not shown: survey them one by one"
                    }
                )
            )
            break
        said.append(text)
        left -= len(text) + 1
    return "\n".join(said)


def _within(table: dict[str, Any], room: int) -> str | None:
    """The table in as much detail as fits: all, then without values, then names only, then the header alone."""
    for lines in (_lines(table), _lines(table, bare=True), _names(table), [compact(_header(table))]):
        text = "\n".join(lines)
        if len(text) <= room:
            return text
    return None


def _header(table: dict[str, Any]) -> dict[str, Any]:
    head = {
        key: value
        for key, value in table.items()
        if key not in {"columns", "more_columns", "first"} and value != []
    }
    if "variable" in table:
        del head["path"]
    if "columns" in table:
        head["columns"] = len(table["columns"]) + table.get("more_columns", 0)
    if "files" in table:
        head["files"] = [f"{file['name']} ({file['bytes']:,} bytes)" for file in table["files"]]
    return head


def _lines(table: dict[str, Any], *, bare: bool = False) -> list[str]:
    lines = [compact(_header(table))]
    if not bare:
        lines += [f"row {row}" for row in table.get("first", ())]
    for column in table.get("columns", ()):
        kept = {
            k: v for k, v in column.items() if not bare or k not in {"values", "examples", "mean", "median"}
        }
        lines.append(compact(kept))
    if bare:
        lines.append(compact({"cut": "values are left out for want of room: describe the file to see them"}))
    if table.get("more_columns"):
        lines.append(compact({"more_columns": table["more_columns"]}))
    return lines


def _names(table: dict[str, Any]) -> list[str]:
    names = {column["column"]: column["type"] for column in table.get("columns", ())}
    cut = {"cut": "only names and types: describe the file to see more", "names": names}
    return [compact(_header(table)), compact(cut)]
