"""Descriptions of columns in the text: "the atmospheric temperature (AT)", "real GDP (column realgdp)"."""

from __future__ import annotations

import re

from ..survey import Column
from ..vocabulary import ASKING, stem
from .task import Task

_LONGEST = 5
"""Most words of a description."""


def described(task: Task) -> dict[Column, frozenset[str]]:
    """The words by which the text describes a column before it names it in brackets."""
    found: dict[Column, frozenset[str]] = {}
    for match in re.finditer(
        r"([^.;:()\n«»]{3,60}?) ?\((?:the )?(?:column )?[\"'`]?«(\d+)»[\"'`]?(?: column)?\)", task.low
    ):
        column = task.column(match[2])
        words = [stem(w) for w in re.findall(r"[a-z]+", match[1])][-_LONGEST:]
        plain = frozenset(w for w in words if w not in ASKING and len(w) > 2)
        if column is not None and plain:
            found[column] = found.get(column, frozenset()) | plain
    return found


def column(words: tuple[str, ...], task: Task) -> Column | None:
    """The column whose description shares most words with a slot's name; beginnings of words count: "atmos temp"."""
    scores = {
        c: sum(any(len(w) > 2 and d.startswith(w) for d in said) for w in words)
        for c, said in described(task).items()
    }
    best = max(scores.values(), default=0)
    fitting = [c for c, score in scores.items() if score == best]
    return fitting[0] if best > 0 and len(fitting) == 1 else None
