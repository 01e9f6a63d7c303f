"""How many rows there are: all, chosen ones, or for each group."""

from __future__ import annotations

import re

from .. import code
from ..clause import Clause, leftovers
from ..intents import Intent, Key
from ..kind import Finding, Kind, Printed, Style, capital, tagged
from .statistic import MOST_NAMED


def read(clause: Clause) -> Intent | None:
    """A number of rows is asked for."""
    if not clause.has(
        r"how many|number of|count|how often|frequenc(?:y|ies)|how large is the (?:data|table)"
    ):
        return None
    if _conditions_unread(clause):
        return None
    keys = clause.by
    if not keys and clause.has("count|counts|frequency|frequencies"):
        keys = tuple(k for k in _named(clause))
    return Intent("count", clause.table, by=keys, filters=clause.filters)


def _conditions_unread(clause: Clause) -> bool:
    """Words without a place, but for the name of what is counted, are conditions: then a count would be wrong."""
    thing = re.search(r"(?:how many|number of|count(?: of)?(?: the)?|how often) ([\w'-]+)", clause.text)
    return any(w != (thing[1] if thing else "") for w in leftovers(clause))


def _named(clause: Clause) -> list[Key]:
    return [Key(c) for c in clause.columns if c.category][:1]


def title(intent: Intent) -> str:
    """In words."""
    return f"number of rows{intent.each()}{intent.where()}"


def lines(intent: Intent, frame: str) -> list[str]:
    """The code."""
    if not intent.by:
        return [code.show("rows", f"len({frame})")]
    prepare, grouped = code.group(intent.by, frame)
    sorting = "" if any(k.period or k.column.numeric for k in intent.by) else ".sort_values(ascending=False)"
    return [
        *prepare,
        f"sizes = {grouped}.size(){sorting}",
        f"print(sizes.head({code.SHOWN}).to_string())",
        code.show("groups", "len(sizes)"),
        code.show("more groups", f"max(len(sizes) - {MOST_NAMED}, 0)"),
        f"for name, value in sizes.head({code.SHOWN}).items():",
        f'    print(f"rows, {code.name_of(intent.by)}: {{value}}")',
    ]


def answer(intent: Intent, printed: Printed, style: Style) -> Finding:
    """In words."""
    if not intent.by:
        raw = printed.text("rows")
        total = printed.text("rows used").partition(" of ")[2]
        of = f" (of {total} in all)" if total else ""
        return Finding(f"There are **{raw}** rows{intent.where()}{of}.", (tagged(raw, "count rows"),))
    rows = printed.group("rows")
    more = int(printed.number("groups")) - len(rows[:MOST_NAMED]) if rows else 0
    shown = ", ".join(f"{name}: **{style.number(v)}**" for name, v in rows[:MOST_NAMED])
    tail = f"; and {more} more groups, see the table" if more > 0 else ""
    found = tuple(tagged(v, "count rows", name) for name, v in rows)
    return Finding(f"{capital(title(intent))}: {shown or 'no groups'}{tail}.", found)


KIND = Kind("count", "How many rows are there for each {category}?", read, title, lines, answer)
