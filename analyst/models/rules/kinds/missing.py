"""Where values are missing: in one column, or in all of them."""

from __future__ import annotations

import re

from .. import code
from ..clause import Clause
from ..intents import Intent, Key
from ..kind import Finding, Kind, Printed, Style, tagged


def read(clause: Clause) -> Intent | None:
    """Missing values are what is asked about, not a condition."""
    if not clause.has(r"missing|null|nulls|nan|nans|empty|blank|no value|incomplete|completeness"):
        return None
    if clause.by or re.search(r"\bwhich «\d+»", clause.text):
        return None
    columns = clause.columns
    if clause.has(r"which column|what column|each column|every column|all columns|any column"):
        columns = ()
    elif not columns and clause.before and not clause.has("columns?|data|dataset|table|file|rows"):
        columns = clause.before.measures
    filters = tuple(f for f in clause.filters if f.operator not in ("missing", "known"))
    asked = tuple(f.column for f in clause.filters if f.operator == "missing")
    columns = tuple(dict.fromkeys([*columns, *asked]))
    return Intent(
        "missing",
        clause.table,
        by=tuple(Key(c) for c in columns),
        filters=filters,
        whole_table=not columns,
    )


def title(intent: Intent) -> str:
    """In words."""
    where = ", ".join(k.label for k in intent.by) or "each column"
    return f"missing values in {where}{intent.where()}"


def lines(intent: Intent, frame: str) -> list[str]:
    """The code."""
    chosen = f"{frame}[{code.names([k.column for k in intent.by])}]" if intent.by else frame
    return [
        f'missing = {chosen}.isna().sum().sort_values(ascending=False, kind="stable")',
        f'table = pd.DataFrame({{"missing": missing, "percent": 100 * missing / max(1, len({frame}))}})',
        f"print(table.head({code.SHOWN}).to_string())",
        code.show("columns with missing values", "int((missing > 0).sum())"),
        code.show("missing values in all", "int(missing.sum())"),
        f"for name, row in table.head({code.SHOWN}).iterrows():",
        "    label = ' '.join(str(name).split())",
        "    print(f\"missing, {label}: {row['missing']:.0f}\")",
        "    print(f\"percent missing, {label}: {row['percent']}\")",
    ]


def answer(intent: Intent, printed: Printed, style: Style) -> Finding:
    """In words."""
    counts = printed.group("missing")
    shares = dict(printed.group("percent missing"))
    values = [tagged(v, "missing null count number", name) for name, v in counts]
    values += [tagged(v, "percent missing", name) for name, v in shares.items()]
    said = [f"{n}: **{style.number(v)}** ({style.percent(shares.get(n, 0.0) / 100)})" for n, v in counts]
    if intent.by:
        return Finding(f"Missing values{intent.where()}: {', '.join(said)}.", tuple(values))
    with_missing = [s for s, (_, v) in zip(said, counts, strict=True) if v > 0]
    if not with_missing:
        return Finding(f"No value is missing in any column{intent.where()}.", tuple(values))
    values.append(tagged(counts[0][0], "column name most highest"))
    total = printed.text("missing values in all")
    number = printed.text("columns with missing values")
    text = f"{total} values are missing, in {number} columns; most in {', '.join(with_missing[:12])}."
    return Finding(text, tuple(values))


KIND = Kind("missing", "How many values are missing in each column?", read, title, lines, answer)
