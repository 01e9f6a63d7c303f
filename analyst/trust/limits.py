"""What an answer rests on, in plain words: what the survey, the ledger and the contract say of it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePath
from typing import Any

from ..story import Story

MOST = 12
"""Most remarks of the ledger."""


def limits(story: Story) -> list[str]:
    """A sentence each: what was read of the data and what was not, what happened to it, what the answer does not keep."""
    return list(
        dict.fromkeys(
            [*_of_the_data(story.tables), *_read_as(story), *_of_the_ledger(story), *_unkept(story)]
        )
    )


def _of_the_data(tables: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for table in tables:
        path = str(table.get("path", ""))
        name = PurePath(path).name or path or "data"
        if table.get("error"):
            yield f"{name} could not be read: {table['error']}"
        if not table.get("rows_exact", True):
            yield f"{name}: the number of rows is an estimate."
        notes = table.get("notes")
        for note in notes if isinstance(notes, list | tuple) else ():
            yield f"{name}: {note}"


def _read_as(story: Story) -> Iterator[str]:
    """How the question was read, where it could have been read in another way."""
    if story.contract.filters:
        yield f"The question was read as being about these rows: {'; '.join(story.contract.filters)}."


def _of_the_ledger(story: Story) -> Iterator[str]:
    undone = {number for taken in story.undone for number in taken.cells}
    found = [
        f"Cell {cell.returned.cell}: {finding.text}"
        for cell in story.cells
        if cell.returned.ok and cell.returned.cell not in undone
        for finding in cell.returned.ledger
    ]
    yield from found[:MOST]


def _unkept(story: Story) -> Iterator[str]:
    yield from story.checked.unkept if story.checked else ()
