"""What an answer rests on, in plain words: what the contract, the ledger and the survey say of it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePath
from typing import Any

from ..story import Cell, Story
from .proof_cells import Runnable, rests_on
from .selecting import Selecting
from .surveyed import columns, count, notes

MOST = 3
"""So many are told; what is certainly wrong with the answer comes on top."""
_COLUMNS = 4
"""Most columns that are named for their gaps."""
_LINE = re.compile(r"^line \d+: ")
_ONLY = re.compile(r"^(?:only|where|nur)\s+|\W+", re.I)


def limits(story: Story) -> list[str]:
    """A sentence each, what matters most first: what the answer does not keep; what happened to the data on its way; gaps
    of the columns that it rests on; how the question was read; what is odd in the files. Nothing that the answer itself says.

    Remarks beyond the first are counted: each stands beside its cell or its file too.
    """
    answer = _plain(story.answered.text) if story.answered else ""
    code = Selecting.of(cell.code for cell in _worked(story))
    wrong = [*_unkept(story), *_unread(story.tables)]
    other = dict.fromkeys(
        [*_of_the_ledger(story), *_gaps(story.tables, code), *_read_as(story), *_notes(story.tables)]
    )
    kept = [said for said in other if _plain(said.partition(": ")[2] or said) not in answer]
    more = len(kept) - MOST
    counted = f"{more} more {'remark' if more == 1 else 'remarks'} on the data {'stands' if more == 1 else 'stand'} beside it and the cells."
    return [*dict.fromkeys(wrong), *kept[:MOST], *([counted] if more > 0 else [])]


def _plain(text: str) -> str:
    """What a text says, whatever its signs and its spelling."""
    return " ".join(re.findall(r"\w+", text.casefold()))


def _unkept(story: Story) -> Iterator[str]:
    yield from story.checked.unkept if story.checked else ()


def _worked(story: Story) -> list[Cell]:
    undone = {number for taken in story.undone for number in taken.cells}
    return [c for c in story.cells if c.returned.ok and c.returned.cell not in undone]


def _of_the_ledger(story: Story) -> Iterator[str]:
    """What was remarked on the cells that the numbers of the answer come from, and those that these rest on; then of others."""
    worked = _worked(story)
    shown = {
        place.cell for claim in (story.checked.claims if story.checked else ()) for place in claim.places
    }
    needed = {
        r.cell for r in rests_on([Runnable(c.returned.cell, c.code, c.returned) for c in worked], shown)
    }
    for cell in sorted(worked, key=lambda c: c.returned.cell not in needed):
        for finding in cell.returned.ledger:
            yield f"Cell {cell.returned.cell}: {_LINE.sub('', finding.text)}"


def _gaps(tables: Iterable[Mapping[str, Any]], code: Selecting) -> Iterator[str]:
    """Missing values of the columns that the code uses; not where only a part of the table was looked at."""
    for table in tables:
        if not table.get("rows_exact", True) or any("sampled" in note for note in notes(table)):
            continue
        counted = {str(column.get("column")): count(column.get("missing")) for column in columns(table)}
        gaps = {name: missing for name, missing in counted.items() if missing and code.touches(name)}
        named = sorted(gaps, key=lambda name: -gaps[name])[:_COLUMNS]
        if named and (rows := count(table.get("rows"))):
            told = ", ".join(f"{gaps[name]:,} have no {name}" for name in named)
            yield f"{_name(table)}: of {rows:,} rows, {told}."


def _read_as(story: Story) -> Iterator[str]:
    """How the question was read, where it could have been read in another way."""
    answer = _plain(story.answered.text) if story.answered else ""
    open_ = [
        phrase
        for phrase in story.contract.filters
        if _plain(_ONLY.sub(" ", phrase)) not in answer and not any(phrase in said for said in _unkept(story))
    ]
    if open_:
        yield f"The question was read as being about these rows: {'; '.join(open_)}."


def _unread(tables: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for table in tables:
        if table.get("error"):
            yield f"{_name(table)} could not be read: {table['error']}"


def _notes(tables: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for table in tables:
        if not table.get("rows_exact", True):
            yield f"{_name(table)}: the number of rows is an estimate."
        yield from (f"{_name(table)}: {note}" for note in notes(table))


def _name(table: Mapping[str, Any]) -> str:
    return PurePath(str(table.get("path", ""))).name or str(table.get("variable") or "data")
