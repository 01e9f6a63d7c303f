"""Grading without a model: an answer key, a prediction, and part by part whether it is right and, if not, why."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from ..events import StopReason
from .predictions import Prediction
from .tasks import Id, Task, read_lines
from .values import close, normal, same, to_number

Text = Annotated[str, BeforeValidator(str)]
Cause = Literal[
    "wrong value",
    "missing name",  # some of the names that were asked for are given, and some are not
    "not understood",  # nothing that was asked for is given
    "check failed",
    "forbidden text",
    "limit",
    "model",
    "kernel",
    "input",
    "crash",
]

# ── the answer key ──────────────────────────────────────────────────────────────────────────────────────────────────


class _Grader(BaseModel):
    model_config = ConfigDict(frozen=True)

    forbid: tuple[str, ...] = ()
    """Regular expressions; a prediction in which one is found is wrong as a whole."""
    require_checks: tuple[str, ...] = ()
    """Names of checks that must have passed."""


class Named(_Grader):
    """Values in the form `@name[value]`. The key's `gold` is a list of names and labels."""

    type: Literal["named"]


class Table(_Grader):
    """A CSV file that the code wrote. The key's `gold` is the path of the right one."""

    type: Literal["table"]
    output: str
    columns: tuple[int, ...] = ()
    """Numbers of the right table's columns that must be in the file, under whatever name; none: all."""
    ignore_order: bool = False
    rule: Literal["all", "each"] = "each"
    """Whether the columns are one part of the answer or one each."""


class Plot(_Grader):
    """A figure that was shown. The key's `gold` are the facts that must hold of it, by name."""

    type: Literal["plot"]


class Key(BaseModel):
    """The right answer to a task: one line of a set. Fields that are not named here are left to others."""

    model_config = ConfigDict(frozen=True)

    id: Id
    level: str = ""
    tags: tuple[str, ...] = ()
    gold: tuple[tuple[str, Text], ...] | str | dict[str, Any]
    grader: Annotated[Named | Table | Plot, Field(discriminator="type")]
    alt: dict[str, tuple[Text, ...]] = {}
    """Other labels that are right too, by name."""
    suspect: bool = False
    """The label itself is in doubt."""
    post_check: str = ""

    @model_validator(mode="after")
    def _gold_is_of_its_grader(self) -> Key:
        wanted = {"named": tuple, "table": str, "plot": dict}[self.grader.type]
        if not isinstance(self.gold, wanted):
            raise ValueError(f"a gold of the kind that the grader {self.grader.type!r} wants is not there")
        return self


def read_keys(path: Path) -> dict[str, Key]:
    """The answer keys of a set by task.

    Raises:
        BadInput: the file cannot be read, a line is no key, an id stands twice.
    """
    return {key.id: key for key in read_lines(path, Key, lambda key: key.id)}


def with_checks(tasks: Iterable[Task], keys: Mapping[str, Key]) -> list[Task]:
    """The tasks with their checks, which stand with the answers: a file of tasks can be given away without them."""
    return [t.model_copy(update={"post_check": keys[t.id].post_check}) if t.id in keys else t for t in tasks]


# ── the verdict ─────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Part:
    """One part of an answer. `given`: something was said for it, right or wrong."""

    name: str
    ok: bool
    given: bool = True


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is right of an answer. A task is solved when all its parts are."""

    key: Key
    parts: tuple[Part, ...]
    cause: Cause | None
    """Why it is not solved; None when it is."""

    @property
    def solved(self) -> bool:
        """All parts are right."""
        return self.cause is None


def grade(key: Key, prediction: Prediction | None, folder: Path, out: Path) -> Verdict:
    """Judge the prediction for one task; a missing one is wrong.

    Args:
        key: the right answer.
        prediction: what was given.
        folder: where the set lies, for right answers that are files.
        out: the evaluation's folder, for files that were given.

    Raises:
        OSError: the file with the right answer cannot be read.
    """
    prediction = prediction or Prediction(id=key.id)
    if prediction.empty:
        parts = tuple(Part(name, ok=False, given=False) for name in _names(key))
        return Verdict(key, parts, _stopped(prediction) or "not understood")
    parts = _parts(key, prediction, folder, out)
    forbidden = any(re.search(f, prediction.model_dump_json(), re.IGNORECASE) for f in key.grader.forbid)
    if forbidden:
        parts = tuple(Part(p.name, ok=False) for p in parts)
    checks = tuple(Part(name, prediction.checks.get(name) is True) for name in key.grader.require_checks)
    if all(p.ok for p in (*parts, *checks)):
        return Verdict(key, (*parts, *checks), None)
    cause = _stopped(prediction) or ("forbidden text" if forbidden else _cause(parts))
    return Verdict(key, (*parts, *checks), cause)


def _names(key: Key) -> Iterable[str]:
    return dict(key.gold) if isinstance(key.gold, tuple) else ("-",)


def _parts(key: Key, prediction: Prediction, folder: Path, out: Path) -> tuple[Part, ...]:
    if isinstance(key.gold, tuple):
        return tuple(_named_parts(dict(key.gold), key.alt, prediction.answer))
    if isinstance(key.grader, Table):
        path = prediction.files.get(key.grader.output)
        return _table_parts(
            key.grader, _columns(folder / str(key.gold)), _given(out / path) if path else None
        )
    assert isinstance(key.gold, dict)
    return tuple(_plot_part(name, right, prediction.plot.get(name)) for name, right in key.gold.items())


_STOPS: Mapping[StopReason, Cause] = {
    "model": "model",
    "context": "model",
    "kernel": "kernel",
    "input": "input",
}


def _stopped(prediction: Prediction) -> Cause | None:
    """The cause that lies in how the run ended."""
    if prediction.error:
        return "crash"
    return _STOPS.get(prediction.stopped, "limit") if prediction.stopped else None


def _cause(parts: Sequence[Part]) -> Cause:
    if not any(p.given for p in parts):
        return "not understood"
    if not all(p.given for p in parts):
        return "missing name"
    return "check failed" if all(p.ok for p in parts) else "wrong value"


# ── named values ────────────────────────────────────────────────────────────────────────────────────────────────────


def named_values(text: str) -> dict[str, str]:
    """The values of `@name[value]` in a text, the last one of a name; read more kindly than what a model is told to write.

    Brackets within a value are balanced; a value whose bracket is never closed ends at the line's end.
    """
    found: dict[str, str] = {}
    for match in re.finditer(r"@([\w-]+)\s*\[", text):
        rest = text[match.end() :]
        found[match[1]] = rest[: _end(rest)]
    return found


def _end(rest: str) -> int:
    """Where the value at the start of `rest` ends."""
    depth = 1
    for position, character in enumerate(rest):
        depth += (character == "[") - (character == "]")
        if not depth:
            return position
    return len(re.split(r"[\]\n]", rest, maxsplit=1)[0])


def _named_parts(gold: Mapping[str, str], alt: Mapping[str, Sequence[str]], answer: str) -> Iterable[Part]:
    values = named_values(answer)
    spoken = values
    if not values and len(gold) == 1:  # one value was asked for, and its name was not repeated
        spoken = dict.fromkeys(gold, (answer.strip().splitlines() or [""])[-1])
    for name, label in gold.items():
        ok = name in spoken and any(same(spoken[name], right) for right in (label, *alt.get(name, ())))
        yield Part(name, ok, given=ok or name in values)


# ── tables ──────────────────────────────────────────────────────────────────────────────────────────────────────────

Cell = float | str | None
_MISSING = frozenset({"", "nan", "na", "n/a", "#n/a", "null", "none", "<na>", "-nan", "nat"})


def _columns(path: Path) -> dict[str, list[Cell]]:
    """The columns of a CSV file by name; of columns with the same name the later ones get a number."""
    header, *rows = [row for row in csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))) if row]
    columns: dict[str, list[Cell]] = {}
    for number, name in enumerate(header):
        cells = [_cell(row[number]) if number < len(row) else None for row in rows]
        columns[f"{name}.{number}" if name in columns else name] = cells
    return columns


def _given(path: Path) -> dict[str, list[Cell]]:
    """As `_columns`; without columns when the file is no CSV file, which is the answer's fault."""
    try:
        return _columns(path)
    except (OSError, UnicodeDecodeError, csv.Error, ValueError):
        return {}


def _cell(text: str) -> Cell:
    text = text.strip()
    number = to_number(text)
    return None if text.lower() in _MISSING else text.lower() if number is None else number


def _table_parts(
    grader: Table, right: Mapping[str, list[Cell]], given: Mapping[str, list[Cell]] | None
) -> tuple[Part, ...]:
    names = list(right)
    wanted = [names[number] for number in grader.columns] or names
    candidates = (given or {}).values()
    found = [any(_same_column(c, right[name], grader.ignore_order) for c in candidates) for name in wanted]
    if grader.rule == "all":
        return (Part(grader.output, all(found), given is not None),)
    return tuple(Part(name, ok, given is not None) for name, ok in zip(wanted, found, strict=True))


def _same_column(given: Sequence[Cell], right: Sequence[Cell], ignore_order: bool) -> bool:
    if ignore_order:
        given, right = sorted(given, key=_order), sorted(right, key=_order)
    return len(given) == len(right) and all(map(_same_cell, given, right))


def _order(cell: Cell) -> tuple[bool, bool, Any]:
    return cell is None, isinstance(cell, str), cell or 0


def _same_cell(given: Cell, right: Cell) -> bool:
    if isinstance(given, float) and isinstance(right, float):
        return close(given, right)
    return given == right


# ── plots ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _plot_part(name: str, right: Any, given: Any) -> Part:
    if name == "data":
        wanted, numbers = flat_numbers(right), flat_numbers(given)
        ok = wanted is not None and numbers is not None and len(wanted) == len(numbers)
        ok = ok and all(map(close, sorted(numbers or ()), sorted(wanted or ())))
    elif isinstance(right, list):
        ok = isinstance(given, list) and list(map(_plain, given)) == list(map(_plain, right))
    else:
        ok = given is not None and normal(str(given)) == normal(str(right))
    return Part(name, ok, given is not None)


def flat_numbers(value: Any) -> list[float] | None:
    """The numbers of a list, or of a list of lists; None when it is neither."""
    if not isinstance(value, list):
        return None
    numbers = [to_number(n) for inner in value for n in (inner if isinstance(inner, list) else [inner])]
    return None if None in numbers else [n for n in numbers if n is not None]


def _plain(value: Any) -> float | str:
    number = to_number(value)
    return normal(value if isinstance(value, str) else json.dumps(value)) if number is None else number
