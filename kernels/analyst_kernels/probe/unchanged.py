"""Whether an object still has the content that a copy of it has, exactly, without running code of the user's.

Numbers and texts are compared, objects only by which they are: an equal one in the place of another counts as a change.
Of what cannot be copied, it is found out whether code can have reached it.
"""

from __future__ import annotations

import ast
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from operator import is_
from types import CellType, CodeType, FunctionType
from typing import Any

from .brief import home_of, line_of, members_of

PIECE = 1 << 18
"""Bytes that are compared at once: they stay in the processor's cache, which is many times quicker than all at once."""
MOST = 20_000
"""Objects that are looked into for what can be reached through them; beyond that everything counts as reached."""

_ANY = {"globals", "locals", "vars", "eval", "exec", "compile", "get_ipython", "__import__", "__main__"}
"""What can reach a variable without its name."""
_ATOMS = {int, float, complex, bool, str, bytes, type(None)}


def content_of(value: Any, kind: str) -> Any:
    """A copy of a value of a kind (see `brief.kind`), one level deep; of a mapping: its keys and its values."""
    if kind in {"frame", "series"}:
        return value.copy(deep=not copies_on_write())
    if kind == "array":
        return value.copy()
    if kind == "mapping":  # not as a dict: that could compare keys, which may be the user's objects
        return list(value), list(value.values())
    if kind == "set":
        return set(value)
    return bytes(value) if kind == "text" else list(value)


def copies_on_write() -> bool:
    """Whether a shallow copy of a frame is safe from writes to the frame: always from pandas 3 on."""
    pandas = sys.modules["pandas"]
    if int(pandas.__version__.partition(".")[0]) >= 3:
        return True
    return pandas.get_option("mode.copy_on_write") is True


def within(values: Iterable[Any]) -> set[int]:
    """By `id`: these objects, and all that is in those that are looked into."""
    waiting, seen = deque(values), set[int]()
    while waiting and len(seen) < MOST:
        each = waiting.popleft()
        if type(each) in _ATOMS or id(each) in seen:
            continue
        seen.add(id(each))
        if type(each) is dict:
            waiting.extend(each.values())
        elif type(each) in {list, tuple}:
            waiting.extend(each)
    return seen


def same(kind: str, value: Any, content: Any) -> bool:
    """Compare a value of a kind with a copy that `content_of` made."""
    if kind in {"frame", "series"}:
        return _table(value, content)
    if kind == "array":
        return _array(value, content)
    if kind == "text":
        return bool(value == content)
    if kind == "mapping":
        keys, values = content
        return (
            len(value) == len(keys) and all(map(is_, value, keys)) and all(map(is_, value.values(), values))
        )
    if len(value) != len(content):
        return False
    if kind == "set":
        return set(map(id, value)) == set(map(id, content))
    return all(map(is_, value, content))


def _array(value: Any, content: Any) -> bool:
    if value.shape != content.shape or value.dtype != content.dtype:
        return False
    if value.dtype.hasobject:
        return all(map(is_, value.ravel().tolist(), content.ravel().tolist()))
    numpy = sys.modules["numpy"]
    new, old = (numpy.ascontiguousarray(each).reshape(-1).view(numpy.uint8) for each in (value, content))
    return all(numpy.array_equal(new[n : n + PIECE], old[n : n + PIECE]) for n in range(0, len(new), PIECE))


def _table(value: Any, content: Any) -> bool:
    if value.shape != content.shape or value.attrs != content.attrs:
        return False
    if not all(map(_index, value.axes, content.axes)):
        return False
    if value.ndim == 1:
        return value.name is content.name and _column(value, content)
    if not any(map(_opaque, content.dtypes)):
        return bool(value.equals(content))
    return all(_column(value.iloc[:, n], content.iloc[:, n]) for n in range(value.shape[1]))


def _column(value: Any, content: Any) -> bool:
    if value.dtype.name != content.dtype.name:
        return False
    new, old = value.array, content.array
    if value.dtype.name == "category":
        return _index(new.categories, old.categories) and _array(new.codes, old.codes)
    return _objects(value, content) if _opaque(value.dtype) else bool(value.equals(content))


def _index(value: Any, content: Any) -> bool:
    if not all(map(is_, value.names, content.names)):
        return False
    if value.is_(content):  # the same one, looked at twice
        return True
    if type(value) is not type(content) or len(value) != len(content) or value.nlevels != content.nlevels:
        return False
    if value.nlevels > 1:
        levels = zip(value.levels, content.levels, value.codes, content.codes, strict=True)
        return all(_index(new, old) and _array(at, was) for new, old, at, was in levels)
    if value.dtype.name == "category":
        return _index(value.categories, content.categories) and _array(value.codes, content.codes)
    return _objects(value, content) if _opaque(value.dtype) else bool(value.equals(content))


def _objects(value: Any, content: Any) -> bool:
    return all(map(is_, value.to_numpy().tolist(), content.to_numpy().tolist()))


def _opaque(dtype: Any) -> bool:
    """Whether the values are objects of Python, or groups of such."""
    return dtype.name in {"object", "category"}


# ── what code can have reached ──────────────────────────────────────────────────────────────────────────────────────


def reached(codes: Iterable[str], now: dict[str, Any], before: dict[str, Any]) -> set[str]:
    """Which of the names `before` this code (plain Python) can have reached: those that it names, and what these lead
    to through functions and containers, `now` or before; all where that cannot be told.
    """
    try:
        trees = [ast.parse(code) for code in codes]
    except (SyntaxError, ValueError):
        return set(before)
    nodes = [node for tree in trees for node in ast.walk(tree)]
    new = {node.id for node in nodes if isinstance(node, ast.Name)}
    new |= {name.name for node in nodes if isinstance(node, ast.Import) for name in node.names}
    new |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    named, seen, waiting = set[str](), set[int](), list[Any]()
    while new or waiting:
        if new & _ANY or len(seen) > MOST:
            return set(before)
        waiting += [names[name] for names in (now, before) for name in new - named if name in names]
        named |= new
        value, new = waiting.pop() if waiting else None, set()
        if id(value) not in seen and type(value) not in _ATOMS:
            seen.add(id(value))
            new = set(_names(value.__code__)) if type(value) is FunctionType else set()
            waiting += _inside(value)
    return {name for name, value in before.items() if name in named or id(value) in seen}


def _inside(value: Any) -> Iterable[Any]:
    """What can be reached through an object, as far as that is known without calling anything of the user's."""
    kind = type(value)
    if kind is FunctionType:
        return [*map(_held, value.__closure__ or ()), *(value.__defaults__ or ()), value.__kwdefaults__]
    if kind is dict:
        return list(value.values())
    if kind in (list, tuple, set, frozenset):
        return list(value)
    if kind in (staticmethod, classmethod):
        return [value.__func__]
    if kind is property:
        return [value.fget, value.fset, value.fdel]
    if type in line_of(kind):
        return list(members_of(value).values()) if home_of(value) == "__main__" else ()
    return [kind, _own(value)] if home_of(kind) == "__main__" else ()


def _held(cell: CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # nothing was bound to that name yet
        return None


def _own(value: Any) -> Any:
    """The attributes of an object, past any way of its own to look them up."""
    try:
        return object.__getattribute__(value, "__dict__")
    except AttributeError:
        return None


def _names(code: CodeType) -> Iterator[str]:
    """The names that code reads or binds outside of itself, and those of its attributes."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)
