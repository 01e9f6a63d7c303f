"""What a clean run came to, held against what the run had shown: values of the answer, tables by hash, figures by their data. Pure."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analyst_kernels import DisplayData, Error, ExecuteResult, Output, Stream

from ..events import Claim, Moved, Place, ToolReturned
from .evidence import FIGURE, Evidence

_CLOSE = 1e-12
"""Relative difference below which two values are the same: the order of a sum may move the last digits."""
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")
_SHOWN = 80


@dataclass(frozen=True, slots=True)
class Compared:
    """One thing that was compared; `moved` when it is different now."""

    moved: Moved | None = None
    cell: int = 0
    """The cell that shows or makes it; 0: none."""


def claimed(claims: Sequence[Claim], before: Evidence, again: Evidence) -> Iterator[Compared]:
    """The values that an answer rests on, each place once."""
    places = dict.fromkeys(place for claim in claims for place in claim.places)
    for place in places:
        was = _value(before, place)
        if was is None:  # a date: found again or not
            there = any(p.text == place.text for p, _ in again.days.values())
            yield Compared(None if there else Moved(_where(place), place.text, "not there"), place.cell)
            continue
        same = [s for s in again.shown if s.cell == place.cell]
        spot = [s for s in same if (s.item.row, s.item.column) == (place.row, place.column)]
        if any(_close(s.value, was) for s in spot or same):
            yield Compared()
        else:
            near = min(spot or same, key=lambda s: abs(s.value - was), default=None)
            now = near.item.text if near and spot else "not there"
            yield Compared(Moved(_where(place), place.text, now), place.cell)


def _value(evidence: Evidence, place: Place) -> float | None:
    return next((s.value for s in evidence.shown if s.place == place), None)


def _where(place: Place) -> str:
    label = " / ".join(filter(None, (place.variable, place.row, place.column)))[:_SHOWN]
    return ("the survey" if place.cell == 0 else f"cell {place.cell}") + (f" ({label})" if label else "")


def tables(before: Mapping[int, ToolReturned], again: Mapping[int, ToolReturned]) -> Iterator[Compared]:
    """The tables that the cells made, each as the last cell left it."""
    last = {name: (cell, fact) for cell in sorted(before) for name, fact in _tables(before[cell])}
    for name, (cell, fact) in last.items():
        now = dict(_tables(again[cell])).get(name) if cell in again else None
        if now is not None and now["hash"] == fact["hash"]:
            yield Compared()
        else:
            yield Compared(
                Moved(f"table {name} (cell {cell})", _size(fact), _size(now) if now else "not there"), cell
            )


def _tables(returned: ToolReturned) -> Iterator[tuple[str, Mapping[str, Any]]]:
    return ((str(f["name"]), f) for f in returned.observed if f.get("what") in ("frame", "series"))


def _size(fact: Mapping[str, Any]) -> str:
    return f"{fact['rows']:,} rows × {len(fact['columns'])} columns, hash {str(fact['hash'])[:8]}"


def figures(before: Mapping[int, ToolReturned], again: Mapping[int, ToolReturned]) -> Iterator[Compared]:
    """The figures that the cells drew, by the data they show."""
    for cell, returned in sorted(before.items()):
        now = _figures(again[cell].outputs) if cell in again else []
        for number, figure in enumerate(_figures(returned.outputs)):
            where = f"figure {number + 1} of cell {cell}"
            if number >= len(now):
                yield Compared(Moved(where, "drawn", "not there"), cell)
            elif _alike(figure, now[number]):
                yield Compared()
            else:
                yield Compared(Moved(where, *_difference(figure, now[number])), cell)


def _figures(outputs: Iterable[Output]) -> list[Any]:
    return [
        o.data[FIGURE] for o in outputs if isinstance(o, DisplayData | ExecuteResult) and FIGURE in o.data
    ]


def _alike(a: Any, b: Any) -> bool:
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        return a.keys() == b.keys() and all(_alike(a[key], b[key]) for key in a)
    if isinstance(a, list | tuple) and isinstance(b, list | tuple):
        return len(a) == len(b) and all(map(_alike, a, b))
    if isinstance(a, int | float) and isinstance(b, int | float):
        return _close(a, b)
    return bool(a == b)


def _difference(a: Any, b: Any) -> tuple[str, str]:
    """The two digests from where they part."""
    one, two = (json.dumps(each, ensure_ascii=False, sort_keys=True, default=str) for each in (a, b))
    part = next(
        (n for n, (x, y) in enumerate(zip(one, two, strict=False)) if x != y), min(len(one), len(two))
    )
    begin = max(0, part - 20)
    return one[begin : begin + _SHOWN], two[begin : begin + _SHOWN]


def outputs(
    cells: Collection[int], before: Mapping[int, ToolReturned], again: Mapping[int, ToolReturned]
) -> Iterator[Compared]:
    """What some cells showed as text, each as a whole: words alike, numbers close."""
    for cell in sorted(cells):
        was, now = (_text(side[cell].outputs) if cell in side else "" for side in (before, again))
        if not was:
            continue
        same = _NUMBER.sub("#", was).split() == _NUMBER.sub("#", now).split() and all(
            _close(float(a), float(b))
            for a, b in zip(_NUMBER.findall(was), _NUMBER.findall(now), strict=True)
        )
        yield Compared(None if same else Moved(f"the output of cell {cell}", *_lines(was, now)), cell)


def _text(shown: Iterable[Output]) -> str:
    told = []
    for output in shown:
        if isinstance(output, Stream):
            told.append(output.text if output.name == "stdout" else "")
        elif not isinstance(output, Error) and FIGURE not in output.data:
            told.append(re.sub(r"0x[0-9a-f]+", "0x", str(output.data.get("text/plain", ""))))
    return "\n".join(told).strip()


def _lines(was: str, now: str) -> tuple[str, str]:
    pairs = zip(was.splitlines(), now.splitlines(), strict=False)
    one, two = next(((a, b) for a, b in pairs if a.split() != b.split()), (was, now))
    return one.strip()[:_SHOWN], two.strip()[:_SHOWN] or "nothing"


def _close(a: float, b: float) -> bool:
    return math.isclose(a, b, rel_tol=_CLOSE, abs_tol=1e-12) or (a != a and b != b)
