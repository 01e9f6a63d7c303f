"""Rows that came into a table twice when parts were put below each other: counted in a short one, estimated in a long one."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

WHOLE, SAMPLE = 50_000, 20_000
"""Rows of a table of which all are looked at; and how many are of a longer one, of which equal ones stay together."""
REPEATED = 2_000
"""Of these, rows that seem to be there twice and are compared in all columns."""
_SPREAD = 0x9E3779B97F4A7C15
_BLOCK = 1 << 15
"""Rows at a time: what is computed of them stays in the processor's cache."""
_COLUMNS, _FIRST, _DIFFERENT = 60, 1000, 100


def doubled(frame: Any, sizes: Sequence[int]) -> tuple[int, bool]:
    """How many rows repeat one of another part, and whether that was counted.

    `frame` is made of parts of these sizes, one below the other. Rows are compared only where the column that tells most
    of them apart repeats a value.
    """
    numpy = sys.modules["numpy"]
    column = _telling(frame)
    if column is None:  # nothing spreads the rows evenly
        everything = numpy.arange(len(frame))
        return (_born(frame, everything, everything * 0, sizes), True) if len(frame) <= WHOLE else (0, False)
    part = len(frame) // SAMPLE if len(frame) > WHOLE else 1
    rows, keys = _some(column, part)
    ordered = numpy.sort(keys)
    again = ordered[1:][ordered[1:] == ordered[:-1]]
    if part > 1 and len(again) > REPEATED:
        fewer = len(again) // REPEATED
        part *= fewer
        again = again[again >= _least(part)]
    if not len(again):
        return 0, part == 1
    found = again[numpy.searchsorted(again, keys).clip(max=len(again) - 1)] == keys
    if part > 1 and numpy.count_nonzero(found) > 10 * REPEATED:
        return 0, False  # one value that fills many rows: from it nothing follows for the others
    return _born(frame, rows[found], keys[found], sizes) * part, part == 1


def _telling(frame: Any) -> Any:
    """The column of numbers that differ most in the first rows, as whole numbers; None where none differ much."""
    numpy = sys.modules["numpy"]
    columns = [frame.iloc[:, n] for n in range(min(_COLUMNS, frame.shape[1]))]
    plain = [c for c in columns if isinstance(c.dtype, numpy.dtype) and c.dtype.kind in "iuf"]
    wide = [c.to_numpy().view("uint64") for c in plain if c.dtype.itemsize == 8]
    different = [len(numpy.unique(values[:_FIRST])) for values in wide]
    return wide[different.index(max(different))] if max(different, default=0) > _DIFFERENT else None


def _some(values: Any, part: int) -> tuple[Any, Any]:
    """One row in `part`, by a hash of its value, so that equal ones stay together; with the hashes."""
    numpy = sys.modules["numpy"]
    spread, least = numpy.uint64(_SPREAD), _least(part)
    rows, keys, room = [], [], numpy.empty(_BLOCK, "uint64")
    for low in range(0, len(values), _BLOCK):
        block = values[low : low + _BLOCK]
        hashed = numpy.multiply(block, spread, out=room[: len(block)])
        chosen = numpy.flatnonzero(hashed >= least)
        rows.append(chosen + low)
        keys.append(hashed[chosen])
    return numpy.concatenate(rows), numpy.concatenate(keys)


def _least(part: int) -> Any:
    """The hash from which on a row is one of the sample. At the upper end: that of zero, which may fill a column, is zero."""
    return sys.modules["numpy"].uint64(2**64 - 2**64 // part if part > 1 else 0)


def _born(frame: Any, rows: Any, keys: Any, sizes: Sequence[int]) -> int:
    """How many of these rows repeat an earlier one, less those that do so within their own part."""
    numpy = sys.modules["numpy"]
    some = frame.take(rows)
    edges = numpy.searchsorted(rows, numpy.cumsum([0, *sizes]))
    spans = [(low, high) for low, high in zip(edges, edges[1:], strict=False)]
    own = [some.iloc[low:high] for low, high in spans if len(numpy.unique(keys[low:high])) < high - low]
    return _repeats(some) - sum(map(_repeats, own))


def _repeats(frame: Any) -> int:
    try:
        return int(frame.duplicated().sum())
    except TypeError:  # values that cannot be compared, such as lists
        return 0
