"""Python that an analyst would write: reading a table, choosing rows, naming things. Safe for any name of a column."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .intents import Filter, Intent, Key
from .survey import Column, Table
from .vocabulary import unitless

SHOWN = 20
"""Most rows of a table that the code prints."""

WHOLE = 50
"""Widest range of whole numbers that are drawn with a bar for each."""

_PERIODS = {
    "year": ".dt.year",
    "quarter": '.dt.to_period("Q").astype(str)',
    "month": '.dt.to_period("M").astype(str)',
    "week": '.dt.to_period("W").dt.start_time.dt.strftime("%Y-%m-%d")',
    "day": '.dt.strftime("%Y-%m-%d")',
    "weekday": ".dt.day_name()",
    "hour": ".dt.hour",
    "decade": ".dt.year // 10 * 10",
}


def quote(text: str) -> str:
    """A Python string; in double quotes where it is plain."""
    return f'"{text}"' if text.isprintable() and not set(text) & {'"', "\\"} else repr(text)


def caption(text: str) -> str:
    """A Python string for a figure's text: two dollar signs would be typeset as a formula, or fail as one."""
    return quote(text.replace("$", r"\$"))


def comment(text: str) -> str:
    """A comment line; what cannot be printed is shown as a question mark."""
    return "# " + "".join(c if c.isprintable() else "?" for c in text)


def finite(column: Column, series: str) -> str:
    """The values of a series that can be drawn."""
    return f"{series}.loc[lambda v: np.isfinite(v)]" if column.infinite else series


def histogram(column: Column, series: str, axes: str) -> list[str]:
    """Lines that draw the distribution of a series of numbers.

    Few whole numbers get a bar each: bins that hold sometimes one of them and sometimes two look like a pattern.
    """
    bins, lines = "30", list[str]()
    if column.whole:
        lines.append(f"{axes}.xaxis.get_major_locator().set_params(integer=True)")
        if column.span <= WHOLE:
            low, high = round(float(column.low)), round(float(column.high))
            bins = f"np.arange({low}, {high + 2}) - 0.5"
    return [f"{axes}.hist({finite(column, series)}, bins={bins})", *lines]


def names(columns: Sequence[Column]) -> str:
    """A Python list of column names."""
    return f"[{', '.join(quote(c.name) for c in columns)}]"


def load(table: Table, *, careful: bool) -> list[str]:
    """Lines that read the table. Of columns with the same name the first is kept; careful, names become text."""
    name, given = table.variable, table.read.isidentifier()
    lines = [] if name == table.read else [f"{name} = {table.read}"]
    if table.repeated:
        lines.append(f"{name} = {name}.loc[:, ~{name}.columns.duplicated()]")
    if careful and not given:  # a frame of the user's stays as it is
        lines.append(f"{name}.columns = [str(column) for column in {name}.columns]")
    return lines


def select(table: str, filters: Sequence[Filter], rows: str = "rows") -> list[str]:
    """Lines that choose the rows that meet all conditions."""
    if not filters:
        return []
    tests = [condition(f, table) for f in filters]
    if len(tests) == 1:
        return [f"{rows} = {table}[{tests[0]}]"]
    return [f"{rows} = {table}[", *(f"    {'& ' if n else ''}({t})" for n, t in enumerate(tests)), "]"]


_CALENDAR = {"month": ".dt.month_name()", "weekday": ".dt.day_name()"}


def condition(filter_: Filter, frame: str) -> str:
    """A boolean expression over the rows of a frame."""
    column = f"{frame}[{quote(filter_.column.name)}]"
    values = [literal(filter_.column, v) for v in filter_.values]
    if filter_.operator in _CALENDAR:
        return f"{dates(filter_.column, frame)}{_CALENDAR[filter_.operator]}.isin([{', '.join(values)}])"
    if filter_.column.type == "date":
        column = f"{dates(filter_.column, frame)}.dt.year"
    elif filter_.column.type == "text" and filter_.operator in (">", ">=", "<", "<=", "between"):
        column = to_number(column)
    match filter_.operator:
        case "known":
            return f"{frame}[{quote(filter_.column.name)}].notna()"
        case "missing":
            return f"{frame}[{quote(filter_.column.name)}].isna()"
        case "between":
            return f"{column}.between({values[0]}, {values[1]})"
        case "in":
            return f"{column}.isin([{', '.join(values)}])"
        case "year":
            return f"{column} == {values[0]}"
        case operator:
            return f"{column} {operator} {values[0]}"


def literal(column: Column, value: str) -> str:
    """A value as Python, in the type of its column; numbers in texts stay texts unless they are compared by size."""
    if column.type == "boolean" and value in ("True", "False"):
        return value
    if column.type in ("number", "integer", "date") or (
        column.type == "text" and value not in column.values and re.fullmatch(r"-?\d+(\.\d+)?", value)
    ):
        return value if re.fullmatch(r"-?\d+(\.\d+)?", value) else quote(value)
    return quote(value)


def to_number(expression: str) -> str:
    """A series of texts as numbers: the first number in each, thousands commas aside."""
    texts = f'{expression}.astype(str).str.replace(",", "")'
    return f'pd.to_numeric({texts}.str.extract(r"(-?\\d+(?:\\.\\d+)?)")[0], errors="coerce")'


def numbers(rows: str, columns: Sequence[Column], *, careful: bool) -> list[str]:
    """Lines that make measures numbers where the survey says that they are not (or, careful, in any case)."""
    lines: list[str] = []
    for column in columns:
        expression = f"{rows}[{quote(column.name)}]"
        if column.type == "text":
            as_number = to_number(expression)
        elif column.type == "boolean":
            as_number = f"{expression}.astype(float)"
        elif careful:
            as_number = f'pd.to_numeric({expression}, errors="coerce")'
        else:
            continue
        lines.append(f"{rows} = {rows}.assign(**{{{quote(column.name)}: {as_number}}})")
    return lines


def key(key_: Key, frame: str) -> tuple[list[str], str]:
    """Lines that prepare a grouping, and the expression to group by."""
    if not key_.period:
        return [], quote(key_.column.name)
    column = f"{frame}[{quote(key_.column.name)}]"
    if key_.column.numeric:
        decade = f'({column} // 10 * 10).astype("Int64")'
        return [f"{key_.period} = {decade}.rename({quote(key_.period)})"], key_.period
    return [f"{key_.period} = {dates(key_.column, frame)}{_PERIODS[key_.period]}"], key_.period


def dates(column: Column, frame: str) -> str:
    """A column of dates as dates."""
    form = f"format={quote(column.format)}, " if column.format else ""
    return f'pd.to_datetime({frame}[{quote(column.name)}], {form}errors="coerce")'


def group(keys: Sequence[Key], frame: str) -> tuple[list[str], str]:
    """Lines that prepare the groupings, and `frame.groupby(…)`."""
    prepared = [key(k, frame) for k in keys]
    said = [expression for _, expression in prepared]
    by = said[0] if len(said) == 1 else f"[{', '.join(said)}]"
    return [line for lines, _ in prepared for line in lines], f"{frame}.groupby({by}, observed=True)"


def name_of(keys: Sequence[Key], variable: str = "name") -> str:
    """An expression for a group's name in one line, to stand inside an f-string."""
    if len(keys) > 1:
        return f"{{', '.join(map(str, {variable}))}}"
    plain = keys[0].period or all(v.isprintable() for v in keys[0].column.values)
    complete = (
        keys[0].period or keys[0].column.numeric or len(keys[0].column.values) == keys[0].column.distinct
    )
    return f"{{{variable}}}" if plain and complete else f"{{' '.join(str({variable}).split())}}"


def statistic(name: str, series: str, *, population: bool = False, grouped: bool = False) -> str:
    """The expression of a statistic over a series or over a grouped one."""
    match name:
        case "range":
            return f"{series}.max() - {series}.min()"
        case "iqr":
            return f"{series}.quantile(0.75) - {series}.quantile(0.25)"
        case "mode":
            return f"{series}.agg(lambda v: v.mode().iloc[0])" if grouped else f"{series}.mode().iloc[0]"
        case "std" | "var" if population:
            return f"{series}.{name}(ddof=0)"
        case "skew" | "kurt" if grouped:
            return f"{series}.apply(pd.Series.{name})"
        case _:
            return f"{series}.{name}()"


def show(label: str, expression: str) -> str:
    """A line that prints `label: value`."""
    return f"print({quote(label + ':')}, {expression})"


def axis(column: Column, unit: str) -> str:
    """The label of an axis: the name in words, and the unit when the name tells it."""
    return caption(column.label if not unit else f"{unitless(column.label)} ({unit})")


def heading(title: str) -> str:
    """The line over an intent's output."""
    return f"== {title} =="


def section(intent: Intent, title: str, body: list[str], *, careful: bool) -> list[str]:
    """The lines of one intent: comment, rows, measures as numbers, then what its kind computes."""
    table = intent.table.variable
    rows = "rows" if intent.filters or numbers(table, intent.measures, careful=careful) else table
    lines = [comment(title), *select(table, intent.filters)]
    if rows == "rows" and not intent.filters:
        lines.append(f"rows = {table}")
    lines += numbers(rows, intent.measures, careful=careful)
    lines.append(f"print({quote(heading(title))})")
    if intent.filters:
        lines.append(f'print(f"rows used: {{len(rows)}} of {{len({table})}}")')
    return [*lines, *body]


def rows_of(intent: Intent, *, careful: bool) -> str:
    """The name of the frame that holds an intent's rows."""
    converted = numbers(intent.table.variable, intent.measures, careful=careful)
    return "rows" if intent.filters or converted else intent.table.variable


def cell(tables: Sequence[Table], sections: Sequence[list[str]], *, careful: bool = False) -> str:
    """A whole cell: imports that the sections need, reading, and the sections with a blank line between."""
    body = "\n\n".join("\n".join(s) for s in sections)
    standard = sorted({module for table in tables for module in table.modules})
    head = ["import pandas as pd"]
    if re.search(r"\bnp\.", body):
        head.insert(0, "import numpy as np")
    if re.search(r"\bplt\.", body):
        head.insert(0, "import matplotlib.pyplot as plt")
    if re.search(r"\bstats\.", body):
        head.append("from scipy import stats")
    reading = [line for t in tables for line in load(t, careful=careful)]
    blocks = ["\n".join(f"import {m}" for m in standard), "\n".join(head), "\n".join(reading), body]
    return "\n\n".join(b for b in blocks if b) + "\n"
