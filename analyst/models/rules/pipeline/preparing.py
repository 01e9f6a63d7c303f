"""Preparations that every statistic may need: numbers out of texts, the rows that the text chooses, outliers removed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from .. import code
from ..intents import Filter
from ..survey import Column
from ..vocabulary import tokens
from . import asks, impute, modelling
from .spread import Rule, outside, rule
from .task import Task, naming
from .work import Step


def numbers(task: Task) -> Sequence[Step]:
    """Named columns of numbers that are written as texts become numbers."""
    found = [c for c in task.columns if c.written or (c.type == "text" and _told_to(task) and not c.values)]
    return [_to_numbers(c) for c in found]


def _told_to(task: Task) -> bool:
    return task.says(r"convert\w*|numeric|coerce\w*")


def _to_numbers(column: Column) -> Step:
    expression = code.to_number(f"{{frame}}[{code.quote(column.name)}]")
    return Step(
        f"{column.label}: the numbers in the texts",
        (f"{{frame}}[{code.quote(column.name)}] = {expression}",),
        (replace(column, type="number", written=False, values=()),),
    )


SHARE = r"percent\w*|percentage|proportion|share|rate"


def counted_column(task: Task) -> Column | None:
    """The yes-or-no column whose share is asked for: "what percentage of the women survived"."""
    match = task.match(
        rf"(?:{SHARE}) of [^.?]*?(?:(?:have|has|had|did|were|was|are|is) «(\d+)»|«(\d+)»(?= ?[.?]|$))"
    )
    column = task.column(match[1] or match[2]) if match else None
    return column if column and column.binary else None


_DEFINES = r"(?:1|true|yes)\b[^.]{0,40}\bif|replac\w*|imput\w*|fill\w*|predict\w*\b[^.]*\b(?:when|if|where)"
"""What defines a new column, a filling or the place of a prediction, chooses no rows."""


def rows(task: Task) -> Sequence[Step]:
    """The rows that the text chooses, unless its slots ask for each of the groups by itself."""
    wanted = asks.read(task)
    grouped = {f.column.name for a in wanted for f in a.filters}
    if any(a.has(SHARE) for a in wanted) and (counted := counted_column(task)):
        grouped.add(counted.name)
    if fitted := modelling.model(task):
        grouped.add(fitted.target.name)
    chosen: list[Filter] = []
    for clause in (s for s in task.sentences if not s.has(_DEFINES)):
        for filter_ in clause.filters:
            if filter_.column.name not in grouped and _narrows(filter_, task) and filter_ not in chosen:
                chosen.append(filter_)
    chosen += [f for f in _ordinals(task) if f.column.name not in grouped]
    tests = [code.condition(f, "{frame}") for f in _consistent(chosen)] + _computed(task)
    if not tests:
        return []
    said = " and ".join(map(str, _consistent(chosen))) or "as the text says"
    whole = tests[0] if len(tests) == 1 else " & ".join(f"({t})" for t in tests)
    return [
        Step(
            f"only rows where {said}",
            (f"{{frame}} = {{frame}}[{whole}]",),
            does=frozenset({"comparing with a computed value"} if _computed(task) else ()),
        )
    ]


_CLASSES = {"first": "1", "1st": "1", "second": "2", "2nd": "2", "third": "3", "3rd": "3"}


def _ordinals(task: Task) -> list[Filter]:
    """ "in first class": the one number of a column of classes that the text names."""
    found = []
    for column in task.table.columns:
        kind = next(
            (
                k
                for k in ("class", "grade", "level", "tier")
                if tokens(column.name)[-1:][0:1] and tokens(column.name)[-1].endswith(k)
            ),
            "",
        )
        if not kind or column.type != "integer":
            continue
        said = {
            _CLASSES[m]
            for m in re.findall(rf"\b({'|'.join(_CLASSES)})[- ]{kind}(?:es)?\b", task.text.lower())
        }
        if len(said) == 1 and said <= {*column.values}:
            found.append(Filter(column, "==", (said.pop(),)))
    return found


def _narrows(filter_: Filter, task: Task) -> bool:
    """Whether a condition leaves rows out by the text's will: not all values of a column, not two values to be compared."""
    if filter_.operator == "known":
        return task.says(
            r"known «\d+»|«\d+» (?:is|are|was) (?:known|recorded)|(?:with|of) an? recorded «\d+»"
        )
    if filter_.operator == "missing":
        return False
    for n, mention in enumerate(task.masked.mentions):
        if mention.value in filter_.values and re.search(rf"«{n}»[\"']? columns?\b", task.low):
            return False  # said to be a column, and so no condition
    compared = task.says(r"between|versus|vs|compare\w*|differ\w*|separately|each")
    return not (filter_.operator == "in" and compared)


def _consistent(filters: Sequence[Filter]) -> list[Filter]:
    """Of several values of one column in different sentences none can be meant for all rows; of two bounds the last."""
    kept = []
    for n, filter_ in enumerate(filters):
        same_side = {">": ">=", ">=": ">", "<": "<=", "<=": "<"}.get(filter_.operator)
        if any(f.column == filter_.column and f.operator == same_side for f in filters[n + 1 :]):
            continue
        others = [f for f in filters if f.column == filter_.column and f.operator == filter_.operator == "=="]
        if len({f.values for f in others}) <= 1:
            kept.append(filter_)
    return kept


_COMPUTED = (
    r"«(\d+)» (?:\w+ ){0,2}?(greater|higher|more|above|larger|older|less|lower|below|smaller|younger)"
    r"(?: than)? (?:the |their )?(?:overall )?(average|mean|median)(?: «(\d+)»)?"
)


def _computed(task: Task) -> list[str]:
    """Comparisons with a mean or a median of the column itself."""
    found = []
    for match in re.finditer(_COMPUTED, task.low):
        column, other = task.column(match[1]), task.column(match[4])
        if column is None or not column.numeric or (other and other != column):
            continue
        values = f"{{frame}}[{code.quote(column.name)}]"
        sign = "<" if match[2] in ("less", "lower", "below", "smaller", "younger") else ">"
        found.append(f"{values} {sign} {values}.{'median' if match[3] == 'median' else 'mean'}()")
    return list(dict.fromkeys(found))


_WITHIN = r"(?:[^.]|\.\d){0,100}?"
"""Some text within a sentence."""
_REMOVES = (
    rf"(?:remov\w+|exclud\w+|drop\w*|eliminat\w+|prun\w+|filter\w* out|without|clean\w*){_WITHIN}outliers?"
    rf"|outliers?{_WITHIN}(?:remov\w+|exclud\w+|dropp\w+|prun\w+|eliminat\w+)"
)


def outliers(task: Task) -> Sequence[Step]:
    """Rows with outliers left out, where the text removes them."""
    if not task.says(_REMOVES) or impute.replaced(task):
        return []
    found = rule(task)
    column = target(task)
    if found is None or column is None:
        return []
    return [removal(found, column)]


def target(task: Task) -> Column | None:
    """The column whose outliers are meant: named in the sentence that speaks of outliers, else the first measure."""
    for clause in task.sentences:
        if clause.has(r"outliers?|z-?scores?|iqr"):
            measures = [c for c in clause.columns if c.numeric and not naming(c)]
            if measures:
                return next((c for c in task.table.columns if c.name == measures[0].name), None)
    return task.measures[0] if task.measures else None


def removal(found: Rule, column: Column) -> Step:
    """Leaving out the rows in which a column has an outlier."""
    lines, test = outside(found, f"{{frame}}[{code.quote(column.name)}]")
    return Step(
        f"without outliers of {column.label} ({found})",
        (*lines, f"{{frame}} = {{frame}}[~({test})]"),
        does=frozenset({"treating outliers", "transforming values", "cleaning"}),
        changes=True,
    )
