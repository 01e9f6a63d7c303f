"""Which row or group is highest, lowest, second, or among the top few."""

from __future__ import annotations

import re

from .. import code
from ..clause import Clause
from ..intents import Intent, Key
from ..kind import Finding, Kind, Printed, Style, capital, tagged
from ..survey import Column
from ..vocabulary import PERIODS, unit
from .statistic import additive, said

_SMALL = r"(?:(?:one|single|of the|the|\d+|three|five|ten|two) )*"
_SUBJECT = re.compile(
    rf"\b(?:which|what|whose) {_SMALL}«(\d+)»|\b(?:top|bottom) (?:\d+|\w+) «(\d+)»"
    rf"|\b(?:most|least) (?:common|frequent|popular) «(\d+)»|\b(?:find|identify|name|list|show|give)(?: me)? (?:the )?«(\d+)»(?: with)"
)
_ORDINALS = {2: "second", 3: "third", 4: "fourth", 5: "fifth"}
_SINGLE = r"single|individual|one row|recorded in|ever"
_COMMON = r"most common|most frequent|most frequently|least common|least frequent|most often|occurs most"


def read(clause: Clause) -> Intent | None:
    """A rank and something that is ranked: "which species", "top 5 products", "which month"."""
    if clause.descending is None or (clause.both_ends and not clause.has("which|who|whose|when|where")):
        return None  # of both ends the values are asked for
    asked = (
        clause.has("which|who|whose|where|what|top|bottom|find|identify|when|name|list")
        or clause.top > 1
        or clause.position > 1
    )
    subject = _subject(clause)
    ranked = clause.top > 1 or clause.position > 1
    if not asked or (subject is None and not ranked and not clause.has("which|who|when")):
        return None
    measure = _measure(clause, subject)
    if measure is None and subject is None:
        return None
    if measure is None and not clause.has(
        rf"{_COMMON}|most|fewest|least|largest number|highest number|highest count|lowest number"
    ):
        return None
    keys = (subject,) if subject else ()
    return Intent(
        "extreme",
        clause.table,
        (measure,) if measure else (),
        (_statistic(clause, subject, measure),),
        keys,
        clause.filters,
        descending=clause.descending,
        position=clause.position,
        top=clause.top,
    )


def _subject(clause: Clause) -> Key | None:
    for match in _SUBJECT.finditer(clause.text):
        marker = next(g for g in match.groups() if g)
        mention = clause.mentions[int(marker)]
        if mention.value is None:
            return Key(mention.column)
    dates = clause.table.dates()
    period = re.search(rf"\b(?:which|what) {_SMALL}({'|'.join(PERIODS)})\b", clause.text)
    if period and dates:
        return Key(dates[0], PERIODS[period[1]])
    if clause.has("when") and dates:
        return Key(dates[0])
    return clause.by[0] if clause.by else None


def _measure(clause: Clause, subject: Key | None) -> Column | None:
    if clause.has(_COMMON):
        return None
    free = [c for c in clause.measures if subject is None or c != subject.column]
    return free[0] if free else clause.implied


def _statistic(clause: Clause, subject: Key | None, measure: Column | None) -> str:
    """How the rows of a group become one number: as said; else a total for what adds up, a mean for the rest."""
    if measure is None:
        return "count"
    stated = [s for s in clause.statistics if s not in ("max", "min", "range")]
    if subject is None or clause.has(_SINGLE):
        return "row"
    if stated:
        return stated[0]
    if not subject.period and subject.column.distinct >= clause.table.rows - subject.column.missing:
        return "row"
    return "sum" if additive(measure) else "mean"


def _rank(intent: Intent) -> str:
    word = "highest" if intent.descending else "lowest"
    if intent.top > 1:
        return f"{intent.top} {word}"
    return word if intent.position == 1 else f"{_ORDINALS[intent.position]} {word}"


def _what(intent: Intent) -> str:
    name = intent.statistics[0]
    if name == "count":
        return "number of rows"
    return intent.measures[0].label if name == "row" else f"{said(name)} of {intent.measures[0].label}"


def title(intent: Intent) -> str:
    """In words."""
    who = intent.by[0].label if intent.by else "row"
    return f"{who} with the {_rank(intent)} {_what(intent)}{intent.where()}"


def lines(intent: Intent, frame: str) -> list[str]:
    """The code."""
    name, order = intent.statistics[0], f"ascending={not intent.descending}"
    if name == "row":
        return _rows(intent, frame)
    prepare, grouped = code.group(intent.by, frame)
    series = f"{grouped}.size()"
    if intent.measures:
        series = code.statistic(name, f"{grouped}[{code.quote(intent.measures[0].name)}]", grouped=True)
    made = [f"ranking = {series}", f'ranking = ranking.dropna().sort_values({order}, kind="stable")']
    return [
        *prepare,
        *made,
        f"print(ranking.head({_shown(intent)}).to_string())",
        code.show("groups", "len(ranking)"),
        f"for name, value in ranking.head({_shown(intent)}).items():",
        f'    print(f"ranked, {code.name_of(intent.by)}: {{value}}")',
    ]


def _shown(intent: Intent) -> int:
    return max(intent.top, intent.position, 4) + 1


def _rows(intent: Intent, frame: str) -> list[str]:
    measure = code.quote(intent.measures[0].name)
    label = intent.by[0].column if intent.by else None
    others = [
        c
        for c in intent.table.columns
        if c.category or c.type in ("date", "text") or c.distinct == intent.table.rows
    ]
    shown = list(dict.fromkeys([*([label] if label else []), *others[:5], intent.measures[0]]))
    names = f"best[{code.quote(label.name)}]" if label else "best.index"
    word = "{' '.join(str(name).split())}" if label else "row {name}"
    return [
        f'ranking = {frame}.dropna(subset=[{measure}]).sort_values({measure}, ascending={not intent.descending}, kind="stable")',
        f"best = ranking.head({_shown(intent)})",
        f"print(best[{code.names(shown)}].to_string())",
        code.show("groups", "len(ranking)"),
        f"for name, value in zip({names}, best[{measure}]):",
        f'    print(f"ranked, {word}: {{value}}")',
        *([] if label else _details(intent.position, shown[:-1])),
    ]


def _details(position: int, columns: list[Column]) -> list[str]:
    """What is known of the row, where rows have no name."""
    return [
        f'for row in ranking[{code.names(columns)}].iloc[{position - 1}:{position}].to_dict("records"):',
        "    for name, value in row.items():",
        "        print(f\"that row, {name}: {' '.join(str(value).split())}\")",
    ]


def answer(intent: Intent, printed: Printed, style: Style) -> Finding:
    """In words."""
    rows = printed.group("ranked")
    if len(rows) < intent.position:
        return Finding(f"There are too few groups with values for the {title(intent)}.")
    measure = intent.measures[0] if intent.measures else None
    what = _what(intent)
    units = unit(measure.name) if measure else ""
    shown = [f"{name}: **{style.number(v, units)}**" for name, v in rows]
    who = intent.by[0].label if intent.by else "row"
    tags = (intent.statistics[0], what, "value", "highest" if intent.descending else "lowest")
    if intent.top > 1:
        found = [v for n, val in rows[: intent.top] for v in (tagged(n, who, "name"), tagged(val, *tags, n))]
        return Finding(f"{capital(title(intent))}: {', '.join(shown[: intent.top])}.", tuple(found))
    name, value = rows[intent.position - 1]
    tied = [n for n, v in rows if v == value and n != name]
    rest = [s for s, (n, _) in zip(shown, rows, strict=True) if n != name][:4]
    text = f"**{name}** is the {who} with the {_rank(intent)} {what}: **{style.number(value, units)}**{intent.where()}"
    text += f", together with {', '.join(tied)}" if tied else ""
    details = _detail_text(printed) if not intent.by else ""
    then = f" The others: {', '.join(rest)}." if rest and intent.by else ""
    return Finding(f"{text}.{details}{then}", (tagged(name, who, "name"), tagged(value, *tags)))


def _detail_text(printed: Printed) -> str:
    rows = [x.removeprefix("that row, ") for x in printed.lines if x.startswith("that row, ")]
    return f" That row: {', '.join(rows)}." if rows else ""


KIND = Kind("extreme", "Which {category} has the highest {measure}?", read, title, lines, answer)
