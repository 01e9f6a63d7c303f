"""The syntax tree of a cell, read: names are followed to their modules, constant text is put together."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator

from . import paths, rules, tables
from .findings import Effect, Finding

GUESSED = "…"
"""A name that is known only when the code runs."""
_MODULE_TABLES = ("vars", "builtins.vars")


class Reader(ast.NodeVisitor):
    """Visits a cell once. `findings` holds each effect of a line once, in the order in which it was met."""

    def __init__(self, folder: str, inside: Callable[[str], Iterable[Finding]]) -> None:
        """`folder`: the work folder; `inside` reads code that stands as text in code."""
        self.folder = folder
        self.inside = inside
        self.known: set[ast.expr] = set()
        """Names of functions whose use was looked at already."""
        self.findings: list[Finding] = []
        self._names: dict[str, str] = {}
        """What a name of this cell stands for, as a dotted name."""
        self._texts: dict[str, str] = {}
        """Constant text that a variable of this cell holds."""
        self._own: set[str] = set()
        """Names that this cell gives to values we know nothing of."""

    def read(self, tree: ast.Module) -> None:
        """Take the names in first, since a function may be defined before the import that it uses."""
        for node in ast.walk(tree):
            if isinstance(node, ast.Import | ast.ImportFrom):
                self._learn(node)
        self.visit(tree)

    def note(self, node: ast.AST, effect: Effect, what: str, words: str = "") -> None:
        """Write a finding down, unless this line has it already."""
        finding = Finding(getattr(node, "lineno", 1), effect, paths.shown(what, 300), words)
        if finding not in self.findings:
            self.findings.append(finding)

    # ── names ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def _learn(self, node: ast.Import | ast.ImportFrom) -> None:
        for name, full in _imported(node):
            self._names[name] = full
            self._own.discard(name)

    def dotted(self, node: ast.AST) -> str:
        """The full name of an expression, `pandas.read_csv`; "" when it has none."""
        match node:
            case ast.Name(id=name):
                if name in self._names:
                    return self._names[name]
                return "" if name in self._own else tables.ALIASES.get(name, name)
            case ast.Attribute(value=value, attr=attribute):
                base = self.dotted(value)
                return f"{base}.{attribute}" if base else ""
            case ast.Call():
                return self._called(node)
            case ast.Subscript(value=value, slice=key):
                return self._looked_up(value, key)
            case ast.NamedExpr(value=value) | ast.Await(value=value):
                return self.dotted(value)
            case _:
                return ""

    def _called(self, node: ast.Call) -> str:
        """Names that a call gives: `getattr(os, "system")`, `__import__("os")`, `get_ipython()`."""
        function = self.dotted(node.func)
        texts = [self.text(a) for a in node.args]
        if function in ("getattr", "builtins.getattr") and len(texts) > 1:
            base = self.dotted(node.args[0])
            return f"{base}.{texts[1] if texts[1] is not None else GUESSED}" if base else ""
        if function in ("__import__", "builtins.__import__", "importlib.import_module"):
            return texts[0] if texts and texts[0] else GUESSED
        return "get_ipython" if function.rpartition(".")[2] == "get_ipython" else ""

    def _looked_up(self, value: ast.expr, key: ast.expr) -> str:
        """Names out of a module's table: `vars(os)["system"]`, `sys.modules["os"]`, `__builtins__["eval"]`."""
        text = self.text(key)
        name = text if text is not None else GUESSED
        base = self.dotted(value)
        if base == "sys.modules":
            return name
        if base in ("builtins", "__builtins__"):
            return name
        if base.endswith(".__dict__"):
            return f"{base.removesuffix('.__dict__')}.{name}"
        if isinstance(value, ast.Call) and self.dotted(value.func) in _MODULE_TABLES and value.args:
            inner = self.dotted(value.args[0])
            return f"{inner}.{name}" if inner else ""
        return ""

    def text(self, node: ast.AST | None) -> str | None:
        """Constant text of an expression, with `paths.HOLE` for what is not constant; None when nothing of it is."""
        match node:
            case ast.Constant(value=str(value)):
                return value
            case ast.Constant(value=bytes(value)):
                return value.decode("latin-1")
            case ast.JoinedStr(values=values):
                return "".join(self.text(v) or paths.HOLE for v in values)
            case ast.FormattedValue(value=value):
                return self.text(value)
            case ast.Name(id=name):
                return self._texts.get(name)
            case ast.BinOp(left=left, op=ast.Add() | ast.Div() | ast.Mod() as op, right=right):
                return self._joined(left, op, right)
            case ast.Attribute(value=value, attr="parent"):
                path = self.text(value)
                return None if path is None else f"{path}/.."
            case ast.Call():
                return self._text_of_call(node)
            case _:
                return None

    def _joined(self, left: ast.expr, op: ast.operator, right: ast.expr) -> str | None:
        first, second = self.text(left), self.text(right)
        if first is None and second is None:
            return None
        if isinstance(op, ast.Mod):
            return re.sub(r"%[-+ #0-9.]*[a-zA-Z]", lambda _: second or paths.HOLE, first or paths.HOLE)
        return (first or paths.HOLE) + ("/" if isinstance(op, ast.Div) else "") + (second or paths.HOLE)

    def _text_of_call(self, node: ast.Call) -> str | None:
        name = self.dotted(node.func) or (node.func.attr if isinstance(node.func, ast.Attribute) else "")
        last = name.rpartition(".")[2]
        parts = [self.text(a) for a in node.args]
        if name.endswith("Path.home"):
            return "~"
        if last in (
            "Path",
            "PurePath",
            "PosixPath",
            "expanduser",
            "abspath",
            "realpath",
            "str",
            "fspath",
            "join",
        ):
            method = isinstance(node.func, ast.Attribute) and not name.startswith(("os.", "pathlib."))
            if method and last in ("expanduser", "join", "absolute"):
                own = self.text(node.func.value) if isinstance(node.func, ast.Attribute) else None
                return own if last != "join" else None
            known = [p if p is not None else paths.HOLE for p in parts]
            return "/".join(known) if any(p is not None for p in parts) else None
        if isinstance(node.func, ast.Attribute) and last in ("joinpath", "expanduser", "resolve", "absolute"):
            own = self.text(node.func.value)
            return None if own is None else "/".join([own, *(p or paths.HOLE for p in parts)])
        if isinstance(node.func, ast.Attribute) and last in ("format", "strip", "lower", "encode", "decode"):
            return self.text(node.func.value)
        return None

    # ── visits ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def visit_Import(self, node: ast.Import) -> None:  # noqa: D102
        self._import(node)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:  # noqa: D102
        self._import(node)

    def _import(self, node: ast.Import | ast.ImportFrom) -> None:
        self._learn(node)
        modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names]
        found = False
        for name in [*modules, *(full for _, full in _imported(node) if isinstance(node, ast.ImportFrom))]:
            found = rules.name(self, node, name, imported=True) or found
        for module in modules:
            root = module.partition(".")[0]
            if root and root not in tables.KNOWN and not found:
                self.note(node, "unknown", root)

    def visit_Attribute(self, node: ast.Attribute) -> None:  # noqa: D102
        name = self.dotted(node)
        if name:
            rules.name(self, node, name, imported=self._is_imported(node))
        if node.attr in tables.HIDDEN:
            self.note(node, "unreadable", node.attr, "goes a hidden way to other objects")
        self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> None:  # noqa: D102
        if isinstance(node.ctx, ast.Load):
            name = self.dotted(node)
            if "." in name or name in rules.BUILTINS:
                rules.name(self, node, name, imported=node.id in self._names)
        elif isinstance(node.ctx, ast.Store):
            self._own.add(node.id)
            self._names.pop(node.id, None)
            self._texts.pop(node.id, None)

    def visit_Constant(self, node: ast.Constant) -> None:  # noqa: D102
        if not isinstance(node.value, str):
            return
        if node.value in tables.HIDDEN:
            self.note(node, "unreadable", node.value, "goes a hidden way to other objects")
        if paths.REMOTE_HTML.search(node.value):
            self.note(node, "network", node.value, "shows HTML that fetches from elsewhere")

    def visit_Assign(self, node: ast.Assign) -> None:  # noqa: D102
        self._bind(node.targets, node.value)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:  # noqa: D102
        self._bind([node.target], node.value)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:  # noqa: D102
        self._bind([node.target], node.value)

    def _bind(self, targets: list[ast.expr], value: ast.expr | None) -> None:
        if value is None:
            return
        self.visit(value)
        text, name = self.text(value), self.dotted(value)
        for target in targets:
            self.visit(target)
            if isinstance(target, ast.Name):
                if text is not None:
                    self._texts[target.id] = text
                if name and (
                    isinstance(value, ast.Name | ast.Attribute) or name == "get_ipython" or GUESSED in name
                ):
                    self._names[target.id] = name
            elif isinstance(target, ast.Attribute | ast.Subscript):
                rules.assigned(self, target, value)

    def visit_Call(self, node: ast.Call) -> None:  # noqa: D102
        rules.call(self, node)
        name = self._called(node)
        if name and name != "get_ipython":
            rules.name(self, node, name, imported=True)
        self.generic_visit(node)

    def visit_Subscript(self, node: ast.Subscript) -> None:  # noqa: D102
        name = self.dotted(node)
        if isinstance(node.ctx, ast.Store) and self.dotted(node.value) == "os.environ":
            self.visit(node.slice)
            return
        if self.dotted(node.value) == "os.environ":
            rules.environment(self, node, self.text(node.slice))
            self.visit(node.slice)
            return
        if name:
            rules.name(self, node, name, imported=True)
        self.generic_visit(node)

    def _is_imported(self, node: ast.AST) -> bool:
        while isinstance(node, ast.Attribute):
            node = node.value
        return not isinstance(node, ast.Name) or node.id in self._names


def _imported(node: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, str]]:
    """The names that an import makes, with what they stand for."""
    for a in node.names:
        if isinstance(node, ast.ImportFrom):
            yield a.asname or a.name, tables.real(f"{node.module}.{a.name}" if node.module else a.name)
        else:
            name = a.name if a.asname else a.name.partition(".")[0]
            yield a.asname or name, tables.real(name)
