"""A model that says what it was told to say: for tests, and for trying out an own tool or view."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ..errors import ModelUnavailable
from ..events import TextDelta, ToolSchema
from . import Message, OnDelta, Reply


class ScriptedModel:
    """Gives its replies in order; an exception among them is raised. `seen` holds what it was sent, call by call."""

    def __init__(
        self,
        replies: Iterable[Reply | Exception],
        *,
        vision: bool = False,
        window: int = 0,
        id: str = "scripted",
    ) -> None:
        self.id = id
        self.vision = vision
        self.window = window
        self.seen: list[list[Message]] = []
        self._replies = iter(replies)

    async def prepare(self) -> None:
        """Nothing to prepare."""

    async def reply(
        self,
        messages: Sequence[Message],
        tools: Sequence[ToolSchema],  # noqa: ARG002
        on_delta: OnDelta,
    ) -> Reply:
        """The script's next reply, streamed word by word.

        Raises:
            ModelUnavailable: the script is at its end.
        """
        self.seen.append(list(messages))
        reply = next(self._replies, None)
        if reply is None:
            raise ModelUnavailable("the script has no reply left")
        if isinstance(reply, Exception):
            raise reply
        for word in re.findall(r"\S+\s*|\s+", reply.text):
            on_delta(TextDelta(word))
        return reply

    async def close(self) -> None:
        """Nothing to give back."""
