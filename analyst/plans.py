"""Plans from a person: as a file (YAML or JSON, a list of goals or of steps), and changed while they are worked on."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

import yaml
from pydantic import TypeAdapter, ValidationError

from .errors import BadInput
from .events import PlanRevised, PlanStep
from .state import State

_STEPS: TypeAdapter[tuple[PlanStep, ...]] = TypeAdapter(tuple[PlanStep, ...])


def read_plan(path: Path) -> tuple[PlanStep, ...]:
    """The steps of a plan file, either a list or a mapping with the list under `steps`.

    A step without an id gets `s1`, `s2`, … by its place.

    Raises:
        BadInput: no such file, no such plan.
    """
    form = "Write a list of goals, or of steps with `goal` and, if you like, `id`, `evidence` and `ask`."
    try:
        value = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInput(f"The plan {path} cannot be read: {error.strerror}.") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # nested too deep, or no path at all
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


# ── while it is worked on ───────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Edit:
    """The plan as a person wants it from now on."""

    steps: tuple[PlanStep, ...]
    seen: tuple[str, ...]
    """Ids of the plan that she changed, in order: of another plan this says nothing."""


def edited(state: State, edit: Edit) -> tuple[PlanStep, ...] | None:
    """The plan after a person's change, begun steps first and as they were; None when there is another plan by now."""
    if not state.plan or state.answered or state.stopped or edit.seen != tuple(s.id for s in state.plan):
        return None
    begun = [s for s in state.plan if s.id == state.active or ((f := state.finished.get(s.id)) and f.ok)]
    ids = {s.id for s in begun}
    return (*begun, *(s for s in edit.steps if s.id not in ids))


def same(plan: Collection[PlanStep], other: Collection[PlanStep]) -> bool:
    """Whether these are the same plan, with the same steps that are asked for."""
    return [(s, s.ask) for s in plan] == [(s, s.ask) for s in other]


def still_asked(plan: Collection[PlanStep], revised: PlanRevised) -> PlanRevised:
    """A revision by the model in which a person is asked for what she wanted to be asked for.

    Steps keep it by their id. When such a step is taken out, each step that is new may stand in its place: so all of
    those are asked for.
    """
    old, new = {s.id: s for s in plan}, {s.id for s in revised.steps}
    lost = any(s.ask and s.id not in new for s in plan)
    steps = (replace(s, ask=s.ask or (old[s.id].ask if s.id in old else lost)) for s in revised.steps)
    return replace(revised, steps=tuple(steps))
