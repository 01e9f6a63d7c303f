"""The user's variables: which there are, what they are in a line, and what changed since the last look."""

from __future__ import annotations

import sys
from hashlib import blake2b
from typing import Any

from .brief import brief, kind, line_of, name_of, short, type_name
from .contents import contents
from .digests import column_list
from .fingerprint import fingerprint

VARIABLES = 200
SUMMARY = 300
_SHELL = {"In", "Out", "exit", "quit", "get_ipython"}

_seen: dict[str, tuple[str, int]] = {}


def shell() -> Any:
    """IPython's shell, or None outside of one."""
    ipython = sys.modules.get("IPython")
    return None if ipython is None else ipython.get_ipython()


def variables() -> dict[str, Any]:
    """The user's own variables: what the shell put there itself and names with an underscore aside."""
    running = shell()
    names = vars(sys.modules["__main__"]) if running is None else running.user_ns
    hidden = {} if running is None else running.user_ns_hidden
    return {
        name: value
        for name, value in list(names.items())
        if not name.startswith("_") and name not in _SHELL and not (name in hidden and hidden[name] is value)
    }


def begin() -> None:
    """Forget what was seen: what there is now is what later changes are told against."""
    _seen.clear()
    _seen.update(_look(variables()))


def changes() -> dict[str, Any]:
    """What is new or changed (`variables`: name, type, summary, and `content` of what is small, see `contents`), what is
    `gone`, and the `state`'s fingerprint.

    The fingerprint is of names and contents and is the same in every process. Contents of unknown types do not count.
    """
    there = variables()
    now = _look(there)
    changed = [name for name in now if _seen.get(name) != now[name]]
    gone = sorted(name for name in _seen if name not in now)
    _seen.clear()
    _seen.update(now)
    state = blake2b(repr(sorted((name, mark) for name, (mark, _) in now.items())).encode(), digest_size=12)
    told = changed[:VARIABLES]
    small = contents((name, there[name]) for name in told)
    said = [
        {
            "name": name,
            "type": type_name(there[name]),
            "summary": short(summary(there[name]), SUMMARY),
            **({"content": small[name]} if name in small else {}),
        }
        for name in told
    ]
    return {"variables": said, "gone": gone, "state": state.hexdigest()}


def differing() -> list[str]:
    """Names of what is new, changed or gone since the last look; later changes are told against what there is now."""
    before, now = dict(_seen), _look(variables())
    _seen.clear()
    _seen.update(now)
    return [name for name in {**before, **now} if before.get(name) != now.get(name)]


def mark(name: str) -> str:
    """The fingerprint of a variable's content when it was looked at last; empty when it was not."""
    return _seen[name][0] if name in _seen else ""


def _look(there: dict[str, Any]) -> dict[str, tuple[str, int]]:
    """Each name with its content's fingerprint and, for unknown types, which object it is."""
    return {
        name: (
            fingerprint(value) if number < VARIABLES else type_name(value),
            id(value) if kind(value) == "other" else 0,
        )
        for number, (name, value) in enumerate(there.items())
    }


def summary(value: Any) -> str:
    """A variable in a line: shape and columns of a frame, length of a container, value of a scalar."""
    what = kind(value)
    if what == "frame":
        return f"{len(value):,} rows × {value.shape[1]} columns: {_columns(value)}"
    if what == "series":
        return f"{len(value):,} values: {_columns(value)}; {brief(value.iloc[:5].to_list(), 80)}"
    if what == "index":
        return f"{len(value):,} labels ({value.dtype}): {brief(value[:5].to_list(), 100)}"
    if what == "array":
        return f"{'×'.join(map(str, value.shape)) or 'one'} of {value.dtype}: {brief(value.flat[:6].tolist(), 100)}"
    if what in {"mapping", "set", "sequence"}:
        return f"{len(value):,} items: {brief(value, 200)}"
    if what == "text":
        return brief(value, 120) + (f" ({len(value):,} long)" if len(value) > 110 else "")
    if what == "module":
        version = vars(value).get("__version__")
        return f"module {value.__name__}" + (f" {short(version, 30)}" if type(version) is str else "")
    if what == "function":
        return f"function {signature(value)}"
    if what == "class":
        above = ", ".join(name_of(base) for base in line_of(value)[1:-1])
        return f"class {name_of(value)}({above})"
    return brief(value, 200) if what == "scalar" else f"a {type_name(value)}, not looked into"


def signature(function: Any) -> str:
    """Name and parameters, without defaults and annotations: their `repr` would be the user's code."""
    code = getattr(function, "__code__", None)
    if code is None:
        return f"{function.__name__}(…)"
    count = code.co_argcount + code.co_kwonlyargcount
    names = list(code.co_varnames[:count])
    names += [
        "*" * stars + name
        for stars, name in zip(_stars(code.co_flags), code.co_varnames[count:], strict=False)
    ]
    return f"{function.__name__}({', '.join(names)})"


def _stars(flags: int) -> list[int]:
    return [1] * bool(flags & 4) + [2] * bool(flags & 8)


def _columns(value: Any) -> str:
    columns = column_list(value if value.ndim == 1 else value.iloc[:, :30])
    said = ", ".join(
        f"{column['name'] or 'unnamed'} ({column['type']}{_gaps(column['missing'])})" for column in columns
    )
    return said + (f" and {value.shape[1] - 30} more" if value.ndim > 1 and value.shape[1] > 30 else "")


def _gaps(missing: int | None) -> str:
    return f", {missing:,} missing" if missing else ""
