"""How much of a measure's variance columns explain: does A explain more than B? What else do they stand for?"""

from __future__ import annotations

import re

from .. import code
from ..clause import Clause
from ..intents import Intent, Key
from ..kind import Finding, Kind, Printed, Style, capital, listed, tagged
from ..survey import CATEGORIES, Column

_SAID = (
    r"explains?|explained|explaining|accounts? for|matters? more|more important|bigger effect|larger effect|stronger effect|"
    r"bigger influence|larger influence|stronger influence|drives?|affects? more|"
    r"influences? more|depends? more|predicts? (?:better|more)|better predictor"
)


def read(clause: Clause) -> Intent | None:
    """Explaining is said, with a measure (or the one spoken of before) and at least one other column."""
    if not clause.has(_SAID):
        return None
    measure = _explained(clause)
    factors = tuple(c for c in clause.columns if c != measure and (c.category or c.numeric))
    if measure is None or (not factors and not clause.has("what|which")):
        return None
    pool = factors or tuple(c for c in clause.table.columns if c != measure and _factor(c))[:8]
    if not pool:
        return None
    return Intent(
        "explains",
        clause.table,
        (measure,),
        by=tuple(Key(c) for c in pool),
        filters=clause.filters,
        whole_table=not factors,
    )


def _factor(column: Column) -> bool:
    return column.type in ("text", "boolean", "integer") and 2 <= column.distinct <= CATEGORIES


def _explained(clause: Clause) -> Column | None:
    """What is to be explained: what stands after "of" or "explain", the only measure, else what was spoken of before."""
    of = re.search(
        r"(?:variance|variation|variability|differences?|more|most|much|explains?|for)(?: (?:of|"
        r"in|the|about|variance|variation|differences|more))* «(\d+)»(?! (?:or|than))",
        clause.text,
    )
    if (
        of
        and (column := clause.mentions[int(of[1])].column).numeric
        and clause.mentions[int(of[1])].value is None
    ):
        return column
    numbers = [c for c in clause.columns if c.numeric]
    others = [c for c in clause.columns if c.category and not c.numeric]
    if len(numbers) == 1 and (others or clause.has("what|which")):
        return numbers[0]
    if clause.before and clause.before.measures and clause.before.table == clause.table:
        return clause.before.measures[0]
    return clause.implied


def title(intent: Intent) -> str:
    """In words."""
    by = listed([k.label for k in intent.by])
    return f"share of the variance of {intent.measures[0].label} that is explained by {by}{intent.where()}"


def lines(intent: Intent, frame: str) -> list[str]:
    """The code. One function serves categories (there R² is eta squared) and numbers, alone and together."""
    measure, factors = intent.measures[0], [k.column for k in intent.by]
    other = _other(intent)
    used = [measure, *factors, *([other] if other else [])]
    two = len(factors) == 2
    made = [
        f"complete = {frame}[{code.names(used)}].dropna()",
        *_function(measure, factors, other),
        code.show("rows with all values", "len(complete)"),
        *[code.show(f"explained by {f.label}", f"explained([{code.quote(f.name)}])") for f in factors],
    ]
    if len(factors) > 1:
        made.append(code.show("explained by all together", f"explained({code.names(factors)})"))
    if other and two:
        name = code.quote(other.name)
        made.append(
            code.comment(f"{other.label} may stand behind both: what is added when it is known already?")
        )
        made.append(code.show(f"explained by {other.label}", f"explained([{name}])"))
        made += [
            code.show(
                f"added to {other.label} by {f.label}",
                f"explained([{name}, {code.quote(f.name)}]) - explained([{name}])",
            )
            for f in factors
        ]
    return made


def _function(measure: Column, factors: list[Column], other: Column | None) -> list[str]:
    texts = [c for c in [*factors, *([other] if other else [])] if not c.numeric]
    dummies = f"columns=[c for c in names if c in {code.names(texts)}], " if texts else "columns=[], "
    return [
        f"y = complete[{code.quote(measure.name)}].astype(float)",
        "",
        "def explained(names):",
        '    """R squared of a linear model with these columns; for one category that is eta squared."""',
        f"    x = pd.get_dummies(complete[names], {dummies}drop_first=True).astype(float)",
        '    x.insert(0, "(constant)", 1.0)',
        "    fit = x.to_numpy() @ np.linalg.lstsq(x.to_numpy(), y.to_numpy(), rcond=None)[0]",
        "    total = ((y - y.mean()) ** 2).sum()",
        '    return 1 - ((y - fit) ** 2).sum() / total if total > 0 else float("nan")',
        "",
    ]


def _other(intent: Intent) -> Column | None:
    """A category that may stand behind the factors: the first text with few values that is not one of them."""
    taken = {*intent.measures, *(k.column for k in intent.by)}
    fixed = {f.column for f in intent.filters if f.operator == "=="}
    rows = max(1, intent.table.rows)
    return next(
        (
            c
            for c in intent.table.columns
            if c.type == "text"
            and 2 <= c.distinct <= min(12, rows // 10)
            and c not in taken | fixed
            and c.missing < rows / 2
        ),
        None,
    )


def answer(intent: Intent, printed: Printed, style: Style) -> Finding:
    """In words."""
    measure = intent.measures[0]
    labels = [k.label for k in intent.by]
    shares = {x: printed.number(f"explained by {x}") for x in labels}
    ranked = sorted(labels, key=lambda x: -shares[x] if shares[x] == shares[x] else 1.0)
    said = [f"{x} **{style.percent(shares[x])}**" for x in ranked]
    values = [tagged(printed.text(f"explained by {x}"), "explained share eta squared r2", x) for x in labels]
    values.append(tagged(ranked[0], "name factor column more most"))
    text = f"Taken alone, these shares of the variance of {measure.label} are explained: {listed(said)}"
    if len(labels) == 1:
        text = f"{capital(labels[0])} explains **{style.percent(shares[labels[0]])}** of the variance of {measure.label}"
    elif len(labels) == 2:
        first, second = labels
        verdict = "Yes" if shares[first] > shares[second] else "No"
        more, less = (first, second) if shares[first] > shares[second] else (second, first)
        text = (
            f"{verdict}: taken alone, {more} explains more of the variance of {measure.label} than {less}: "
            f"**{style.percent(shares[more])}** against **{style.percent(shares[less])}**"
        )
    text += f" ({printed.text('rows with all values')} rows with all values{intent.where()})."
    if len(labels) > 1:
        text += f" Together they explain {style.percent(printed.number('explained by all together'))}."
    return Finding(text + _caution(intent, printed, style), tuple(values))


def _caution(intent: Intent, printed: Printed, style: Style) -> str:
    """The honest remark: what remains of two factors when another category is known already."""
    other = _other(intent)
    if other is None or len(intent.by) != 2:
        return ""
    labels = [k.label for k in intent.by]
    alone = printed.number(f"explained by {other.label}")
    added = {x: printed.number(f"added to {other.label} by {x}") for x in labels}
    text = (
        f" But {other.label} alone explains {style.percent(alone)}; once it is known, {labels[0]} adds "
        f"{style.percent(added[labels[0]])} and {labels[1]} adds {style.percent(added[labels[1]])}."
    )
    for label in labels:
        share = printed.number(f"explained by {label}")
        if share > 0.05 and added[label] < share / 4:
            text += (
                f" So most of what {label} seems to explain goes with {other.label}: the two are confounded."
            )
    better = max(labels, key=lambda x: added[x])
    if better != max(labels, key=lambda x: printed.number(f"explained by {x}")):
        text += f" Within the groups of {other.label} it is {better} that explains more."
    return text


KIND = Kind(
    "explains", "Does {category} explain more of {measure} than {category2}?", read, title, lines, answer
)
