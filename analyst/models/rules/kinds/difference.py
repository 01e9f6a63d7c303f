"""How a measure differs between groups: between two that are named, or between all of a category."""

from __future__ import annotations

from .. import code
from ..clause import Clause
from ..intents import Intent, Key
from ..kind import Finding, Kind, Printed, Style, tagged
from ..survey import one_line
from ..vocabulary import unit


def read(clause: Clause) -> Intent | None:
    """A comparison is said, with one measure and either two values of a column or a category."""
    compares = clause.has(
        r"differ|differs|differed|difference|differences|different|compare|compared|comparison|versus|vs|than|gap|"
        r"relationship|relation|related|association|associated|depend|depends|effect|affect|affects|influence|vary|varies"
    )
    measure = clause.measures[0] if clause.measures else clause.implied
    if not compares or measure is None or len(clause.measures) > 1:
        return None
    pair = next((f for f in clause.filters if f.operator == "in" and len(f.values) == 2), None)
    if pair:
        others = tuple(f for f in clause.filters if f != pair)
        return Intent(
            "difference", clause.table, (measure,), by=(Key(pair.column),), filters=others, part=(pair,)
        )
    keys = clause.by or tuple(Key(c) for c in clause.columns if c.category and c != measure)
    keys = tuple(k for k in keys if k.column != measure)
    if len(keys) != 1 or (
        clause.statistics and not clause.has("differ|differs|difference|differences|effect")
    ):
        return None
    return Intent("difference", clause.table, (measure,), by=keys, filters=clause.filters)


def title(intent: Intent) -> str:
    """In words."""
    between = (
        " and ".join(map(one_line, intent.part[0].values))
        if intent.part
        else f"the groups of {intent.by[0].label}"
    )
    return f"difference in {intent.measures[0].label} between {between}{intent.where()}"


def lines(intent: Intent, frame: str) -> list[str]:
    """The code."""
    prepare, grouped = code.group(intent.by, frame)
    measure = code.quote(intent.measures[0].name)
    made = [
        *prepare,
        f"groups = {grouped}[{measure}]",
        'table = groups.agg(["mean", "median", "std", "count"]).sort_values("mean", ascending=False)',
        f"print(table.head({code.SHOWN}).to_string())",
    ]
    if intent.part:
        first, second = (code.literal(intent.part[0].column, v) for v in intent.part[0].values)
        return [*made, *_two(first, second)]
    return [
        *made,
        f'for name, value in table["mean"].head({code.SHOWN}).items():',
        f'    print(f"mean, {code.name_of(intent.by)}: {{value}}")',
        f"known = {frame}[{measure}].notna() & groups.ngroup().ge(0)",
        f"deviations = {frame}.loc[known, {measure}] - {frame}.loc[known, {measure}].mean()",
        f'between = (groups.transform("mean")[known] - {frame}.loc[known, {measure}].mean()) ** 2',
        "# eta squared: the share of the variance that lies between the groups",
        code.show("groups", 'int((table["count"] > 0).sum())'),
        code.show(
            "eta squared",
            'between.sum() / (deviations**2).sum() if (deviations**2).sum() > 0 else float("nan")',
        ),
    ]


def _two(first: str, second: str) -> list[str]:
    return [
        f'first, second = table.reindex([{first}, {second}]).to_dict("records")',
        'variances = first["std"] ** 2 / first["count"] + second["std"] ** 2 / second["count"]',
        'pooled = ((first["std"] ** 2 + second["std"] ** 2) / 2) ** 0.5',
        'difference = first["mean"] - second["mean"]',
        code.show("first mean", 'first["mean"]'),
        code.show("second mean", 'second["mean"]'),
        code.show("first count", 'first["count"]'),
        code.show("second count", 'second["count"]'),
        code.show("difference of means", "difference"),
        code.show("in standard deviations", 'difference / pooled if pooled > 0 else float("nan")'),
        code.show("Welch t", 'difference / variances**0.5 if variances > 0 else float("nan")'),
    ]


def answer(intent: Intent, printed: Printed, style: Style) -> Finding:
    """In words."""
    return _two_said(intent, printed, style) if intent.part else _all_said(intent, printed, style)


def _two_said(intent: Intent, printed: Printed, style: Style) -> Finding:
    measure = intent.measures[0]
    units = unit(measure.name)
    one, two = map(one_line, intent.part[0].values)
    n = {x: printed.number(x) for x in ("first mean", "second mean", "difference of means", "Welch t")}
    size = printed.number("in standard deviations")
    text = (
        f"The mean {measure.label} is **{style.number(n['first mean'], units)}** for {one} "
        f"({printed.text('first count')} values) and **{style.number(n['second mean'], units)}** for {two} "
        f"({printed.text('second count')} values): a difference of **{style.number(n['difference of means'], units)}**, "
        f"or {style.number(size)} standard deviations (Welch's t = {style.number(n['Welch t'])})."
    )
    return Finding(
        text,
        (
            tagged(printed.text("first mean"), "mean", one),
            tagged(printed.text("second mean"), "mean", two),
            tagged(printed.text("difference of means"), "difference mean"),
            tagged(printed.text("Welch t"), "t statistic"),
        ),
    )


def _all_said(intent: Intent, printed: Printed, style: Style) -> Finding:
    measure, units = intent.measures[0], unit(intent.measures[0].name)
    rows = printed.group("mean")
    if not rows:
        return Finding(f"No group of {intent.by[0].label} has a value of {measure.label}.")
    eta = printed.number("eta squared")
    shown = ", ".join(f"{name}: **{style.number(v, units)}**" for name, v in rows[:12])
    text = (
        f"Mean {measure.label} for each {intent.by[0].label}: {shown}. "
        f"The groups account for {style.percent(eta)} of the variance (eta squared {style.number(eta)})."
    )
    values = [tagged(v, "mean", name) for name, v in rows]
    return Finding(text, (*values, tagged(printed.text("eta squared"), "eta squared")))


KIND = Kind("difference", "How does {measure} differ between {category}?", read, title, lines, answer)
