"""Questions whose result is a file or a chart: `save it as result.csv`, a bar chart with the wanted title and labels."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ... import forms
from . import code
from .clause import Clause
from .clause import read as read_clause
from .intents import Key
from .survey import Column, Table
from .vocabulary import PERIODS, tokens

HEADING = "== result =="
_SAVE = re.compile(r"\b(?:save|write|export|store)\w*\b[^.\n]{0,80}?[\"'“‘]?([\w-][\w.-]*\.csv)\b", re.I)
_CHART = re.compile(r"\b(bar|line|scatter) ?(?:chart|plot|graph|diagram)|\b(histogram)", re.I)
_JSON = re.compile(r"\b([\w-]+\.json)\b")
_COLUMNS = re.compile(
    r"\bwith (?:the )?columns? (?:named )?([^.;]*?)(?=, (?:sorted|rounded|ordered)|[.;\n]|$)", re.I
)
_SORTED = re.compile(
    r"\b(?:sorted|ordered) (?:in (?:ascending|descending) order )?by ([^.;]*?)(?=,? (?:rounded|with)\b|[.;\n]|$)",
    re.I,
)
_RANGE = re.compile(r"\b(\d{4}) ?[-–] ?(\d{4})\b")
_TEXT = r"[^\"“‘'\n]{0,12}[\"“‘']([^\"”’'\n]+)[\"”’']"
_DRAWN = {"bar": "bar", "line": "plot", "scatter": "scatter"}


@dataclass(frozen=True, slots=True)
class Output:
    """A file or a chart that is asked for, and the code that makes it."""

    table: Table
    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Figures:
    """One statistic of a measure for each group."""

    clause: Clause
    measure: Column
    statistic: str
    by: tuple[Key, ...]
    ranges: tuple[tuple[str, str], ...] = ()
    """Ranges of years that become columns."""


def read(question: str, table: Table) -> Output | None:
    """The file or chart that a question asks for; None when it asks for none or what goes into it stays unclear."""
    saved, drawn = _SAVE.search(question), _CHART.search(question)
    if not saved and not (drawn and _named(question)):
        return None
    figures = _figures(question, table)
    if figures is None:
        return None
    how = (
        f"{figures.statistic} of {figures.measure.label} for each {' and '.join(k.label for k in figures.by)}"
    )
    lines = [f"print({code.quote(HEADING)})", *_rows(figures)]
    if saved:
        return Output(table, f"{how}, saved as {saved[1]}", (*lines, *_saved(figures, question, saved[1])))
    assert drawn
    chart = (drawn[1] or drawn[2]).lower()
    kind = _DRAWN.get(chart)
    return (
        Output(table, f"{chart} chart: {how}", (*lines, *_drawn(figures, question, kind))) if kind else None
    )


def _named(question: str) -> bool:
    return re.search(rf"\btitled?\b{_TEXT}|\blabels?\b{_TEXT}|fig(?:ure)? ?size", question, re.I) is not None


def _figures(question: str, table: Table) -> _Figures | None:
    """The first sentence that names a measure and groups."""
    for sentence in re.split(r"(?<=[.?!])\s+(?=[A-Z])|\n", question):
        clause = read_clause(sentence, table)
        by = clause.by or tuple(_keys(clause))
        free = [c for c in clause.measures if c not in {k.column for k in by}]
        measure = free[0] if free else None
        if measure is not None and by:
            ranges = tuple(dict.fromkeys(_RANGE.findall(question)))
            statistic = clause.statistics[0] if clause.statistics else "mean"
            return _Figures(clause, measure, statistic, by, ranges if len(ranges) > 1 else ())
    return None


def _keys(clause: Clause) -> Iterator[Key]:
    """Groups that are said with "every", and periods of a column of years."""
    for match in re.finditer(r"\b(?:every|each|per|by) «(\d+)»", clause.text):
        column = clause.column(match[1])
        if column is not None:
            yield Key(column)
    period = re.search(rf"\b(?:per|by|each|every) ({'|'.join(PERIODS)})\b", clause.text)
    years = next((c for c in clause.table.columns if c.numeric and "year" in tokens(c.name)), None)
    if period and years and PERIODS[period[1]] == "decade":
        yield Key(years, "decade")
    elif period and years and PERIODS[period[1]] == "year":
        yield Key(years)


def _rows(figures: _Figures) -> list[str]:
    table = figures.clause.table.variable
    filters = [f for f in figures.clause.filters if not (figures.ranges and "year" in tokens(f.column.name))]
    lines = code.select(table, filters)
    return lines or [f"rows = {table}"]


def _series(figures: _Figures) -> tuple[list[str], str]:
    prepared, groups = code.group(figures.by, "rows")
    value = f"{groups}[{code.quote(figures.measure.name)}]"
    return prepared, code.statistic(figures.statistic, value, grouped=True)


# ── a file ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _saved(figures: _Figures, question: str, name: str) -> list[str]:
    places = forms.decimals(question)
    rounded = f".round({places})" if places is not None else ""
    if figures.ranges:
        lines = _pivoted(figures, rounded)
    else:
        prepared, values = _series(figures)
        lines = [*prepared, f"result = {values}{rounded}.reset_index()"]
    titles = _titles(question, len(figures.by) + (len(figures.ranges) or 1))
    if titles:
        lines.append(f"result.columns = [{', '.join(map(code.quote, titles))}]")
        if order := _order(question, titles):
            down = (
                ", ascending=False"
                if re.search(r"\bdescending\b|highest first|largest first", question, re.I)
                else ""
            )
            lines.append(f"result = result.sort_values([{', '.join(map(code.quote, order))}]{down})")
    return [
        *lines,
        f"result.to_csv({code.quote(name)}, index=False)",
        "print(result.to_string(index=False))",
        f"print(f\"- saved {name}: {{len(result)}} rows, columns {{', '.join(map(str, result.columns))}}\")",
    ]


def _pivoted(figures: _Figures, rounded: str) -> list[str]:
    """Ranges of years as columns."""
    years = next((c for c in figures.clause.table.columns if c.numeric and "year" in tokens(c.name)), None)
    if years is None:
        return []
    of_year = f"rows[{code.quote(years.name)}]"
    labels = [f"{low}-{high}" for low, high in figures.ranges]
    lines = [
        f'rows.loc[{of_year}.between({low}, {high}), "period"] = {code.quote(label)}'
        for label, (low, high) in zip(labels, figures.ranges, strict=True)
    ]
    index = ", ".join(code.quote(k.column.name) for k in figures.by)
    value, statistic = code.quote(figures.measure.name), code.quote(figures.statistic)
    pivot = f'rows.pivot_table(index=[{index}], columns="period", values={value}, aggfunc={statistic})'
    return ["rows = rows.copy()", *lines, f"result = {pivot}{rounded}.reset_index()"]


def _titles(question: str, count: int) -> list[str]:
    """The wanted names of the columns, when there are as many as columns."""
    match = _COLUMNS.search(question)
    names = re.split(r",\s*(?:and )?|\s+and\s+", match[1].strip()) if match else []
    names = [n.strip(" \"'`“”") for n in names if n.strip()]
    return names if len(names) == count else []


def _order(question: str, titles: Sequence[str]) -> list[str]:
    match = _SORTED.search(question)
    said = re.split(r",\s*(?:and )?|\s+and\s+", match[1]) if match else []
    return [t for t in (s.strip(" \"'`") for s in said) if t in titles]


# ── a chart ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _drawn(figures: _Figures, question: str, kind: str) -> list[str]:
    def said(pattern: str, usual: str) -> str:
        match = re.search(rf"\b(?:{pattern})\b{_TEXT}", question, re.I)
        return match[1] if match else usual

    by = figures.by[0].label
    title = said("title|titled", f"{figures.statistic} of {figures.measure.label} by {by}")
    across = said(r"x[- ]?(?:axis)?[- ]?(?:label)?|horizontal axis", by)
    up = said(
        r"y[- ]?(?:axis)?[- ]?(?:label)?|vertical axis", f"{figures.statistic} of {figures.measure.label}"
    )
    size = re.search(
        r"fig(?:ure)? ?size[^\d]{0,10}(\d+(?:\.\d+)?)\W*(?:by|x|×|,)\W*(\d+(?:\.\d+)?)", question, re.I
    )
    width, height = (size[1], size[2]) if size else ("8", "5")
    prepared, values = _series(figures)
    lines = [
        *prepared,
        f"result = {values}",
        "print(result.to_string())",
        f"fig, ax = plt.subplots(figsize=({width}, {height}))",
        f"ax.{kind}(result.index.astype(str), result)",
        f"ax.set(title={code.caption(title)}, xlabel={code.caption(across)}, ylabel={code.caption(up)})",
        'ax.tick_params(axis="x", rotation=45)',
        "fig.tight_layout()",
        "plt.show()",
        'print(f"- drawn: {len(result)} values from {result.min():.6g} to {result.max():.6g}")',
    ]
    return [*lines, *_described(question, title, across, up, f"[{width}, {height}]")]


def _described(question: str, title: str, across: str, up: str, size: str) -> list[str]:
    """The chart as JSON, where a file for it is asked for."""
    match = _JSON.search(question)
    if match is None:
        return []
    values = {
        "graph_title": code.quote(title),
        "x_label": code.quote(across),
        "y_label": code.quote(up),
        "figsize": size,
        "data": "[float(v) for v in result.round(2)]",
    }
    asked = {k: v for k, v in values.items() if k in question} or values
    pairs = ", ".join(f"{code.quote(k)}: {v}" for k, v in asked.items())
    return [
        "import json",
        "from pathlib import Path",
        f"Path({code.quote(match[1])}).write_text(json.dumps({{{pairs}}}))",
        f'print("- saved {match[1]}")',
    ]
