"""What part of the rows (or of a total) something is."""

from __future__ import annotations

import re

from .. import code
from ..clause import Clause
from ..intents import Filter, Intent
from ..kind import Finding, Kind, Printed, Style, capital, tagged
from .statistic import additive

_VERB = re.compile(
    r"\b(?:are|is|was|were|have|has|had|did|do|does|come|comes|came|belong|belongs|live|lives|who|that|which|survived)\b"
)


def read(clause: Clause) -> Intent | None:
    """A share is said; conditions before the verb choose the whole, those after it the part."""
    if not clause.has(
        r"percentage|percentages|percent|share|shares|proportion|proportions|fraction|ratio|what part"
    ):
        return None
    whole, part = _divide(clause)
    totals = tuple(m for m in clause.measures if additive(m) or clause.has("total|sum"))[:1]
    keys = tuple(k for k in clause.by if k.column not in totals)
    if not keys and not part:
        return None
    return Intent("share", clause.table, totals, by=keys, filters=whole, part=part)


def _divide(clause: Clause) -> tuple[tuple[Filter, ...], tuple[Filter, ...]]:
    """The whole and the part: "of the female penguins" | "are Gentoo"."""
    said = re.search(
        r"\b(?:percentage|percent|share|proportion|fraction|ratio|part) of\b|% of\b", clause.text
    )
    verb = _verb(clause, said.end()) if said else None
    if verb is None:
        known = tuple(f for f in clause.filters if f.operator == "known")
        return known, tuple(f for f in clause.filters if f not in known)
    before = tuple(dict.fromkeys(f for place, f in clause.placed if place < verb or f.operator == "known"))
    after = tuple(dict.fromkeys(f for _, f in clause.placed if f not in before))
    by_value = not after and not clause.by
    return ((), before) if by_value else (before, after)


def _verb(clause: Clause, after: int) -> int | None:
    """Where the part begins to be told: at a verb, which may be the name of a column ("of the calls waited over …")."""
    verb = _VERB.search(clause.text, after)
    places = [verb.start()] if verb else []
    for n, mention in enumerate(clause.mentions):
        place = clause.text.index(f"«{n}»")
        if (
            place > after
            and mention.value is None
            and clause.said[mention.start : mention.end].endswith("ed")
        ):
            places.append(place)
    return min(places, default=None)


def title(intent: Intent) -> str:
    """In words."""
    of = f"total {intent.measures[0].label}" if intent.measures else "rows"
    part = f" with {' and '.join(map(str, intent.part))}" if intent.part else ""
    return f"share of {of}{part}{intent.each()}{intent.where()}"


def lines(intent: Intent, frame: str) -> list[str]:
    """The code."""
    weight = f"{frame}[{code.quote(intent.measures[0].name)}]" if intent.measures else ""
    if not intent.part:
        return _each(intent, frame, weight)
    tests = " & ".join(f"({code.condition(f, frame)})" for f in intent.part)
    made = [f"hit = {tests}"]
    if intent.by:
        prepare, grouped = code.group(intent.by, f"{frame}.assign(hit=hit)")
        made += [
            *[p.replace(f"{frame}.assign(hit=hit)", frame) for p in prepare],
            f'share = 100 * {grouped}["hit"].mean()',
        ]
        return [*made, *_printed(intent)]
    if weight:
        made += [f"part, whole = {weight}[hit].sum(), {weight}.sum()"]
    else:
        made += [f"part, whole = int(hit.sum()), len({frame})"]
    return [
        *made,
        code.show("part", "part"),
        code.show("whole", "whole"),
        code.show("share in percent", '100 * part / whole if whole else float("nan")'),
    ]


def _each(intent: Intent, frame: str, weight: str) -> list[str]:
    prepare, grouped = code.group(intent.by, frame)
    sizes = f"{grouped}[{code.quote(intent.measures[0].name)}].sum()" if weight else f"{grouped}.size()"
    return [*prepare, f"sizes = {sizes}", "share = 100 * sizes / sizes.sum()", *_printed(intent)]


def _printed(intent: Intent) -> list[str]:
    return [
        "share = share.sort_values(ascending=False)",
        f"print(share.head({code.SHOWN}).to_string())",
        f"for name, value in share.head({code.SHOWN}).items():",
        f'    print(f"percent, {code.name_of(intent.by)}: {{value}}")',
    ]


def answer(intent: Intent, printed: Printed, style: Style) -> Finding:
    """In words."""
    if intent.by:
        rows = printed.group("percent")
        shown = ", ".join(f"{name}: **{style.percent(v / 100)}**" for name, v in rows[:12])
        return Finding(
            f"{capital(title(intent))}: {shown or 'no groups'}.",
            tuple(tagged(v, "percent share", name) for name, v in rows),
        )
    share, part, whole = (printed.number(x) for x in ("share in percent", "part", "whole"))
    text = f"The {title(intent)} is **{style.percent(share / 100)}** ({style.number(part)} of {style.number(whole)})."
    values = (
        tagged(printed.text("share in percent"), "percent share"),
        tagged(printed.text("part"), "count part"),
    )
    return Finding(text, values)


KIND = Kind("share", "What percentage of the rows is there for each {category}?", read, title, lines, answer)
