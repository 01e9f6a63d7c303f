"""How the values of named columns are distributed: figures for numbers, counts for categories, and a plot of each."""

from __future__ import annotations

from .. import code
from ..clause import Clause
from ..intents import Intent, Key
from ..kind import Finding, Kind, Printed, Style, tagged
from ..survey import Column
from ..vocabulary import unit

MOST = 4
"""Most columns in one figure."""


def read(clause: Clause) -> Intent | None:
    """A description or a histogram of at least one column is asked for."""
    asked = clause.has(
        r"distribution|distributions|distributed|describe|description|histogram|histograms|"
        r"summar\w+|statistics|profile|overview|plot|chart|bar chart|visuali[sz]e"
    )
    columns = clause.columns[:MOST]
    if not asked or not columns:
        return None
    numbers = tuple(c for c in columns if c.numeric)
    return Intent(
        "distribution", clause.table, numbers, by=tuple(Key(c) for c in columns), filters=clause.filters
    )


def title(intent: Intent) -> str:
    """In words."""
    return f"distribution of {', '.join(k.label for k in intent.by)}{intent.where()}"


def lines(intent: Intent, frame: str) -> list[str]:
    """The code."""
    columns = [k.column for k in intent.by]
    made = [
        f"fig, axes = plt.subplots(1, {len(columns)}, figsize=({min(4 * len(columns) + 2, 16)}, 4), squeeze=False)"
    ]
    for place, column in enumerate(columns):
        made += [f"values = {frame}[{code.quote(column.name)}].dropna()"]
        made += _number(column, place) if column.numeric else _category(column, place)
    return [*made, f"fig.suptitle({code.caption(title(intent))})", "fig.tight_layout()", "plt.show()"]


def _number(column: Column, place: int) -> list[str]:
    shown = [
        ("mean", "values.mean()"),
        ("median", "values.median()"),
        ("std", "values.std()"),
        ("min", "values.min()"),
        ("max", "values.max()"),
        ("lower quartile", "values.quantile(0.25)"),
        ("upper quartile", "values.quantile(0.75)"),
        ("skewness", "values.skew()"),
    ]
    made = [code.show(f"values of {column.label}", "len(values)")]
    made += [code.show(f"{word} of {column.label}", expression) for word, expression in shown]
    return [
        *made,
        *code.histogram(column, "values", f"axes[0, {place}]"),
        f'axes[0, {place}].set(title={code.caption(column.label)}, xlabel={code.axis(column, unit(column.name))}, ylabel="rows")',
    ]


def _category(column: Column, place: int) -> list[str]:
    return [
        "sizes = values.astype(str).value_counts().head(15)",
        "print(sizes.to_string())",
        code.show(f"values of {column.label}", "len(values)"),
        code.show(f"different values of {column.label}", "values.nunique()"),
        "for name, value in sizes.items():",
        "    print(" + f'f"rows of {column.label}, {{name}}: {{value}}"' + ")"
        if column.label.isidentifier()
        else f"    print({code.quote('rows of ' + column.label + ',')}, f\"{{' '.join(name.split())}}: {{value}}\")",
        f"axes[0, {place}].barh(sizes.index[::-1], sizes.to_numpy()[::-1])",
        f'axes[0, {place}].set(title={code.caption(column.label)}, xlabel="rows", ylabel={code.caption(column.label)})',
    ]


def answer(intent: Intent, printed: Printed, style: Style) -> Finding:
    """In words."""
    texts, values = [], []
    for column in (k.column for k in intent.by):
        n = printed.text(f"values of {column.label}")
        if column.numeric:
            words = ("mean", "median", "std", "min", "max", "lower quartile", "upper quartile", "skewness")
            seen = {w: printed.number(f"{w} of {column.label}") for w in words}
            shown = {
                w: style.number(v, "" if w == "skewness" else unit(column.name)) for w, v in seen.items()
            }
            texts.append(
                f"{column.label} ({n} values): mean **{shown['mean']}**, median **{shown['median']}**, standard deviation "
                f"{shown['std']}, from {shown['min']} to {shown['max']}, the middle half between {shown['lower quartile']} "
                f"and {shown['upper quartile']}, skewness {shown['skewness']}."
            )
            values += [tagged(v, w, column.name) for w, v in seen.items()]
        else:
            rows = printed.group(f"rows of {column.label}")
            common = ", ".join(f"{name} ({style.number(v)})" for name, v in rows[:8])
            count = printed.text(f"different values of {column.label}")
            texts.append(
                f"{column.label} ({n} values): {count} different ones; the commonest: {common or 'none'}."
            )
            values += [tagged(v, "count", name) for name, v in rows]
    return Finding(" ".join(texts), tuple(values))


KIND = Kind("distribution", "Describe {measure}.", read, title, lines, answer)
