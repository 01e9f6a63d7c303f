"""From a slot to the expression of its value. Each resolver knows some slots; it writes lines only when it answers."""

from __future__ import annotations

import re

from ....forms import SAID_STATISTIC
from .. import code
from ..survey import Column
from ..vocabulary import core
from . import deciding, extremes, found_outliers, preparing, testing
from .describing import kurtosis, population, skewness
from .pairs import measurable
from .task import Ask, words
from .work import Work

_PLAIN = {
    "std": r"std|sd|stddev|stdev|deviation|standard dev\w*|sigma",
    "var": r"variance|var",
    "median": r"median|med",
    "mode": r"mode|commonest",
    "range": r"range",
    "iqr": r"iqr",
    "mean": r"mean|average|avg|mu",
    "min": r"min|minimum|lowest|smallest",
    "max": r"max|maximum|highest|largest|greatest",
    "sum": r"sum|total",
}
"""Words of a slot's name → statistic; tried in this order, for "mean_std" does not occur but "range_of_max" does."""


def decision(ask: Ask, work: Work) -> str | None:
    """Slots that want one of several words."""
    plain = ask.has("mean|std|median|count|number|coefficient|pvalue|outlier") or p_value_asked(ask)
    return (
        None
        if plain and not ask.has("type|status|is|result|significan\\w*")
        else deciding.decision(ask, work)
    )


def p_value_asked(ask: Ask) -> bool:
    """Whether a slot is a p-value."""
    return ask.has(r"p value|pvalue|p val|pval|p") and not ask.has("status|type")


def p_value(ask: Ask, work: Work) -> str | None:
    """p-values of any test."""
    if not p_value_asked(ask):
        return None
    found = testing.test(ask, work)
    return found.p or None if found else None


def correlation(ask: Ask, work: Work) -> str | None:
    """Correlation coefficients."""
    if (
        ask.options
        or not ask.has(r"corr\w*|pearson|spearman|r|rho")
        or ask.has("strongest|highest|pair|type|status|matrix|significan\\w*")
    ):
        return None
    if testing.named(ask, work.task) not in ("pearson", "spearman"):
        return None
    found = testing.test(ask, work)
    return found.statistic if found else None


def statistic(ask: Ask, work: Work) -> str | None:
    """The statistic of a test: t, U, F, chi-square, W."""
    if not ask.has(r"statistic|stat|tstat|chi\w*|f value|t value|shapiro|test|[tfwuh]|dof|df|degree"):
        return None
    found = testing.test(ask, work)
    if found and ask.has("dof|df|degree"):
        return found.statistic.replace(".statistic", ".dof") if found.name == "chi-square" else None
    return found.statistic if found and found.name not in ("pearson", "spearman") else None


def shape(ask: Ask, work: Work) -> str | None:
    """Skewness and kurtosis."""
    skewed, peaked = ask.has(r"skew\w*"), ask.has(r"kurt\w*")
    if skewed == peaked or ask.has("type|direction"):
        return None
    column = testing.measure(ask, work.task)
    if column is None:
        return None
    work.spoken = f"{'skewness' if skewed else 'kurtosis'} of {column.label}"
    return (skewness if skewed else kurtosis)(work.series(column, ask), work.task)


def missing(ask: Ask, work: Work) -> str | None:
    """Missing values: of a column, of every column, as a number or as a percentage; which column has most."""
    if not ask.has(r"missing|null|nan|na") or ask.options:
        return _has_missing(ask, work) if ask.options else None
    frame = work.before
    if ask.has("mean|median|std|average"):
        return None
    if ask.has("most|highest|max") and (by := _most_missing(ask, work)):
        return by
    if (
        ask.has("column|per column|each column")
        and not ask.has("count|number|total")
        or "{" in _inner(ask, work)
    ):
        if ask.has("per|each") or "{" in _inner(ask, work):
            return f"{frame}.isna().sum().rename(str.strip).to_dict()"
        if ask.has("most|highest|max") or work.task.says(
            r"(?:highest|most|largest|maximum)[^.]{0,40}(?:missing|null|nan)"
        ):
            return f"{frame}.isna().sum().idxmax()"
        return f'", ".join({frame}.columns[{frame}.isna().any()])'
    named = work.task.columns if len(work.task.columns) < 2 else work.task.measures
    if ask.column is None and len(named) > 1:
        return None
    column = ask.column or (named[0] if named else None)
    values = f"{frame}[{code.quote(column.name)}].isna()" if column else f"{frame}.isna()"
    if ask.has("percent\\w*|proportion|rate|ratio|share"):
        return f"100 * {values}.mean()" if column else None
    return f"int({values}.sum())" if column else f"int({values}.sum().sum())"


def _most_missing(ask: Ask, work: Work) -> str | None:
    """Which group has most gaps of a measure, and how many."""
    names = [
        c
        for c in work.task.columns
        if c.type == "text" and work.task.says(rf"(?:each|which|per) «{_marks(c, work)}»")
    ]
    measures = [c for c in work.task.measures if c not in names]
    if len(names) != 1 or len(measures) != 1:
        return None
    values = f"{work.before}[{code.quote(measures[0].name)}].isna()"
    gaps = work.once(
        f"gaps {values}",
        "gaps",
        lambda v: [f"{v} = {values}.groupby({work.before}[{code.quote(names[0].name)}]).sum()"],
    )
    return f"{gaps}.max()" if ask.has("count|number|n|total") else f"{gaps}.idxmax()"


def _marks(column: Column, work: Work) -> str:
    """The numbers of a column's markers, as a pattern."""
    numbers = (
        str(n) for n, m in enumerate(work.task.masked.mentions) if m.column == column and m.value is None
    )
    return f"(?:{'|'.join(numbers)})"


def _inner(ask: Ask, work: Work) -> str:
    return next((s.inner for s in work.task.slots if s.name == ask.name), "")


def _has_missing(ask: Ask, work: Work) -> str | None:
    """ "Are there missing values in …?" """
    if not ask.has(r"nan|null|missing") or not ask.has("has|have|any|contain|exist|there|is|are"):
        return None
    column = ask.column or (work.task.made[-1] if work.task.made else None)
    yes = next((o for o in ask.options if re.fullmatch("yes|true", o, re.I)), None)
    no = next((o for o in ask.options if re.fullmatch("no|false", o, re.I)), None)
    if column is None or not yes or not no:
        return None
    return f"{code.quote(yes)} if {work.after}[{code.quote(column.name)}].isna().any() else {code.quote(no)}"


def plain(ask: Ask, work: Work) -> str | None:
    """Mean, median, standard deviation and the like of one column."""
    name = _name(ask, work)
    if (
        name is None
        or ask.has("count|number|change|error|score|accuracy|outlier|difference|ratio")
        and name in ("sum", "max", "min")
    ):
        return None
    column = testing.measure(ask, work.task)
    if (
        column is None
        or not measurable(column)
        or name in ("sum", "max", "min", "mode")
        and extremes.asked(work.task)
    ):
        return None
    values = work.series(column, ask)
    work.spoken = f"{SAID_STATISTIC.get(name, name)} of {column.label}"
    return code.statistic(name, values, population=population(work.task))


def _name(ask: Ask, work: Work) -> str | None:
    """The statistic that a slot's name says; when it only names a column, the one that the text asks for."""
    own = {*core(ask.column.name)} if ask.column else set()
    for name, pattern in _PLAIN.items():
        if ask.has(pattern) and not own & {*re.findall(r"\w+", pattern)}:
            return name
    told = {s for clause in work.task.sentences for s in clause.statistics}
    grouped = {w for f in ask.filters for w in words(f"{f.column.name} {' '.join(f.values)}")}
    only = own and {*ask.words} - grouped - {"not", "value"} <= own
    return told.pop() if only and len(told) == 1 and told <= {*_PLAIN} else None


def quantile(ask: Ask, work: Work) -> str | None:
    """Percentiles and quartiles: `p90`, `q1`, `percentile_95`; the coefficient of variation."""
    name = " ".join(ask.words)
    said = re.search(r"\b(?:p|percentile|quantile) (\d{1,2})\b|\b(\d{1,2})(?: th)? percentile", name)
    quarter = re.search(r"\bq ([123])\b|\b(first|third|lower|upper) quartile", name)
    told = (
        work.task.match(r"(\d{1,2})(?:st|nd|rd|th) percentile")
        if ask.has("percentile") and not said
        else None
    )
    column = testing.measure(ask, work.task)
    if column is None or not measurable(column):
        return None
    values = work.series(column, ask)
    if ask.has("cv|coefficient of variation|variation coefficient"):
        return f"{values}.std({'ddof=0' if population(work.task) else ''}) / {values}.mean()"
    number = said or told
    if number:
        share = int(next(g for g in number.groups() if g)) / 100
    elif quarter:
        share = {"1": 0.25, "first": 0.25, "lower": 0.25, "2": 0.5}.get(quarter[1] or quarter[2], 0.75)
    else:
        return None
    work.does.add("this statistic")
    work.spoken = f"{100 * share:g}th percentile of {column.label}"
    return f"{values}.quantile({share:g})"


def within(ask: Ask, work: Work) -> str | None:
    """How many values lie within so many standard deviations from the mean."""
    if not ask.has("within") or not ask.has(r"std\w*|sd|deviation|stdev"):
        return None
    column = testing.measure(ask, work.task)
    if column is None:
        return None
    count = next((n for w, n in (("two", 2), ("2", 2), ("three", 3), ("3", 3)) if w in ask.words), 1)
    values = work.series(column, ask)
    spread = f"{values}.std({'ddof=0' if population(work.task) else ''})"
    plain_name = re.sub(r"\W+", "_", column.name.lower(), flags=re.ASCII)
    name = work.once(f"within {values}", f"{plain_name}_values", lambda v: [f"{v} = {values}"])
    spread = spread.replace(values, name)
    times = "" if count == 1 else f"{count} * "
    return f"int((({name} - {name}.mean()).abs() <= {times}{spread}).sum())"


def count(ask: Ask, work: Work) -> str | None:
    """Numbers of rows: of each group, of one, of those that a condition leaves; numbers of distinct values."""
    if "{" in _inner(ask, work) and work.task.says("how many|number of|count|frequenc\\w+"):
        groups = [c for c in work.task.columns if c.category]
        return (
            f"{work.frame(ask)}[{code.quote(groups[0].name)}].value_counts().to_dict()"
            if len(groups) == 1
            else None
        )
    if not ask.has(r"count|number|num|entr\w+|row|n|total") or ask.has("outlier|p"):
        return None
    if work.task.says(r"unique|distinct|different"):
        column = ask.column or (work.task.columns[0] if len(work.task.columns) == 1 else None)
        return f"{work.frame(ask)}[{code.quote(column.name)}].nunique()" if column else None
    chosen = (
        ask.filters
        or any(s.comment.startswith("only rows") for s in work.steps)
        or ask.has("row|entr\\w+|record")
    )
    return f"len({work.frame(ask)})" if chosen else None


def percentage(ask: Ask, work: Work) -> str | None:
    """The share of rows of a group, or of rows of which a yes-or-no column says yes."""
    if not ask.has(preparing.SHARE):
        return None
    factor = "" if ask.has("proportion") or ask.explains(r"between 0 and 1|fraction") else "100 * "
    counted = preparing.counted_column(work.task)
    if counted and counted.name not in {f.column.name for f in ask.filters}:
        return f"{factor}{work.series(counted, ask)}.mean()"
    if not ask.filters:
        return None
    *rest, last = ask.filters
    whole = work.rows(work.after, tuple(rest))
    test = code.condition(last, whole)
    return f"{factor}({test}).mean()"


RESOLVERS = (
    found_outliers.slot,
    within,
    quantile,
    missing,
    p_value,
    extremes.strongest,
    correlation,
    shape,
    decision,
    statistic,
    extremes.holder,
    extremes.value,
    plain,
    percentage,
    count,
)
