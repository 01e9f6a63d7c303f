"""The user's variables as they were before a step, so that the step can be undone.

A frame under copy-on-write is kept for nothing: it shares its data until somebody writes. All else is copied within a
budget of bytes. Only types that are known exactly are looked into, so that nothing of the user's is called; what
cannot be kept is named, with the reason. Of such a variable the name is restored, not what was done to the object.

Old content goes back into the same object where that is possible: every name, and every container, sees it.
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from .brief import kind, type_name
from .fingerprint import fingerprint
from .namespace import shell, variables

BYTES = 256_000_000
"""Copies that one snapshot may make: a tenth of a second, and memory that a laptop has to spare."""
TOTAL = 1_000_000_000
"""Copies that all snapshots may hold together; beyond it the oldest are forgotten."""
OBJECTS = 200_000
"""Containers, arrays and frames that one snapshot keeps: about a second."""
DEPTH = 50
"""Containers in containers that are followed: far more than data has, fewer than Python's own stack."""

_ATOMS = {int, float, complex, bool, str, bytes, type(None)}
_FIXED = {"scalar", "module", "function", "class", "index"}
_TABLES = {"frame", "series"}


@dataclass(slots=True)
class _Kept:
    """An object that can change, and a copy of its content: of a container, the items, which are kept themselves."""

    value: Any
    kind: str
    content: Any


@dataclass
class _Snapshot:
    names: dict[str, Any]
    """The user's variables themselves."""
    kept: dict[int, _Kept] = field(default_factory=dict)
    """By `id`: the objects live as long as the snapshot does."""
    problems: dict[str, str] = field(default_factory=dict)
    """By name: what of it cannot be restored, and why."""
    bytes: int = 0


_snapshots: dict[str, _Snapshot] = {}


def snapshot(label: str) -> dict[str, Any]:
    """Keep the variables as they are now; an earlier snapshot with this label is forgotten.

    Returns `kept` names, `not_restorable` (name: why), the `bytes` that were copied, and which older snapshots were
    `forgotten` because all together became too large.
    """
    _snapshots.pop(label, None)
    earlier = next(reversed(_snapshots.values()), None)
    taken = _Snapshot(variables())
    keeper = _Keeper(taken, earlier.kept if earlier else {})
    for name, value in taken.names.items():
        problem = keeper.keep(value, 0)
        if problem:
            taken.problems[name] = problem
    _snapshots[label] = taken
    forgotten = []
    while sum(each.bytes for each in _snapshots.values()) > TOTAL and len(_snapshots) > 1:
        forgotten.append(next(iter(_snapshots)))
        del _snapshots[forgotten[-1]]
    return {
        "kept": [name for name in taken.names if name not in taken.problems],
        "not_restorable": dict(taken.problems),
        "bytes": taken.bytes,
        "forgotten": forgotten,
    }


def restore(label: str) -> dict[str, Any]:
    """Make the variables what they were. The snapshot stays, and can be restored again.

    Returns the names that were `restored` because they were gone, another object, or another content; those `removed`
    because they are new; and what is `lost` (name: why): what was done to it, if anything, is not undone.
    """
    if label not in _snapshots:
        raise KeyError(f"no snapshot {label!r}: it was never taken, or forgotten to save memory")
    taken = _snapshots[label]
    there, namespace = variables(), _namespace()
    changed, moved = _put_back(taken)
    removed = [name for name in there if name not in taken.names]
    for name in removed:
        del namespace[name]
    restored = []
    for name, value in taken.names.items():
        now = moved.get(id(value), value)
        if there.get(name, _MISSING) is not now:
            namespace[name] = now
            restored.append(name)
        elif _reaches(taken, value, changed):
            restored.append(name)
    return {"restored": restored, "removed": removed, "lost": dict(taken.problems)}


def forget(labels: list[str] | None = None) -> list[str]:
    """Let go of snapshots, and of what they hold in memory; of all without labels. Gives those that there were."""
    gone = [label for label in (list(_snapshots) if labels is None else labels) if label in _snapshots]
    for label in gone:
        del _snapshots[label]
    return gone


_MISSING = object()


def _namespace() -> dict[str, Any]:
    running = shell()
    names: dict[str, Any] = vars(sys.modules["__main__"]) if running is None else running.user_ns
    return names


# ── keeping ─────────────────────────────────────────────────────────────────────────────────────────────────────────


class _Keeper:
    """Fills a snapshot. What has not changed since the one before is shared with it."""

    def __init__(self, taken: _Snapshot, earlier: dict[int, _Kept]) -> None:
        self.taken = taken
        self.earlier = earlier
        self.seen: dict[int, str] = {}
        """What was found out about each container that was looked into: the same objects come again and again."""

    def keep(self, value: Any, depth: int) -> str:
        """Keep a value with all that is in it. Gives what of it cannot be restored; "" when all can."""
        if type(value) in _ATOMS:
            return ""
        what = kind(value)
        if what in _FIXED or type(value) is bytes:
            return ""
        if what == "other":
            return f"{type_name(value)}: not known how to copy it, so what is done to the object itself stays"
        if id(value) in self.seen:
            return self.seen[id(value)]
        if depth > DEPTH:
            return f"nested more than {DEPTH} levels deep"
        self.seen[id(value)] = ""  # in a ring of containers the first one speaks for all
        self.seen[id(value)] = problem = self._look(value, what, depth)
        return problem

    def _look(self, value: Any, what: str, depth: int) -> str:
        if what in {"mapping", "set", "sequence"}:
            if type(value) in {tuple, frozenset}:
                return self._items(value, depth)
            problem = self._copy(value, what, sys.getsizeof(value))
            items = value.values() if what == "mapping" else () if what == "set" else value
            return problem or self._items(items, depth)
        if what in _TABLES:
            size = 0 if _copies_on_write() else _bytes(value)
            return self._copy(value, what, size) or _open_columns(value)
        if what == "array" and value.dtype.hasobject:
            return self._copy(value, what, value.nbytes) or self._items(value.ravel().tolist(), depth)
        return self._copy(value, what, len(value) if what == "text" else value.nbytes)

    def _items(self, items: Iterable[Any], depth: int) -> str:
        known = set(map(type, items)) <= _ATOMS
        problems = () if known else (self.keep(item, depth + 1) for item in items)
        # all of them are kept, one problem is told
        return next(iter([f"in it {problem}" for problem in problems if problem][:1]), "")

    def _copy(self, value: Any, what: str, size: int) -> str:
        before = self.earlier.get(id(value))
        if before is not None and before.value is value and what not in _TABLES and _same(before):
            self.taken.kept[id(value)] = before
            return ""
        if self.taken.bytes + size > BYTES:
            return (
                f"{size:,} bytes: more than the {BYTES:,} that a snapshot may copy, so changes inside it stay"
            )
        if len(self.taken.kept) >= OBJECTS:
            return f"one of more than {OBJECTS:,} containers, so changes inside it stay"
        self.taken.bytes += size
        self.taken.kept[id(value)] = _Kept(value, what, _content(value, what))
        return ""


def _content(value: Any, what: str) -> Any:
    if what in _TABLES:
        return value.copy(deep=not _copies_on_write())
    if what == "array":
        return value.copy()
    if what == "mapping":
        return list(value.items())
    if what == "set":
        return set(value)
    return bytes(value) if what == "text" else list(value)


def _copies_on_write() -> bool:
    """Whether a shallow copy of a frame is safe from writes to the frame: always from pandas 3 on."""
    pandas = sys.modules["pandas"]
    if int(pandas.__version__.partition(".")[0]) >= 3:
        return True
    return pandas.get_option("mode.copy_on_write") is True


def _bytes(table: Any) -> int:
    usage = table.memory_usage(deep=False)
    return int(usage if table.ndim == 1 else usage.sum())


def _open_columns(table: Any) -> str:
    """A column of objects that can change themselves is shared by all copies of the frame."""
    columns = [table] if table.ndim == 1 else [table.iloc[:, number] for number in range(table.shape[1])]
    for column in columns:
        if column.dtype == object and any(not _is_fixed(value) for value in column.iloc[:1000].array):
            return f"in column {column.name!s:.60} there are objects: what is done to those themselves stays"
    return ""


def _is_fixed(value: Any) -> bool:
    return type(value) in _ATOMS or kind(value) in _FIXED


# ── putting back ────────────────────────────────────────────────────────────────────────────────────────────────────


def _put_back(taken: _Snapshot) -> tuple[set[int], dict[int, Any]]:
    """The content of all objects: which were changed, and which had to be made anew (by the `id` of the old one)."""
    changed: set[int] = set()
    moved: dict[int, Any] = {}
    # containers last: by then it is known which of their items are new objects
    for kept in sorted(taken.kept.values(), key=lambda each: each.kind in {"mapping", "set", "sequence"}):
        fresh = moved and kept.kind in {"mapping", "sequence"}
        if _same(kept) and not fresh:
            continue
        if not _same(kept):
            changed.add(id(kept.value))
        if not _fill(kept, moved):
            moved[id(kept.value)] = _content(kept.content, kept.kind)
    return changed, moved


def _fill(kept: _Kept, moved: dict[int, Any]) -> bool:
    """Give an object its old content back; False when only a new object can have it."""
    value, content = kept.value, kept.content
    if kept.kind == "mapping":
        value.clear()
        for key, item in content:
            value[key] = moved.get(id(item), item)
    elif kept.kind == "set":
        value.clear()
        value.update(content)
    elif kept.kind == "sequence":
        value.clear()
        value.extend(moved.get(id(item), item) for item in content)
    elif kept.kind == "text":
        value[:] = content
    elif kept.kind == "array":
        if value.shape != content.shape or value.dtype != content.dtype or not value.flags.writeable:
            return False
        value[...] = content
    else:
        return _fill_table(value, _content(content, kept.kind))
    return True


def _fill_table(value: Any, content: Any) -> bool:
    """pandas' own way to do an operation in place; it is private, so it may be missing one day."""
    update = getattr(value, "_update_inplace", None)
    if update is None:
        return False
    update(content)
    if value.ndim == 1:
        value.name = content.name
    value.attrs = content.attrs
    return True


def _same(kept: _Kept) -> bool:
    """Whether an object still has its content; items are the same objects then."""
    value, content = kept.value, kept.content
    if kept.kind in _TABLES:
        return _same_table(value, content)
    if kept.kind == "array":
        return _same_array(value, content)
    if kept.kind == "text":
        return bool(value == content)
    if len(value) != len(content):
        return False
    if kept.kind == "mapping":
        pairs = zip(value.items(), content, strict=True)
        return all(new[0] is old[0] and new[1] is old[1] for new, old in pairs)
    if kept.kind == "set":
        return set(map(id, value)) == set(map(id, content))
    return all(new is old for new, old in zip(value, content, strict=True))


def _same_array(value: Any, content: Any) -> bool:
    if value.shape != content.shape or value.dtype != content.dtype:
        return False
    if value.dtype.hasobject:
        return all(new is old for new, old in zip(value.ravel(), content.ravel(), strict=True))
    numpy = sys.modules["numpy"]
    new, old = (numpy.ascontiguousarray(each).reshape(-1).view(numpy.uint8) for each in (value, content))
    return bool(numpy.array_equal(new, old))


def _same_table(value: Any, content: Any) -> bool:
    if value.ndim == 1 and value.name is not content.name:
        return False
    if type(value.index) is not type(content.index) or value.attrs != content.attrs:
        return False
    types = [content.dtype] if content.ndim == 1 else list(content.dtypes)
    if any(str(each) in {"object", "category"} for each in types):
        # comparing objects would run their code
        return fingerprint(value) == fingerprint(content)
    return bool(value.equals(content))


def _reaches(taken: _Snapshot, value: Any, changed: set[int]) -> bool:
    """Whether one of the changed objects is this one, or in it."""
    waiting, seen = deque([value] if changed else []), set()
    while waiting:
        each = waiting.popleft()
        if type(each) in _ATOMS or id(each) in seen:
            continue
        seen.add(id(each))
        if id(each) in changed:
            return True
        kept = taken.kept.get(id(each))
        if type(each) in {tuple, frozenset}:
            waiting.extend(each)
        elif kept is not None and kept.kind == "mapping":
            waiting.extend(item for _, item in kept.content)
        elif kept is not None and kept.kind == "sequence":
            waiting.extend(kept.content)
    return False
