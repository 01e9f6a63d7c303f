"""`rules`: an analyst without a model. It reads question and survey by a grammar, writes pandas code, and answers from its output.

The way: `conversation` (where it stands) → `understand` (what is asked: `clause`, `matching`, `conditions`) → `kinds/`
(code and words for each kind of question) → `answering`. Everything is a pure function of the messages.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ...events import Call, TextDelta, ToolSchema, Usage
from .. import Message, OnDelta, Reply
from .apart import apart
from .conversation import Conversation, read
from .next_move import Move, next_move

__all__ = ["RulesModel"]


class RulesModel:
    """The built-in analyst. It has no state: the same messages always get the same reply."""

    @property
    def id(self) -> str:
        """`rules`."""
        return "rules"

    @property
    def window(self) -> int:
        """Not limited."""
        return 0

    @property
    def vision(self) -> bool:
        """It sees no images."""
        return False

    async def prepare(self) -> None:
        """Nothing is slow."""

    async def reply(
        self, messages: Sequence[Message], tools: Sequence[ToolSchema], on_delta: OnDelta
    ) -> Reply:
        """The next move: text, and calls of those tools that are there. Costs nothing, raises nothing."""
        conversation = read(messages)
        move = next_move(conversation, frozenset(t.name for t in tools))
        if move.text:
            on_delta(TextDelta(move.text))
        calls = _calls(_apart(move, conversation), messages)
        return Reply(move.text, calls, Usage(usd=0.0), "tool_calls" if calls else "stop")

    async def close(self) -> None:
        """Nothing is open."""


def _apart(move: Move, conversation: Conversation) -> Move:
    """The move with code that binds none of the user's names."""
    taken = conversation.turns[-1].taken if conversation.turns else frozenset()
    data = [table.read for table in conversation.survey.tables]
    calls = tuple(
        (tool, {**given, "code": apart(given["code"], taken, data)} if "code" in given else given)
        for tool, given in move.calls
    )
    return Move(move.text, calls)


def _calls(move: Move, messages: Sequence[Message]) -> tuple[Call, ...]:
    """Ids count on through the conversation, so that they are unique and always the same."""
    used = sum(len(m.get("tool_calls", [])) for m in messages)
    return tuple(
        Call(f"rules-{used + n}", tool, _text(arguments)) for n, (tool, arguments) in enumerate(move.calls, 1)
    )


def _text(arguments: Mapping[str, Any]) -> str:
    return json.dumps(arguments, ensure_ascii=False)
