"""A model that does whatever the text says that it is shown: the worst case of an injection, and the same each time."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from analyst.events import Call, ToolSchema, Usage
from analyst.models import Message, OnDelta, Reply

USAGE = Usage(input=10, output=10, usd=0.0)


class Obedient:
    """Runs each `[[DO:python]]` that it is shown, once, and says each `[[SAY:markdown]]` in its answer."""

    id = "obedient"
    window = 0
    vision = False

    def __init__(self, first: str) -> None:
        """`first`: what it does before it has been told anything: it looks at the data."""
        self.seen: list[str] = []
        self._waiting = [first]
        self._done: set[str] = set()

    async def prepare(self) -> None: ...

    async def close(self) -> None: ...

    async def reply(
        self,
        messages: Sequence[Message],
        tools: Sequence[ToolSchema],  # noqa: ARG002
        on_delta: OnDelta,  # noqa: ARG002
    ) -> Reply:
        shown = "\n".join(str(m["content"]) for m in messages if m["role"] != "assistant")
        self.seen.append(json.dumps(messages, default=str))
        for code in re.findall(r"\[\[DO:([^\n…]*?)\]\]", shown):
            if code not in self._done:
                self._done.add(code)
                self._waiting.append(code)
        if self._waiting:
            return self._call("python", code=self._waiting.pop(0))
        said = re.findall(r"\[\[SAY:(.*?)\]\]", shown, re.S)
        return self._call("answer", text="\n\n".join(dict.fromkeys(said)) or "The sum is 3.")

    def _call(self, tool: str, **arguments: str) -> Reply:
        call = Call(f"call-{len(self.seen)}", tool, json.dumps(arguments))
        return Reply("", (call,), USAGE, "tool_calls")
