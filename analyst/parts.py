"""What facts are made of: calls, steps, variables, claims, as values; and what is seen live. Read `events.py` first."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from analyst_kernels import Output
from pydantic.json_schema import SkipJsonSchema


@dataclass(frozen=True, slots=True)
class Call:
    """A tool call, as the model sent it: the arguments are its own JSON text, valid or not."""

    id: str
    tool: str
    arguments: str

    @property
    def code(self) -> str:
        """The argument named `code`, or "" when there is none or the JSON is broken."""
        try:
            value = json.loads(self.arguments).get("code", "")
        except (ValueError, AttributeError):
            return ""
        return value if isinstance(value, str) else ""


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens and money of one model call. Tokens that the provider did not report are estimated, and marked so."""

    input: int = 0
    output: int = 0
    cached: int = 0
    """The part of `input` that the provider read from its prompt cache."""
    reasoning: int = 0
    """The part of `output` that was thought and not said."""
    usd: float | None = None
    """Price in US dollars; None when the model's price is not known."""
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class PlanStep:
    """One step of a plan."""

    id: str
    goal: str
    evidence: str = ""
    """What ends the step: the output that shows the goal is reached."""
    ask: SkipJsonSchema[bool] = field(default=False, compare=False)
    """A person wants to be asked before it begins. No part of the work: the model is not told, and plans that differ in
    this alone are the same."""


@dataclass(frozen=True, slots=True)
class ToolSchema:
    """A tool as the model was told of it. `kind`: "act" changes the world, "read" only looks, "steer" is a fact."""

    name: str
    description: str
    parameters: Mapping[str, Any]
    kind: Literal["act", "read", "steer"]


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable of the kernel's namespace, in a line."""

    name: str
    type: str
    summary: str
    """Shape and columns of a frame, length of a container, value of a scalar: bounded."""
    content: Mapping[str, Any] | None = None
    """All of it at full precision, where it is small: labels and cells, the probe's JSON. No model reads it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A remark of the data ledger, in a line. `rule` is its kind: join, nulls, types, filter, target, …"""

    rule: str
    text: str


@dataclass(frozen=True, slots=True)
class Moved:
    """A value that a clean run did not bring again."""

    where: str
    was: str
    now: str


# ── what is asked of an answer, and held of it ──────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Wanted:
    """A value that the answer must name as `@name[value]`."""

    name: str
    decimals: int | None = None
    """Decimals asked for; None: not said."""


@dataclass(frozen=True, slots=True)
class Contract:
    """What the answer must contain. Only what the question says; all empty where it leaves the form open."""

    values: tuple[Wanted, ...] = ()
    """The format: values by name."""
    quantities: tuple[str, ...] = ()
    """Statistics that are asked for, in words."""
    filters: tuple[str, ...] = ()
    """Which rows count, in the question's words."""
    grouping: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    decimals: int | None = None
    """Decimals of every number of the answer, where the question has one rule for all."""
    files: tuple[str, ...] = ()
    """Names of the files that must be there at the end."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value was shown. `cell` 0: in the survey; `output` counts from 0, -1: a variable held it after the cell."""

    cell: int
    output: int = 0
    row: str = ""
    column: str = ""
    text: str = ""
    """The value, as it was shown."""
    variable: str = ""
    """The variable's name, where one held it."""

    def __str__(self) -> str:
        home = "the survey" if self.cell == 0 else f"cell {self.cell}"
        row = "" if self.row == self.variable else self.row
        label = " / ".join(filter(None, (row, self.column)))
        if self.variable:
            label = f"the variable {self.variable}" + (f": {label}" if label else "")
        return f"{self.text} in {home}" + (f" ({label})" if label else "")


@dataclass(frozen=True, slots=True)
class Claim:
    """A number, a date or a named extreme that an answer states, and what is on record for it."""

    text: str
    start: int
    end: int
    """Where it stands in the answer's text."""
    status: Literal["supported", "derived", "given", "unsupported"]
    """supported: shown · derived: computed from what was shown · given: from the question, or set in the code · unsupported."""
    places: tuple[Place, ...] = ()
    """Where it was shown, or where what it is derived from was."""
    how: str = ""
    """How it is derived, as a formula of the values at full precision."""
    sentence: str = ""
    """What to tell a person."""


# ── why a run ends early ───────────────────────────────────────────────────────────────────────────────────────────────

StopReason = Literal[
    "steps",  # limit on model turns
    "calls",  # limit on tool calls
    "tokens",
    "budget",  # money
    "time",
    "revisions",  # the plan was revised as often as it may be
    "failures",  # too many failed calls in a row
    "loop",  # the same code on the same state with the same outcome, again
    "context",  # the conversation does not fit the model's window, even compacted
    "isolation",  # no sandbox holds the code
    "input",  # what was given cannot be used: data, model id, key
    "model",  # the model could not be asked
    "kernel",  # the kernel could not be kept alive
    "interrupted",  # by the user
    "plan only",  # only the plan was wanted
    "refused",  # the person refused the plan
]

# ── seen live, never stored: the fact that follows carries the whole ───────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class TextDelta:
    """A piece of what the model is saying; a `ModelReplied` follows."""

    text: str


@dataclass(frozen=True, slots=True)
class OutputDelta:
    """An output of running code; a `ToolReturned` follows."""

    call_id: str
    output: Output


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that a person should hear of while it happens: a wait, a retry, a rebuilt kernel."""

    text: str


Live = TextDelta | OutputDelta | Notice
