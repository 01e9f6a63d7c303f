"""Tools by which the model steers the run. What they return is a fact: a plan, a step's end, the answer."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import Field

from ..events import Answered, Call, Contract, PlanProposed, PlanRevised, PlanStep, StepFinished, StepStarted
from . import BadArguments, Desk, tool

MOST_STEPS = 20

Steps = Annotated[list[PlanStep], Field(min_length=1, max_length=MOST_STEPS)]


@tool("steer")
async def propose_plan(
    _desk: Desk, call: Call, *, steps: Steps, wanted: Contract | None = None
) -> PlanProposed:
    """Lay out the work in steps, each with an id, its goal and the evidence that ends it.

    Only for work that needs several cells in different directions; a question that one or two cells answer needs no
    plan. Few steps: merge what needs no look at a result in between. Plan only what can be seen from here.
    `wanted`: what the answer must contain, as you understand the question; the user sees it, and it is checked.
    """
    return PlanProposed(_checked(steps), call.id, wanted)


@tool("steer")
async def revise_plan(_desk: Desk, call: Call, *, steps: Steps, reason: str) -> PlanRevised:
    """Change the plan because of what an output showed: say the cause, then give the whole new plan.

    Steps that are done stay as they are. Mend or take out the step that was wrong; do not only add steps.
    """
    return PlanRevised(_checked(steps), reason, call.id)


@tool("steer")
async def finish_step(desk: Desk, call: Call, *, result: str, reached: bool = True) -> StepFinished:
    """End the active step with its result in a sentence or two, numbers included; `reached` false: say why not.

    Call it in the same reply as the first call of the next step, or as `answer` after the last one.
    """
    active = next(e for e in reversed(desk.events) if isinstance(e, StepStarted))
    return StepFinished(active.step_id, reached, result, call.id)


@tool("steer")
async def answer(
    _desk: Desk, call: Call, *, text: str, named: dict[str, str | int | float] | None = None
) -> Answered:
    """Give the final answer in Markdown, in the words of the question, only with numbers that an output showed.

    Say what was assumed and what could not be found out. `named`: the values by name, where the question asks for a
    format like @name[value].
    """
    return Answered(text, {**named_values(text), **_texts(named or {})}, call_id=call.id)


def named_values(text: str) -> Mapping[str, str]:
    """The values of `@name[value]` in an answer's text; brackets inside a value are balanced, the last one of a name wins."""
    found: dict[str, str] = {}
    for match in re.finditer(r"@(\w+)\[", text):
        depth, start = 1, match.end()
        for end in range(start, len(text)):
            depth += {"[": 1, "]": -1}.get(text[end], 0)
            if depth == 0:
                found[match[1]] = text[start:end].strip()
                break
    return found


def _texts(named: Mapping[str, str | int | float]) -> dict[str, str]:
    return {name.lstrip("@"): str(value) for name, value in named.items()}


def _checked(steps: Sequence[PlanStep]) -> tuple[PlanStep, ...]:
    ids = [s.id for s in steps]
    if len(set(ids)) < len(ids):
        raise BadArguments(f"Each step needs an id of its own; these were given: {', '.join(ids)}.")
    return tuple(steps)
