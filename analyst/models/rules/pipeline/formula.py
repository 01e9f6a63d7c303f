"""A formula over columns, as a question states it."""

from __future__ import annotations

from dataclasses import dataclass

from ..survey import Column


@dataclass(frozen=True, slots=True)
class Formula:
    """An expression over columns of `{frame}`."""

    place: int
    expression: str
    said: str
    uses: tuple[Column, ...]
    weight: int = 0
    """An explicit formula says more than a word."""
    prepare: tuple[str, ...] = ()
    type: str = "number"
    does: frozenset[str] = frozenset()
    """The names in `beyond.WORK` of what it takes care of."""
