"""A plan as a file that a person can write: YAML or JSON, a list of goals or of steps with id, goal and evidence."""

from __future__ import annotations

from pathlib import Path

import yaml
from pydantic import TypeAdapter, ValidationError

from .errors import BadInput
from .events import PlanStep

_STEPS: TypeAdapter[tuple[PlanStep, ...]] = TypeAdapter(tuple[PlanStep, ...])


def read_plan(path: Path) -> tuple[PlanStep, ...]:
    """The steps of a plan file, either a list or a mapping with the list under `steps`.

    A step without an id gets `s1`, `s2`, … by its place.

    Raises:
        BadInput: no such file, no such plan.
    """
    form = "Write a list of goals, or of steps with `goal` and, if you like, `id` and `evidence`."
    try:
        value = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInput(f"The plan {path} cannot be read: {error.strerror}.") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BadInput(
            f"The plan {path} is neither YAML nor JSON: {str(error).splitlines()[0]}. {form}"
        ) from None
    rows = value.get("steps") if isinstance(value, dict) else value
    if not isinstance(rows, list) or not rows:
        raise BadInput(f"The plan {path} has no steps. {form}")
    try:
        steps = _STEPS.validate_python([_row(row, n) for n, row in enumerate(rows, 1)])
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        raise BadInput(
            f"Step {int(fault['loc'][0]) + 1} of the plan {path}: {fault['msg']}. {form}"
        ) from None
    if len({s.id for s in steps}) < len(steps):
        raise BadInput(f"Two steps of the plan {path} have the same id.")
    return steps


def _row(row: object, number: int) -> object:
    if isinstance(row, str):
        return {"id": f"s{number}", "goal": row}
    return {"id": f"s{number}", **row} if isinstance(row, dict) else row
