"""What data there is: files and folders looked at without a model, bounded in time and text, the same every time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from .brief import short, type_name
from .columns import compact, facts
from .files import Unreadable, folder, format_of, head_of
from .formats import READERS, Table

LISTED = 50
"""Files of a folder that are named."""
SURVEYED = 10
"""Files of a folder that are looked into."""
COLUMNS = 60
TEXT = 12_000
"""Characters that the model reads of all tables together."""


def survey(paths: Sequence[str]) -> dict[str, Any]:
    """Look into files and folders.

    `tables` has for each table `path`, `format`, `read` (Python that loads it), `rows`, `rows_exact`, `columns` (see
    `columns.facts`) and `notes`; for a folder `path`, `format` "folder" and `files`; for what could not be read `path`
    and `error`. `text` is the same for a model: every line that begins with "{" is one JSON object, first the table,
    then its columns, and nothing in the data can make a line of its own.
    """
    tables = [table for path in paths for table in _place(Path(path).expanduser().absolute())]
    return {"tables": tables, "text": _text(tables)}


def _place(path: Path) -> Iterator[dict[str, Any]]:
    if not path.is_dir():
        yield from _file(path)
        return
    files, complete = folder(path, LISTED)
    listed = [
        {"name": str(file.relative_to(path)), "bytes": file.stat().st_size}
        for file in files
        if file.is_file()
    ]
    notes = [] if complete else [f"only the first {LISTED} files are listed"]
    unread = max(0, len(listed) - SURVEYED)
    notes += [f"{unread} of them are not looked into: name them to have them surveyed"] if unread else []
    yield {"path": str(path), "format": "folder", "files": listed, "notes": notes}
    for file in files[:SURVEYED]:
        yield from _file(file)


def _file(path: Path) -> Iterator[dict[str, Any]]:
    try:
        head = head_of(path)
        for table in READERS[format_of(path, head)](path):
            yield _described(path, table)
    except Unreadable as error:
        yield {"path": str(path), "error": str(error)}
    except Exception as error:  # noqa: BLE001 - readers meet any kind of broken file; the sentence says which error it was
        seen = short(" ".join(str(error).split()), 200)
        yield {
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
    more = 0 if frame is None else frame.shape[1] - len(columns)
    return {
        "path": str(path),
        "format": table.format,
        "read": table.read,
        "rows": table.rows,
        "rows_exact": table.rows_exact,
        "columns": columns,
        **({"more_columns": more} if more else {}),
        "notes": table.notes,
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
        key: value for key, value in table.items() if key not in {"columns", "more_columns"} and value != []
    }
    if "columns" in table:
        head["columns"] = len(table["columns"]) + table.get("more_columns", 0)
    if "files" in table:
        head["files"] = [f"{file['name']} ({file['bytes']:,} bytes)" for file in table["files"]]
    return head


def _lines(table: dict[str, Any], *, bare: bool = False) -> list[str]:
    lines = [compact(_header(table))]
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
