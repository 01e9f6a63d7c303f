"""A model turns messages into a reply. Importing this imports no provider.

`Model` is the port. Implementations, one file each: `openai` (endpoints that speak OpenAI's protocol), `litellm`
(every other provider), `rules` (no model at all), `scripted` (tests), `recorded` (replay of a log).
`choice.choose` finds the implementation for a model id. `text_protocol` lets a model without function calling play.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NotRequired, Protocol

from typing_extensions import TypedDict

from ..events import Call, Live, ToolSchema, Usage

__all__ = ["Message", "Model", "OnDelta", "Reply"]


class Message(TypedDict):
    """One message of the conversation, in the form of OpenAI's chat completions."""

    role: str
    """system, user, assistant or tool."""
    content: str | list[dict[str, Any]]
    """Text, or parts `{"type": "text", …}` and `{"type": "image_url", …}`."""
    tool_calls: NotRequired[list[dict[str, Any]]]
    tool_call_id: NotRequired[str]


@dataclass(frozen=True, slots=True)
class Reply:
    """What the model said, whole and checked: never empty, never cut in silence."""

    text: str
    calls: tuple[Call, ...] = ()
    usage: Usage = Usage()
    finish: str = "stop"
    reasoning: str = ""


OnDelta = Callable[[Live], None]
"""Told of `TextDelta` while the model speaks, and of `Notice` when a call is tried again."""


class Model(Protocol):
    """Something that can be asked."""

    @property
    def id(self) -> str:
        """The id as the user would write it, `provider/name`."""
        ...

    @property
    def window(self) -> int:
        """Context window in tokens; 0 when it is not known."""
        ...

    @property
    def vision(self) -> bool:
        """Whether it may be sent images."""
        ...

    async def prepare(self) -> None:
        """Do what is slow before the first call (imports), away from the event loop: it runs beside the kernel's start."""
        ...

    async def reply(
        self, messages: Sequence[Message], tools: Sequence[ToolSchema], on_delta: OnDelta
    ) -> Reply:
        """Send the conversation; stream the text to `on_delta`; return the whole reply.

        Retries what is worth a retry. Cancelling the task closes the connection.

        Raises:
            ModelRefused: key, model id or request are not taken.
            ContextOverflow: the conversation does not fit.
            ModelUnavailable: no whole answer after all tries.
        """
        ...

    async def close(self) -> None:
        """Give connections back."""
        ...
