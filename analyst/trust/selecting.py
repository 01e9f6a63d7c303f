"""What code selects and groups by, read from its syntax: columns, values, numbers. Pure.

Three things are told apart: a name that code only takes (`df["paid"].sum()`), one that stands in a condition, a group or a
lookup (`df[df.year > 2020]`, `.query("year > 2020")`, `.groupby("year")`), and what is only printed or a title, which is
no work on the data. Where that is in doubt, a name counts as selected by.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from .completed import statements

_SELECTS = frozenset({
    "query", "eval", "isin", "between", "eq", "ne", "gt", "ge", "lt", "le", "notna", "notnull", "isna", "isnull", "dropna",
    "contains", "startswith", "endswith", "match", "fullmatch", "where", "mask", "filter", "select", "xs", "get_group",
    "groupby", "group_by", "resample", "rolling", "pivot", "pivot_table", "crosstab", "value_counts", "unstack", "melt",
    "nunique", "unique", "set_index", "reindex", "merge", "join", "drop", "drop_duplicates", "duplicated", "nlargest",
    "nsmallest", "sort_values", "idxmax", "idxmin", "cut", "qcut", "Categorical", "get_dummies", "Counter", "set", "sorted",
    "filterfalse", "read_sql", "read_sql_query", "sql", "execute", "factorize", "pairplot", "catplot", "boxplot", "barplot",
})  # fmt: skip
"""Functions and methods that work by what they are given, or are called on."""
_SAYS = frozenset({
    "print", "display", "title", "set_title", "suptitle", "xlabel", "ylabel", "set_xlabel", "set_ylabel", "legend", "text",
    "annotate", "Markdown", "HTML", "info", "warning", "debug",
})  # fmt: skip
"""Those whose texts are for a reader."""
_HOW_READ = frozenset({"names", "dtype", "usecols", "converters", "na_values", "parse_dates", "columns"})
"""Arguments of a reader, such as `read_csv`, that only say what the columns are."""
_BY_ROW = frozenset({"loc", "at"})
_FIGURES = re.compile(r"\d+(?:\.\d+)?")


@dataclass
class Selecting:
    """What some code does with names, texts and numbers; all in small letters."""

    touched: set[str] = field(default_factory=set)
    """Every name and text of the code that is more than words for a reader."""
    chosen: set[str] = field(default_factory=set)
    """Those that rows are selected or grouped by, and what those are made from."""
    numbers: set[float] = field(default_factory=set)
    groups: bool = False
    """Whether rows are grouped at all."""

    @classmethod
    def of(cls, codes: Iterable[str], also: str = "") -> Selecting:
        """Read cells. `also`: what else counts as selected by, such as code that a person ran before."""
        reader = _Reader()
        for code in codes:
            read = statements(code)
            try:
                for statement in read:
                    reader.visit(statement)
            except RecursionError:
                read = []
            if not read:  # another language's cell, or one too deep: its words are all that is known
                reader.text(code)
        reader.text(also)
        reader.close()
        return reader.found

    def touches(self, name: str) -> bool:
        """Whether the code has this name, or this text, anywhere."""
        return _within(name, self.touched)

    def chooses(self, name: str) -> bool:
        """Whether rows are selected or grouped by it."""
        return _within(name, self.chosen)


def _within(name: str, texts: set[str]) -> bool:
    wanted = name.casefold()
    if wanted in texts:
        return True
    whole = re.compile(rf"(?<![^\W_]){re.escape(wanted)}(?![^\W_])")
    return any(len(text) > len(wanted) and wanted in text and whole.search(text) for text in texts)


class _Reader(ast.NodeVisitor):
    def __init__(self) -> None:
        self.found = Selecting()
        self._selecting = self._saying = False
        self._made: dict[str, set[str]] = defaultdict(set)
        """What each name, column or keyword is made from."""

    def close(self) -> None:
        """What is made from something selects by that too."""
        todo = list(self.found.chosen)
        while todo:
            new = self._made.pop(todo.pop(), set()) - self.found.chosen
            self.found.chosen |= new
            todo += new

    def text(self, text: str) -> None:
        """A text that is no plain name of a column."""
        self._take(text, chosen=True)

    def _take(self, name: str, *, chosen: bool = False) -> None:
        name = name.casefold().strip()
        if not name:
            return
        self.found.touched.add(name)
        self.found.numbers.update(map(float, _FIGURES.findall(name)))
        if chosen or self._selecting:
            self.found.chosen.add(name)

    @contextmanager
    def _while(self, *, selecting: bool | None = None, saying: bool | None = None) -> Iterator[None]:
        before = self._selecting, self._saying
        self._selecting = before[0] if selecting is None else selecting
        self._saying = before[1] if saying is None else saying
        try:
            yield
        finally:
            self._selecting, self._saying = before

    def _select(self, *nodes: ast.AST | None) -> None:
        with self._while(selecting=True, saying=False):
            for node in filter(None, nodes):
                self.visit(node)

    # ── names and texts ──

    def visit_Name(self, node: ast.Name) -> None:
        self._take(node.id)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self._take(node.attr)
        self.visit(node.value)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str):
            if not self._saying:
                self.text(node.value)
        elif isinstance(node.value, int | float) and not isinstance(node.value, bool):
            self.found.numbers.add(float(node.value))

    def visit_FormattedValue(self, node: ast.FormattedValue) -> None:
        with self._while(saying=False):
            self.visit(node.value)

    def visit_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):  # a text alone is a remark
            self.visit(node.value)

    # ── what selects ──

    def visit_Compare(self, node: ast.Compare) -> None:
        self._select(node.left, *node.comparators)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        self._select(*node.values)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        if isinstance(node.op, ast.Invert | ast.Not):
            self._select(node.operand)
        else:
            self.visit(node.operand)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        with self._while(selecting=isinstance(node.op, ast.BitAnd | ast.BitOr) or self._selecting):
            self.visit(node.left)
            self.visit(node.right)

    def visit_If(self, node: ast.If) -> None:
        self._select(node.test)
        for each in (*node.body, *node.orelse):
            self.visit(each)

    def visit_IfExp(self, node: ast.IfExp) -> None:
        self._select(node.test)
        self.visit(node.body)
        self.visit(node.orelse)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        self._making(node.target, node.iter)
        self.visit(node.target)
        self.visit(node.iter)
        self._select(*node.ifs)

    def visit_For(self, node: ast.For) -> None:
        self._making(node.target, node.iter)
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        self.found.groups |= name in (
            "groupby",
            "group_by",
            "resample",
            "pivot_table",
            "crosstab",
            "value_counts",
        )
        given = [k for k in node.keywords if not (name.startswith("read_") and k.arg in _HOW_READ)]
        for keyword in given:
            if keyword.arg:
                self._making_name(keyword.arg, keyword.value)
        with self._while(selecting=name in _SELECTS or self._selecting, saying=name in _SAYS):
            self.visit(node.func)
            for each in (*node.args, *(k.value for k in given)):
                self.visit(each)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        self.visit(node.value)
        if isinstance(node.value, ast.Attribute) and node.value.attr in _BY_ROW:
            rows, *columns = node.slice.elts if isinstance(node.slice, ast.Tuple) else (node.slice,)
            self._select(rows)
            for each in columns:
                self._column(each)
        else:
            self._column(node.slice)

    def _column(self, node: ast.expr) -> None:
        """What stands in brackets: names of columns, or an expression that says which rows."""
        each = node.elts if isinstance(node, ast.List | ast.Tuple) else [node]
        if all(isinstance(e, ast.Constant) for e in each):
            for e in each:
                self._take(str(getattr(e, "value", "")))
        else:
            self._select(node)

    # ── what is made from what ──

    def visit_Assign(self, node: ast.Assign) -> None:
        for target in node.targets:
            self._making(target, node.value)
        self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value:
            self._making(node.target, node.value)
        self.generic_visit(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self._making(node.target, node.value)
        self.generic_visit(node)

    def _making(self, target: ast.expr, value: ast.expr) -> None:
        match target:
            case ast.Tuple(elts) | ast.List(elts):
                for each in elts:
                    self._making(each, value)
            case (
                ast.Name(name) | ast.Attribute(attr=name) | ast.Subscript(slice=ast.Constant(value=str(name)))
            ):
                self._making_name(name, value)
            case _:
                pass

    def _making_name(self, name: str, value: ast.expr) -> None:
        parts = self._made[name.casefold()]
        for node in ast.walk(value):
            match node:
                case ast.Name(part) | ast.Attribute(attr=part) | ast.Constant(value=str(part)):
                    parts.add(part.casefold())
                case _:
                    pass
