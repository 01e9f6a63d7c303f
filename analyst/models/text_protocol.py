"""Tools in plain text, for a model without function calling: fenced blocks instead of calls, read with tolerance."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import json_repair

from ..events import Call, ToolSchema
from . import Message, Model, OnDelta, Reply
from .assembly import unique_ids

_ANSWER = re.compile(r"^\W{0,4}final answer\W{0,4}[:\n]\W{0,3}", re.IGNORECASE | re.MULTILINE)
_BLOCK = re.compile(
    r"^[ \t]*```[ \t]*(?P<kind>\w*)[^\n]*\n(?P<body>.*?)(?:^[ \t]*```[ \t]*$|\Z)"
    r"|<tool_call>(?P<tagged>.*?)(?:</tool_call>|\Z)",
    re.DOTALL | re.MULTILINE,
)
_THINK = re.compile(r"\A\s*<think>(.*?)</think>\s*", re.DOTALL)

_MANUAL = """\
You work with tools by writing fenced blocks. Write the blocks that you want to run, then stop: their results come in \
the next message. Never write a result yourself.

To run Python code:

```python
print(1 + 1)
```

To use any other tool, one JSON object:

```tool
{"tool": "name of the tool", "arguments": {}}
```

To give the final answer, write `Final answer:` and then the answer, with no block before it.

The tools, each with the JSON Schema of its arguments:
"""


class TextProtocol:
    """A `Model` around a model that cannot call functions.

    Each message becomes one message, whatever follows it: the prompt stays append-only.
    """

    def __init__(self, model: Model) -> None:
        self._model = model

    @property
    def id(self) -> str:
        """The inner model's id."""
        return self._model.id

    @property
    def window(self) -> int:
        """The inner model's window."""
        return self._model.window

    @property
    def vision(self) -> bool:
        """Whether the inner model sees."""
        return self._model.vision

    async def prepare(self) -> None:
        """As the inner model."""
        await self._model.prepare()

    async def close(self) -> None:
        """As the inner model."""
        await self._model.close()

    async def reply(
        self, messages: Sequence[Message], tools: Sequence[ToolSchema], on_delta: OnDelta
    ) -> Reply:
        """Ask in plain text; read the calls out of the reply. Raises as the inner model does."""
        said = await self._model.reply(plain(messages, tools), (), on_delta)
        return parse(said, messages, tools)


def plain(messages: Sequence[Message], tools: Sequence[ToolSchema]) -> list[Message]:
    """The conversation without calls and tool messages. The system message comes first and explains the tools."""
    manual = _MANUAL + "\n".join(
        f"- {t.name}: {t.description}\n  {json.dumps(dict(t.parameters))}"
        for t in sorted(tools, key=lambda t: t.name)
    )
    if messages and messages[0]["role"] == "system":
        head: Message = {"role": "system", "content": f"{messages[0]['content']}\n\n{manual}"}
        messages = messages[1:]
    else:
        head = {"role": "system", "content": manual}
    return [head, *map(_plain, messages)]


def _plain(message: Message) -> Message:
    if message["role"] == "tool":
        title = f"[result of call {message.get('tool_call_id', '')}]\n"
        content = message["content"]
        if isinstance(content, str):
            return {"role": "user", "content": title + content}
        return {"role": "user", "content": [{"type": "text", "text": title}, *content]}
    calls = [call["function"] for call in message.get("tool_calls", ())]
    if not calls:
        return {"role": message["role"], "content": message["content"]}
    said = [str(message["content"] or ""), *(_written(c["name"], c["arguments"]) for c in calls)]
    return {"role": message["role"], "content": "\n\n".join(filter(None, said))}


def _written(tool: str, arguments: str) -> str:
    """A call as the model would have written it."""
    try:
        values = json.loads(arguments)
    except ValueError:
        return f"```tool\n{arguments}\n```"
    if tool == "python" and isinstance(values, Mapping) and isinstance(values.get("code"), str):
        return f"```python\n{values['code']}\n```"
    return f"```tool\n{json.dumps({'tool': tool, 'arguments': values}, ensure_ascii=False)}\n```"


def parse(said: Reply, messages: Sequence[Message], tools: Sequence[ToolSchema]) -> Reply:
    """The reply with its blocks as calls. Text without a block stays text; a cut reply stays as it is.

    Blocks win over a final answer behind them: who writes both has not seen the result yet.
    """
    thought = _THINK.match(said.text)
    text = said.text[thought.end() :] if thought else said.text
    reasoning = "\n".join(filter(None, (said.reasoning, thought[1].strip() if thought else "")))
    said = replace(said, text=text, reasoning=reasoning)
    if said.finish == "length":
        return said
    answer = _ANSWER.search(_without_blocks(text))
    work = text[: answer.start()] if answer else text
    found = [(m, call) for m in _BLOCK.finditer(work) if (call := _call(m, tools))]
    if found:
        calls, rest = [call for _, call in found], work[: found[0][0].start()]
    elif answer and (call := _answer(text[answer.end() :], tools)):
        calls, rest = [call], work
    else:
        return said
    ids = unique_ids([""] * len(calls), messages)
    named = tuple(replace(call, id=id) for call, id in zip(calls, ids, strict=True))
    return replace(said, text=rest.strip(), calls=named, finish="tool_calls")


def _without_blocks(text: str) -> str:
    """The text with blocks blanked out, so that places stay the same: code may print "Final answer:"."""
    return _BLOCK.sub(lambda m: re.sub(r"\S", " ", m[0]), text)


def _call(block: re.Match[str], tools: Sequence[ToolSchema]) -> Call | None:
    kind, body = (block["kind"] or "").lower(), block["body"] or ""
    if kind in ("python", "py", "python3"):
        return Call("", "python", json.dumps({"code": body.rstrip("\n")}, ensure_ascii=False))
    if kind == "answer":
        return _answer(body, tools)
    if kind in ("tool", "json", "tool_call") or block["tagged"] is not None:
        return _described(block["tagged"] if block["tagged"] is not None else body)
    return None


def _described(body: str) -> Call | None:
    """A call from `{"tool": …, "arguments": {…}}`; None where the JSON is just JSON."""
    try:
        value = json.loads(body)
    except ValueError:
        value = json_repair.loads(body)
        # code whose JSON had to be mended may be cut code: the model must write it again
        if isinstance(value, Mapping) and "code" in (value.get("arguments") or {}):
            return Call("", str(value.get("tool") or value.get("name") or "python"), body)
    if not isinstance(value, Mapping):
        return None
    tool = value.get("tool") or value.get("name")
    arguments: Any = value.get("arguments", {})
    if not isinstance(tool, str) or "arguments" not in value:
        return None
    text = arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)
    return Call("", tool, text)


def _answer(text: str, tools: Sequence[ToolSchema]) -> Call | None:
    """A call of the answer tool, its text in the tool's first required field; None where there is no such tool."""
    schema = next((t for t in tools if t.name == "answer"), None)
    required = schema.parameters.get("required", ()) if schema else ()
    if not required or not text.strip():
        return None
    return Call("", "answer", json.dumps({required[0]: text.strip()}, ensure_ascii=False))
