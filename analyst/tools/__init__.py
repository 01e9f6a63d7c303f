"""What the model can do. `@tool` makes name, description and JSON Schema from a typed function.

A tool's kind says what the loop owes it: "act" works on the world (decided by the policy, never run twice in
silence), "read" only looks (independent reads of one reply run together), "steer" is a fact itself (plan, step, answer).
A new tool is one function in a file of this folder and its name in `registry.TOOLS`.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_type_hints

from analyst_kernels import Kernel, Limits
from pydantic import ConfigDict, ValidationError, create_model
from pydantic.fields import FieldInfo

from ..events import (
    Answered,
    Call,
    Event,
    Live,
    PlanProposed,
    PlanRevised,
    StepFinished,
    ToolReturned,
    ToolSchema,
)

__all__ = ["Desk", "Outcome", "Tool", "tool"]

Outcome = ToolReturned | PlanProposed | PlanRevised | StepFinished | Answered


@dataclass(frozen=True, slots=True)
class Desk:
    """What a tool may use while it works."""

    kernel: Kernel
    events: Sequence[Event]
    limits: Limits
    vision: bool
    show: Callable[[Live], None]
    undo: str = ""
    """The run under whose name the variables are kept before each cell; empty: they are not."""


class BadArguments(Exception):
    """The arguments of a call do not fit its tool; the message tells the model what would be right."""


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool: what the model is told of it, and what it does."""

    schema: ToolSchema
    _arguments: Any
    _run: Callable[..., Awaitable[Outcome]]

    async def run(self, desk: Desk, call: Call) -> Outcome:
        """Validate the call's arguments strictly and do the work.

        Raises:
            BadArguments: the JSON is broken, or a field is missing, unknown or of the wrong type.
        """
        arguments = self.parse(call.arguments)
        return await self._run(desk, call, **arguments)

    def parse(self, text: str) -> dict[str, Any]:
        """The arguments as Python values.

        Raises:
            BadArguments: as `run`.
        """
        try:
            model = self._arguments.model_validate_json(text or "{}", strict=True)
        except ValidationError as error:
            raise BadArguments(self._explain(error)) from None
        return {name: getattr(model, name) for name in self._arguments.model_fields}

    def _explain(self, error: ValidationError) -> str:
        faults = "; ".join(
            f"{'.'.join(map(str, e['loc'])) or 'arguments'}: {e['msg']}"
            for e in error.errors(include_url=False)
        )
        fields = ", ".join(
            f"{name}{'' if name in self.schema.parameters.get('required', ()) else ' (optional)'}"
            for name in self.schema.parameters.get("properties", {})
        )
        return f"The arguments of {self.schema.name} are not right: {faults}. It takes one JSON object with: {fields}."


def tool(kind: Literal["act", "read", "steer"]) -> Callable[[Callable[..., Awaitable[Outcome]]], Tool]:
    """Make a `Tool` of an async function `(desk, call, *, typed arguments…)` whose docstring tells the model its use."""

    def make(function: Callable[..., Awaitable[Outcome]]) -> Tool:
        hints = get_type_hints(function, include_extras=True)
        fields: dict[str, Any] = {}
        for name, parameter in list(inspect.signature(function).parameters.items())[2:]:
            required = parameter.default is inspect.Parameter.empty
            fields[name] = (hints[name], FieldInfo(default=... if required else parameter.default))
        arguments = create_model(function.__name__, __config__=ConfigDict(extra="forbid"), **fields)
        schema = ToolSchema(
            name=function.__name__,
            description=inspect.cleandoc(function.__doc__ or ""),
            parameters=_plain(arguments.model_json_schema()),
            kind=kind,
        )
        return Tool(schema, arguments, function)

    return make


def _plain(schema: Any) -> Any:
    """Drop pydantic's generated titles: they tell the model nothing and cost tokens in every request."""
    if isinstance(schema, dict):
        return {k: _plain(v) for k, v in schema.items() if not (k == "title" and isinstance(v, str))}
    if isinstance(schema, list):
        return [_plain(v) for v in schema]
    return schema
