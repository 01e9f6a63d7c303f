"""A recorded cell run again: what the model said is said again, as long as the outputs bear it out.

The code runs anew. When it ends otherwise than it did, or no longer shows a number that the answer holds, the words do not fit
any more: then the model goes on from the new outputs, or the run ends, as `--replay` says.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from ..errors import BadInput, ModelRefused
from ..events import ModelReplied, TextDelta, ToolSchema
from ..models import Message, Model, OnDelta, Reply
from .numbers import shown, values
from .recording import Record

_ENDING = re.compile(r"\[cell \d+\] (\w+)")


class ReplayedModel:
    """Says what was recorded; costs nothing."""

    window = 0
    vision = False

    def __init__(self, record: Record, then: Callable[[], Model] | None, tell: Callable[[str], None]) -> None:
        """`then` makes the model that goes on when the record does not fit; None: the run ends there."""
        self.id = record.model
        self._record = record
        self._replies = list(record.replies)
        self._then = then
        self._tell = tell
        self._live: Model | None = None

    async def prepare(self) -> None:
        """Nothing is slow."""

    async def reply(
        self, messages: Sequence[Message], tools: Sequence[ToolSchema], on_delta: OnDelta
    ) -> Reply:
        """The next recorded reply, or the model's own from where the record does not fit.

        Raises:
            ModelError: the record does not fit and no model goes on, or that one fails.
        """
        if self._live is None and (why := self._misfit(messages)):
            self._live = self._go_on(why)
        if self._live is not None:
            return await self._live.reply(messages, tools, on_delta)
        fact = self._replies.pop(0)
        if fact.text:
            on_delta(TextDelta(fact.text))
        return Reply(fact.text, fact.calls, fact.usage, fact.finish, fact.reasoning)

    async def close(self) -> None:
        """Close the model that went on."""
        if self._live is not None:
            await self._live.close()

    def _go_on(self, why: str) -> Model:
        if self._then is None:
            raise ModelRefused(f"The recorded run does not fit any more: {why}. Use --replay auto or never.")
        self._tell(f"The recorded run does not fit any more: {why}. The model is asked.")
        try:
            return self._then()
        except BadInput as error:
            raise ModelRefused(str(error)) from None

    def _misfit(self, messages: Sequence[Message]) -> str:
        """Why the next recorded reply cannot be said; empty when it can."""
        if not self._replies:
            return "it went another way than it did then"
        told = _outputs(messages)
        now = [match[1] for text in told if (match := _ENDING.match(text))]
        for number, (ending, then) in enumerate(zip(now, self._record.endings, strict=False), 1):
            if ending != then.split()[0]:
                return f"cell {number} ended with {ending}, and then with {then}"
        if _answers(self._replies[0]):
            there = values("\n".join(told))
            missing = [n for n in self._record.shown if not shown((n,), there)]
            if missing:
                return f"the code does not show {', '.join(missing[:5])} any more"
        return ""


def _outputs(messages: Sequence[Message]) -> list[str]:
    """What the tools brought back since the question."""
    last = max(n for n, m in enumerate(messages) if m["role"] == "user" and "<question>" in str(m["content"]))
    contents = [m["content"] for m in messages[last:] if m["role"] == "tool"]
    return [c if isinstance(c, str) else "\n".join(str(p.get("text", "")) for p in c) for c in contents]


def _answers(reply: ModelReplied) -> bool:
    return not reply.calls or any(call.tool == "answer" for call in reply.calls)
