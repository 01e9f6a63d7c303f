"""The conversation: append-only, well-formed, compacted only as a fact; what is new grows with the work."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from analyst_kernels.fake import FakeKernel

from analyst.errors import ContextOverflow
from analyst.events import Compacted, Event, ModelReplied, Stopped, Usage
from analyst.messages import CHARACTERS_PER_TOKEN, project, tokens
from analyst.models import Message, Reply
from analyst.models.scripted import ScriptedModel
from analyst.session import Session
from analyst.settings import Settings
from tests.scripts import answers, call, does, runs, says


async def talk(
    model: ScriptedModel, *questions: str, plan: str = "auto", folder: Path, **settings: int
) -> tuple[Event, ...]:
    async with Session(
        model, folder=folder, kernel=FakeKernel(), settings=Settings.of(plan=plan, **settings)
    ) as session:
        for question in questions:
            await session.ask(question)
        return session.events


def as_bytes(messages: Sequence[Message]) -> list[bytes]:
    return [json.dumps(m, ensure_ascii=False).encode() for m in messages]


def assert_append_only(requests: Sequence[Sequence[Message]]) -> None:
    for before, after in pairwise(map(as_bytes, requests)):
        assert after[: len(before)] == before


def assert_well_formed(messages: Sequence[Message]) -> None:
    """What real providers refuse with 400: a tool result without its call, a call without its result."""
    open_calls: set[str] = set()
    for message in messages:
        if message["role"] == "tool":
            assert message["tool_call_id"] in open_calls
            open_calls.remove(message["tool_call_id"])
        else:
            assert not open_calls
            open_calls = {c["id"] for c in message.get("tool_calls", ())}
    assert not open_calls


STEPS = [{"id": "a", "goal": "look"}, {"id": "b", "goal": "count"}]
PLANNED = [
    does(call("1", "propose_plan", steps=STEPS)),
    runs("2", "x = 1"),
    does(call("3", "finish_step", result="x is 1"), call("4", "python", code="x / 0")),
    does(call("5", "finish_step", result="no", reached=False), call("6", "python", code="x")),
    does(call("7", "revise_plan", steps=[STEPS[0], {"id": "b", "goal": "count x"}], reason="zero")),
    does(call("8", "inspect", target="x"), call("9", "nonsense"), call("10", "answer", text="too early")),
    says("It is 1."),
    says("The answer is 1."),
]


async def test_each_request_begins_with_the_one_before(tmp_path: Path) -> None:
    model = ScriptedModel([*PLANNED, runs("1", "x + 1"), answers("2", "2")])
    await talk(model, "What is x?", "And x + 1?", folder=tmp_path)
    assert len(model.seen) == 10
    assert_append_only(model.seen)
    for request in model.seen:
        assert_well_formed(request)


@pytest.mark.parametrize("limit", ["max_steps", "max_calls", "max_tokens"])
async def test_a_stop_in_mid_reply_leaves_no_call_hanging(limit: str, tmp_path: Path) -> None:
    two = does(call("1", "python", code="x = 1"), call("2", "python", code="y = 2"))
    again = does(call("1", "python", code="x"), call("2", "python", code="y"))
    model = ScriptedModel([two, again, says("So far x is 1."), answers("3", "later")])
    events = await talk(model, "?", "go on?", folder=tmp_path, **{limit: 1 if limit != "max_tokens" else 120})
    assert isinstance(next(e for e in events if isinstance(e, Stopped)), Stopped)
    assert_well_formed(project(events))
    assert_append_only(model.seen)


@pytest.mark.parametrize("steps", [5, 10, 20, 40])
async def test_tokens_outside_the_common_prefix_grow_linearly(steps: int, tmp_path: Path) -> None:
    script = [runs(str(n), f"print('value', {n} * 'ab')\nx{n} = {n}") for n in range(steps)]
    model = ScriptedModel([*script, answers("z", "done")])
    await talk(model, "Many looks?", folder=tmp_path, max_steps=50)
    sizes = [sum(map(len, as_bytes(r))) for r in model.seen]
    new = [after - before for before, after in pairwise(sizes)]
    assert max(new) < 1_500
    assert sizes[-1] < sizes[0] + steps * 1_500
    assert_append_only(model.seen)


def big(n: int) -> Reply:
    return runs(f"c{n}", f"data{n} = {n}\nprint({n}, 'x' * 3000)")


async def test_a_conversation_that_nears_the_window_is_compacted_and_keeps_what_matters(
    tmp_path: Path,
) -> None:
    fails = runs("bad", "1 / 0")
    window = 14_000
    model = ScriptedModel([fails, *(big(n) for n in range(1, 19)), answers("z", "done")], window=window)
    events = await talk(model, "Which of the values is largest?", folder=tmp_path)
    compactions = [e for e in events if isinstance(e, Compacted)]
    assert 1 <= len(compactions) <= 4
    assert max(map(tokens, model.seen)) < window
    text = compactions[-1].text
    assert "Which of the values is largest?" in text
    assert "ZeroDivisionError" in text
    assert "data1: " in text
    assert "data2 = 2" in text
    assert len(text) <= window * 0.2 * CHARACTERS_PER_TOKEN * 1.1
    after = project(events)
    assert_well_formed(after)
    between = [r for r in model.seen if len(r) > 2 and r[1] == after[1]]
    assert_append_only(between)


async def test_an_overflow_is_answered_by_compaction_once_then_by_an_honest_end(tmp_path: Path) -> None:
    overflow = ContextOverflow("too long")
    model = ScriptedModel([big(1), overflow, answers("z", "One.")])
    events = await talk(model, "?", folder=tmp_path / "a")
    assert [type(e).__name__ for e in events][-5:-1] == [
        "ToolReturned",
        "Compacted",
        "ModelReplied",
        "Checked",
    ]
    model = ScriptedModel([big(1), overflow, overflow])
    events = await talk(model, "?", folder=tmp_path / "b")
    assert [e.reason for e in events if isinstance(e, Stopped)] == ["context"]


def test_an_image_counts_as_its_own_number_of_tokens() -> None:
    assert tokens([{"role": "user", "content": "x" * 33}]) == 10
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
    assert tokens([{"role": "tool", "content": [{"type": "text", "text": "x" * 33}, image]}]) == 1_010


async def test_usage_is_summed_over_the_question(tmp_path: Path) -> None:
    async with Session(
        ScriptedModel([runs("1", "1"), answers("2", "1")]), folder=tmp_path, kernel=FakeKernel()
    ) as session:
        result = await session.ask("?")
    replies = [e for e in session.events if isinstance(e, ModelReplied)]
    assert len(replies) == 2
    assert result.usage == Usage(200, 20, usd=pytest.approx(0.002))
