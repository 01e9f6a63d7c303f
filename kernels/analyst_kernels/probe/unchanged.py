"""Whether an object still has the content that a copy of it has, exactly, without running code of the user's.

Numbers and texts are compared, objects only by which they are: an equal one in the place of another counts as a change.
"""

from __future__ import annotations

import sys
from operator import is_
from typing import Any

PIECE = 1 << 18
"""Bytes that are compared at once: they stay in the processor's cache, which is many times quicker than all at once."""


def same(kind: str, value: Any, content: Any) -> bool:
    """Compare a value of a kind (see `brief.kind`) with a copy of its content; of a mapping: its keys and its values."""
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
