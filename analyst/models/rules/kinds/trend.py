"""How a measure (or the number of rows) changes over time."""

from __future__ import annotations

import re

from .. import code
from ..clause import Clause
from ..intents import Intent, Key
from ..kind import Finding, Kind, Printed, Style, capital, tagged
from ..survey import Column, Table
from ..vocabulary import tokens, unit
from .statistic import additive, said

_SAID = (
    r"trend|trends|over time|over the years|over the months|through time|time series|develop|"
    r"developed|development|evolve|evolved|evolution|change over|changed over|by date|grow|"
    r"grew|grown|growth|increase|increased|decrease|decreased|rise|rose|fell|"
    r"how (?:did|has|have|does|do) [^.;?!]* chang(?:e|ed)"
)


def read(clause: Clause) -> Intent | None:
    """A change in time is said (not a comparison of two values), and there is a column of dates or years."""
    if not clause.has(_SAID) or clause.has("which|who"):
        return None
    key = _time(clause)
    if key is None:
        return None
    measures = tuple(m for m in clause.measures if m != key.column)[:1]
    stated = [s for s in clause.statistics if s not in ("min", "max", "range")]
    usual = "sum" if measures and additive(measures[0]) else "mean"
    statistic = (stated or [usual if measures else "count"])[0]
    return Intent(
        "trend", clause.table, measures, (statistic if measures else "count",), (key,), clause.filters
    )


def _time(clause: Clause) -> Key | None:
    stated = next((k for k in clause.by if k.period or _years(k.column)), None)
    if stated:
        return stated
    dates = clause.table.dates()
    if dates:
        return Key(dates[0], _period(dates[0], clause.table))
    return next((Key(c) for c in clause.table.columns if _years(c)), None)


def _years(column: Column) -> bool:
    return column.numeric and "year" in tokens(column.name)


def _period(dates: Column, table: Table) -> str:
    """Years for a long span, months for a middle one, days for a short one."""
    years = [int(y[0]) if (y := re.match(r"\d{4}", x)) else 0 for x in (dates.low, dates.high)]
    if years[1] - years[0] >= 5:
        return "year"
    return "month" if dates.low[:7] != dates.high[:7] and table.rows > 12 else "day"


def title(intent: Intent) -> str:
    """In words."""
    name = intent.statistics[0]
    what = f"{said(name)} of {intent.measures[0].label}" if intent.measures else "number of rows"
    return f"trend of the {what} per {intent.by[0].label}{intent.where()}"


def lines(intent: Intent, frame: str) -> list[str]:
    """The code."""
    prepare, grouped = code.group(intent.by, frame)
    name, key = intent.statistics[0], intent.by[0]
    series = f"{grouped}.size()"
    label = '"number of rows"'
    if intent.measures:
        measure = intent.measures[0]
        series = code.statistic(name, f"{grouped}[{code.quote(measure.name)}]", grouped=True)
        label = code.axis(measure, unit(measure.name))
    return [
        *prepare,
        f"series = ({series}).dropna().sort_index()",
        f"print(series.tail({code.SHOWN}).to_string())",
        code.show("periods", "len(series)"),
        'places = {"first": 0, "last": -1, "highest": series.argmax(), "lowest": series.argmin()} if len(series) else {}',
        "for word, place in places.items():",
        '    print(f"{word}, {series.index[place]}: {series.iloc[place]}")',
        "if len(series) > 2:",
        "    slope = np.polyfit(range(len(series)), series.to_numpy(dtype=float), 1)[0]",
        f"    {code.show('straight line per period', 'slope')}",
        '    ax = series.plot(figsize=(9, 4), marker="o" if len(series) < 40 else None, rot=45)',
        f"    ax.set(title={code.caption(capital(title(intent)))}, xlabel={code.caption(key.label)}, ylabel={label})",
        "    plt.tight_layout()",
        "    plt.show()",
    ]


def answer(intent: Intent, printed: Printed, style: Style) -> Finding:
    """In words."""
    spots = {w: rows[0] for w in ("first", "last", "highest", "lowest") if (rows := printed.group(w))}
    if not spots:
        return Finding(f"There is no period with a value for the {title(intent)}.")
    units = unit(intent.measures[0].name) if intent.measures else ""
    shown = {w: f"**{style.number(v, units)}** ({name})" for w, (name, v) in spots.items()}
    slope, change = printed.number("straight line per period"), spots["last"][1] - spots["first"][1]
    way = "rises" if slope > 0 else "falls" if slope < 0 else "stays level"
    period = intent.by[0].label
    steady = (
        f"; the straight line through all {printed.text('periods')} periods {way} by {style.number(abs(slope), units)} per {period}"
        if slope == slope
        else ""
    )
    direction = "up" if change > 0 else "down" if change < 0 else "unchanged"
    what = capital(title(intent).removeprefix("trend of the "))
    text = (
        f"{what}: from {shown['first']} to {shown['last']}, {direction}; highest {shown['highest']}, lowest "
        f"{shown['lowest']}{steady}. The first and the last {period} may be incomplete."
    )
    values = [tagged(v, w, "value") for w, (_, v) in spots.items()] + [
        tagged(n, w, period, "name") for w, (n, _) in spots.items()
    ]
    return Finding(text, tuple(values))


KIND = Kind("trend", "How does {measure} change over time?", read, title, lines, answer)
