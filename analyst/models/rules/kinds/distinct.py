"""Which different values a column has, and how many."""

from __future__ import annotations

import re

from .. import code
from ..clause import Clause
from ..intents import Filter, Intent, Key
from ..kind import Finding, Kind, Printed, Style, tagged
from ..survey import Column

_NAMED = re.compile(
    r"\b(?:how many|number of|count of|count the|which|what|list|all|the)(?: of)?(?: the| all)*"
    r"(?: (different|distinct|unique|separate))?(?: values (?:of|in|are in)| values are there in| types of| kinds of)?(?: the)?(?: column)? «(\d+)»"
)


def read(clause: Clause) -> Intent | None:
    """Different values are asked for; a column of categories after "how many" counts them too."""
    distinct = clause.has("distinct|unique|different|separate")
    if clause.statistics and not distinct:
        return None
    for match in _NAMED.finditer(clause.text):
        mention = clause.mentions[int(match[2])]
        if mention.value is not None:
            continue
        counted = match[0].startswith(("how many", "number", "count"))
        listing = clause.has(r"are there|exist|list|present|occur") and not clause.measures
        if distinct or ((counted or listing) and not mention.column.numeric):
            return Intent(
                "distinct",
                clause.table,
                by=(Key(mention.column),),
                filters=_others(clause, mention.column),
            )
    if distinct and clause.columns and clause.has("how many|number of|count|values|what|list"):
        return Intent("distinct", clause.table, by=(Key(clause.columns[0]),), filters=clause.filters)
    return None


def _others(clause: Clause, column: Column) -> tuple[Filter, ...]:
    return tuple(f for f in clause.filters if f.column != column or f.operator != "==")


def title(intent: Intent) -> str:
    """In words."""
    return f"different values of {intent.by[0].label}{intent.where()}"


def lines(intent: Intent, frame: str) -> list[str]:
    """The code."""
    column = f"{frame}[{code.quote(intent.by[0].column.name)}]"
    return [
        f"sizes = {column}.value_counts()",
        f"print(sizes.head({code.SHOWN}).to_string())",
        code.show("different values", "len(sizes)"),
        f"for name, value in sizes.head({code.SHOWN}).items():",
        f'    print(f"rows, {code.name_of(intent.by)}: {{value}}")',
    ]


def answer(intent: Intent, printed: Printed, style: Style) -> Finding:
    """In words."""
    count = printed.text("different values")
    label = intent.by[0].label
    shown = [f"{name} ({style.number(v)} rows)" for name, v in printed.group("rows")[:12]]
    more = ", the commonest" if int(count or 0) > len(shown) else ""
    text = f"{label} has **{count}** different values{intent.where()}{more}: {', '.join(shown) or 'none'}."
    return Finding(text, (tagged(count, "distinct unique different count", label),))


KIND = Kind("distinct", "How many different values of {category} are there?", read, title, lines, answer)
