"""Code that leaves the user's names alone: what it would bind under one of them gets a name of its own."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Collection, Mapping

from ...binding import bound


def apart(code: str, taken: Collection[str], data: Collection[str] = ()) -> str:
    """The code with other names in the place of those `taken` names that it binds; what it only reads stays as it is.

    A name of `data`, which it reads before it binds it, is read once, at the beginning.
    """
    if not taken:
        return code
    tree = ast.parse(code)
    words = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    new = dict[str, str]()
    for name in sorted(set(bound(tree)) & set(taken)):
        new[name] = next(
            fresh
            for n in range(2, 2 + len(taken) + len(words) + len(new) + 1)
            if (fresh := f"{name}_{n}") not in {*taken, *words, *new.values()}
        )
    if not new:
        return code
    wanted = _Renamed(new).visit(tree)
    renamed = _replaced(code, new)
    try:
        same = ast.dump(ast.parse(renamed)) == ast.dump(wanted)
    except SyntaxError:
        same = False
    lines = [f"{new[name]} = {name}" for name in data if name in new]
    return "\n".join([*lines, renamed if same else ast.unparse(ast.fix_missing_locations(wanted))])


class _Renamed(ast.NodeTransformer):
    """The same code with other names."""

    def __init__(self, new: Mapping[str, str]) -> None:
        self._new = new

    def visit_Name(self, node: ast.Name) -> ast.AST:
        node.id = self._new.get(node.id, node.id)
        return node

    def visit_arg(self, node: ast.arg) -> ast.AST:
        node.arg = self._new.get(node.arg, node.arg)
        return node

    def visit_alias(self, node: ast.alias) -> ast.AST:
        name = node.asname or node.name
        node.asname = self._new.get(name, node.asname)
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.name = self._new.get(node.name, node.name)
        return self.generic_visit(node)


def _replaced(code: str, new: Mapping[str, str]) -> str:
    """The text with the names replaced where they stand for variables, as far as tokens tell: comments and lines stay."""
    lines = code.splitlines(keepends=True)
    tokens = list(tokenize.generate_tokens(io.StringIO(code).readline))
    word = re.compile(rf"(?<![\w.'\"])({'|'.join(map(re.escape, new))})(?![\w'\"])")
    for before, token, after in reversed(
        list(zip([None, *tokens], tokens, [*tokens[1:], None], strict=False))
    ):
        (row, column), (last, end) = token.start, token.end
        if token.type == tokenize.NAME and token.string in new:
            keyword = after and after.string == "=" and before and before.string in ("(", ",")
            if not keyword and not (before and before.string == "."):
                lines[row - 1] = lines[row - 1][:column] + new[token.string] + lines[row - 1][end:]
        elif token.type == tokenize.STRING and row == last and re.match(r"[a-zA-Z]*[fF]", token.string):
            said = re.sub(r"\{[^{}]*", lambda field: word.sub(lambda m: new[m[1]], field[0]), token.string)
            lines[row - 1] = lines[row - 1][:column] + said + lines[row - 1][end:]
    return "".join(lines)
