"""Where a batch puts its results: a folder, or any place that fsspec knows.

    PLACE/jobs/<id>/       a result: notebook, report, `answer.json`, log, files; it is there whole, or it is not
    PLACE/.work/<key>/     a job under way, or cut off: its log
    PLACE/summary.csv …    over all

`Place` is the port; `local` works where the results will lie, `mirror` in a folder of this machine, and copies.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

__all__ = ["ANSWER", "JOBS", "WORK", "Place", "is_of", "open_place"]

JOBS, WORK = "jobs", ".work"
ANSWER = "answer.json"
"""The file of a result that says that it is one."""


class Place(Protocol):
    """A place for results. Its methods block, so they are called in threads; each raises `OSError` where it cannot."""

    def claim(self, key: str) -> bool:
        """Whether the job is now ours: no other process that sees the place, and heeds claims, has it."""
        ...

    def release(self, key: str) -> None:
        """Let others have it. Nothing happens when it was not ours."""
        ...

    def answer(self, id: str) -> bytes | None:
        """The `answer.json` of a result; None when there is no such result."""
        ...

    def take(self, id: str, key: str) -> Path:
        """A folder to run the job in: with what there is of it already, from a run cut off or a result to be bettered."""
        ...

    def keep(self, key: str, folder: Path) -> None:
        """Save how far the job has come, so that another process can go on."""
        ...

    def give(self, id: str, key: str, folder: Path) -> None:
        """Make the folder the job's result, whole or not at all, in place of an earlier one. The folder is gone then."""
        ...

    def drop(self, folder: Path) -> None:
        """The job is left for later: what this process alone needs of it goes away."""
        ...

    def answers(self) -> Iterator[tuple[str, bytes]]:
        """Ids of the results that are there, each with its `answer.json`."""
        ...

    def write(self, name: str, data: bytes) -> None:
        """Write a file beside the results, whole or not at all."""
        ...

    def alone(self) -> None:
        """Keep other batches of this machine out until `close`.

        Raises:
            AnalystError: another one is at work.
        """
        ...

    def close(self) -> None:
        """Remove what was only needed while jobs ran."""
        ...


def open_place(url: str) -> Place:
    """The place that a path or a URL names.

    Raises:
        BadInput: nothing here knows such a URL.
    """
    from .local import LocalPlace  # noqa: PLC0415 - the port is imported by its implementations

    if "://" not in url:
        return LocalPlace(Path(url).absolute())
    from .mirror import MirrorPlace, local_path  # noqa: PLC0415 - fsspec is only needed here

    path = local_path(url)
    return LocalPlace(path) if path else MirrorPlace(url)


def is_of(answer: bytes | None, key: str) -> bool:
    """Whether a result is one of the job with this key, and not of what had its id before."""
    try:
        return bool(json.loads(answer or b"")["key"] == key)
    except (ValueError, KeyError, TypeError):
        return False
