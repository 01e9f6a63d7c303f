"""Tests and correlations: which one a slot is about, and the lines that compute it. Each gives a statistic and a p-value."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .. import code
from ..survey import Column
from . import pairs
from .task import Ask, Task
from .work import Work

ALPHA = 0.05
_TESTS: dict[str, str] = {
    "shapiro": r"shapiro\w*",
    "normaltest": r"normaltest|d'?agostino\w*|k-?squared|omnibus",
    "anderson": r"anderson\w*",
    "welch": r"welch\w*",
    "mann-whitney": r"mann-? ?whitney\w*|wilcoxon rank-?sum|u-? ?test",
    "levene": r"levene\w*",
    "bartlett": r"bartlett\w*",
    "anova": r"anova|analysis of variance|f-? ?test",
    "chi-square": r"chi-? ?squared?|contingency",
    "kolmogorov": r"kolmogorov\w*|ks[- ]test",
    "t": r"t-? ?test|student'?s?",
    "spearman": r"spearman\w*|rank correlation",
    "pearson": r"pearson\w*|correlat\w*|linear relationship",
}
_MANY = ("anova", "levene", "bartlett")
_NORMALITY = ("shapiro", "normaltest", "anderson", "kolmogorov")


@dataclass(frozen=True, slots=True)
class Test:
    """One test, computed: the names of its variables in the code."""

    name: str
    statistic: str
    p: str

    @property
    def normality(self) -> bool:
        """Whether its null hypothesis is a normal distribution."""
        return self.name in ("shapiro", "normaltest", "ks-normal", "anderson")


def named(ask: Ask, task: Task) -> str:
    """The test that a slot is about: by its own name, else the only one that the text names; "" when unclear."""
    own = [
        t for t, p in _TESTS.items() if re.search(rf"\b(?:{p})\b", f"{ask.said.replace('_', ' ').lower()}")
    ]
    if own:
        return own[0]
    said = [t for t, p in _TESTS.items() if task.says(p)]
    if re.search(r"pearson'?s? (?:first|second)|fisher[- –]pearson", task.low):
        said = [t for t in said if t != "pearson"]
    relation = bool(re.search(r"corr|relation|pearson|coefficient", ask.said, re.I))
    if relation or ask.has("linear"):
        said = [t for t in said if t in ("pearson", "spearman")]
    elif re.search(r"normal", ask.said, re.I):
        said = [t for t in said if t in _NORMALITY]
    else:
        beside = [t for t in said if t not in ("pearson", "spearman")]
        said = beside or said
    if "welch" in said and "t" in said:
        said.remove("t")
    if "spearman" in said and "pearson" in said and not task.says(r"pearson\w*"):
        said.remove("pearson")
    return said[0] if len(said) == 1 else ""


def about_normality(ask: Ask, task: Task) -> bool:
    """Whether a slot decides if values are distributed normally."""
    return (
        named(ask, task) in _NORMALITY and not _two_samples(task) or bool(re.search("normal", ask.said, re.I))
    )


def test(ask: Ask, work: Work) -> Test | None:
    """The test that a slot is about, written; None when it, or what it is about, is not understood."""
    name = named(ask, work.task)
    if name in ("pearson", "spearman"):
        return _correlation(name, ask, work)
    if name == "kolmogorov" and _two_samples(work.task):
        return _between_groups("ks-2", ask, work)
    if name in _NORMALITY:
        return _normality("ks-normal" if name == "kolmogorov" else name, ask, work)
    if name in ("t", "welch", "mann-whitney", "anova", "levene", "bartlett"):
        return _between_groups(name, ask, work)
    return _independence(ask, work) if name == "chi-square" else None


_TITLES = {
    "shapiro": "Shapiro-Wilk test",
    "normaltest": "D'Agostino's test",
    "ks-normal": "Kolmogorov-Smirnov test against a normal distribution",
    "ks-2": "Kolmogorov-Smirnov test of two samples",
    "t": "t-test",
    "welch": "Welch's t-test",
    "mann-whitney": "Mann-Whitney U test",
    "levene": "Levene test",
    "bartlett": "Bartlett test",
    "anova": "one-way analysis of variance",
    "pearson": "Pearson correlation",
    "spearman": "Spearman correlation",
}


def _suffix(ask: Ask) -> str:
    return "".join(f"_{re.sub(r'[^a-z0-9]+', '_', v.lower())}" for f in ask.filters for v in f.values)


def _two_samples(task: Task) -> bool:
    return task.says(r"two-? ?samples?|2-sample|between|two distributions")


def _correlation(name: str, ask: Ask, work: Work) -> Test | None:
    found = pairs.pair(ask, work.task)
    if found is None:
        return None
    frame = work.frame(ask)
    a, b = (code.quote(c.name) for c in found)
    both = work.once(
        f"pairs {frame} {a} {b}", f"pairs{_suffix(ask)}", lambda v: [f"{v} = {frame}[[{a}, {b}]].dropna()"]
    )
    function = "spearmanr" if name == "spearman" else "pearsonr"
    result = f"stats.{function}({both}[{a}].astype(float), {both}[{b}].astype(float))"
    return _written(name, result, f"{frame} {a} {b}", " and ".join(c.label for c in found), ask, work)


def _written(name: str, result: str, key: str, about: str, ask: Ask, work: Work) -> Test:
    """Write the line `statistic, p = …` once."""
    taken = work.taken.get(f"{name} p {key}")
    letter = "r" if name in ("pearson", "spearman") else "statistic"
    statistic = work.once(f"{name} {key}", f"{letter}{_suffix(ask)}", lambda _: [])
    p = work.once(f"{name} p {key}", f"p{_suffix(ask)}", lambda _: [])
    work.spoken = f"{ask.name} by the {_TITLES[name]} of {about}"
    if taken is None:
        work.body.append(f"{statistic}, {p} = {result}")
    return Test(name, statistic, p)


def measure(ask: Ask, task: Task) -> Column | None:
    """The column that a slot's statistic is about."""
    if ask.column is not None and (pairs.measurable(ask.column) or ask.column in task.made):
        return ask.column
    grouped = {f.column.name for f in ask.filters}
    free = [c for c in task.measures if c.name not in grouped]
    numbers = [c for c in free if not c.category] or free
    if len(numbers) == 1:
        return numbers[0]
    made = [c for c in numbers if c in task.made]
    if len(made) == 1:
        return made[0]
    for clause in task.sentences:
        own = [c for c in clause.columns if c in numbers]
        if len(own) == 1:
            return own[0]
    return None


def _normality(name: str, ask: Ask, work: Work) -> Test | None:
    column = measure(ask, work.task)
    if column is None:
        return None
    values = work.series(column, ask)
    call = {
        "shapiro": f"stats.shapiro({values})",
        "normaltest": f"stats.normaltest({values})",
        "ks-normal": f'stats.kstest({values}, "norm", args=({values}.mean(), {values}.std()))',
    }
    if name == "anderson":
        found = work.once(f"anderson {values}", "anderson", lambda v: [f"{v} = stats.anderson({values})"])
        work.spoken = f"{ask.name} by the Anderson-Darling test of {column.label}"
        return Test("anderson", f"{found}.statistic", "")
    return _written(name, call[name], values, column.label, ask, work)


def _between_groups(name: str, ask: Ask, work: Work) -> Test | None:
    found = pairs.groups(work.task)
    if found is None:
        return None
    column, values = found
    measures = [c for c in work.task.measures if c.name != column.name and not c.category]
    measures = measures or [c for c in work.task.measures if c.name != column.name]
    chosen = ask.column if ask.column in measures else measures[0] if len(measures) == 1 else None
    if chosen is None:
        return None
    values = values or tuple(sorted(column.values))
    if len(values) < 2 or (name not in _MANY and len(values) != 2):
        return None
    frame, one = work.after, code.quote(chosen.name)
    samples = [f"{work.rows(frame, (pairs.filtered(column, v),))}[{one}].dropna()" for v in values]
    both = ", ".join(samples)
    call = {
        "t": f"stats.ttest_ind({both})",
        "welch": f"stats.ttest_ind({both}, equal_var=False)",
        "mann-whitney": f'stats.mannwhitneyu({both}, alternative="two-sided")',
        "anova": f"stats.f_oneway({both})",
        "levene": f"stats.levene({both})",
        "bartlett": f"stats.bartlett({both})",
        "ks-2": f"stats.ks_2samp({both})",
    }[name]
    if name == "t" and work.task.says(r"unequal variances?|equal_var ?= ?false|not assum\w+ equal"):
        call = call[:-1] + ", equal_var=False)"
    about = f"{chosen.label} between {column.label} {', '.join(values)}"
    return _written(name, call, both, about, ask, work)


def _independence(ask: Ask, work: Work) -> Test | None:
    categories = [c for c in work.task.columns if c.category]
    made = [c for c in categories if c in work.task.made]
    chosen = [*made, *(c for c in categories if c not in made)][:2]
    if len(chosen) != 2 or len(categories) > 2 and not made:
        return None
    frame = work.frame(ask)
    a, b = (f"{frame}[{code.quote(c.name)}]" for c in chosen)
    counts = work.once(f"crosstab {a} {b}", "counts", lambda v: [f"{v} = pd.crosstab({a}, {b})"])
    found = work.once(f"chi-square {counts}", "chi2", lambda v: [f"{v} = stats.chi2_contingency({counts})"])
    return Test("chi-square", f"{found}.statistic", f"{found}.pvalue")


def alpha(task: Task, ask: Ask) -> float:
    """The level of significance that the format or the text lays down, else 0.05."""
    percent = re.search(
        r"(\d+(?:\.\d+)?) ?(?:%|percent|per cent)[- ](?:significance )?level", f"{ask.own} {task.text}"
    )
    if percent:
        return float(percent[1]) / 100
    for pattern in (
        r"(?:alpha|α|significance level|level of significance|significance threshold)[^\d«]{0,40}?(0?\.\d+)",
        r"p-? ?values?[^\d.«]{0,60}?(0?\.\d+)",
    ):
        found = task.number(pattern)
        if found is not None:
            return found
    return ALPHA
