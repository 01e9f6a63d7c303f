"""Jobs that can be run: rows filled in and checked before the first kernel starts, each with its key.

A key is the hash of all that a job's result depends on: question, plan, content of the data, parameters, expected
outputs, model, reviewer and our version. The same key means: the same result, that need not be computed again.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from ..errors import BadInput
from ..events import PlanStep
from ..plans import read_plan
from .data import Fingerprints
from .rows import Row

_PLACEHOLDER = re.compile(r"\{([A-Za-z_]\w*)\}")
_SLUG = 40
_BY_PLAN = "Work by the plan and report what it brings to light."


class Limits(BaseModel):
    """Bounds of one job; None: as the settings say."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    budget: float | None = Field(default=None, gt=0)
    max_steps: int | None = Field(default=None, ge=1)
    max_calls: int | None = Field(default=None, ge=1)
    max_tokens: int | None = Field(default=None, ge=1)
    timeout: float | None = Field(default=None, gt=0)
    cell_timeout: float | None = Field(default=None, gt=0)


def _texts(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


Texts = Annotated[tuple[str, ...], BeforeValidator(_texts)]
Value = str | bool | int | float | date


class _Given(BaseModel):
    """A row as it was written."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(default="", pattern=r"^(\w[\w.-]*)?$", max_length=100)
    question: str = ""
    plan: str = ""
    data: Texts = ()
    parameters: dict[str, Value] = {}
    model: str | None = None
    review: str | None = None
    limits: Limits = Limits()
    expected: Texts = ()


class Job(BaseModel):
    """One analysis, ready to be run anywhere."""

    model_config = ConfigDict(frozen=True)

    id: str
    """Names the folder of its result; the row's own, else made of its question and its hash."""
    key: str
    question: str
    model: str
    review: str = ""
    """Who tries to refute the answer: a model's id, or "same"; "": nobody."""
    steps: tuple[PlanStep, ...] = ()
    data: tuple[str, ...] = ()
    """Absolute paths."""
    parameters: dict[str, str] = {}
    limits: Limits = Limits()
    expected: tuple[str, ...] = ()
    """What the result must have: `@name` for a named value of the answer, else the name of a file."""


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be run, and why."""

    line: int
    reason: str


def make_jobs(
    rows: Iterable[Row],
    folder: Path,
    model_id: Callable[[str | None], str],
    parameters: Mapping[str, str] | None = None,
    reviewer_id: Callable[[str | None, str], str] = lambda named, _: named or "",
) -> tuple[list[Job], list[BadRow]]:
    """The jobs of rows, and the rows that are none.

    Args:
        rows: of a file.
        folder: what paths in them are relative to.
        model_id: the full id of a model that was named, or (None) of the one for jobs that name none; raises `BadInput`.
        parameters: for all jobs; a job's own come first.
        reviewer_id: what stands for the reviewer that was named, or (None) for that of jobs that name none, of a job with
            this model; raises `BadInput`.
    """
    jobs: list[Job] = []
    seen: dict[str, int] = {}
    """Lines of ids and keys."""
    bad: list[BadRow] = []
    fingerprints = Fingerprints()
    for row in rows:
        try:
            if row.fault:
                raise BadInput(row.fault)
            given = _Given.model_validate(row.value)
            model = model_id(given.model)
            models = model, reviewer_id(given.review, model)
            job = _job(given, folder, models, parameters or {}, fingerprints)
            if job.key in seen:
                raise BadInput(f"it is the same job as line {seen[job.key]}")
            if job.id in seen:
                raise BadInput(f"its id {job.id} is that of line {seen[job.id]}")
            seen |= {job.id: row.line, job.key: row.line}
            jobs.append(job)
        except ValidationError as error:
            bad.append(BadRow(row.line, _fault(error)))
        except BadInput as error:
            bad.append(BadRow(row.line, str(error)))
    return jobs, bad


def grid(question: str, plan: str, data: Sequence[str], rows: Iterable[Row]) -> list[Row]:
    """One question, put once for each row of parameters."""
    base = {"question": question, "plan": plan, "data": list(data)}
    return [replace(row, value={**base, "parameters": row.value}) for row in rows]


def _fault(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    where = ".".join(map(str, first["loc"]))
    if first["type"] == "extra_forbidden":
        return f"{where} is no field of a job; the fields are {', '.join(_Given.model_fields)}"
    return f"{where}: {first['msg']}" if where else f"it is no job: {first['msg']}"


def _job(
    given: _Given,
    folder: Path,
    models: tuple[str, str],
    shared: Mapping[str, str],
    fingerprints: Fingerprints,
) -> Job:
    parameters = {**shared, **{name: str(value) for name, value in given.parameters.items()}}

    def filled(text: str) -> str:
        return fill(text, parameters)

    if not given.question.strip() and not given.plan:
        raise BadInput("it has neither a question nor a plan")
    steps = read_plan(folder / filled(given.plan)) if given.plan else ()
    steps = tuple(replace(s, goal=filled(s.goal), evidence=filled(s.evidence)) for s in steps)
    data = tuple(str((folder / Path(filled(name)).expanduser()).absolute()) for name in given.data)
    job = Job(
        id="-",
        key="",
        question=filled(given.question).strip() or _BY_PLAN,
        model=models[0],
        review=models[1],
        steps=steps,
        data=data,
        parameters=parameters,
        limits=given.limits,
        expected=tuple(map(filled, given.expected)),
    )
    unreviewed = (
        set() if job.review else {"review"}
    )  # so that keys are what they were before there were reviews
    depends = job.model_dump(mode="json", exclude={"id", "key", "limits", "data"} | unreviewed)
    named = _hash({**depends, "data": list(given.data)})
    content = [(Path(path).name, fingerprints.of(Path(path))) for path in data]
    key = _hash({**depends, "data": content, "version": version("notebook-analyst")})
    return job.model_copy(update={"id": given.id or f"{_slug(job.question)}-{named[:8]}", "key": key})


def fill(text: str, parameters: Mapping[str, str]) -> str:
    """The text with each `{name}` replaced by the parameter of that name; braces around anything else stay.

    What is put in is not looked at again. A text of a job without parameters stays as it is.

    Raises:
        BadInput: there are parameters, but none of that name.
    """

    def value(match: re.Match[str]) -> str:
        name = match[1]
        if name not in parameters:
            raise BadInput(f"there is no parameter {match[0]}; there are {', '.join(sorted(parameters))}")
        return parameters[name]

    return _PLACEHOLDER.sub(value, text) if parameters else text


def _hash(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def _slug(question: str) -> str:
    words = re.sub(r"[^a-z0-9]+", "-", question.lower()).strip("-")
    return words[:_SLUG].strip("-") or "job"
