"""What a scripted server says and checks, as plain values: faults, the wire's JSON, mistakes in a request."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ..events import Call, Usage
from . import Reply

FaultKind = Literal[
    "http",  # answer `status`, with `message`, `code` and `retry_after`
    "context",  # 400, as OpenAI says that the conversation is too long
    "html",  # a web page with status 200
    "reset",  # reset the connection before a byte is sent
    "reset_mid",  # the same after half of the pieces
    "truncate",  # end the stream in good order after half of the pieces
    "stall",  # say nothing, until the client goes away
    "stall_mid",  # the same after half of the pieces
    "bad_chunk",  # half a JSON object among the pieces
    "sse_error",  # an error event among the pieces
    "empty",  # a whole reply that says nothing
    "null",  # the reply, with `null` for its text
    "no_usage",  # the reply, without its usage
    "slow",  # the reply, 50 ms between its pieces
]


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that goes wrong instead of a reply, or to `reply`.

    Broken arguments, unknown tools, ids that come twice and cut texts need no fault: a `Reply` can say them.
    """

    kind: FaultKind
    status: int = 500
    message: str = "the script says so"
    code: str = "scripted"
    retry_after: float | None = None
    reply: Reply = Reply("One two three four five six.")


def error(message: str, code: str) -> dict[str, Any]:
    """An error as OpenAI words it."""
    return {"error": {"message": message, "type": code, "code": code}}


def chunk(choices: list[dict[str, Any]]) -> dict[str, Any]:
    """A piece of a stream."""
    return {
        "id": "scripted",
        "object": "chat.completion.chunk",
        "created": 0,
        "model": "scripted",
        "choices": choices,
    }


def pieces(reply: Reply, null: bool) -> Iterator[dict[str, Any]]:
    """The choices of the reply's chunks: role, thought, text word by word, calls in pieces of 8 characters, end."""
    yield _choice({"role": "assistant", "content": None if null or not reply.text else ""})
    for word in _words(reply.reasoning):
        yield _choice({"reasoning_content": word})
    for word in () if null else _words(reply.text):
        yield _choice({"content": word})
    for index, call in enumerate(reply.calls):
        opening = {"index": index, "type": "function", "function": {"name": call.tool, "arguments": ""}}
        yield _choice({"tool_calls": [opening | ({"id": call.id} if call.id else {})]})
        for start in range(0, len(call.arguments), 8):
            piece = {"index": index, "function": {"arguments": call.arguments[start : start + 8]}}
            yield _choice({"tool_calls": [piece]})
    yield _choice({}, _finish(reply))


def _choice(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
    return {"index": 0, "delta": delta, "finish_reason": finish}


def _words(text: str) -> list[str]:
    return [word + " " for word in text.split(" ")[:-1]] + [text.split(" ")[-1]] if text else []


def _finish(reply: Reply) -> str:
    return "tool_calls" if reply.calls and reply.finish == "stop" else reply.finish


def completion(reply: Reply, usage: Mapping[str, Any] | None, fault: Fault | None) -> dict[str, Any]:
    """The whole reply at once, for a client that does not stream. Faults of a stream have no meaning here."""
    content = None if fault is not None and fault.kind == "null" else reply.text
    message: dict[str, Any] = {"role": "assistant", "content": content}
    if reply.reasoning:
        message["reasoning_content"] = reply.reasoning
    if reply.calls:
        message["tool_calls"] = [
            {"id": c.id, "type": "function", "function": {"name": c.tool, "arguments": c.arguments}}
            for c in reply.calls
        ]
    choice = {"index": 0, "message": message, "finish_reason": _finish(reply)}
    whole = {
        "id": "scripted",
        "object": "chat.completion",
        "created": 0,
        "model": "scripted",
        "choices": [choice],
    }
    return whole | ({"usage": usage} if usage is not None else {})


def usage_of(reply: Reply, prompt: Usage) -> dict[str, Any]:
    """The reply's own usage where it has one, else what was counted."""
    said = len(reply.text) + len(reply.reasoning) + sum(len(c.arguments) for c in reply.calls)
    usage = reply.usage if reply.usage.input else Usage(prompt.input, said // 4 + 1, prompt.cached)
    return {
        "prompt_tokens": usage.input,
        "completion_tokens": usage.output,
        "total_tokens": usage.input + usage.output,
        "prompt_tokens_details": {"cached_tokens": usage.cached},
        "completion_tokens_details": {"reasoning_tokens": usage.reasoning},
    }


def mistake_in(request: Mapping[str, Any]) -> str:
    """What a real provider would answer 400 to; "" when the request is right."""
    messages = request.get("messages")
    if not isinstance(messages, list) or not messages:
        return "messages: a list with at least one message is required"
    names = [tool["function"]["name"] for tool in request.get("tools", [])]
    if len(set(names)) < len(names):
        return "tools: names must be unique"
    open_calls: list[str] = []
    for number, message in enumerate(messages):
        role = message.get("role")
        if role == "tool":
            if message.get("tool_call_id") not in open_calls:
                return f"messages[{number}]: a tool message must follow a message with its tool call"
            open_calls.remove(message["tool_call_id"])
            continue
        if open_calls:
            return f"messages[{number}]: tool calls without a result: {', '.join(open_calls)}"
        calls = message.get("tool_calls", [])
        if any(not isinstance(c["function"]["arguments"], str) for c in calls):
            return f"messages[{number}]: arguments of a call must be a string"
        open_calls = [c["id"] for c in calls]
        if len(set(open_calls)) < len(open_calls):
            return f"messages[{number}]: ids of tool calls must be unique"
    return f"tool calls without a result: {', '.join(open_calls)}" if open_calls else ""


def read_script(lines: Iterable[str]) -> Iterator[Reply | Fault]:
    """Replies and faults of a script in JSON lines. Raises ValueError or TypeError where a line is not right."""
    for line in filter(str.strip, lines):
        entry = json.loads(line)
        if "fault" in entry:
            if "reply" in entry:
                entry["reply"] = _reply(entry["reply"])
            yield Fault(entry.pop("fault"), **entry)
        else:
            yield _reply(entry)


def _reply(entry: dict[str, Any]) -> Reply:
    calls = tuple(
        Call(
            call.get("id", f"call_{number}"),
            call["tool"],
            call["arguments"] if isinstance(call["arguments"], str) else json.dumps(call["arguments"]),
        )
        for number, call in enumerate(entry.get("calls", ()), 1)
    )
    return Reply(
        entry.get("text", ""),
        calls,
        Usage(**entry.get("usage", {})),
        entry.get("finish", "stop"),
        entry.get("reasoning", ""),
    )
