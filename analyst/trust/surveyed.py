"""A table of a survey, as far as it is what a survey tells: a log from elsewhere may hold anything in its place. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def columns(table: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """What is told of each of its columns."""
    found = table.get("columns")
    for column in found if isinstance(found, list | tuple) else ():
        if isinstance(column, Mapping):
            yield column


def count(told: object) -> int:
    """How many there are; 0 where that is not said."""
    return told if isinstance(told, int) else 0


def notes(table: Mapping[str, Any]) -> list[str]:
    """What is odd of the table, a line each."""
    found = table.get("notes")
    return [str(note) for note in found] if isinstance(found, list | tuple) else []
