"""Spelling of categories made the same: blanks at the ends, large and small letters, typing errors that the text names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ..code import quote
from ..survey import Column
from .phrases import cell, phrases
from .task import Task
from .work import Step

_UNIFIES = r"\b(?:trim\w*|strip\w*|whitespace|unif(?:y|ied|ying)|spellings?|inconsistent (?:case|capitali[sz]ation)|case-?insensitiv\w+)\b"
_TYPO = (
    r"[\"“']([^\"”'\n]+)[\"”'] (?:is|was) (?:a |an )?(?:typing error|typo|misspelling|spelling (?:error|mistake)|mistake|error)"
    r" (?:for|of) [\"“']([^\"”'\n]+)[\"”']"
)


def unified(task: Task) -> Sequence[Step]:
    """A step for every column of texts whose spelling is to be unified."""
    said = phrases(task.text, task.table)
    columns: list[Column] = []
    for _, sentence in said.sentences():
        if re.search(_UNIFIES, sentence, re.I):
            columns += [c for c in said.columns(sentence) if c.type == "text"]
    typos = {a.strip().title(): b.strip().title() for a, b in re.findall(_TYPO, task.text)}
    return [_step(column, typos) for column in dict.fromkeys(columns)]


def _step(column: Column, typos: dict[str, str]) -> Step:
    spelled = tuple(dict.fromkeys(typos.get(t, t) for v in column.values if (t := v.strip().title())))
    replaced = ", ".join(f"{quote(a)}: {quote(b)}" for a, b in typos.items())
    change = f"{cell(column)}.str.strip().str.title()" + (f".replace({{{replaced}}})" if typos else "")
    made = replace(column, values=spelled, distinct=len(spelled))
    return Step(
        f"{column.label} spelled alike",
        (f"{cell(column)} = {change}",),
        (made,),
        frozenset({"cleaning", "filling in values"}),
        changes=True,
    )
