"""Values on another scale: logarithm, min-max, standardised."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ..survey import Column
from .derive import logarithmic
from .parts import log_name
from .phrases import Phrases, cell, phrases
from .task import Task
from .work import Step

_LOG = (
    r"\blog(?:arithm(?:ic)?)?[- ]?(?:transform\w*|scale)|\b(?:apply|take|taking|using|use|with) (?:a |the )?(?:natural )?log(?:arithm)?\b"
    r"|\b(?:natural log(?:arithm)?|log10|np\.log|base[- ]10 log\w*)"
)
_MINMAX = (
    r"min-? ?max(?:imum)?(?: ?(?:scal\w+|normali[sz]\w+))?|(?:normali[sz]\w+|scal(?:e|ed|ing))[^.;]{0,80}(?:\[?0(?:\.0)?,? ?(?:and|to|-|,) ?1(?:\.0)?\b)"
    r"|minmaxscaler"
)
_STANDARD = r"standardi[sz](?:e|ed|ing|ation)\b(?! (?:moment|coefficient|residual|effect|mean))|standardscaler|z-?score (?:normali[sz]ation|standardi[sz]ation|scaling)|normali[sz]\w*[^.;]{0,60}z-?scores?"


def transformed(task: Task) -> Sequence[Step]:
    """The scales that the text asks for, each of the columns it names."""
    said = phrases(task.text, task.table)
    steps: list[Step] = []
    for kind, pattern in (("log", _LOG), ("minmax", _MINMAX), ("standard", _STANDARD)):
        if re.search(pattern, said.text, re.I) and not (kind == "log" and logarithmic(task)):
            steps += [_step(kind, column, said.text) for column in _targets(said, pattern, task)]
    return steps


def _targets(said: Phrases, pattern: str, task: Task) -> Iterator[Column]:
    """The numeric columns of the sentences that say so; the new column where none is named or it is spoken of."""
    found: dict[str, Column] = {}
    for _, sentence in said.sentences():
        match = re.search(pattern, sentence, re.I)
        if not match:
            continue
        named = [c for c in said.columns(sentence) if c.numeric]
        own = [c for c in named if c in task.made]
        near = [c for c in said.columns(sentence[match.start() :]) if c.numeric]
        chosen = own or near or named
        if task.made and re.search(r"\b(?:this|the|it)\b[^.]*\b(?:new|it|feature)\b", sentence, re.I):
            chosen = own or [task.made[-1]]
        for column in chosen:
            found.setdefault(column.name, column)
    fallback = [c for c in task.made if c.numeric][-1:] or list(task.measures[:1])
    yield from found.values() or fallback


def _step(kind: str, column: Column, text: str) -> Step:
    values = cell(column)
    match kind:
        case "log":
            name = log_name(text)
            said, expression = f"logarithm ({name}) of {column.label}", f"np.{name}({values})"
        case "minmax":
            said = f"{column.label} scaled to 0 … 1"
            expression = f"({values} - {values}.min()) / ({values}.max() - {values}.min())"
        case _:
            said = f"{column.label} standardised"
            ddof = "" if re.search(r"pandas|sample standard", text, re.I) else "ddof=0"
            expression = f"({values} - {values}.mean()) / {values}.std({ddof})"
    return Step(said, (f"{values} = {expression}",), does=frozenset({"transforming values"}), changes=True)
