"""Slots that count rows: how many were left out, how many remain, how many carry a label."""

from __future__ import annotations

import re

from .. import code
from . import impute
from .task import Ask
from .work import Work


def removed(ask: Ask, work: Work) -> str | None:
    """How many rows the preparations left out, or left."""
    task = work.task
    if work.after == work.before or ask.filters or ask.has("mean|std|median|average|missing"):
        return None
    if ask.has(r"removed|dropped|deleted|excluded|discarded|eliminated|duplicate"):
        return f"len({work.before}) - len({work.after})"
    if ask.has(r"left|remain\w*|kept|row") and ask.has("count|number|n|row|entry|record|left|remaining"):
        return f"len({work.after})"
    return f"len({work.after})" if ask.has("remain\\w*|left") and task.says("how many|number of") else None


def labels(ask: Ask, work: Work) -> str | None:
    """How many rows have each number that a category was coded as: `label_0_count`, or all of them in one slot."""
    inner = next((s.inner for s in work.task.slots if s.name == ask.name), "")
    if not re.search(r"label|cod(?:e|ed|ing)|categor", f"{ask.said} {inner}") or not ask.has(
        "count|number|n|frequency"
    ):
        return None
    coded = [c for c in work.task.columns if c.values and all(v.isdigit() for v in c.values)]
    if len(coded) != 1:
        return None
    values, digits = f"{work.after}[{code.quote(coded[0].name)}]", [w for w in ask.words if w.isdigit()]
    if len(digits) == 1 and digits[0] in coded[0].values:
        return f"int(({values} == {digits[0]}).sum())"
    asked = set(re.findall(r"\d+", inner))
    return (
        f'", ".join({values}.value_counts().sort_index().astype(str))'
        if asked == set(coded[0].values)
        else None
    )


def gaps(ask: Ask, work: Work) -> str | None:
    """How many values were missing in the one column that is filled in."""
    if not ask.has("missing|gap|null") or ask.options or ask.has("percent\\w*|column"):
        return None
    filled = impute.columns(work.task)
    if len(filled) != 1 or ask.column not in (None, *filled, *work.task.made):
        return None
    frame = work.after if ask.has("after|post|remaining|left") else work.before
    return f"int({frame}[{code.quote(filled[0].name)}].isna().sum())"


def known(ask: Ask, work: Work) -> str | None:
    """How many rows have a value in a column: "how many rows carry a comment"."""
    if ask.column is None or ask.column.numeric or ask.has("missing|null|mean|std|mode|unique|distinct"):
        return None
    match = work.task.match(
        r"how many[^.?«]{0,30}(?:carry|carries|have|has|with|contain)[^.?«]{0,20}«(\d+)»(?=[ ?.,])"
    )
    if match is None or work.task.column(match[1]) != ask.column:
        return None
    return f"int({work.before}[{code.quote(ask.column.name)}].notna().sum())"


def remaining(ask: Ask, work: Work) -> str | None:
    """How many rows of a group there are, when the slot is only called by the group's name."""
    asked = work.task.says("how many|number of|count")
    values = {w.lower() for f in ask.filters for v in f.values for w in v.split()}
    only = ask.filters and set(ask.words) <= values | {"n", "count", "number", "of"} | {
        v.rstrip("s") for v in values
    }
    return f"len({work.frame(ask)})" if asked and only else None
