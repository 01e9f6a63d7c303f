from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyst.events import TextDelta
from analyst.models.assembly import Assembly
from analyst.models.faults import Endpoint
from analyst.models.openai import OPENAI, OpenAI


def _chunk(content: str | None = None, calls: list[Any] | None = None) -> Any:
    delta = SimpleNamespace(content=content, tool_calls=calls)
    return SimpleNamespace(usage=None, choices=[SimpleNamespace(delta=delta, finish_reason=None)])


def _piece(index: int | None, id: str | None = None, name: str | None = None, arguments: str = "") -> Any:
    return SimpleNamespace(index=index, id=id, function=SimpleNamespace(name=name, arguments=arguments))


@given(
    thought=st.text(alphabet="a <>/think\n", max_size=20).filter(lambda t: "</think>" not in f"{t}</think"),
    said=st.text(alphabet="a <>/think\n", max_size=20),
    data=st.data(),
)
def test_thought_is_told_from_speech_wherever_the_stream_is_cut(
    thought: str, said: str, data: st.DataObject
) -> None:
    whole = f"<think>{thought}</think>\n\n{said}"
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=6)))
    told: list[Any] = []
    heard = Assembly(told.append)
    for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True):
        heard.add(_chunk(whole[start:end]))
    heard.close()
    assert heard.reasoning == thought.strip()
    assert heard.text == said.lstrip()
    assert told == [TextDelta(t.text) for t in told]
    assert "".join(t.text for t in told) == heard.text


@pytest.mark.parametrize("text", ["<thin", "<thing>", " \n<", "x<think>y</think>", "5 < 6"])
def test_what_only_looks_like_a_mark_is_speech(text: str) -> None:
    heard = Assembly(lambda _: None)
    for letter in text:
        heard.add(_chunk(letter))
    heard.close()
    assert (heard.text, heard.reasoning) == (text, "")


def test_calls_without_an_index_or_with_the_same_one_are_told_apart() -> None:
    for index in (None, 0):
        heard = Assembly(lambda _: None)
        heard.add(_chunk(calls=[_piece(index, "a", "python", '{"x": 1}')]))
        heard.add(_chunk(calls=[_piece(index, "b", "look", '{"y"'), _piece(index, None, None, ": 2}")]))
        assert [(c.id, c.tool, c.arguments) for c in heard.calls([])] == [
            ("a", "python", '{"x": 1}'),
            ("b", "look", '{"y": 2}'),
        ]


def test_only_openai_itself_is_sent_the_new_name_of_the_output_limit() -> None:
    assert OpenAI("x", Endpoint("openai/x", OPENAI)).output_limit == "max_completion_tokens"
    assert OpenAI("x", Endpoint("openai/x", "http://127.0.0.1:1/v1")).output_limit == "max_tokens"
