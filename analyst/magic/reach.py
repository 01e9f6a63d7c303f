"""Which variables cells can have reached: those that they name, and what these lead to through functions and containers."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from types import CodeType, FunctionType
from typing import Any

from ..events import Event, Undone
from ..story import read

MOST = 20_000
"""Objects that are looked into; beyond that everything counts as reached."""
_ANY = {"globals", "locals", "vars", "eval", "exec", "compile", "get_ipython", "__import__", "__main__"}
"""What can reach a variable without its name."""
_ATOMS = {int, float, complex, bool, str, bytes, type(None)}


def narrowed(undone: Undone, events: Iterable[Event], shell: Any, user: Mapping[str, Any]) -> Undone:
    """An undo of which only those variables are `lost` that its cells can have reached."""
    cells = [cell for story in read(events) for cell in story.cells if cell.returned.cell in undone.cells]
    names = reached([shell.transform_cell(cell.code) for cell in cells], user)
    return replace(undone, lost={name: why for name, why in undone.lost.items() if name in names})


def reached(codes: Iterable[str], user: Mapping[str, Any]) -> set[str]:
    """Names of the `user`'s variables that this code (plain Python) can have reached; all where that cannot be told."""
    try:
        trees = [ast.parse(code) for code in codes]
    except SyntaxError:
        return set(user)
    nodes = [node for tree in trees for node in ast.walk(tree)]
    new = {node.id for node in nodes if isinstance(node, ast.Name)}
    new |= {name.name for node in nodes if isinstance(node, ast.Import) for name in node.names}
    named, seen, waiting = set[str](), set[int](), list[Any]()
    while new or waiting:
        if new & _ANY or len(seen) > MOST:
            return set(user)
        waiting += [user[name] for name in new - named if name in user]
        named |= new
        value, new = waiting.pop() if waiting else None, set()
        if id(value) not in seen and type(value) not in _ATOMS:
            seen.add(id(value))
            new = set(_names(value.__code__)) if type(value) is FunctionType else set()
            waiting += _inside(value)
    return {name for name, value in user.items() if name in named or id(value) in seen}


def _inside(value: Any) -> Iterable[Any]:
    """What can be reached through an object, as far as that is known without calling anything of the user's."""
    kind = type(value)
    if kind is FunctionType:
        return [*(cell.cell_contents for cell in value.__closure__ or ()), *(value.__defaults__ or ())]
    if kind is dict:
        return list(value.values())
    if kind in (list, tuple, set, frozenset):
        return list(value)
    if kind in (staticmethod, classmethod):
        return [value.__func__]
    if kind is property:
        return [value.fget, value.fset, value.fdel]
    if isinstance(value, type) and value.__module__ == "__main__":
        return list(vars(value).values())
    if kind.__module__ == "__main__":
        return [kind, getattr(value, "__dict__", None)]
    return ()


def _names(code: CodeType) -> Iterator[str]:
    """The names that code reads or binds outside of itself, and those of its attributes."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)
