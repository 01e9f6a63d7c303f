from __future__ import annotations

import json
from typing import Any

import pytest

from analyst.errors import ModelRefused
from analyst.events import ToolSchema
from analyst.models import Message
from analyst.models.chat import ChatModel, Patience
from analyst.models.faults import Endpoint
from analyst.models.litellm import LiteLLM
from analyst.models.scripted_server import ScriptedServer

TALK: list[Message] = [
    {"role": "system", "content": "You are an analyst."},
    {"role": "user", "content": "How many rows?"},
]


async def _sent(id: str, tools: tuple[ToolSchema, ...]) -> dict[str, Any]:
    """What arrives at a server that does not know the path it is asked at."""
    with ScriptedServer([]) as server:
        root = server.url.removesuffix("/v1")
        transport = LiteLLM(id, Endpoint(id, root), "key", root)
        model = ChatModel(id, transport, patience=Patience(attempts=1))
        with pytest.raises(ModelRefused):
            await model.reply(TALK, tools, lambda _: None)
        await model.close()
    return server.requests[0]


async def test_claude_is_sent_cache_marks_on_the_head_and_the_tail(tools: tuple[ToolSchema, ...]) -> None:
    sent = await _sent("anthropic/claude-sonnet-5-5", tools)
    assert sent["system"][-1]["cache_control"] == {"type": "ephemeral"}
    assert sent["messages"][-1]["content"][-1]["cache_control"] == {"type": "ephemeral"}
    assert [tool["name"] for tool in sent["tools"]] == ["answer", "python"]


async def test_others_are_not(tools: tuple[ToolSchema, ...]) -> None:
    assert "cache_control" not in json.dumps(await _sent("mistral/mistral-large-latest", tools))
