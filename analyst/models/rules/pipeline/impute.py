"""Missing values filled in or left out, duplicates dropped, categories coded as numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from ..code import names, quote
from ..survey import Column
from .phrases import FRAME, MARK, Phrases, cell, phrases
from .spread import Rule, outside, rule
from .task import Task
from .work import Step

_MISSING = r"missing|null|nan|n/a|gaps?|empty|blank|unavailable"
_FILLS = r"\b(?:imput\w*|fill\w*|replac\w*|handl\w*|substitut\w*|interpolat\w*)\b"
_HOW = r"\b(?:with|by|using|to|as)\b(?:(?! and )[^,;()]){0,45}?"
_METHODS: tuple[tuple[str, str], ...] = (
    (rf"{_HOW}\b(?:mean|average)\b|mean[- ]imput\w*", "mean"),
    (rf"{_HOW}\bmedian\b|median[- ]imput\w*", "median"),
    (rf"{_HOW}(?:\bmode\b|most (?:frequent|common))|mode[- ]imput\w*", "mode"),
    (
        r"forward[- ]fill\w*|\bffill\b|(?:previous|last) (?:known |valid |available )?(?:value|observation)",
        "ffill",
    ),
    (r"back(?:ward)?[- ]fill\w*|\bbfill\b|next (?:known |valid |available )?(?:value|observation)", "bfill"),
    (r"interpolat\w*", "interpolate"),
    (r"(?:with|by|to|as) (?:the )?(?:a )?(?:constant |value )?(?:of )?(?:zeros?|0)\b(?!\.)", "zero"),
)
_SAID = {
    "ffill": "the value before",
    "bfill": "the value after",
    "interpolate": "linear interpolation",
    "zero": "0",
}
_DROPS = (
    rf"\b(?:drop\w*|remov\w*|exclud\w*|delet\w*|discard\w*|eliminat\w*)\b[^.;]{{0,80}}?\b(?:{_MISSING})\b"
)
_DUPLICATES = (
    r"(?:drop\w*|remov\w*|delet\w*|eliminat\w*|without|exclud\w*)[^.;]{0,40}(?:duplicate|repeat (?:another|other) row|repeated row)"
    r"|de-?dupl\w+|duplicates?[^.;]{0,30}(?:dropped|removed|deleted|eliminated)"
)


def filled(task: Task) -> Sequence[Step]:
    """A step for every column whose gaps are to be filled."""
    steps = [_fill(column, method) for column, method in _chosen(task)]
    return [*(in_time(task) if by_neighbours(task) else ()), *steps]


def by_neighbours(task: Task) -> bool:
    """Whether gaps are filled from the rows beside them, so that the rows must be in the order of time."""
    return any(method in ("ffill", "bfill", "interpolate") for _, method in _chosen(task))


def in_time(task: Task) -> Sequence[Step]:
    """The rows in the order of time, where there are dates: what looks at the rows beside needs it."""
    dates = next(iter(task.table.dates()), None)
    if dates is None:
        return []
    form = f"format={quote(dates.format)}, " if dates.format else ""
    key = f'key=lambda v: pd.to_datetime(v, {form}errors="coerce")'
    line = f"{FRAME} = {FRAME}.sort_values({quote(dates.name)}, {key})"
    return [Step(f"in the order of {dates.label}", (line,), changes=True)]


def columns(task: Task) -> tuple[Column, ...]:
    """The columns whose gaps are to be filled."""
    return tuple(column for column, _ in _chosen(task))


def _chosen(task: Task) -> Sequence[tuple[Column, str]]:
    said = phrases(task.text, task.table)
    chosen: dict[str, tuple[Column, str]] = {}
    before = ""
    for _, sentence in said.sentences():
        leans = re.search(r"\b(?:them|these|those|it)\b", sentence, re.I)
        whole = f"{before}, {sentence}" if leans else sentence
        before = sentence
        if re.search(_FILLS, sentence, re.I) and re.search(rf"\b(?:{_MISSING})\b", whole, re.I):
            for column, method in _pairs(said, whole, task):
                chosen.setdefault(column.name, (column, method))
    return list(chosen.values())


def _pairs(said: Phrases, sentence: str, task: Task) -> Iterator[tuple[Column, str]]:
    """Columns with their methods: in order where there is one for each, else the same for all."""
    start = re.search(rf"\b(?:{_MISSING})\b", sentence, re.I)
    after = sentence[start.start() :] if start else sentence
    found = [(m.end(), name) for p, name in _METHODS for m in re.finditer(p, after, re.I)]
    methods = list(dict.fromkeys(name for _, name in sorted(found)))
    if not methods:
        return
    there = [c for c in said.columns(after) if c not in task.made and c.type != "date"]
    before = [c for c in said.columns(sentence) if c not in task.made and c.type != "date"][-1:]
    columns = there or before or said.columns(after) or _every(task, sentence)
    for number, column in enumerate(columns):
        method = methods[number] if len(methods) == len(columns) else methods[0]
        if column.numeric or method in ("mode", "ffill", "bfill"):
            yield column, method


def _every(task: Task, sentence: str) -> tuple[Column, ...]:
    """Without a name: the measures, where gaps of all of them or of the "respective" column are meant."""
    everywhere = re.search(r"\b(?:any|all|every|each|respective)\b|missing values", sentence, re.I)
    return tuple(c for c in task.columns if c.numeric) if everywhere else ()


_OUTLIERS = r"outliers?|standard deviations?|z-?scores?|iqr|interquartile"


def replaced(task: Task) -> Sequence[Step]:
    """Outliers replaced by the column's mean or median, where the text says so."""
    said = phrases(task.text, task.table)
    found = rule(task)
    for _, sentence in said.sentences():
        pattern = rf"\breplac\w*\b.*?\b(?:{_OUTLIERS})\b.*?\b(?:with|by)\b.*?\b(mean|median)\b"
        match = re.search(pattern, sentence, re.I)
        columns = [c for c in said.columns(match[0] if match else "") if c.numeric]
        if match and found and columns:
            return [_replace(found, columns[0], match[1].lower())]
    return []


def _replace(found: Rule, column: Column, middle: str) -> Step:
    lines, test = outside(found, cell(column))
    line = f"{cell(column)} = {cell(column)}.mask({test}, {cell(column)}.{middle}())"
    does = frozenset({"treating outliers", "filling in values", "transforming values"})
    return Step(
        f"outliers of {column.label} ({found}) replaced by the {middle}",
        (*lines, line),
        does=does,
        changes=True,
    )


def _fill(column: Column, method: str) -> Step:
    values = cell(column)
    match method:
        case "mean" | "median":
            expression = f"{values}.fillna({values}.{method}())"
        case "mode":
            expression = f"{values}.fillna({values}.mode().iloc[0])"
        case "zero":
            expression = f"{values}.fillna(0)"
        case _:
            expression = f"{values}.{method}()"
    comment = f"gaps of {column.label} filled with {_SAID.get(method, f'the {method}')}"
    return Step(comment, (f"{values} = {expression}",), does=frozenset({"filling in values"}), changes=True)


def dropped(task: Task) -> Sequence[Step]:
    """Rows left out because something is missing, or because they repeat another row."""
    said = phrases(task.text, task.table)
    steps = []
    if re.search(_DUPLICATES, said.text, re.I):
        line = f"{FRAME} = {FRAME}.drop_duplicates()"
        steps.append(
            Step("rows that repeat another row dropped", (line,), does=frozenset({"cleaning"}), changes=True)
        )
    found: list[Column] = []
    for match in re.finditer(_DROPS, said.text, re.I):
        rest = re.split(r"[.;\n]", said.text[match.end() :])[0]
        itself = re.search(rf"{MARK} (?:is|are|was|were|has|have)? ?\w*$", match[0])
        found += said.columns(rest) or (said.columns(itself[0]) if itself else ())
    columns = [c for c in dict.fromkeys(found) if c not in task.made]
    if columns:
        line = f"{FRAME} = {FRAME}.dropna(subset={names(columns)})"
        shown = ", ".join(c.label for c in columns)
        steps.append(Step(f"rows without {shown} left out", (line,), changes=True))
    return steps


_CODES = (
    rf"{MARK}[\"']? ?(?:is |are |should be |being )?(?:coded |encoded |mapped |represented |labell?ed )?(?:as|to|is|=|:|by|with)? ?[\"']?(-?\d+)\b",
    rf"\b(-?\d+) ?(?:for|=|represents?|means?|stands for) ?(?:the )?[\"']?{MARK}",
)


def coded(task: Task) -> Sequence[Step]:
    """Categories with a number for each: "male is coded as 1 and female as 0"."""
    if not task.says(r"(?:en)?cod(?:e|ed|ing)|mapp(?:ed|ing)|map|convert\w*|represent\w*|numeric(?:al)?"):
        return []
    said = phrases(task.text, task.table)
    codes: dict[Column, dict[str, str]] = {}
    for pattern, marker, number in ((_CODES[0], 1, 2), (_CODES[1], 2, 1)):
        for match in re.finditer(pattern, said.text, re.I):
            mention = said.masked.mentions[int(match[marker])]
            if mention.value is not None:
                codes.setdefault(mention.column, {}).setdefault(mention.value, match[number])
    return [_code(c, k) for c, k in codes.items() if len(k) > 1 and len(set(k.values())) == len(k)]


def _code(column: Column, codes: dict[str, str]) -> Step:
    pairs = ", ".join(f"{quote(value)}: {number}" for value, number in codes.items())
    numbers = sorted(int(n) for n in codes.values())
    made = replace(
        column,
        type="integer",
        values=tuple(map(str, numbers)),
        distinct=len(codes),
        low=str(numbers[0]),
        high=str(numbers[-1]),
    )
    shown = ", ".join(f"{value} = {number}" for value, number in codes.items())
    return Step(
        f"{column.label} as numbers: {shown}",
        (f"{cell(column)} = {cell(column)}.map({{{pairs}}})",),
        makes=(made,),
        does=frozenset({"transforming values"}),
        changes=True,
    )
