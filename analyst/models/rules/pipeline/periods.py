"""Slots about periods of time: which month has the highest total, when the largest fall was, and how much it was."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .. import code
from ..survey import Column
from ..vocabulary import ADDITIVE, tokens
from .task import Ask, Task
from .work import Work

_PERIOD = {
    "year": "Y",
    "quarter": "Q",
    "month": "M",
    "week": "W",
    "day": "D",
    "date": "D",
}
_WHICH = rf"(?:which|what|in which|in what|during which|the) (?:single |calendar )?({'|'.join(_PERIOD)})\b"
_HIGH = r"highest|largest|most|greatest|biggest|maximum|peak|steepest|sharpest"
_LOW = r"lowest|smallest|least|minimum|fewest"
_FALLS = r"falls?|drops?|declines?|decreases?|losses|loss"
_RISES = r"rises?|increases?|gains?|growth|jumps?"
_PERCENT = r"percent\w*|relative|growth rates?|%"


@dataclass(frozen=True, slots=True)
class Ranked:
    """Periods in the order of a measure: its total or mean in each, or its change from the one before."""

    period: str
    dates: Column
    measure: Column
    how: str
    """sum, mean, median, max, min, or change or percent."""
    highest: bool


def ranked(task: Task) -> Ranked | None:
    """What the text asks about periods; None when it does not."""
    dates = next((c for c in task.columns if c.type == "date"), None) or next(iter(task.table.dates()), None)
    measures = [c for c in task.measures if c != dates]
    period = _period(task)
    if not period or dates is None or not measures:
        return None
    change = task.match(rf"(?:{_HIGH}|{_LOW})[^.;]{{0,40}}?(?:({_FALLS})|({_RISES})|(changes?))")
    if change:
        how = "percent" if task.says(_PERCENT) else "change"
        return Ranked(period, dates, measures[0], how, change[1] is None)
    high, low = task.says(_HIGH), task.says(_LOW)
    if high == low:
        return None
    for word, how in (("average|mean", "mean"), ("total|sum", "sum"), ("median", "median")):
        if task.says(word):
            return Ranked(period, dates, measures[0], how, high)
    how = "sum" if set(tokens(measures[0].name)) & ADDITIVE else "max" if high else "min"
    return Ranked(period, dates, measures[0], how, high)


def _period(task: Task) -> str:
    """The period that is asked for; a column of dates may itself be called by one."""
    if match := task.match(_WHICH):
        return match[1]
    called = task.match(r"(?:which|what) «(\d+)»")
    column = task.column(called[1]) if called else None
    if column is None or column.type != "date":
        return ""
    return next((t for t in tokens(column.name) if t in _PERIOD), "date")


def resolve(ask: Ask, work: Work) -> str | None:
    """The period itself, or the value that it has."""
    found = ranked(work.task)
    if found is None or ask.filters:
        return None
    if found.period in ask.words or (ask.has("date|when|period") and found.period in _PERIOD):
        return _named(f"{_series(found, work)}.{'idxmax' if found.highest else 'idxmin'}()", ask, found, work)
    own = ask.has(
        r"total|sum|mean|average|value|amount|change|fall|rise|drop|increase|decrease|max\w*|highest|min\w*|lowest"
    )
    if own or ask.column == found.measure:
        return f"{_series(found, work)}.{'max' if found.highest else 'min'}()"
    return None


def _series(found: Ranked, work: Work) -> str:
    work.does.add("changes from one period to the next")
    frame, value = work.after, code.quote(found.measure.name)
    times = code.dates(found.dates, frame)
    if found.how in ("change", "percent"):
        step = ".pct_change() * 100" if found.how == "percent" else ".diff()"

        def changes(variable: str) -> list[str]:
            return [
                f"by_time = {frame}[{value}].set_axis({times}).sort_index()",
                f"{variable} = by_time{step}",
            ]

        return work.once("changes", "changes", changes)
    frequency = _PERIOD[found.period]
    return work.once(
        "periods",
        f"by_{found.period}",
        lambda v: [f'{v} = {frame}.groupby({times}.dt.to_period("{frequency}"))[{value}].{found.how}()'],
    )


def _named(period: str, ask: Ask, found: Ranked, work: Work) -> str:
    """The period as the slot wants it: "Mar 2009", "March", "2009-03"."""
    inner = next((s.inner for s in work.task.slots if s.name == ask.name), "")
    for pattern, form in (
        (r"\bMon YYYY|\bMMM YYYY", "%b %Y"),
        (r"Month YYYY", "%B %Y"),
        (r"YYYY-MM-DD", "%Y-%m-%d"),
        (r"YYYY-MM", "%Y-%m"),
        (r"\bYYYY\b", "%Y"),
        (r"month name|name of (?:the )?month", "%B"),
    ):
        if re.search(pattern, f"{inner} {ask.own}"):
            return f"{period}.strftime({code.quote(form)})"
    usual = {"year": "%Y", "month": "%Y-%m", "day": "%Y-%m-%d", "date": "%Y-%m-%d"}.get(found.period)
    return f"{period}.strftime({code.quote(usual)})" if usual else f"str({period})"
