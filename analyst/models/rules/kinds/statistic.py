"""Mean, median, total, … of columns: of all rows, of chosen rows, or for each group."""

from __future__ import annotations

from ....forms import SAID_STATISTIC
from .. import code
from ..clause import Clause
from ..intents import Intent, Key
from ..kind import Finding, Kind, Printed, Style, Value, capital, listed, tagged
from ..profile import identifier
from ..survey import Column
from ..vocabulary import ADDITIVE, tokens, unit

MOST_NAMED = 12
"""Most groups that the answer names one by one."""


def read(clause: Clause) -> Intent | None:
    """A statistic is said, or a rank without "which"; and a column of numbers (or of texts that hold numbers)."""
    measures = clause.measures or _written_numbers(clause)
    if not measures and clause.implied:
        measures = (clause.implied,)
    statistics = clause.statistics
    numbered = bool(measures) and all(identifier(m, clause.table) for m in measures)
    if numbered and not statistics and clause.has("how many|number of"):
        return None  # "how many rides", where `ride` numbers the rows: they are counted
    if clause.both_ends and set(statistics) <= {"min", "max"} and not clause.has("which|who|whose"):
        statistics = ("min", "max")
    if not statistics and clause.descending is not None and not clause.has("which|who|whose"):
        statistics = ("max",) if clause.descending else ("min",)
    if not statistics and clause.has(r"how (?:many|much)|number of") and measures:
        statistics = ("sum" if additive(measures[0]) else "mean",)
    if not statistics and clause.has("spread|variability|vary|varies"):
        statistics = ("std",)
    if not statistics and clause.by and measures:
        statistics = ("sum" if additive(measures[0]) else "mean",)
    if not measures or not statistics:
        return None
    if clause.position > 1 or clause.top > 1:
        return None
    several = tuple(Key(f.column) for f in clause.filters if f.operator == "in")
    keys = tuple(k for k in clause.by or several if k.column not in measures)
    return Intent(
        "statistic",
        clause.table,
        measures,
        statistics,
        keys,
        clause.filters,
        population=clause.population,
    )


def _written_numbers(clause: Clause) -> tuple[Column, ...]:
    """Columns of yes and no of which a statistic of numbers is asked."""
    grouped = {k.column for k in clause.by}
    asked = clause.statistics and clause.statistics != ("mode",)
    return tuple(c for c in clause.columns if asked and c.type == "boolean" and c not in grouped)


def additive(column: Column) -> bool:
    """Whether values of this column are naturally added up."""
    return bool(ADDITIVE & set(tokens(column.name)))


def said(statistic: str, *, population: bool = False) -> str:
    """A statistic in words."""
    name = SAID_STATISTIC.get(statistic, statistic)
    return f"population {name}" if population and statistic in ("std", "var") else name


def title(intent: Intent) -> str:
    """In words."""
    what = listed([said(s, population=intent.population) for s in intent.statistics])
    return f"{what} of {listed([m.label for m in intent.measures])}{intent.each()}{intent.where()}"


def lines(intent: Intent, frame: str) -> list[str]:
    """The code."""
    return _grouped(intent, frame) if intent.by else _plain(intent, frame)


def _plain(intent: Intent, frame: str) -> list[str]:
    made: list[str] = []
    for measure in intent.measures:
        made.append(f"values = {frame}[{code.quote(measure.name)}].dropna()")
        made.append(code.show(f"values of {measure.label}", "len(values)"))
        for name in intent.statistics:
            expression = code.statistic(name, "values", population=intent.population)
            shown = code.show(f"{name} of {measure.label}", expression)
            # min, max, mode and the like of nothing would raise or warn
            made.append(f"if len(values):\n    {shown}" if name in ("mode",) else shown)
    return made


def _grouped(intent: Intent, frame: str) -> list[str]:
    prepare, grouped = code.group(intent.by, frame)
    made = list(prepare)
    for measure in intent.measures:
        made.append(f"groups = {grouped}[{code.quote(measure.name)}]")
        parts = [
            f'"{s}": {code.statistic(s, "groups", population=intent.population, grouped=True)}'
            for s in intent.statistics
        ]
        made.append(f'table = pd.DataFrame({{{", ".join(parts)}, "values": groups.count()}})')
        if not _in_order(intent):
            made.append(f'table = table.sort_values("{intent.statistics[0]}", ascending=False)')
        made.append(f"print(table.head({code.SHOWN}).to_string())")
        made.append(code.show(f"groups of {measure.label}", "len(table)"))
        made.append(code.show(f"more groups of {measure.label}", f"max(len(table) - {MOST_NAMED}, 0)"))
        for s in intent.statistics:
            name = f"{s} of {measure.label}".replace("{", "{{").replace("}", "}}")
            label = f"{name}, {code.name_of(intent.by)}: {{value}}"
            made.append(f'for name, value in table["{s}"].head({code.SHOWN}).items():')
            made.append(f"    print({_fstring(label)})")
    return made


def _fstring(text: str) -> str:
    """An f-string; its plain parts may hold anything, its expressions only single quotes."""
    safe = text.replace("\\", "\\\\").replace('"', '\\"')
    return 'f"' + "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in safe) + '"'


def _in_order(intent: Intent) -> bool:
    """Periods and numbers stay in their own order; categories go by size."""
    return any(k.period or k.column.numeric or k.column.type == "date" for k in intent.by)


def answer(intent: Intent, printed: Printed, style: Style) -> Finding:
    """In words."""
    texts: list[str] = []
    values: list[Value] = []
    for measure in intent.measures:
        for name in intent.statistics:
            one = _groups_said if intent.by else _one_said
            text, found = one(intent, measure, name, printed, style)
            texts.append(text)
            values += found
    if not intent.by:
        counts = dict.fromkeys(
            f"{printed.text(f'values of {m.label}')} values of {m.label}" for m in intent.measures
        )
        return Finding(f"{capital(listed(texts))} ({listed(list(counts))}{intent.where()}).", tuple(values))
    return Finding(" ".join(texts), tuple(values))


def _unit(statistic: str, measure: Column) -> str:
    return "" if statistic in ("var", "skew", "kurt") else unit(measure.name)


def _one_said(
    intent: Intent, measure: Column, name: str, printed: Printed, style: Style
) -> tuple[str, list[Value]]:
    raw = printed.text(f"{name} of {measure.label}")
    shown = style.number(printed.number(f"{name} of {measure.label}"), _unit(name, measure))
    what = f"the {said(name, population=intent.population)} of {measure.label} is **{shown}**"
    return what, [tagged(raw, name, said(name), measure.name, "value")] if raw else []


def _groups_said(
    intent: Intent, measure: Column, name: str, printed: Printed, style: Style
) -> tuple[str, list[Value]]:
    rows = printed.group(f"{name} of {measure.label}")
    count = int(printed.number(f"groups of {measure.label}") or 0) if rows else 0
    items = [f"{g}: **{style.number(v, _unit(name, measure))}**" for g, v in rows]
    shown, more = items[:MOST_NAMED], count - min(len(items), MOST_NAMED)
    words = f"{capital(said(name, population=intent.population))} of {measure.label}{intent.each()}{intent.where()}"
    found = [tagged(v, name, said(name), measure.name, g, *(k.label for k in intent.by)) for g, v in rows]
    if not items:
        return f"{words}: no group has a value.", []
    tail = f"; and {more} more groups, see the table" if more > 0 else ""
    return f"{words}: {', '.join(shown)}{tail}.", found


KIND = Kind("statistic", "What is the mean {measure} for each {category}?", read, title, lines, answer)
