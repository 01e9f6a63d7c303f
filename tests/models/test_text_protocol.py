from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyst.events import Call, ToolSchema
from analyst.models import Message, Reply
from analyst.models.scripted import ScriptedModel
from analyst.models.text_protocol import TextProtocol, parse, plain

TALK: list[Message] = [
    {"role": "system", "content": "You are an analyst."},
    {"role": "user", "content": "How many rows?"},
]


def _calls(text: str, tools: tuple[ToolSchema, ...], **more: Any) -> list[tuple[str, Any]]:
    reply = parse(Reply(text, **more), TALK, tools)
    return [(c.tool, json.loads(c.arguments)) for c in reply.calls]


PYTHON = ("python", {"code": "len(df)"})


@pytest.mark.parametrize(
    ("text", "calls"),
    [
        ("I count.\n```python\nlen(df)\n```\n", [PYTHON]),
        ("```py\nlen(df)\n```", [PYTHON]),
        ("``` Python title=x\nlen(df)\n```", [PYTHON]),
        ("```python\nlen(df)", [PYTHON]),
        ("  ```python\nlen(df)\n  ```", [PYTHON]),
        ("<think>Should I ```python\nno()\n```?</think>\n```python\nlen(df)\n```", [PYTHON]),
        ('```tool\n{"tool": "python", "arguments": {"code": "len(df)"}}\n```', [PYTHON]),
        ('```json\n{"tool": "look", "arguments": {"name": "df"}}\n```', [("look", {"name": "df"})]),
        ("```tool\n{'tool': 'look', 'arguments': {'name': 'df',},}\n```", [("look", {"name": "df"})]),
        ('<tool_call>{"name": "python", "arguments": {"code": "len(df)"}}</tool_call>', [PYTHON]),
        ("```python\nlen(df)\n```\nand\n```python\nlen(df)\n```", [PYTHON, PYTHON]),
        ("Final answer: five rows.", [("answer", {"text": "five rows."})]),
        ("**Final Answer:**\n\nfive rows.", [("answer", {"text": "five rows."})]),
        ("## Final answer\nfive rows.", [("answer", {"text": "five rows."})]),
        ("```answer\nfive rows.\n```", [("answer", {"text": "five rows."})]),
        ("```python\nlen(df)\n```\nFinal answer: surely six.", [PYTHON]),
        (
            "Final answer: run\n```python\nlen(df)\n```",
            [("answer", {"text": "run\n```python\nlen(df)\n```"})],
        ),
        (
            '```python\nprint("""\nFinal answer: no\n""")\n```',
            [("python", {"code": 'print("""\nFinal answer: no\n""")'})],
        ),
        ('The result is\n```json\n{"rows": 5}\n```', []),
        ("There are five rows.", []),
        ("```text\nsome output\n```", []),
        ("", []),
    ],
)
def test_replies_are_read_with_tolerance(
    text: str, calls: list[tuple[str, Any]], tools: tuple[ToolSchema, ...]
) -> None:
    assert _calls(text, tools) == calls


def test_code_in_broken_json_is_not_mended(tools: tuple[ToolSchema, ...]) -> None:
    body = '{"tool": "python", "arguments": {"code": "df.drop('
    (call,) = parse(Reply(f"```tool\n{body}\n```"), TALK, tools).calls
    assert (call.tool, call.arguments.strip()) == ("python", body)


def test_a_cut_reply_makes_no_calls(tools: tuple[ToolSchema, ...]) -> None:
    reply = parse(Reply("```python\nlen(", finish="length"), TALK, tools)
    assert (reply.calls, reply.finish, reply.text) == ((), "length", "```python\nlen(")


def test_thought_is_kept_apart(tools: tuple[ToolSchema, ...]) -> None:
    reply = parse(Reply("<think>Rows.</think>Five.", reasoning="First."), TALK, tools)
    assert (reply.text, reply.reasoning) == ("Five.", "First.\nRows.")


def test_ids_are_the_same_for_the_same_conversation_and_never_twice(tools: tuple[ToolSchema, ...]) -> None:
    said = Reply("```python\n1\n```\n```python\n2\n```")
    first = parse(said, TALK, tools)
    assert parse(said, TALK, tools) == first
    later = parse(said, [*TALK, {"role": "user", "content": "Again."}], tools)
    assert len({c.id for c in (*first.calls, *later.calls)}) == 4


async def test_a_model_is_asked_in_plain_text(tools: tuple[ToolSchema, ...]) -> None:
    inner = ScriptedModel([Reply("```python\nlen(df)\n```"), Reply("Final answer: five.")], window=99)
    model = TextProtocol(inner)
    first = await model.reply(TALK, tools, lambda _: None)
    call = first.calls[0]
    function = {"name": call.tool, "arguments": call.arguments}
    talk: list[Message] = [
        *TALK,
        {
            "role": "assistant",
            "content": "I count.",
            "tool_calls": [{"id": call.id, "type": "function", "function": function}],
        },
        {"role": "tool", "tool_call_id": call.id, "content": "5"},
    ]
    second = await model.reply(talk, tools, lambda _: None)
    assert second.calls == (Call(second.calls[0].id, "answer", '{"text": "five."}'),)
    sent = inner.seen[1]
    assert sent[: len(inner.seen[0])] == inner.seen[0]
    assert str(sent[0]["content"]).startswith("You are an analyst.")
    assert "- python: Run code." in sent[0]["content"]
    assert sent[2]["content"] == "I count.\n\n```python\nlen(df)\n```"
    assert sent[3] == {"role": "user", "content": f"[result of call {call.id}]\n5"}
    assert (model.id, model.window, model.vision) == ("scripted", 99, False)


_TEXTS = st.text(max_size=20)
_CALLS = st.lists(
    st.builds(
        lambda id, name, arguments: {"id": id, "function": {"name": name, "arguments": arguments}},
        _TEXTS,
        st.sampled_from(["python", "look"]),
        st.one_of(_TEXTS, st.builds(lambda code: json.dumps({"code": code}), _TEXTS), st.just("[1]")),
    ),
    max_size=2,
)
_MESSAGES = st.lists(
    st.one_of(
        st.fixed_dictionaries({"role": st.sampled_from(["system", "user"]), "content": _TEXTS}),
        st.fixed_dictionaries({"role": st.just("assistant"), "content": _TEXTS, "tool_calls": _CALLS}),
        st.fixed_dictionaries({"role": st.just("tool"), "content": _TEXTS, "tool_call_id": _TEXTS}),
        st.fixed_dictionaries(
            {
                "role": st.just("tool"),
                "content": st.just([{"type": "text", "text": "a figure"}]),
                "tool_call_id": _TEXTS,
            }
        ),
    ),
    min_size=1,
    max_size=8,
)


@given(messages=_MESSAGES, cut=st.integers(min_value=1, max_value=8))
def test_the_prompt_is_append_only(messages: list[Message], cut: int) -> None:
    tools = (ToolSchema("python", "Run code.", {"type": "object"}, "act"),)
    whole, part = plain(messages, tools), plain(messages[:cut], tools)
    assert whole[: len(part)] == part
    assert all("tool_calls" not in m and m["role"] != "tool" for m in whole)


@given(text=st.text(alphabet="`python\n{}[]\"':, toolanswer<>/think_cl"))
def test_no_text_breaks_the_reader(text: str) -> None:
    tools = (ToolSchema("answer", "", {"type": "object", "required": ["text"]}, "steer"),)
    reply = parse(Reply(text), [], tools)
    assert len({c.id for c in reply.calls}) == len(reply.calls)


def test_a_written_call_is_read_back(tools: tuple[ToolSchema, ...]) -> None:
    """What the model sees of its own calls is what it should write."""
    calls = [Call("a", "python", '{"code": "len(df)"}'), Call("b", "look", '{"name": "df"}')]
    written: Message = {
        "role": "assistant",
        "content": "",
        "tool_calls": [{"id": c.id, "function": {"name": c.tool, "arguments": c.arguments}} for c in calls],
    }
    text = str(plain([written], tools)[1]["content"])
    assert _calls(text, tools) == [(c.tool, json.loads(c.arguments)) for c in calls]
