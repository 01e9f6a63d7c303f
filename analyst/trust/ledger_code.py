"""What only the code tells: an assignment without effect, the target among the features, a scaler fitted before the split,
many tests without a correction. Pure; names are followed over the cells of a run, nothing is run.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ..events import Finding

_TEST = re.compile(
    r"ttest_\w+|mannwhitneyu|wilcoxon|kruskal|f_oneway|friedmanchisquare|pearsonr|spearmanr|kendalltau|chi2_contingency"
    r"|chisquare|fisher_exact|ks_2samp|kstest|anderson_ksamp|proportions_ztest|ranksums|median_test"
)
"""Functions that give a p-value of a finding; checks of assumptions (normality, equal variances) are none."""
MANY = 5
"""Tests at the level of five in a hundred, from which on one in four false alarms is likely."""
_CORRECTED = re.compile(
    r"multipletests|false_discovery|fdr|bonferroni|holm|tukey|sidak|dunn|benjamini|p_?adj|\balpha\b ?/", re.I
)
_LEARNERS = re.compile(
    r"^(Standard|MinMax|Robust|MaxAbs)Scaler$|^(Quantile|Power)Transformer$|Imputer$|^(Incremental|Kernel|Truncated)?(PCA|SVD)$"
    r"|^Select(KBest|Percentile|FromModel)$|^(Target|KBins)\w+$|^(SMOTE|ADASYN|RandomOverSampler)\w*$"
)
"""Classes that learn from all rows that they are given."""
_SPLITS = frozenset(("train_test_split", "cross_val_score", "cross_validate", "cross_val_predict"))
_FITS = frozenset(("fit", *_SPLITS))
_STRIPPED = frozenset(("copy", "to_numpy", "astype", "dropna", "fillna", "reset_index"))


def tree_of(code: str) -> ast.Module:
    """The syntax tree of a cell, line magics as `pass`; an empty one of what is no Python."""
    try:
        return ast.parse(re.sub(r"(?m)^[ \t]*[%!](?!%).*$", "pass", code))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.Module([], [])


def statement(tree: ast.Module, line: int) -> str:
    """The text of the innermost statement that a line belongs to."""
    found = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.stmt) and node.lineno <= line <= (node.end_lineno or node.lineno)
    ]
    return ast.unparse(max(found, key=lambda node: node.lineno)) if found else ""


def code_findings(
    tree: ast.Module, past: Sequence[ast.Module], frames: Mapping[str, Mapping[str, Any]]
) -> Iterator[Finding]:
    """What a cell's code gives reason to say, in the light of the cells before it and of the frames there are."""
    yield from _chained(tree, frames)
    names = _Names(frames)
    for earlier in past:
        names.read(earlier)
    yield from names.read(tree)
    yield from _tests(tree, past)


# ── assignments without effect ──────────────────────────────────────────────────────────────────────────────────────


def _chained(tree: ast.Module, frames: Mapping[str, Any]) -> Iterator[Finding]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AugAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                if isinstance(target, ast.Subscript) and _taken_out(target.value) and _root(target) in frames:
                    yield _without_effect(node, target, "assigns to a copy")
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            call = node.value
            inplace = any(
                k.arg == "inplace" and getattr(k.value, "value", False) is True for k in call.keywords
            )
            if (
                inplace
                and isinstance(call.func, ast.Attribute)
                and _taken_out(call.func.value)
                and _root(call) in frames
            ):
                yield _without_effect(node, call, "changes a copy in place")


def _without_effect(node: ast.stmt, part: ast.expr, what: str) -> Finding:
    code = " ".join(ast.unparse(part).split())
    return Finding(
        "chained",
        f"line {node.lineno}: {code[:80]} {what}: the table stays as it is. Use {_root(part)}.loc[rows, column] = value.",
    )


def _taken_out(node: ast.expr) -> bool:
    """Whether an expression takes something out of a table: `df[…]`, `df.loc[…]`, but not the accessor `df.loc` itself."""
    if isinstance(node, ast.Subscript):
        inner = node.value
        return isinstance(inner, ast.Name) or _accessor(inner) or _taken_out(inner)
    return False


def _accessor(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Attribute) and node.attr in ("loc", "iloc") and isinstance(node.value, ast.Name)
    )


def _root(node: ast.AST) -> str:
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


# ── features, target, split ─────────────────────────────────────────────────────────────────────────────────────────


class _Names:
    """What names stand for, as far as the code tells: columns of a table, a column, something that learnt from all rows."""

    def __init__(self, frames: Mapping[str, Mapping[str, Any]]) -> None:
        self.frames = frames
        self.values: dict[str, ast.expr] = {}
        self.learners: dict[str, str] = {}
        self.tainted: dict[str, str] = {}
        """Names of values that were learnt from all rows, with what learnt."""

    def read(self, tree: ast.Module) -> list[Finding]:
        """Follow a cell, statement by statement."""
        found: list[Finding] = []
        done = [node for node in ast.walk(tree) if isinstance(node, ast.Call | ast.Assign)]
        # in the order in which they end: what is called comes before the name that it is given
        for node in sorted(
            done, key=lambda n: (n.end_lineno or 0, n.end_col_offset or 0, isinstance(n, ast.Assign))
        ):
            if isinstance(node, ast.Assign):
                self._assign(node)
            else:
                found += self._call(node)
        return found

    def _assign(self, node: ast.Assign) -> None:
        learner = self._learner(node.value)
        taint = self._taint(node.value)
        for target in node.targets:
            names = [n.id for n in ast.walk(target) if isinstance(n, ast.Name)]
            for name in names:
                if learner and isinstance(target, ast.Name):
                    self.learners[name] = learner
                if taint:
                    self.tainted[name] = taint
                elif isinstance(target, ast.Name):
                    self.tainted.pop(name, None)
            if isinstance(target, ast.Name):
                self.values[target.id] = node.value

    def _learner(self, node: ast.expr) -> str:
        """The class of something that learns, where that is just made or fitted."""
        while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "fit":
            node = node.func.value
        if isinstance(node, ast.Name):
            return self.learners.get(node.id, "")
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            return name if _LEARNERS.search(name) else ""
        return ""

    def _taint(self, node: ast.expr) -> str:
        for inner in ast.walk(node):
            if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Attribute):
                method = inner.func.attr
                learner = self._learner(inner.func.value)
                if (
                    learner
                    and (method in ("fit_transform", "fit_resample") or method == "transform")
                    and not self._of_training(inner)
                ):
                    return learner
        if _calls(node) & _SPLITS:
            return ""
        return next(
            (self.tainted[n.id] for n in ast.walk(node) if isinstance(n, ast.Name) and n.id in self.tainted),
            "",
        )

    def _of_training(self, call: ast.Call) -> bool:
        """Whether it is given the training rows only, by the name's own words."""
        return any(re.search(r"train|test|val|fold|idx|_tr\b|_te\b", ast.unparse(a)) for a in call.args[:1])

    def _call(self, call: ast.Call) -> Iterator[Finding]:
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        if name in _SPLITS:
            for argument in call.args:
                if taint := self._taint(argument):
                    yield Finding(
                        "scaler",
                        f"line {call.lineno}: {taint} learnt from all rows before {name}: the test rows are known to the model. "
                        "Split first, or put it into a Pipeline.",
                    )
                    break
        if name in _FITS and not (name == "fit" and self._learner(getattr(call.func, "value", call))):
            yield from self._leak(call, name)
        if name in ("ols", "logit", "glm", "mixedlm", "rlm", "probit", "poisson"):
            yield from _formula(call)

    def _leak(self, call: ast.Call, name: str) -> Iterator[Finding]:
        given = call.args[1:] if name.startswith("cross") else call.args
        if len(given) < 2:
            return
        features, target = self._columns(given[0], 6), self._columns(given[1], 6)
        if target and len(target) == 1 and features and target <= features:
            column = next(iter(target))
            yield Finding(
                "target",
                f"line {call.lineno}: the target {column} is among the features that {name} is given.",
            )

    def _columns(self, node: ast.expr, depth: int) -> frozenset[str] | None:
        """The columns that an expression has; None where the code does not tell."""
        if depth == 0:
            return None
        if isinstance(node, ast.Attribute) and node.attr in ("values", "T"):
            return self._columns(node.value, depth - 1)
        if isinstance(node, ast.Name):
            if node.id in self.values:
                return self._columns(self.values[node.id], depth - 1) or self._frame(node.id)
            return self._frame(node.id)
        if isinstance(node, ast.Subscript):
            return self._taken(node, depth)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            there = self._frame(node.value.id)
            return frozenset((node.attr,)) if there and node.attr in there else None
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr == "drop":
                base = self._columns(node.func.value, depth - 1)
                gone = self._dropped(node, depth)
                return base - gone if base is not None and gone is not None else None
            if node.func.attr in _STRIPPED:
                return self._columns(node.func.value, depth - 1)
        return None

    def _taken(self, node: ast.Subscript, depth: int) -> frozenset[str] | None:
        if isinstance(node.slice, ast.Compare | ast.BoolOp | ast.BinOp | ast.UnaryOp):
            return self._columns(node.value, depth - 1)  # rows are taken
        of_frame = isinstance(node.value, ast.Name | ast.Call | ast.Subscript)
        return self._texts(node.slice, depth) if of_frame else None

    def _dropped(self, call: ast.Call, depth: int) -> frozenset[str] | None:
        options = {k.arg: k.value for k in call.keywords}
        chosen = options.get("columns") or options.get("labels") or (call.args[0] if call.args else None)
        return self._texts(chosen, depth) if chosen is not None else None

    def _texts(self, node: ast.expr, depth: int) -> frozenset[str] | None:
        """Constant text, or a list of it."""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return frozenset((node.value,))
        if isinstance(node, ast.Name) and node.id in self.values and depth:
            return self._texts(self.values[node.id], depth - 1)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            left, right = self._texts(node.left, depth - 1), self._texts(node.right, depth - 1)
            return left | right if left is not None and right is not None else None
        if isinstance(node, ast.List | ast.Tuple):
            parts = [self._texts(e, depth - 1) if depth else None for e in node.elts]
            return frozenset().union(*(p for p in parts if p)) if all(p is not None for p in parts) else None
        return None

    def _frame(self, name: str) -> frozenset[str] | None:
        fact = self.frames.get(name)
        return frozenset(str(column[0]) for column in fact["columns"]) if fact else None


def _calls(node: ast.AST) -> set[str]:
    return {
        n.func.attr if isinstance(n.func, ast.Attribute) else getattr(n.func, "id", "")
        for n in ast.walk(node)
        if isinstance(n, ast.Call)
    }


def _formula(call: ast.Call) -> Iterator[Finding]:
    given = call.args[0] if call.args else next((k.value for k in call.keywords if k.arg == "formula"), None)
    text = given.value if isinstance(given, ast.Constant) and isinstance(given.value, str) else ""
    target, tilde, rest = text.partition("~")
    if tilde and target.strip() and re.search(rf"(?<![\w.]){re.escape(target.strip())}(?![\w(])", rest):
        yield Finding(
            "target",
            f"line {call.lineno}: the target {target.strip()} is among the features of the formula {text!r}.",
        )


# ── many tests ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _tests(tree: ast.Module, past: Iterable[ast.Module]) -> Iterator[Finding]:
    trees = [*past, tree]
    if not _count(tree) or any(_CORRECTED.search(ast.unparse(each)) for each in trees):
        return
    before, now = sum(map(_count, trees[:-1])), sum(map(_count, trees))
    if now >= MANY > before:
        many = "many tests" if now >= 1000 else f"{now} tests"
        yield Finding(
            "tests",
            f"{many} of significance without a correction: chance alone makes some of them significant.",
        )


def _count(node: ast.AST, times: int = 1) -> int:
    """Tests that code runs: in a loop as often as it is known to turn, else very often."""
    if isinstance(node, ast.Call):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        own = times if _TEST.fullmatch(name) else 0
        return own + sum(_count(child, times) for child in ast.iter_child_nodes(node))
    if isinstance(node, ast.For):
        inner = sum(_count(child, times * _turns(node.iter)) for child in node.body)
        return inner + _count(node.iter, times)
    if isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp):
        turns = times
        for each in node.generators:
            turns *= _turns(each.iter)
        parts = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        return sum(_count(part, turns) for part in parts)
    return sum(_count(child, times) for child in ast.iter_child_nodes(node))


def _turns(iterated: ast.expr) -> int:
    if isinstance(iterated, ast.List | ast.Tuple | ast.Set):
        return len(iterated.elts)
    if isinstance(iterated, ast.Dict):
        return len(iterated.keys)
    return 1000
