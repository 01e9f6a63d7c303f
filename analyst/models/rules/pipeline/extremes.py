"""Which of something has the highest or lowest value, and which columns correlate most."""

from __future__ import annotations

from .. import code
from ..survey import Column
from .pairs import measurable
from .task import Ask, Task
from .work import Work

_HIGH = r"highest|largest|most|maximum|greatest|biggest|max|top"
_LOW = r"lowest|smallest|least|minimum|fewest|min"


def asked(task: Task) -> bool:
    """Whether the text asks which of something has the highest or lowest value."""
    holders = r"has|have|had|with|saw|recorded|shows?|showed|of|at"
    return task.says(
        rf"(?:which|who)[^.?]{{0,80}}?(?:{_HIGH}|{_LOW})"
        rf"|(?:what|identify|find|report)[^.?]{{0,60}}? (?:{holders}) the (?:\w+ )?(?:{_HIGH}|{_LOW})"
    )


def holder(ask: Ask, work: Work) -> str | None:
    """The name of what has the highest or lowest value, alone or of the group's mean."""
    task = work.task
    if ask.has("mean|std|average|count|correlation|p|median|number|value") or not asked(task):
        return None
    label = _label(ask, work)
    found = _ranked(ask, work, label) if label else None
    if label is None or found is None:
        return None
    ranked, value, place = found
    work.spoken = f"{label.label} of {value}"
    if place:
        return f"{ranked}.index[{place}]"
    return f'", ".join(map(str, {ranked}.index[{ranked} == {ranked}.iloc[0]]))'


def value(ask: Ask, work: Work) -> str | None:
    """The highest or lowest value itself, after its holder was asked for."""
    if "ranked" not in work.taken or ask.options or ask.has("count|number|n|p"):
        return None
    return f"{work.taken['ranked']}.iloc[{_place(work.task)}]"


def _place(task: Task) -> int:
    return next((c.position - 1 for c in task.sentences if c.position > 1), 0)


def _ranked(ask: Ask, work: Work, label: Column) -> tuple[str, str, int] | None:
    """The variable with all values by name in their order, what it holds, and the place that is asked for."""
    task = work.task
    clause = next((c for c in task.sentences if c.descending is not None), None)
    if clause is None:
        return None
    measures = [c for c in task.measures if c.name != label.name]
    if len(measures) != 1:
        measures = [c for c in clause.columns if c in measures][:1]
    if not measures:
        return None
    frame, name, one = work.frame(ask), code.quote(label.name), code.quote(measures[0].name)
    how = next((s for s in clause.statistics if s in ("mean", "median", "sum")), "")
    values = (
        f"{frame}.groupby({name})[{one}].{how}()" if how else f"{frame}.set_index({name})[{one}].dropna()"
    )
    order = "" if not clause.descending else "ascending=False, "
    ranked = work.once("ranked", "ranked", lambda v: [f'{v} = {values}.sort_values({order}kind="stable")'])
    said = f"the {'highest' if clause.descending else 'lowest'} {how} {measures[0].label}".replace("  ", " ")
    return ranked, said, _place(task)


def _label(ask: Ask, work: Work) -> Column | None:
    """The column of names that a slot asks for."""
    task = work.task
    if ask.column is not None and ask.column.type != "number":
        return ask.column
    texts = [c for c in task.table.columns if c.type == "text" and c.distinct > 1]
    for column in texts:
        if any(w in ask.words for w in column.name.lower().split()):
            return column
    return (
        texts[0]
        if len(texts) == 1 and ask.has("name|country|field|brand|city|state|station|site|category")
        else None
    )


def strongest(ask: Ask, work: Work) -> str | None:
    """The pair, or the partner, of the strongest correlation, and its coefficient."""
    task = work.task
    if not task.says(
        r"(?:strongest|highest|largest|most)[^.]{0,40}correlat\w*|correlat\w*[^.]{0,40}(?:strongest|highest|most)"
    ):
        return None
    among = [c for c in task.columns if measurable(c)]
    if len(among) < 3:
        return None
    matrix = work.once(
        "matrix",
        "matrix",
        lambda v: [f"{v} = {work.after}[{code.names(among)}].corr()"],
    )
    pairs = work.once(
        "ranked",
        "ranked",
        lambda v: [
            f"{v} = {matrix}.where(np.triu(np.ones({matrix}.shape, dtype=bool), k=1)).stack()",
            f"{v} = {v}.sort_values({'' if task.says('positive') else 'key=abs, '}ascending=False)",
        ],
    )
    if ask.has(r"pair|variable|column|feature|name"):
        return f'", ".join({pairs}.index[0])'
    return f"{pairs}.iloc[0]" if ask.has(r"corr\w*|coefficient|value|r") else None
