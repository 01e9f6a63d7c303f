"""What can come next: what `State.next` says, and `loop.run` does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .events import Call, Contract, PlanStep, StopReason


@dataclass(frozen=True, slots=True)
class Survey:
    """Look at the data."""


@dataclass(frozen=True, slots=True)
class SetContract:
    """Write down what the answer must contain: what the question says, and what the model or a person added."""

    question: str
    added: Contract | None = None
    by: Literal["question", "model", "person"] = "question"


@dataclass(frozen=True, slots=True)
class GivePlan:
    """Take the plan that the user gave."""

    steps: tuple[PlanStep, ...]


@dataclass(frozen=True, slots=True)
class AskModel:
    """Send the conversation to the model."""


@dataclass(frozen=True, slots=True)
class ReviewPlan:
    """Show the plan to the host."""


@dataclass(frozen=True, slots=True)
class StartStep:
    """Begin a step of the plan."""

    step_id: str


@dataclass(frozen=True, slots=True)
class EndStep:
    """The active step ends: the model just said its result, or a bound ended it."""

    step_id: str
    ok: bool
    result: str


@dataclass(frozen=True, slots=True)
class RunCalls:
    """Run these calls: one, or several that only look."""

    calls: tuple[Call, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """The model answered in plain words."""

    text: str


@dataclass(frozen=True, slots=True)
class Stop:
    """Nothing more can be done."""

    reason: StopReason
    detail: str


@dataclass(frozen=True, slots=True)
class Conclude:
    """Write the partial answer from what was found."""


@dataclass(frozen=True, slots=True)
class Over:
    """Done."""


Next = (
    Survey
    | SetContract
    | GivePlan
    | AskModel
    | ReviewPlan
    | StartStep
    | EndStep
    | RunCalls
    | Answer
    | Stop
    | Conclude
    | Over
)
