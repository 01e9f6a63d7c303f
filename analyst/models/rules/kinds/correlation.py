"""How two measures go together (Pearson's r), or which of all measures go together most."""

from __future__ import annotations

import math

from .. import code
from ..clause import Clause, leftovers
from ..intents import Intent
from ..kind import Finding, Kind, Printed, Style, tagged

STRONG, MODERATE = 0.7, 0.3


def read(clause: Clause) -> Intent | None:
    """A correlation is said, or a relation between two measures."""
    said = clause.has(r"correlat\w*|pearson(?:'s)?")
    relation = clause.has(
        r"relationship|relationships|relation|related|association|associated|linked|link|"
        r"go together|connection|depend|depends|affect|affects|influence|influences"
    )
    if not said and not (relation and len(clause.measures) == 2):
        return None
    measures = clause.measures
    if not said and any(c.category and c not in measures for c in clause.columns):
        return None
    keys = tuple(k for k in clause.by if k.column not in measures)
    if len(measures) == 1 and clause.implied and clause.implied not in measures:
        measures = (*measures, clause.implied)
    pool = [c for c in clause.table.columns if c.numeric]
    ranking = (
        clause.has("strongest|most|which|what columns|highest|best|all|matrix|correlations|others?")
        or len(measures) > 2
    )
    if len(measures) < 2 and (len(pool) < 2 or not ranking or leftovers(clause)):
        return None
    return Intent(
        "correlation",
        clause.table,
        measures,
        by=keys if len(measures) == 2 else (),
        filters=clause.filters,
        whole_table=len(measures) != 2,
    )


def title(intent: Intent) -> str:
    """In words."""
    if not intent.whole_table:
        a, b = (m.label for m in intent.measures)
        return f"correlation of {a} and {b}{intent.each()}{intent.where()}"
    what = f" with {intent.measures[0].label}" if len(intent.measures) == 1 else ""
    among = f" among {', '.join(m.label for m in intent.measures)}" if len(intent.measures) > 2 else ""
    return f"strongest correlations{what}{among}{intent.where()}"


def lines(intent: Intent, frame: str) -> list[str]:
    """The code."""
    if intent.whole_table:
        return _ranking(intent, frame)
    a, b = (code.quote(m.name) for m in intent.measures)
    if intent.by:
        prepare, grouped = code.group(intent.by, frame)
        return [
            *prepare,
            f"for name, group in {grouped}:",
            f"    if len(group[[{a}, {b}]].dropna()) > 2:",
            f"        r = group[{a}].corr(group[{b}])",
            f'        print(f"correlation, {code.name_of(intent.by)}: {{r}}")',
        ]
    return [
        f"pairs = {frame}[[{a}, {b}]].dropna()",
        code.show("rows with both values", "len(pairs)"),
        code.show("correlation", f"pairs[{a}].corr(pairs[{b}])"),
        code.show("strong from", str(STRONG)),
        code.show("moderate from", str(MODERATE)),
    ]


def _ranking(intent: Intent, frame: str) -> list[str]:
    chosen = (
        list(intent.measures) if len(intent.measures) > 2 else [c for c in intent.table.columns if c.numeric]
    )
    if len(intent.measures) == 1:
        measure = code.quote(intent.measures[0].name)
        return [
            f'matrix = {frame}.select_dtypes("number")',
            f"r = matrix.drop(columns=[{measure}]).corrwith(matrix[{measure}]).dropna()",
            "r = r.sort_values(key=abs, ascending=False)",
            "print(r.head(10).to_string())",
            "for name, value in r.head(10).items():",
            "    print(f\"correlation, {' '.join(str(name).split())}: {value}\")",
        ]
    columns = f"[{code.names(chosen)}]" if len(chosen) <= 40 else '.select_dtypes("number").iloc[:, :60]'
    return [
        f"matrix = {frame}{columns}.corr()",
        "upper = np.triu(np.ones(matrix.shape, dtype=bool), k=1)",
        'pairs = matrix.where(upper).rename_axis(index="a", columns="b").stack().dropna()',
        "pairs = pairs.sort_values(key=abs, ascending=False)",
        "print(pairs.head(10).to_string())",
        "for (a, b), value in pairs.head(10).items():",
        "    print(f\"correlation, {' '.join(str(a).split())} and {' '.join(str(b).split())}: {value}\")",
    ]


def strength(r: float) -> str:
    """A word for the size of a correlation."""
    if math.isnan(r):
        return "no"
    return "strong" if abs(r) >= STRONG else "moderate" if abs(r) >= MODERATE else "weak"


def _direction(r: float) -> str:
    return "" if math.isnan(r) else " positive" if r > 0 else " negative"


def answer(intent: Intent, printed: Printed, style: Style) -> Finding:
    """In words."""
    if intent.whole_table or intent.by:
        rows = printed.group("correlation")
        shown = ", ".join(f"{name}: **{style.number(v)}**" for name, v in rows[:8])
        text = f"{title(intent)[0].upper()}{title(intent)[1:]} (Pearson's r): {shown or 'none could be computed'}."
        return Finding(text, tuple(tagged(v, "correlation", name) for name, v in rows))
    r, n = printed.number("correlation"), printed.text("rows with both values")
    a, b = (m.label for m in intent.measures)
    text = (
        f"The correlation of {a} and {b} is r = **{style.number(r)}**{intent.where()}: "
        f"a {strength(r)}{_direction(r)} linear relation (Pearson, {n} rows with both values; strong from {STRONG}, moderate from {MODERATE})."
    )
    if math.isnan(r):
        text = f"The correlation of {a} and {b} cannot be computed: {n} rows have both values, or one does not vary."
    values = (
        tagged(printed.text("correlation"), "correlation", a, b),
        tagged(strength(r), "strength"),
    )
    return Finding(text, values)


KIND = Kind("correlation", "Is {measure} correlated with {measure2}?", read, title, lines, answer)
