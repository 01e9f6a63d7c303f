"""Which names a piece of code binds. Pure."""

from __future__ import annotations

import ast
from collections.abc import Iterator


def bound(tree: ast.AST) -> Iterator[str]:
    """Names that are assigned, deleted, defined or imported anywhere in it; some more than once."""
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                yield name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.alias(name=name, asname=asname):
                yield asname or name.partition(".")[0]
            case _:
                pass
