"""The fault table, over real HTTP, for both transports."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import time
import traceback
from collections.abc import Callable
from typing import Any

import pytest

from analyst.errors import ContextOverflow, ModelRefused, ModelUnavailable
from analyst.events import Call, ToolSchema, Usage
from analyst.models import Message, Reply
from analyst.models.scripted_server import Fault, ScriptedServer

KEY = "canary-key-0123456789"  # the one that `connect` gives to its models
FINE = Reply("There are five rows.")
PYTHON = Call("call_1", "python", '{"code": "len(df)"}')

SPOILT = [
    Fault("http", status=408),
    Fault("http", status=409),
    Fault("http", status=429),
    Fault("http", status=500),
    Fault("http", status=503),
    Fault("reset"),
    Fault("reset_mid"),
    Fault("truncate"),
    Fault("truncate", reply=Reply("", (PYTHON,))),
    Fault("stall"),
    Fault("stall_mid"),
    Fault("html"),
    Fault("bad_chunk"),
    Fault("sse_error"),
    Fault("empty"),
    Fault("null"),
]


def _name(fault: Fault) -> str:
    return f"{fault.kind}-{fault.status}" if fault.kind == "http" else fault.kind


@pytest.mark.parametrize("fault", SPOILT, ids=_name)
async def test_a_spoilt_reply_is_asked_for_again_and_said_so(connect: Any, fault: Fault) -> None:
    with ScriptedServer([fault, FINE]) as server:
        ask = connect(server.url)
        reply = await ask()
    assert reply.text == FINE.text
    assert len(server.requests) == 2
    assert len(ask.notices) == 1
    assert "trying again in 0.01 s (2 of 4)" in ask.notices[0]


@pytest.mark.parametrize("fault", [Fault("http", status=503), Fault("truncate"), Fault("html")], ids=_name)
async def test_after_four_tries_the_model_is_unavailable(connect: Any, fault: Fault) -> None:
    with ScriptedServer([fault] * 5) as server:
        ask = connect(server.url)
        with pytest.raises(ModelUnavailable, match="openai/fake gave no whole answer in 4 tries"):
            await ask()
    assert len(server.requests) == 4
    assert len(ask.notices) == 3


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (400, "refused the request"),
        (401, "OPENAI_API_KEY"),
        (403, "OPENAI_API_KEY"),
        (404, "no model openai/fake"),
        (422, "refused the request"),
    ],
)
async def test_a_refusal_is_not_tried_again_and_says_what_to_do(connect: Any, status: int, said: str) -> None:
    fault = Fault("http", status=status, message="the provider's words")
    with ScriptedServer([fault]) as server, pytest.raises(ModelRefused, match=said) as caught:
        await connect(server.url)()
    assert "the provider's words" in str(caught.value)
    assert len(server.requests) == 1


async def test_an_empty_account_is_not_asked_again(connect: Any) -> None:
    fault = Fault("http", status=429, code="insufficient_quota", message="You exceeded your current quota.")
    with ScriptedServer([fault]) as server, pytest.raises(ModelRefused, match="no credit"):
        await connect(server.url)()
    assert len(server.requests) == 1


async def test_a_conversation_that_does_not_fit_is_told_apart(connect: Any) -> None:
    with ScriptedServer([Fault("context")]) as server, pytest.raises(ContextOverflow, match="longer than"):
        await connect(server.url)()
    assert len(server.requests) == 1


async def test_retry_after_is_honoured(connect: Any) -> None:
    with ScriptedServer([Fault("http", status=429, retry_after=0.3), FINE]) as server:
        ask = connect(server.url)
        await ask.model.prepare()
        start = time.monotonic()
        await ask()
        gap = time.monotonic() - start
    assert gap >= 0.3
    assert "in 0.3 s" in ask.notices[0]


async def test_a_server_that_is_not_there_is_named(connect: Any) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
        with pytest.raises(ModelUnavailable, match="is the server running") as caught:
            await connect(url)()
    assert url in str(caught.value)


# ── whole replies ───────────────────────────────────────────────────────────────────────────────────────────────────


async def test_text_is_streamed_and_whole(connect: Any) -> None:
    with ScriptedServer([FINE]) as server:
        ask = connect(server.url)
        reply = await ask()
    assert reply.text == "".join(ask.streamed) == FINE.text
    assert len(ask.streamed) == 4
    assert reply.finish == "stop"
    assert ask.notices == []


async def test_parallel_calls_are_put_together(connect: Any, tools: tuple[ToolSchema, ...]) -> None:
    calls = (PYTHON, Call("call_2", "answer", json.dumps({"text": "Fünf Zeilen – alle da."})))
    with ScriptedServer([Reply("I look.", calls, reasoning="Which frame?")]) as server:
        reply = await connect(server.url)(tools=tools)
    assert reply.calls == calls
    assert reply.text == "I look."
    assert reply.reasoning == "Which frame?"
    assert reply.finish == "tool_calls"


BROKEN = Call("call_1", "python", '{"code": "len(df')


@pytest.mark.parametrize(
    "sent",
    [
        Reply("", (BROKEN,)),
        Reply("", (BROKEN,), finish="length"),
        Reply("", (Call("call_1", "invented", "{}"),)),
        Reply("The answer is forty-", finish="length"),
        Reply('{"tool": "python", "arguments": {"code": "1"}}'),
    ],
    ids=["bad arguments", "cut arguments", "unknown tool", "length", "call as text"],
)
async def test_what_the_loop_must_answer_is_passed_on(
    connect: Any, tools: tuple[ToolSchema, ...], sent: Reply
) -> None:
    with ScriptedServer([sent]) as server:
        reply = await connect(server.url)(tools=tools)
    assert (reply.text, reply.calls) == (sent.text, sent.calls)
    assert reply.finish == (sent.finish if sent.finish == "length" or not sent.calls else "tool_calls")
    assert len(server.requests) == 1


async def test_a_null_text_beside_calls_is_no_text(connect: Any, tools: tuple[ToolSchema, ...]) -> None:
    with ScriptedServer([Fault("null", reply=Reply("unsaid", (PYTHON,)))]) as server:
        reply = await connect(server.url)(tools=tools)
    assert (reply.text, reply.calls) == ("", (PYTHON,))


async def test_ids_become_unique_in_the_reply_and_in_the_conversation(
    connect: Any, tools: tuple[ToolSchema, ...]
) -> None:
    function = {"name": "python", "arguments": "{}"}
    talk: list[Message] = [
        {"role": "user", "content": "Go."},
        {
            "role": "assistant",
            "content": "",
            "tool_calls": [{"id": "call_1", "type": "function", "function": function}],
        },
        {"role": "tool", "content": "ok", "tool_call_id": "call_1"},
    ]
    sent = Reply("", (PYTHON, PYTHON, Call("", "python", "{}")))
    with ScriptedServer([sent, sent]) as server:
        ask = connect(server.url)
        first = await ask(*talk, tools=tools)
        second = await ask(*talk, tools=tools)
    ids = [c.id for c in first.calls]
    assert ids[:2] == ["call_1-2", "call_1-3"]
    assert len({*ids, "call_1", ""}) == 5
    assert second.calls == first.calls


async def test_think_marks_are_reasoning_and_are_not_streamed(connect: Any) -> None:
    with ScriptedServer([Reply("<think>Rows are\nfive.</think>\n\nFive rows, <think> aside.")]) as server:
        ask = connect(server.url)
        reply = await ask()
    assert reply.reasoning == "Rows are\nfive."
    assert reply.text == "".join(ask.streamed) == "Five rows, <think> aside."


async def test_usage_is_the_providers_and_priced(connect: Any) -> None:
    usage = Usage(input=1000, output=100, cached=400, reasoning=30)
    with ScriptedServer([Reply("Five.", usage=usage)]) as server:
        reply = await connect(server.url)()
    assert (reply.usage.input, reply.usage.output) == (1000, 100)
    assert (reply.usage.cached, reply.usage.reasoning) == (400, 30)
    assert reply.usage.usd == pytest.approx(600e-6 + 400e-7 + 100e-5)
    assert not reply.usage.estimated


async def test_usage_that_was_not_sent_is_estimated_and_marked(connect: Any) -> None:
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64," + "A" * 100_000}}
    talk = Message(role="user", content=[{"type": "text", "text": "x" * 4000}, image])
    with ScriptedServer([Fault("no_usage", reply=Reply("word " * 100))]) as server:
        reply = await connect(server.url)(talk)
    assert reply.usage.estimated
    assert 1900 <= reply.usage.input <= 2100
    assert reply.usage.output == 125
    assert reply.usage.usd == pytest.approx(reply.usage.input * 1e-6 + 125e-5)


async def test_the_request_is_stable(connect: Any, tools: tuple[ToolSchema, ...]) -> None:
    with ScriptedServer([FINE, FINE]) as server:
        ask = connect(server.url)
        await ask(tools=tools)
        await ask(tools=tools[::-1])
    first, second = server.requests
    assert json.dumps(first) == json.dumps(second)
    assert [t["function"]["name"] for t in first["tools"]] == ["answer", "python"]
    assert first["model"] == "fake"
    assert first["stream"] is True
    assert first["max_tokens"] == 1000
    assert "temperature" not in first


# ── the connection ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("kind", ["stall", "stall_mid"])
async def test_cancelling_closes_the_connection_at_once(connect: Any, kind: Any) -> None:
    with ScriptedServer([Fault(kind)]) as server:
        ask = connect(server.url)
        await ask.model.prepare()
        asking = asyncio.create_task(ask())
        assert await asyncio.to_thread(server.wait, lambda s: len(s.requests) == 1)
        if kind == "stall_mid":
            await ask.spoke.wait()
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert await asyncio.to_thread(server.wait, lambda s: s.closed_early == 1, 2)
    assert len(server.requests) == 1


async def test_a_second_model_works_after_the_first_was_closed(connect: Any) -> None:
    with ScriptedServer([FINE, FINE]) as server:
        first = connect(server.url)
        await first()
        await first.model.close()
        reply = await connect(server.url)()
    assert reply.text == FINE.text


async def test_closing_one_model_leaves_another_alone(connect: Any) -> None:
    with ScriptedServer([FINE, Fault("slow", reply=FINE)]) as server:
        one, other = connect(server.url), connect(server.url)
        await one()
        asking = asyncio.create_task(other())
        await other.spoke.wait()
        await one.model.close()
        assert (await asking).text == FINE.text
    assert other.notices == []


def test_a_model_works_in_one_event_loop_after_another(connect: Any) -> None:
    with ScriptedServer([FINE, FINE]) as server:

        async def once() -> str:
            ask = connect(server.url)
            text = (await ask()).text
            await ask.model.close()
            return str(text)

        assert [asyncio.run(once()) for _ in range(2)] == [FINE.text] * 2


async def test_cancelling_ends_the_wait_between_tries(connect: Any) -> None:
    with ScriptedServer([Fault("http", status=429, retry_after=30)]) as server:
        ask = connect(server.url)
        asking = asyncio.create_task(ask())
        await ask.noticed.wait()
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(asking, 1)


@pytest.mark.parametrize("status", [400, 401, 413, 429, 500])
async def test_the_key_is_in_no_word_of_ours(
    connect: Any, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    echo = f"Incorrect key {KEY}. " + "x" * 380 + KEY
    with ScriptedServer([Fault("http", status=status, message=echo)] * 4) as server:
        ask = connect(server.url)
        with pytest.raises((ModelRefused, ModelUnavailable, ContextOverflow)) as caught:
            await ask()
    error = caught.value
    records = "".join(f"{r.getMessage()} {r.__dict__}" for r in caplog.records)
    chain: list[BaseException] = [error]
    while chain[-1].__context__ is not None:
        chain.append(chain[-1].__context__)
    words = [*map(repr, chain), *ask.notices, records, *traceback.format_exception(error)]
    assert "canary-key" not in "".join(words)
    assert "canary-key" not in json.dumps(server.requests)


def test_importing_the_room_imports_no_provider(python: Callable[[str], str]) -> None:
    code = """
import sys
import analyst.models, analyst.models.choice, analyst.models.scripted, analyst.models.recorded
print([name for name in ("openai", "litellm", "httpx") if name in sys.modules])
"""
    assert python(code) == "[]"


def test_litellm_is_told_not_to_use_the_network(python: Callable[[str], str]) -> None:
    code = """
import asyncio, socket, sys
tried = []
def refuse(self, address):
    tried.append(address)
    raise OSError("no network here")
socket.socket.connect = refuse
from analyst.models.faults import Endpoint
from analyst.models.litellm import LiteLLM
transport = LiteLLM("anthropic/x", Endpoint("anthropic/x", "anthropic"), "key")
asyncio.run(transport.prepare())
print("litellm" in sys.modules, tried)
"""
    assert python(code) == "True []"


async def test_an_error_of_the_listener_is_not_tried_again(connect: Any) -> None:
    def broken(_: object) -> None:
        raise ZeroDivisionError

    with ScriptedServer([FINE, FINE]) as server:
        with pytest.raises(ZeroDivisionError):
            await connect(server.url).model.reply([Message(role="user", content="Hi")], (), broken)
        assert await asyncio.to_thread(server.wait, lambda s: len(s.requests) == 1)
    assert len(server.requests) == 1
