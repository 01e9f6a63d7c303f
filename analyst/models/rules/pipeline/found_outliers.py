"""Slots about outliers: how many, which, their values, between which bounds."""

from __future__ import annotations

from .. import code
from ..survey import Column
from ..vocabulary import tokens
from . import preparing, testing
from .spread import Rule, outside, rule
from .task import Ask, naming
from .work import Work


def slot(ask: Ask, work: Work) -> str | None:
    """The expression for a slot about outliers."""
    task = work.task
    spoken = (
        ask.has("outlier|anomal\\w+|bound|fence|zscore|removed|dropped")
        or task.says(r"outliers?")
        and ask.explains(r"outliers?")
        or task.says(r"\|z\|")
        and ask.has("count|number|n")
    )
    if (
        not spoken
        or ask.has("status|type|decision")
        and not ask.options
        or ask.has("mean|std|median|average|deviation|skew\\w*|correlation|without|kurt\\w*")
    ):
        return None
    found = rule(task)
    own = ask.column if ask.column and ask.column.numeric and not naming(ask.column) else None
    column = own or preparing.target(task)
    column = column or testing.measure(ask, task)
    if found is None or column is None:
        return None
    work.does |= {"treating outliers", "transforming values"}
    if ask.has("row|remaining|left|entr\\w+|after") and not ask.has("outlier"):
        return f"len({work.after})"
    if ask.has("bound|fence|limit|threshold"):
        return _bound(ask, work, found, column)
    chosen = _outliers(ask, work, found, column)
    if ask.has("range|min|max|lowest|highest"):
        high = ask.has("high|upper|max|maximum|highest|end")
        return f"{chosen}[{code.quote(column.name)}].{'max' if high else 'min'}()"
    if ask.has("percent\\w*|proportion"):
        return f"100 * len({chosen}) / len({_frame(ask, work)})"
    if _listed(ask, work):
        return _list(ask, work, chosen, column)
    if ask.options:
        yes, no = ask.options[:2]
        return f"{code.quote(yes)} if len({chosen}) else {code.quote(no)}"
    if ask.column and not ask.column.numeric and ask.has("count|number|num|no"):
        return f"{chosen}[{code.quote(ask.column.name)}].nunique()"
    return f"len({chosen})"


def _frame(ask: Ask, work: Work) -> str:
    """The rows before anything was removed."""
    return work.rows(work.before, ask.filters)


def _outliers(ask: Ask, work: Work, found: Rule, column: Column) -> str:
    """The rows of the outliers, written once."""
    frame = _frame(ask, work)
    values = f"{frame}[{code.quote(column.name)}]"

    def lines(variable: str) -> list[str]:
        prepared, test = outside(found, values)
        return [*prepared, f"{variable} = {frame}[{test}]"]

    return work.once(f"outliers {values} {found}", "outliers", lines)


def _bound(ask: Ask, work: Work, found: Rule, column: Column) -> str | None:
    if found.kind != "quartiles":
        return None
    values = f"{_frame(ask, work)}[{code.quote(column.name)}]"
    quartiles = work.once(
        f"quartiles {values}", "quartiles", lambda v: [f"{v} = {values}.quantile([0.25, 0.75])"]
    )
    spread = f"{found.threshold:g} * ({quartiles}[0.75] - {quartiles}[0.25])"
    if ask.has("lower|low|min"):
        return f"{quartiles}[0.25] - {spread}"
    return f"{quartiles}[0.75] + {spread}" if ask.has("upper|high|max") else None


def _listed(ask: Ask, work: Work) -> bool:
    inner = next((s.inner for s in work.task.slots if s.name == ask.name), "")
    some = (
        "..." in inner
        or "list" in inner
        or "," in inner
        or ask.explains(r"list|lists|strings|separated|names? of")
    )
    return some and not ask.has("count|number|num|total")


def _list(ask: Ask, work: Work, chosen: str, column: Column) -> str | None:
    """Row numbers, values, or the names of what the rows stand for."""
    if ask.explains(r"row numbers?|row ind\w+|ind(?:ex|ices)(?:es)?|positions?|integers") or work.task.says(
        r"row numbers?|row ind\w+"
    ):
        return f'", ".join(map(str, {chosen}.index))'
    named = [c for c in work.task.table.columns if c.name.casefold() in ask.own.casefold() and c != column]
    if not named and ask.has("value") or ask.explains(r"(?:outlier )?values"):
        return f'", ".join(map(str, sorted({chosen}[{code.quote(column.name)}])))'
    naming_columns = [c for c in work.task.columns if naming(c)]
    own = [c for c in naming_columns if {*tokens(c.name)} & {*ask.words}]
    named = named or own or (naming_columns if not ask.has("name|value") else [])
    label = named[0] if named else next((c for c in work.task.table.columns if c.type == "text"), None)
    return f'", ".join({chosen}[{code.quote(label.name)}].astype(str))' if label else None
