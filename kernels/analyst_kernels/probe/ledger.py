"""What a cell did to data, seen while it ran: joins, filters, groups, rows put together or dropped, frames before and after.

Between `watch` and `told` a few methods of pandas tell of themselves. What they return is untouched, what they cost is a
look at sizes and positions that are there anyway. Facts only; what is worth a word is judged outside.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from .brief import cell, kind, short
from .digests import COUNTED, gaps
from .doubled import doubled
from .fingerprint import fingerprint
from .namespace import mark, shell, variables

PLACES = 40
"""Places in the code that are told of; what runs in a loop is one place."""
FRAMES, COLUMNS = 30, 60
SMALL = 5
"""A group of fewer rows is a small one."""

POINTS = (
    ("pandas.core.reshape.merge", "_MergeOperation", "_get_join_info", ("merge", "join")),
    ("pandas.core.frame", "DataFrame", "_getitem_bool_array", ("__getitem__", "query")),
    ("pandas.core.series", "Series", "_get_rows_with_mask", ("__getitem__",)),
    ("pandas.core.indexing", "_LocationIndexer", "_getbool_axis", ("__getitem__", "query")),
    ("pandas.core.frame", "DataFrame", "dropna", ("",)),
    ("pandas.core.groupby.ops", "BaseGrouper", "__init__", ("groupby",)),
    ("pandas", "", "concat", ("",)),
)
"""Module, class and function of pandas that tell of themselves, and by which the user's code must have come there."""

Place = tuple[str, int, int]

_seen: dict[Place, dict[str, Any]] = {}
_groupers: dict[Place, Any] = {}
_known: dict[str, tuple[int, dict[str, Any]]] = {}
"""By name: which object a frame was, and what was told of it."""
_originals: list[tuple[Any, str, Any]] = []


def watch() -> None:
    """Begin to look. Without pandas in the process there is nothing to look at yet."""
    _restore()
    _seen.clear()
    _groupers.clear()
    if "pandas" not in sys.modules:
        return
    for module, owner, name, entries in POINTS:
        home = getattr(sys.modules.get(module), owner, None) if owner else sys.modules.get(module)
        if home is not None and name in vars(home):
            original = vars(home)[name]
            _originals.append((home, name, original))
            setattr(home, name, _watched(name, original, entries))
    for name, value in _tables(variables()):
        known = _known.get(name)
        if known is None or known[0] != id(value) or known[1]["rows"] != len(value):
            _known[name] = (id(value), _table(name, value, fingerprint(value)))


def told() -> list[dict[str, Any]]:
    """Stop looking. What was seen, in the order of the code."""
    _restore()
    seen = [{**fact, "line": place[1]} for place, fact in _seen.items()]
    seen += [fact for place, grouper in _groupers.items() if (fact := _groups(place, grouper))]
    _seen.clear()
    _groupers.clear()
    return sorted(seen, key=lambda fact: int(fact["line"]))


def frames(changed: Iterable[str]) -> list[dict[str, Any]]:
    """The tables among the variables that changed; `before` is what one was then, whoever had made it."""
    there, names, facts = variables(), set(changed), []
    for name, value in _tables({name: there[name] for name in there if name in names}):
        before, now = _known.get(name), _table(name, value, mark(name))
        _known[name] = (id(value), now)
        facts.append({**now, **({"before": before[1], "in_place": before[0] == id(value)} if before else {})})
    for name in [name for name in _known if name not in there]:
        del _known[name]
    return facts


def _restore() -> None:
    for home, name, original in _originals:
        setattr(home, name, original)
    _originals.clear()


# ── operations ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _watched(name: str, original: Callable[..., Any], entries: tuple[str, ...]) -> Callable[..., Any]:
    """The function, followed by a look at what it did. An error of the look is not one of the code."""
    tell = _TELLERS[name]

    @wraps(original)
    def function(*arguments: Any, **options: Any) -> Any:
        result = original(*arguments, **options)
        place = _place(name, entries)
        if place is not None:
            try:
                tell(place, result, *arguments, **options)
            except Exception:  # noqa: BLE001 - pandas' insides may differ: then this operation is not told of
                _seen.pop(place, None)
        return result

    return function


def _place(what: str, entries: tuple[str, ...]) -> Place | None:
    """Where in the user's code we are; None when it is not the user's code that asked pandas for this."""
    if not _originals:
        return None
    frame: Any = sys._getframe(2)
    entry = ""
    while frame is not None and str(frame.f_globals.get("__name__")).partition(".")[0] == "pandas":
        entry = entry if frame.f_code.co_name == "wrapper" else frame.f_code.co_name  # pandas' decorators
        frame = frame.f_back
    running = shell()
    home = vars(sys.modules["__main__"]) if running is None else running.user_global_ns
    if frame is None or frame.f_globals is not home or entry not in entries:
        return None
    place = (what, frame.f_lineno, frame.f_lasti)
    return place if place in _seen or len(_seen) + len(_groupers) < PLACES else None


def _join(place: Place, found: Any, merge: Any) -> None:
    rows, left, right = len(found[0]), merge.left, merge.right
    fact: dict[str, Any] = {"what": "join", "how": str(merge.how), "keys": _keys(merge), "rows": rows}
    as_left = merge.how == "left" and rows == len(left)
    fact["left"] = _side(found[1], len(left), whole=as_left)
    fact["right"] = _side(
        found[2],
        len(right),
        whole=merge.how == "right" and rows == len(right),
        looked_up=fact["left"]["most"] < 2,
    )
    fact["floats"] = _become_floats(merge, fact)
    _seen.setdefault(place, fact)


def _side(taken: Any, size: int, *, whole: bool, looked_up: bool = False) -> dict[str, int]:
    """How many of a table's rows were lost, how often one was taken at most, how many places none could take.

    `taken` are positions in the table, -1 for none; None: all of them as they stand. `whole`: each is there once.
    `looked_up`: no row of the left one is there twice. Then nothing hangs on how often a row was taken, and it is not
    counted.
    """
    numpy = sys.modules["numpy"]
    if taken is None or whole:
        return {"rows": size, "lost": 0, "most": 1, "empty": 0}
    if looked_up:
        return {"rows": size, "empty": len(taken) - int(numpy.count_nonzero(taken >= 0))}
    if len(taken) and taken[0] >= 0 and (taken[1:] >= taken[:-1]).all():
        # in the table's order: a row that is taken again stands beside itself
        again = numpy.flatnonzero(taken[1:] == taken[:-1])
        ends = numpy.flatnonzero(again[1:] != again[:-1] + 1)
        runs = numpy.diff(numpy.concatenate([[-1], ends, [len(again) - 1]]))
        return {"rows": size, "lost": size - len(taken) + len(again), "most": 1 + int(runs.max()), "empty": 0}
    empty = len(taken) - int(numpy.count_nonzero(taken >= 0))
    # counted from -1 on, so that no copy without the -1 is made
    times = (
        numpy.bincount(taken + 1, minlength=size + 1)[1:] if empty else numpy.bincount(taken, minlength=size)
    )
    most = int(times.max()) if size else 0
    return {"rows": size, "lost": size - int(numpy.count_nonzero(times)), "most": most, "empty": empty}


def _keys(merge: Any) -> list[str]:
    if merge.left_index and merge.right_index:
        return ["the index"]
    return [short(str(name), 40) for name in merge.join_names if name is not None][:4] or ["the index"]


def _become_floats(merge: Any, fact: dict[str, Any]) -> list[str]:
    """Columns of whole numbers that get gaps, and so are no whole numbers any more."""
    found = []
    for side, frame in (("left", merge.left), ("right", merge.right)):
        if fact[side]["empty"]:
            keys = set(map(str, merge.join_names))
            found += [
                cell(n)
                for n, t in frame.dtypes.items()
                if str(t).startswith(("int", "uint")) and str(n) not in keys
            ]
    return found[:4]


def _filter(place: Place, before: Any, after: Any) -> None:
    fact = _seen.setdefault(place, {"what": "filter", "rows": len(before), "times": 0, "none": 0, "all": 0})
    fact["times"] += 1
    fact["none"] += len(after) == 0 < len(before)
    fact["all"] += len(after) == len(before)


def _of_mask(place: Place, result: Any, table: Any, *_: Any) -> None:
    _filter(place, table, result)


def _of_indexer(place: Place, result: Any, indexer: Any, _key: Any, axis: int = 0) -> None:
    if axis == 0:
        _filter(place, indexer.obj, result)


def _drop(place: Place, result: Any, table: Any, **options: Any) -> None:
    if result is not None and options.get("axis", 0) in (0, "index", "rows"):
        _seen.setdefault(place, {"what": "dropna", "rows": len(table), "kept": len(result)})


def _grouping(place: Place, _: Any, grouper: Any, *__: Any, **___: Any) -> None:
    _groupers.setdefault(place, grouper)


def _groups(place: Place, grouper: Any) -> dict[str, Any] | None:
    """How large the groups are: counted already if anything was computed of them, else not asked."""
    if not {"result_index_and_ids", "group_info"} & set(getattr(grouper, "_cache", ())):
        return None
    ids = grouper.ids if hasattr(grouper, "ids") else grouper.group_info[0]
    missing = len(ids) and ids.min() < 0  # rows without a key: -1
    counts = sys.modules["numpy"].bincount(ids[ids >= 0] if missing else ids)
    counts = counts[counts > 0]
    if not len(counts):
        return None
    keys = [short(str(name), 40) for name in grouper.names][:4]
    small = int((counts < SMALL).sum())
    sizes = {"groups": len(counts), "small": small, "least": int(counts.min()), "most": int(counts.max())}
    return {"what": "groups", "keys": keys, **sizes, "line": place[1]}


def _concat(place: Place, result: Any, parts: Any, **options: Any) -> None:
    if options.get("axis", 0) not in (0, "index") or kind(result) != "frame":
        return
    parts = parts.values() if isinstance(parts, dict) else parts
    if place not in _seen and hasattr(parts, "__len__"):  # an iterator is used up by now
        sizes = [len(each) for each in parts if each is not None]
        if sum(sizes) == len(result):
            rows, exact = doubled(result, sizes)
            _seen[place] = {"what": "concat", "rows": len(result), "doubled": rows, "estimated": not exact}


_TELLERS: dict[str, Callable[..., None]] = {
    "_get_join_info": _join,
    "_getitem_bool_array": _of_mask,
    "dropna": _drop,
    "_get_rows_with_mask": _of_mask,
    "_getbool_axis": _of_indexer,
    "__init__": _grouping,
    "concat": _concat,
}


# ── frames ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _tables(names: dict[str, Any]) -> list[tuple[str, Any]]:
    return [(name, value) for name, value in names.items() if kind(value) in ("frame", "series")][:FRAMES]


def _table(name: str, value: Any, content: str) -> dict[str, Any]:
    """Rows; name, type and number of missing values (None: not counted) of each column; the hash of its content."""
    columns = [value] if value.ndim == 1 else [value.iloc[:, n] for n in range(min(COLUMNS, value.shape[1]))]
    counted = value.size <= COUNTED
    facts = [[cell(c.name), short(str(c.dtype), 40), gaps(c) if counted else None] for c in columns]
    return {
        "what": kind(value),
        "name": name,
        "rows": len(value),
        "columns": facts,
        "hash": content,
    }
