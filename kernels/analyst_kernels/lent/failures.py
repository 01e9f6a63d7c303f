"""A snippet's exception as an error output: plain text, the user's own frames, cells by their labels."""

from __future__ import annotations

import os
import re
import sysconfig
import traceback
from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["failure"]

_CELL = re.compile(r"^<ipython-input-|[/\\]ipykernel_\d+[/\\]")
_LIBRARIES = tuple(
    path
    for name, path in sysconfig.get_paths().items()
    if name in {"stdlib", "platstdlib", "purelib", "platlib"}
)
_LAST = 3
"""Frames that are shown where none is the user's."""
_OWN = __name__.partition(".")[0]


def failure(error: BaseException, labels: Mapping[str, object]) -> dict[str, Any]:
    """The content of an `error` message. `labels` gives a cell's number, or name, for the name of its code."""
    told = traceback.TracebackException.from_exception(error, compact=True)
    for each in _chain(told):
        _reduce(each, labels)
    lines = [line for piece in told.format() for line in piece.rstrip("\n").split("\n")]
    try:
        message = str(error)
    except Exception:  # noqa: BLE001 - the exception's own code; traceback says the same
        message = "<exception str() failed>"
    return {"ename": type(error).__name__, "evalue": message, "traceback": lines}


def _chain(told: traceback.TracebackException) -> Iterator[traceback.TracebackException]:
    waiting = [told]
    while waiting:
        each = waiting.pop()
        yield each
        inner = getattr(each, "exceptions", None) or []
        waiting += [other for other in (each.__cause__, each.__context__, *inner) if other is not None]


def _reduce(told: traceback.TracebackException, labels: Mapping[str, object]) -> None:
    frames = [frame for frame in told.stack if _is_users(frame.filename, labels)]
    where = getattr(told, "filename", None)  # of a syntax error
    if where is None:
        frames = frames or list(told.stack)[-_LAST:]
    told.stack = traceback.StackSummary.from_list([_labelled(frame, labels) for frame in frames])
    if where is not None and where in labels:
        told.filename = _label(where, labels)


def _labelled(frame: traceback.FrameSummary, labels: Mapping[str, object]) -> traceback.FrameSummary:
    if frame.filename not in labels:
        return frame
    return traceback.FrameSummary(
        _label(frame.filename, labels), frame.lineno, frame.name, lookup_line=False, line=frame.line
    )


def _label(filename: str, labels: Mapping[str, object]) -> str:
    return f"Cell In[{labels[filename]}]"


def _is_users(filename: str, labels: Mapping[str, object]) -> bool:
    if filename in labels or _CELL.search(filename):
        return True
    # compiled modules give a path inside their package
    return (
        os.path.isabs(filename)  # noqa: PTH117 - text of a traceback
        and not filename.startswith(_LIBRARIES)
        and f"{_OWN}/" not in filename.replace("\\", "/")
    )
