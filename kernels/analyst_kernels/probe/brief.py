"""A few words on any value, without ever running code that belongs to the value.

A `repr` or an attribute can start a query, draw a plot or never end. So only types that are known exactly are looked
into; of anything else the type's name is told.
"""

from __future__ import annotations

import collections
import datetime
import decimal
import fractions
import math
import pathlib
import re
import sys
import types
import uuid
from typing import Any

_SCALARS = {
    type(None),
    bool,
    int,
    float,
    complex,
    range,
    datetime.date,
    datetime.datetime,
    datetime.time,
    datetime.timedelta,
    datetime.timezone,
    decimal.Decimal,
    fractions.Fraction,
    pathlib.Path,
    pathlib.PosixPath,
    pathlib.WindowsPath,
    pathlib.PurePosixPath,
    pathlib.PureWindowsPath,
    re.Pattern,
    uuid.UUID,
    type(Ellipsis),
    type(NotImplemented),
}
_TEXTS = {str, bytes, bytearray}
_MAPPINGS = {dict, collections.OrderedDict, collections.defaultdict, collections.Counter}
_SETS = {set, frozenset}
_SEQUENCES = {list, tuple, collections.deque}
_WORDS: dict[type, str] = {
    **dict.fromkeys(_SCALARS, "scalar"),
    **dict.fromkeys(_TEXTS, "text"),
    **dict.fromkeys(_MAPPINGS, "mapping"),
    **dict.fromkeys(_SETS, "set"),
    **dict.fromkeys(_SEQUENCES, "sequence"),
    types.ModuleType: "module",
    types.FunctionType: "function",
    types.BuiltinFunctionType: "function",
}

# read past any metaclass, which could have its own idea of a name
name_of = type.__dict__["__qualname__"].__get__
home_of = type.__dict__["__module__"].__get__
line_of = type.__dict__["__mro__"].__get__
members_of = type.__dict__["__dict__"].__get__


def type_name(value: object) -> str:
    """The type's name, with its package where that is not Python's own: `DataFrame`, `sklearn…LinearRegression`."""
    cls = type(value)
    name, home = str(name_of(cls)), str(home_of(cls))
    if home in {"builtins", "__main__"} or kind(value) != "other":
        return name
    top = home.partition(".")[0]
    return f"{top}.{name}" if home == top else f"{top}…{name}"


def kind(value: object) -> str:
    """What may be done with it: scalar, text, mapping, set, sequence, frame, series, index, array, module, function,
    class, or "other", which means nothing at all."""
    cls = type(value)
    if word := _WORDS.get(cls):
        return word
    if type in line_of(cls):
        return "class"
    top = str(home_of(cls)).partition(".")[0]
    return _library_kind(cls, top) if top in {"pandas", "numpy"} else "other"


def _library_kind(cls: type, top: str) -> str:
    library = sys.modules.get(top)
    known = (
        {
            "DataFrame": "frame",
            "Series": "series",
            "Timestamp": "scalar",
            "Timedelta": "scalar",
            "Period": "scalar",
        }
        if top == "pandas"
        else {"ndarray": "array"}
    )
    for name, word in known.items():
        if cls is getattr(library, name, None):
            return word
    above = line_of(cls)
    if top == "pandas":
        if cls is type(getattr(library, "NaT", None)) or cls is type(getattr(library, "NA", None)):
            return "scalar"
        return "index" if getattr(library, "Index", None) in above else "other"
    return "scalar" if getattr(library, "generic", None) in above and "void" not in name_of(cls) else "other"


def rounded(value: float) -> float:
    """Six significant digits, but never fewer than the whole part and two decimals."""
    if not math.isfinite(value) or value == 0:
        return value
    digits = max(6, math.floor(math.log10(abs(value))) + 3)
    return float(f"{value:.{min(digits, 15)}g}")


def short(text: str, width: int = 60) -> str:
    """The text in at most `width` characters."""
    return text if len(text) <= width else text[: width - 1] + "…"


def cell(value: object, width: int = 40) -> str:
    """A value as it stands in a table: text bare, numbers rounded, on one line."""
    if type(value) is str:
        text = value[: width + 1]
        return short(text if text.isprintable() else repr(text)[1:-1], width)
    return brief(value, width)


def brief(value: object, width: int = 80) -> str:
    """A bounded `repr` that looks only into known types."""
    what = kind(value)
    if what == "scalar":
        return short(_scalar(value), width)
    if what == "text":
        text: Any = value
        return (
            repr(text)
            if len(text) + 2 <= width
            else repr(text[: max(width - 3, 1)] + type(text)("…" if type(text) is str else b"..."))
        )
    if what in {"mapping", "set", "sequence"}:
        return _container(value, what, width)
    if what in {"frame", "series", "array"}:
        sizes: Any = value
        return f"<{type_name(value)} {'×'.join(map(str, sizes.shape))}>"
    if what in {"module", "function", "class"}:
        named: Any = value
        return f"<{what} {name_of(named) if what == 'class' else named.__name__}>"
    return f"<{short(type_name(value), width)}>"


def _scalar(value: Any) -> str:
    if type(value) is int:
        # Python refuses to write integers of more than some thousand digits
        return repr(value) if value.bit_length() < 512 else f"<int of {value.bit_length():,} bits>"
    if "float" in type(value).__name__:
        return f"{rounded(float(value)):.15g}"
    if type(value).__module__ in {"numpy", "pathlib", "pathlib._local"} or type(value).__name__ in {
        "Timestamp",
        "Timedelta",
        "Period",
    }:
        return str(value).removesuffix(" 00:00:00")
    return repr(value)


def _container(value: Any, what: str, width: int) -> str:
    opening, closing = {"mapping": "{}", "set": "{}", "sequence": "()" if type(value) is tuple else "[]"}[
        what
    ]
    said: list[str] = []
    used = 2
    for item in ordered(value) if what == "set" else value:
        left = width - used - 12
        if left < 4:
            break
        if what == "mapping":
            # a defaultdict's own __getitem__ could call the user's factory: dict's does not for a key that is there
            word = f"{brief(item, left // 2)}: {brief(dict.__getitem__(value, item), left // 2)}"
        else:
            word = brief(item, left)
        said.append(word)
        used += len(word) + 2
    rest = len(value) - len(said)
    return opening + ", ".join([*said, *([f"… {rest:,} more"] if rest else [])]) + closing


def ordered(value: Any) -> list[Any]:
    """The members of a set in an order that is the same in every process; none of them if there are very many."""
    return sorted(value, key=lambda item: (type_name(item), brief(item))) if len(value) <= 1000 else []
