"""Numbers that the code chose and no output need show: thresholds, seeds, windows, how many are listed. Pure."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from functools import lru_cache

from .matching import forms
from .numbers import Number

_CHOICE = re.compile(
    r"(?:\b(?:above|below|over|under|more than|less than|fewer than|greater than|at least|at most|up to|exceed\w*|beyond|outside|within"
    r"|threshold|cut-?off|limit|target|level|alpha|seed|random_state|window|lag|shift|top|bottom|first|last|percentile|quantile|degree"
    r"|über|unter|mehr als|weniger als|mindestens|höchstens|bis zu|schwelle|grenze|ab|plus de|moins de|au moins|au plus|seuil)\b|[<>≤≥])"
    r"(?: (?:of|is|was|by|at|the|a|von|de|le|la))*\W{0,3}$|\bseed\b[^.]{0,30}$",
    re.I,
)
"""Before a number: it sets something rather than tells what was found."""


_HUGE = 1e300
"""Beyond it a whole number of Python is none that floats can hold."""


def chosen(number: Number, text: str, codes: Mapping[int, str]) -> int:
    """The last cell whose code holds the number, if the text says that it was set; else 0.

    Args:
        number: one of `text`.
        text: the answer.
        codes: the code of each cell that worked, by its number.
    """
    if not _CHOICE.search(text[max(0, number.start - 40) : number.start]):
        return 0
    values = {value for value, _, _ in forms(number)}
    return next((cell for cell in sorted(codes, reverse=True) if values & _constants(codes[cell])), 0)


@lru_cache(maxsize=256)
def _constants(code: str) -> frozenset[float]:
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset()
    values = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return frozenset(float(v) for v in values if isinstance(v, int | float) and abs(v) < _HUGE)
