"""The server itself, asked by a plain HTTP client: so that a fault of ours is not taken for one of an SDK."""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from analyst.events import Call, Usage
from analyst.models import Reply
from analyst.models.scripted_server import Fault, ScriptedServer, read_script

TALK = [{"role": "user", "content": "How many rows?"}]
CALLS = (Call("a", "python", '{"code": "len(df)"}'), Call("b", "answer", '{"text": "five"}'))


def _post(url: str, body: Mapping[str, Any], path: str = "/chat/completions") -> http.client.HTTPResponse:
    parts = urlsplit(url + path)
    client = http.client.HTTPConnection(parts.netloc, timeout=10)
    client.request("POST", parts.path, json.dumps(body), {"Authorization": "Bearer canary-key"})
    return client.getresponse()


def _ask(server: ScriptedServer, *messages: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    with _post(server.url, {"messages": list(messages or TALK), **more}) as response:
        answer: dict[str, Any] = json.loads(response.read())
    return answer


def test_a_whole_reply() -> None:
    sent = Reply("I look.", CALLS, Usage(100, 10, 40, 5), reasoning="Hm.")
    with ScriptedServer([sent]) as server:
        answer = _ask(server)
    choice = answer["choices"][0]
    assert choice["finish_reason"] == "tool_calls"
    assert choice["message"]["content"] == "I look."
    assert choice["message"]["reasoning_content"] == "Hm."
    assert [c["function"]["arguments"] for c in choice["message"]["tool_calls"]] == [
        c.arguments for c in CALLS
    ]
    assert answer["usage"]["prompt_tokens_details"] == {"cached_tokens": 40}


def test_a_streamed_reply_has_the_same_content() -> None:
    body = {"messages": TALK, "stream": True, "stream_options": {"include_usage": True}}
    with ScriptedServer([Reply("I look  closely.", CALLS)]) as server, _post(server.url, body) as response:
        assert response.getheader("content-type") == "text/event-stream"
        lines = [line for line in response.read().decode().split("\n\n") if line]
    assert lines[-1] == "data: [DONE]"
    chunks = [json.loads(line.removeprefix("data: ")) for line in lines[:-1]]
    deltas = [c["choices"][0]["delta"] for c in chunks if c["choices"]]
    assert "".join(d.get("content") or "" for d in deltas) == "I look  closely."
    pieces = [piece for d in deltas for piece in d.get("tool_calls", ())]
    for index, call in enumerate(CALLS):
        assert "".join(p["function"]["arguments"] for p in pieces if p["index"] == index) == call.arguments
    assert chunks[-1]["usage"]["prompt_tokens"] > 0
    assert chunks[-2]["choices"][0]["finish_reason"] == "tool_calls"


def test_cached_tokens_are_the_longest_beginning_that_was_sent_before() -> None:
    more = [*TALK, {"role": "assistant", "content": "Five."}, {"role": "user", "content": "And columns?"}]
    other = [{"role": "user", "content": "Something else."}, *more[1:]]
    with ScriptedServer(lambda _: Reply("ok")) as server:
        usages = [_ask(server, *talk)["usage"] for talk in (TALK, more, more, other)]
    cached = [u["prompt_tokens_details"]["cached_tokens"] for u in usages]
    assert cached[0] == 0
    assert cached[1] == usages[0]["prompt_tokens"]
    assert cached[2] == usages[1]["prompt_tokens"] > cached[1]
    assert 0 <= cached[3] < cached[1]


def test_a_function_can_answer_and_faults_are_inserted_by_number() -> None:
    def answer(request: dict[str, Any]) -> Reply:
        return Reply(f"seen {len(request['messages'])}")

    faults = {2: Fault("http", status=429, retry_after=1.5)}
    with ScriptedServer(answer, faults=faults) as server:
        assert _ask(server)["choices"][0]["message"]["content"] == "seen 1"
        with _post(server.url, {"messages": TALK}) as response:
            assert (response.status, response.getheader("retry-after")) == (429, "1.5")
        assert _ask(server)["choices"][0]["message"]["content"] == "seen 1"


CALL = {"id": "a", "type": "function", "function": {"name": "python", "arguments": "{}"}}
CALLED = {"role": "assistant", "content": "", "tool_calls": [CALL]}
RESULT = {"role": "tool", "tool_call_id": "a", "content": "5"}
OBJECT = {**CALL, "function": {"name": "python", "arguments": {"code": "1"}}}


@pytest.mark.parametrize(
    ("messages", "mistake"),
    [
        ([], "at least one message"),
        ([*TALK, RESULT], "must follow"),
        ([*TALK, CALLED], "without a result: a"),
        ([*TALK, CALLED, *TALK], "without a result: a"),
        ([*TALK, CALLED, RESULT, RESULT], "must follow"),
        ([*TALK, {**CALLED, "tool_calls": [OBJECT]}, RESULT], "must be a string"),
        ([*TALK, {**CALLED, "tool_calls": [CALL, CALL]}, RESULT, RESULT], "must be unique"),
    ],
)
def test_what_providers_refuse_is_refused(messages: list[dict[str, Any]], mistake: str) -> None:
    with ScriptedServer([Reply("fine")]) as server:
        with _post(server.url, {"messages": messages}) as response:
            assert response.status == 400
            assert mistake in json.loads(response.read())["error"]["message"]
        assert _ask(server, *TALK, CALLED, RESULT)["choices"][0]["message"]["content"] == "fine"


def test_a_client_that_goes_away_is_counted() -> None:
    with ScriptedServer([Fault("stall"), Reply("fine")]) as server:
        parts = urlsplit(server.url)
        body = json.dumps({"messages": TALK})
        with socket.create_connection((parts.hostname, parts.port)) as client:
            head = f"POST /v1/chat/completions HTTP/1.1\r\ncontent-length: {len(body)}\r\n\r\n"
            client.sendall((head + body).encode())
            assert server.wait(lambda s: len(s.requests) == 1)
            assert server.closed_early == 0
        assert server.wait(lambda s: s.closed_early == 1)
        _ask(server)
    assert server.closed_early == 1


def test_keys_are_not_kept() -> None:
    with ScriptedServer([Reply("fine")]) as server:
        _ask(server)
    assert "canary-key" not in repr(vars(server))


def test_a_script_is_read_from_json_lines() -> None:
    lines = [
        '{"text": "I look.", "calls": [{"tool": "python", "arguments": {"code": "1"}}]}',
        "",
        '{"fault": "http", "status": 429, "retry_after": 0.5}',
        '{"fault": "truncate", "reply": {"text": "cut here"}}',
        '{"calls": [{"id": "x", "tool": "answer", "arguments": "{broken"}], "finish": "length"}',
    ]
    assert list(read_script(lines)) == [
        Reply("I look.", (Call("call_1", "python", '{"code": "1"}'),)),
        Fault("http", status=429, retry_after=0.5),
        Fault("truncate", reply=Reply("cut here")),
        Reply("", (Call("x", "answer", "{broken"),), finish="length"),
    ]


def test_the_command_serves_a_script(tmp_path: Path) -> None:
    script = tmp_path / "script.jsonl"
    script.write_text('{"text": "Five rows."}\n', encoding="utf-8")
    command = [sys.executable, "-m", "analyst.models.scripted_server", str(script)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        with _post(url, {"messages": TALK}) as response:
            assert "Five rows." in response.read().decode()
        process.terminate()
