"""A fingerprint of a value's content: the same in every process, bounded in time however big the value is."""

from __future__ import annotations

import sys
from hashlib import blake2b
from itertools import islice
from types import CodeType
from typing import Any

from .brief import kind, members_of, name_of, ordered, type_name

ROWS = 1000
"""Up to so many rows, items or columns all are read; of more, so many at even distances."""
CHARACTERS = 100_000
_NUMBERS = set("biufcmM")
_PLAIN = {str, float, bool, type(None)}


def fingerprint(value: object) -> str:
    """24 hex digits. A value of an unknown type is known by its type alone."""
    return _Reader().of(value)


class _Reader:
    """Feeds one value, with all that is in it, to a hash; stops looking when its patience has gone."""

    def __init__(self) -> None:
        self.hash = blake2b(digest_size=12)
        self.patience = 5 * ROWS

    def of(self, value: object) -> str:
        self.feed(value, 5)
        return self.hash.hexdigest()

    def say(self, *words: object) -> None:
        self.hash.update(("\x1f".join(map(str, words)) + "\x1e").encode("utf-8", "backslashreplace"))

    def feed(self, value: Any, depth: int) -> None:
        self.patience -= 1
        what = kind(value)
        self.say(what, type_name(value))
        if self.patience < 0 or depth < 0:
            return
        if what == "scalar":
            self.say(value if type(value) is not int else hex(value))
        elif what == "text":
            self.text(value)
        elif what in {"mapping", "set", "sequence"}:
            self.container(value, what, depth)
        elif what in {"frame", "series", "index"}:
            self.table(value, what, depth)
        elif what == "array":
            self.array(value, depth)
        elif what == "function":
            self.function(value, depth)
        elif what == "module":
            self.say(value.__name__)
        elif what == "class":
            self.say(name_of(value))
            self.items([item for pair in members_of(value).items() for item in pair], depth)

    def text(self, value: Any) -> None:
        step = max(1, len(value) // CHARACTERS)
        sample = value[::step] + value[-100:]
        self.say(len(value))
        self.hash.update(
            sample.encode("utf-8", "surrogatepass") if isinstance(sample, str) else bytes(sample)
        )

    def container(self, value: Any, what: str, depth: int) -> None:
        self.say(len(value))
        step = max(1, len(value) // ROWS)
        if type(value) is dict:  # looking a key up would compare it, and keys may be the user's objects
            self.items([part for pair in islice(value.items(), 0, None, step) for part in pair], depth)
            return
        chosen = islice(ordered(value) if what == "set" else value, 0, None, step)
        if what == "mapping":
            # dict's own way to an item: that of a subclass could run the user's code
            self.items([part for key in chosen for part in (key, dict.__getitem__(value, key))], depth)
        else:
            self.items(list(chosen), depth)

    def items(self, items: list[Any], depth: int) -> None:
        if set(map(type, items)) <= _PLAIN and all(len(i) < 1000 for i in items if type(i) is str):
            self.say(repr(items))
            return
        for item in items:
            self.feed(item, depth - 1)

    def table(self, value: Any, what: str, depth: int) -> None:
        self.say(value.shape)
        step = -(-len(value) // ROWS) or 1
        if what == "index":
            self.index(value, step, depth)
            return
        self.index(value.index, step, depth)
        if what == "series":
            self.feed(value.name, depth - 1)
            self.column(value, step, depth)
            return
        self.feed(list(value.columns), depth - 1)
        chosen = range(0, value.shape[1], -(-value.shape[1] // (ROWS // 5)) or 1)
        for number in chosen:
            self.column(value.iloc[:, number], step, depth)

    def index(self, value: Any, step: int, depth: int) -> None:
        self.feed(list(value.names), depth - 1)
        if type_name(value) == "RangeIndex":
            self.say(value.start, value.stop, value.step)
        else:
            self.column(value[::step].to_series(), 1, depth)

    def column(self, series: Any, step: int, depth: int) -> None:
        self.say(series.dtype)
        if _opaque(series.dtype):
            self.items(series.iloc[::step].to_list(), depth - 1)
        elif isinstance(series.dtype, sys.modules["numpy"].dtype) and series.dtype.kind in _NUMBERS:
            # numpy's own numbers, dates and truths: their bytes, many times quicker than pandas' hash of them
            self.hash.update(series.to_numpy()[::step].tobytes())
        else:
            self.hashed(series.iloc[::step])

    def hashed(self, values: Any) -> None:
        try:
            rows = sys.modules["pandas"].util.hash_pandas_object(values, index=False)
        except Exception as error:  # noqa: BLE001 - a column type of a third party may raise anything: known by its type
            self.say("not hashable", type_name(error))
        else:
            self.hash.update(rows.to_numpy().tobytes())

    def array(self, value: Any, depth: int) -> None:
        self.say(value.dtype, value.shape)
        sample = value.flat[:: max(1, value.size // (10 * ROWS))]
        if value.dtype.hasobject:
            self.items(sample[:ROWS].tolist(), depth)
        else:
            self.hash.update(sample.tobytes())

    def function(self, value: Any, depth: int) -> None:
        self.say(value.__name__)
        code = getattr(value, "__code__", None)
        if isinstance(code, CodeType):
            self.code(code, depth)
            self.feed(value.__defaults__, depth - 1)

    def code(self, code: CodeType, depth: int) -> None:
        self.say(code.co_names, code.co_varnames)
        self.hash.update(code.co_code)
        for constant in code.co_consts[:ROWS]:
            if isinstance(constant, CodeType):
                self.code(constant, depth)
            else:
                self.feed(constant, depth - 1)


def _opaque(dtype: Any) -> bool:
    """Whether pandas would hash such a column by the `str` of its objects, which runs the objects' code."""
    categories = getattr(dtype, "categories", None)
    return "object" in {str(dtype), str(getattr(categories, "dtype", ""))}
