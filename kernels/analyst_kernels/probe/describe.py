"""One thing at length: a variable, a column of a frame, or a file."""

from __future__ import annotations

import inspect
import re
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from .brief import brief, cell, kind, type_name
from .columns import compact, facts
from .digests import column_list
from .namespace import summary, variables
from .survey import survey

TEXT = 4000
SAMPLE = 100_000
COLUMNS = 40
_COLUMN = re.compile(r"""^(\w+)(?:\.(?P<dot>\w+)|\[(?P<quote>['"])(?P<key>.*)(?P=quote)\])$""")


def describe(target: str) -> dict[str, str]:
    """Up to 4,000 characters on a variable (`df`), a column (`df['x']`, `df.x`) or a path; the rest is said to be cut."""
    text = _text(target.strip())
    cut = f"\n[… {len(text) - TEXT:,} of {len(text):,} characters cut]"
    return {"text": text if len(text) <= TEXT else text[: TEXT - len(cut)] + cut}


def _text(target: str) -> str:
    there = variables()
    if target in there:
        return _variable(target, there[target])
    match = _COLUMN.match(target)
    if match and match[1] in there and kind(there[match[1]]) == "frame":
        return _column(match[1], there[match[1]], match["dot"] or match["key"])
    if _exists(target):
        return str(survey([target])["text"])
    near = get_close_matches(target, there, n=3, cutoff=0.5)
    hint = (
        f"Similar names: {', '.join(near)}."
        if near
        else f"Variables: {', '.join(list(there)[:30]) or 'none yet'}."
    )
    return f"There is no variable and no file called {brief(target, 100)}. {hint}"


def _exists(target: str) -> bool:
    try:
        return Path(target).expanduser().exists()
    except (OSError, ValueError, RuntimeError):
        # too long, or with characters that no path has
        return False


def _variable(name: str, value: Any) -> str:
    what = kind(value)
    head = f"{name}: {type_name(value)}, "
    if what in {"frame", "series"}:
        return head + _table(value)
    if what == "function":
        return head + summary(value) + _source(value)
    if what in {"mapping", "set", "sequence"}:
        return f"{head}{len(value):,} items\n{brief(value, TEXT // 2)}"
    if what == "text":
        return f"{head}{len(value):,} long\n{brief(value, TEXT // 2)}"
    if what == "array" and value.dtype.kind in "iufb" and value.size:
        ends = f", from {brief(value.min().item())} to {brief(value.max().item())}, mean {brief(float(value.mean()))}"
        return head + summary(value) + ends
    return head + summary(value)


def _source(function: Any) -> str:
    try:
        return "\n" + inspect.getsource(function)
    except (OSError, TypeError):
        # built in, or its text is not kept
        return ""


def _table(value: Any) -> str:
    shape = f"{len(value):,} rows" + ("" if value.ndim == 1 else f" × {value.shape[1]} columns")
    step = -(-len(value) // SAMPLE) or 1
    columns = [value] if value.ndim == 1 else [value.iloc[:, n] for n in range(value.shape[1])[:COLUMNS]]
    lines = [f"{shape}, index {type_name(value.index)} {brief(list(value.index.names))}"]
    lines += [f"statistics of every {step}th row"] * (step > 1)
    lines += _first_rows(value)
    lines += [compact(facts(column.name, column.iloc[::step])) for column in columns]
    if value.ndim == 2 and value.shape[1] > COLUMNS:
        lines.append(compact({"more_columns": value.shape[1] - COLUMNS}))
    return "\n".join(lines)


def _first_rows(value: Any) -> list[str]:
    shown = (value.to_frame() if value.ndim == 1 else value).iloc[:3, :COLUMNS]
    return [
        "row "
        + compact([cell(label), *(cell(shown.iat[row, column], 30) for column in range(shown.shape[1]))])
        for row, label in enumerate(shown.index)
    ]


def _column(name: str, frame: Any, key: str) -> str:
    found = [n for n, column in enumerate(frame.columns) if str(column) == key]
    if not found:
        near = get_close_matches(key, [str(column) for column in frame.columns], n=3, cutoff=0.5)
        columns = near or [column["name"] for column in column_list(frame.iloc[:0, :30])]
        return f"{name} has no column {brief(key)}. {'Similar' if near else 'Columns'}: {', '.join(columns)}."
    whole = frame.iloc[:, found[0]]
    step = -(-len(whole) // SAMPLE) or 1
    series = whole.iloc[::step]
    lines = [f"{name}[{key!r}]: {series.dtype}, {len(whole):,} values"]
    lines += [f"{len(found)} columns have this name; this is the first"] * (len(found) > 1)
    lines += [f"statistics of every {step}th value"] * (step > 1)
    lines.append(compact(facts(key, series)))
    if kind(series) == "series" and series.dtype.kind in "iuf":
        quantiles = series.quantile([0.05, 0.25, 0.5, 0.75, 0.95])
        lines.append("quantiles " + compact({f"{q:.0%}": cell(value) for q, value in quantiles.items()}))
    lines.append("first " + compact([cell(value) for value in whole.iloc[:10]]))
    return "\n".join(lines)
