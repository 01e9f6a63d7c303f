"""The user's variables as they were before a step, so that the step can be undone.

A frame under copy-on-write is kept for nothing: it shares its data until somebody writes. All else is copied within a
budget, so that what it costs is bounded: some 50 ms. Only types that are known exactly are looked into, so that nothing of the user's is called; what
cannot be kept is named, with the reason. Of such a variable the name is restored, not what was done to the object.

Old content goes back into the same object where that is possible: every name, and every container, sees it.
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from operator import is_
from typing import Any

from .brief import kind, type_name
from .namespace import begin, differing, shell, variables
from .unchanged import content_of, copies_on_write, reached, same, within

BYTES = 100_000_000
"""Copies that one snapshot may make: some 50 ms, and memory that a laptop has to spare."""
TOTAL = 1_000_000_000
"""Copies that all snapshots may hold together; beyond it the oldest are forgotten."""
OBJECTS = 20_000
"""Containers, arrays and frames that one snapshot keeps: some 50 ms."""
ITEMS = 1_000_000
"""Items in all containers of one snapshot: some 50 ms."""
DEPTH = 50
"""Containers in containers that are followed: far more than data has, fewer than Python's own stack."""

_ATOMS = {int, float, complex, bool, str, bytes, type(None)}
_FIXED = {"scalar", "module", "function", "class", "index"}
_TABLES = {"frame", "series"}
_CONTAINERS = {"mapping", "set", "sequence"}


@dataclass(slots=True)
class _Kept:
    """An object that can change, and a copy of its content: of a container, the items, which are kept themselves."""

    value: Any
    kind: str
    content: Any
    plain: bool = False
    """Nothing in it can change itself."""


@dataclass
class _Snapshot:
    names: dict[str, Any]
    """The user's variables themselves."""
    kept: dict[int, _Kept] = field(default_factory=dict)
    """By `id`: the objects live as long as the snapshot does."""
    problems: dict[str, str] = field(default_factory=dict)
    """By name: what of it cannot be restored, and why."""
    bytes: int = 0
    cells: list[str] = field(default_factory=list)
    """The code that the agent ran until the next snapshot, as it was sent."""
    his: set[str] = field(default_factory=set)
    """What that code changed."""
    hers: set[str] = field(default_factory=set)
    """What the user changed from its end to the next snapshot."""
    ended: bool = False
    """Whether what the code changed is known."""


_snapshots: dict[str, _Snapshot] = {}


def snapshot(label: str) -> dict[str, Any]:
    """Keep the variables as they are now; an earlier snapshot with this label is forgotten.

    Returns `kept` names, `not_restorable` (name: why), the `bytes` that were copied, and which older snapshots were
    `forgotten` because all together became too large.
    """
    note(differing())
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
    if (running := shell()) is not None:
        running.events.register("pre_run_cell", _heard)  # once, however often that is asked for
    return {
        "kept": [name for name in taken.names if name not in taken.problems],
        "not_restorable": dict(taken.problems),
        "bytes": taken.bytes,
        "forgotten": forgotten,
    }


def note(names: Iterable[str]) -> None:
    """These were changed: the first time after a snapshot by the agent's cell, later by the user."""
    for latest in list(_snapshots.values())[-1:]:
        (latest.hers if latest.ended else latest.his).update(names)
        latest.ended = True


def restore(label: str) -> dict[str, Any]:
    """Make the variables what they were. The snapshot stays, and can be restored again.

    What only the user has changed since is left as it is, with all that is in it.

    Returns the names that were `restored` because they were gone, another object, or another content; those `removed`
    because they are new; and what is `lost` (name: why): the agent's cells can have reached it, and what they did to it,
    if anything, is not undone.
    """
    if label not in _snapshots:
        raise KeyError(f"no snapshot {label!r}: it was never taken, or forgotten to save memory")
    note(differing())
    taken = _snapshots[label]
    there, names = variables(), _namespace()
    lost = _lost(label, names)
    hers = _hers(label)
    others = [value for each in (taken.names, there) for name, value in each.items() if name not in hers]
    spared = within([there[name] for name in hers if name in there]) - within(others)
    changed, moved = _put_back(taken, spared)
    removed = [name for name in there if name not in taken.names and name not in hers]
    for name in removed:
        del names[name]
    restored = []
    for name, value in taken.names.items():
        if name in hers:
            continue
        now = _now(value, moved)
        if there.get(name, _MISSING) is not now:
            names[name] = now
            restored.append(name)
        elif _reaches(taken, value, changed):
            restored.append(name)
    begin()
    return {"restored": restored, "removed": removed, "lost": lost}


def forget(labels: list[str] | None = None) -> list[str]:
    """Let go of snapshots, and of what they hold in memory; of all without labels. Gives those that there were."""
    gone = [label for label in (list(_snapshots) if labels is None else labels) if label in _snapshots]
    before: _Snapshot | None = None
    for label, each in list(_snapshots.items()):
        if label not in gone:
            before = each
            continue
        if before is not None:  # what she did meanwhile stays hers
            before.hers |= each.hers
        del _snapshots[label]
    return gone


_MISSING = object()


def _heard(info: Any) -> None:
    """The cell that a snapshot was taken for begins. Those of the user are stored in the history, the agent's are not."""
    running = shell()
    if not info.store_history and running is not None:
        running.events.unregister("pre_run_cell", _heard)
        for latest in list(_snapshots.values())[-1:]:
            latest.cells.append(info.raw_cell)


def _hers(label: str) -> set[str]:
    """What the user has changed since a snapshot, and the agent's cells since have not."""
    labels = list(_snapshots)
    since = [_snapshots[each] for each in labels[labels.index(label) :]]
    his, hers = (set[str]().union(*names) for names in ([s.his for s in since], [s.hers for s in since]))
    return hers - his


def _lost(label: str, namespace: dict[str, Any]) -> dict[str, str]:
    """What cannot be restored, of that which the cells since can have reached; all of it where no cell was heard of.

    Cells that were undone do not count again: their snapshots are forgotten.
    """
    taken, running, labels = _snapshots[label], shell(), list(_snapshots)
    cells = [cell for each in labels[labels.index(label) :] for cell in _snapshots[each].cells]
    if running is None or not cells or not taken.problems:
        return dict(taken.problems)
    found = reached(map(running.transform_cell, cells), namespace, taken.names)
    return {name: why for name, why in taken.problems.items() if name in found}


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
        """What was found out about each object that was looked into: the same objects come again and again."""
        self.items = 0

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
        if len(self.seen) >= OBJECTS:
            return f"one of more than {OBJECTS:,} containers, so changes inside it stay"
        self.seen[id(value)] = ""  # in a ring of containers the first one speaks for all
        self.seen[id(value)] = problem = self._look(value, what, depth)
        return problem

    def _look(self, value: Any, what: str, depth: int) -> str:
        if what in _TABLES:
            size = 0 if copies_on_write() else _bytes(value)
            return self._copy(value, what, size) or _open_columns(value)
        if what == "array" and not value.dtype.hasobject:
            return self._copy(value, what, value.nbytes)
        if what == "text":
            return self._copy(value, what, len(value))
        count = value.size if what == "array" else len(value)
        if self.items + count > ITEMS:
            return f"{count:,} items: more than the {ITEMS:,} that a snapshot looks at, so changes inside it stay"
        self.items += count
        if type(value) not in {tuple, frozenset}:
            problem = self._copy(value, what, value.nbytes if what == "array" else sys.getsizeof(value))
            if problem or self.taken.kept[id(value)].plain:
                return problem
        return self._inside(_items(value, what), depth)

    def _inside(self, items: Collection[Any], depth: int) -> str:
        first = ""
        for item in items:
            problem = self.keep(item, depth + 1)
            first = first or problem and f"in it {problem}"
            if first and len(self.seen) >= OBJECTS:
                break  # there is no room for more
        return first

    def _copy(self, value: Any, what: str, size: int) -> str:
        before = self.earlier.get(id(value))
        if (
            before is not None
            and before.value is value
            and what not in _TABLES
            and same(before.kind, before.value, before.content)
        ):
            self.taken.kept[id(value)] = before
            return ""
        if self.taken.bytes + size > BYTES:
            return (
                f"{size:,} bytes: more than the {BYTES:,} that a snapshot may copy, so changes inside it stay"
            )
        self.taken.bytes += size
        plain = what in _CONTAINERS and set(map(type, _items(value, what))) <= _ATOMS
        self.taken.kept[id(value)] = _Kept(value, what, content_of(value, what), plain)
        return ""


def _items(value: Any, what: str) -> Collection[Any]:
    """What can change in a container or an array of objects; members of a set cannot."""
    if what == "mapping":
        return value.values()  # type: ignore[no-any-return]  # of a dict
    if what == "array":
        return value.ravel().tolist()  # type: ignore[no-any-return]  # of an array
    return () if type(value) is set else value


def _bytes(table: Any) -> int:
    usage = table.memory_usage(deep=False)
    return int(usage if table.ndim == 1 else usage.sum())


def _open_columns(table: Any) -> str:
    """A column of objects that can change themselves is shared by all copies of the frame."""
    types = [table.dtype] if table.ndim == 1 else table.dtypes.tolist()
    for number in [number for number, each in enumerate(types) if getattr(each, "char", "") == "O"]:
        column = table if table.ndim == 1 else table.iloc[:, number]
        values = column.iloc[:1000].array
        if not set(map(type, values)) <= _ATOMS and not all(map(_is_fixed, values)):
            return f"in column {column.name!s:.60} there are objects: what is done to those themselves stays"
    return ""


def _is_fixed(value: Any) -> bool:
    return type(value) in _ATOMS or kind(value) in _FIXED


# ── putting back ────────────────────────────────────────────────────────────────────────────────────────────────────


def _put_back(taken: _Snapshot, spared: set[int]) -> tuple[set[int], dict[int, Any]]:
    """The content of all objects but those that are `spared`: which were changed, and which had to be made anew (by the `id` of the old one)."""
    changed: set[int] = set()
    moved: dict[int, Any] = {}
    # containers last: by then it is known which of their items are new objects
    for kept in sorted(taken.kept.values(), key=lambda each: each.kind in _CONTAINERS):
        if id(kept.value) in spared:
            continue
        unchanged = same(kept.kind, kept.value, kept.content)
        if unchanged and (kept.plain or not moved or kept.kind not in {"mapping", "sequence"}):
            continue
        if not unchanged:
            changed.add(id(kept.value))
        if not _fill(kept, moved):
            moved[id(kept.value)] = content_of(kept.content, kept.kind)
    return changed, moved


def _now(value: Any, moved: dict[int, Any], depth: int = 0) -> Any:
    """The object itself, or the one that stands for it now; a tuple of such is made anew."""
    if moved and type(value) is tuple and id(value) not in moved and depth < DEPTH:
        items = tuple(_now(item, moved, depth + 1) for item in value)
        moved[id(value)] = value if all(map(is_, items, value)) else items
    return moved.get(id(value), value)


def _fill(kept: _Kept, moved: dict[int, Any]) -> bool:
    """Give an object its old content back; False when only a new object can have it."""
    value, content = kept.value, kept.content
    if kept.kind == "mapping":
        value.clear()
        for key, item in zip(*content, strict=True):
            value[key] = _now(item, moved)
    elif kept.kind == "set":
        value.clear()
        value.update(content)
    elif kept.kind == "sequence":
        value.clear()
        value.extend(_now(item, moved) for item in content)
    elif kept.kind == "text":
        value[:] = content
    elif kept.kind == "array":
        if value.shape != content.shape or value.dtype != content.dtype or not value.flags.writeable:
            return False
        value[...] = content
    else:
        return _fill_table(value, content_of(content, kept.kind))
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
            waiting.extend(kept.content[1])
        elif kept is not None and kept.kind == "sequence":
            waiting.extend(kept.content)
    return False
