"""A model that says again what a log recorded: a run is shown once more without asking, or paying, anyone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..errors import ModelUnavailable
from ..events import Event, ModelReplied, Opened, Paid, TextDelta, ToolSchema
from . import Message, OnDelta, Reply


class RecordedModel:
    """Replays what the model, and the reviewer, said in a log, in its order. Usage and price are those of the recorded call."""

    def __init__(self, events: Iterable[Event]) -> None:
        events = tuple(events)
        opened = next((e for e in events if isinstance(e, Opened)), None)
        self.id = opened.model if opened else "recorded"
        self.window = opened.window if opened else 0
        self.vision = opened.vision if opened else False
        self._replies = iter([e for e in events if isinstance(e, Paid)])

    async def prepare(self) -> None:
        """Nothing to prepare."""

    async def reply(
        self,
        messages: Sequence[Message],  # noqa: ARG002
        tools: Sequence[ToolSchema],  # noqa: ARG002
        on_delta: OnDelta,
    ) -> Reply:
        """The next recorded reply.

        Raises:
            ModelUnavailable: the log is at its end.
        """
        fact = next(self._replies, None)
        if fact is None:
            raise ModelUnavailable(
                "The recorded log has no further reply: the run went another way than before."
            )
        if fact.text:
            on_delta(TextDelta(fact.text))
        if isinstance(fact, ModelReplied):
            return Reply(fact.text, fact.calls, fact.usage, fact.finish, fact.reasoning)
        calls = (fact.call,) if fact.call else ()
        return Reply(fact.text, calls, fact.usage, "tool_calls" if calls else "stop")

    async def close(self) -> None:
        """Nothing to give back."""
