"""The language of a prompt: what stands in for `{name}`, and what is attached for `@name`, `In[n]`, `Out[n]`, `@error`.

Nothing is formatted: braces that hold no existing name stay as they are, so `{'a': 1}` and `\\frac{a}{b}` are safe.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from analyst_kernels.probe.brief import kind
from analyst_kernels.probe.namespace import summary

from ..errors import BadInput
from .activity import Failure, cut, indented

VALUE = 4_000
"""Characters that one `{name}` may put in."""
ATTACHED = 12_000
"""Characters of everything that is attached."""
FRAMES = 8
"""Frames that are surveyed when the prompt names none."""
LISTED = 40
"""Further variables that are told of in a line."""
TAKEN = 300
"""Names that are told of as the user's."""

_BRACES = re.compile(r"\{\{|\}\}|\{([^{}\n]{1,200})\}")
_AT = re.compile(r"@@|(?<![\w@.])@(In\[\d+\]|Out\[\d+\]|[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)")
_NUMBERED = re.compile(r"(?<![\w@.])(In|Out)\[(\d+)\]")
_PATH = re.compile(r"""(?:(['"`])(?P<quoted>[^'"`\n]+)\1|(?P<bare>[\w~./\\-]*\.\w{2,8}\b))""")
_TABLES = {"frame"}


@dataclass(frozen=True, slots=True)
class Prompt:
    """What is asked, with everything that goes with it."""

    question: str
    data: tuple[str, ...] = ()
    """Files that it names and that exist."""
    variables: tuple[str, ...] = ()
    """Variables to survey."""
    context: str = ""


def understand(
    text: str,
    names: Mapping[str, Any],
    user: Mapping[str, Any],
    failure: Failure | None = None,
    done: str = "",
    free: Collection[str] = (),
) -> Prompt:
    """Read a prompt.

    Args:
        text: as the user wrote it.
        names: the shell's whole namespace, `In` and `Out` among it.
        user: the user's own variables.
        failure: the user's last cell that failed.
        done: what the user ran since the last question, in words.
        free: variables that may be bound anew: the agent made them, or the user said so.

    Raises:
        BadInput: an `@name` that there is not, or a failure where nothing failed.
    """
    attached = dict[str, str]()
    named = list[str]()

    def at(match: re.Match[str]) -> str:
        name = match[1]
        if name is None:
            return "@"
        if name == "error" and "error" not in user:
            attached["The last error"] = _failed(failure)
            return "the last error"
        if name.startswith(("In[", "Out[")):
            return name
        head = name.partition(".")[0]
        if head not in user:
            raise BadInput(_unknown(name, user))
        named.append(head)
        return name

    question = _AT.sub(at, _BRACES.sub(lambda match: _inserted(match, names), text)).strip()
    for match in _NUMBERED.finditer(question):
        attached[match[0]] = _cell(match[1], int(match[2]), names)
    words = set(re.findall(r"[A-Za-z_]\w*", question))
    tables = [name for name in user if kind(user[name]) in _TABLES]
    meant = list(dict.fromkeys([*named, *(name for name in tables if name in words)]))
    surveyed = meant or tables[-FRAMES:]
    others = [name for name in user if name not in surveyed and kind(user[name]) not in ("module", "other")]
    context = [
        cut("\n".join(f"{what}:\n{indented(said)}" for what, said in attached.items()), ATTACHED),
        _others(others, user, words),
        _taken([name for name in user if name not in free and kind(user[name]) != "module"]),
        done,
    ]
    return Prompt(question, _files(question), tuple(surveyed), "\n".join(filter(None, context)))


def _inserted(match: re.Match[str], names: Mapping[str, Any]) -> str:
    if match[0] in ("{{", "}}"):
        return match[0][0]
    try:
        value = _value(ast.parse(match[1].strip(), mode="eval").body, names)
    except (SyntaxError, ValueError, LookupError, AttributeError, TypeError, RecursionError):
        return match[0]  # no name, or one that there is not: the braces are the user's own
    return cut(str(value), VALUE)


def _value(node: ast.expr, names: Mapping[str, Any]) -> Any:
    """What a name, an attribute or an index stands for. Nothing is called.

    Raises:
        ValueError: it is something else.
        LookupError, AttributeError, TypeError: there is no such thing.
    """
    match node:
        case ast.Name(id=name):
            return names[name]
        case ast.Attribute(value=value, attr=name) if not name.startswith("__"):
            return getattr(_value(value, names), name)
        case ast.Subscript(value=value, slice=index):
            return _value(value, names)[_index(index, names)]
        case _:
            raise ValueError


def _index(node: ast.expr, names: Mapping[str, Any]) -> Any:
    try:
        return ast.literal_eval(node)
    except ValueError:
        return _value(node, names)


def _unknown(name: str, user: Mapping[str, Any]) -> str:
    near = get_close_matches(name, user, n=1)
    hint = f"Did you mean @{near[0]}? " if near else ""
    return f"There is no variable {name}. {hint}Write @@{name} for a plain @."


def _failed(failure: Failure | None) -> str:
    if failure is None:
        raise BadInput("No cell has failed since the extension was loaded. Say what is wrong in words.")
    return str(failure)


def _cell(which: str, number: int, names: Mapping[str, Any]) -> str:
    held: Any = names.get(which, ())
    try:
        value = held[number]
    except LookupError:
        raise BadInput(f"There is no {which}[{number}].") from None
    return cut(str(value) if which == "In" or kind(value) == "other" else _said(value), VALUE)


def _said(value: Any) -> str:
    return str(value) if kind(value) in ("scalar", "text") else f"{summary(value)}\n{str(value)[:VALUE]}"


def _others(names: Sequence[str], user: Mapping[str, Any], words: set[str]) -> str:
    """The variables that are not surveyed, a line each, those first that the prompt names."""
    first = sorted(names, key=lambda name: name not in words)
    lines = [f"    {name}: {_line(summary, user[name])}" for name in first[:LISTED]]
    if len(first) > LISTED:
        lines.append(f"    and {len(first) - LISTED} more")
    return "\n".join(["Other variables in the kernel:", *lines]) if lines else ""


def _taken(names: Sequence[str]) -> str:
    """The names that a result must not get; of very many, those that were bound last."""
    return f"Names that are the user's: {', '.join(names[-TAKEN:])}" if names else ""


def _line(say: Callable[[Any], str], value: Any) -> str:
    return " ".join(say(value).split())[:160]


def _files(question: str) -> tuple[str, ...]:
    """Paths in the question that lead to a file or, quoted, to a folder."""
    found = dict[str, None]()
    for match in _PATH.finditer(question):
        path = Path(match["quoted"] or match["bare"]).expanduser()
        try:
            there = path.is_file() or (bool(match["quoted"]) and path.is_dir() and "/" in match["quoted"])
        except (OSError, ValueError):
            continue
        if there:
            found[str(path)] = None
    return tuple(found)
