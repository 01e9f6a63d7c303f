from __future__ import annotations

import pytest

from analyst.errors import ModelRefused, ModelUnavailable
from analyst.events import Asked, Call, Event, Live, ModelReplied, Opened, TextDelta, Usage
from analyst.models import Message, Reply
from analyst.models.recorded import RecordedModel
from analyst.models.scripted import ScriptedModel

TALK: list[Message] = [{"role": "user", "content": "Hi"}]


async def test_a_scripted_model_says_its_replies_and_remembers_what_it_was_sent() -> None:
    told: list[Live] = []
    model = ScriptedModel([Reply("Two\n words"), ModelRefused("no")], vision=True, window=100)
    assert (await model.reply(TALK, (), told.append)).text == "Two\n words"
    assert told == [TextDelta("Two\n "), TextDelta("words")]
    with pytest.raises(ModelRefused):
        await model.reply([], (), told.append)
    with pytest.raises(ModelUnavailable, match="the script has no reply left"):
        await model.reply([], (), told.append)
    assert model.seen == [TALK, [], []]
    assert (model.id, model.window, model.vision) == ("scripted", 100, True)


async def test_a_recorded_model_replays_a_log() -> None:
    call = Call("c1", "python", "{}")
    usage = Usage(10, 5, usd=0.5)
    events: list[Event] = [
        Opened("system", (), {}, "openai/gpt-4o", "", 128_000, True, {}, {}),
        Asked("How many?"),
        ModelReplied("I look.", (call,), usage, "tool_calls", "openai/gpt-4o", "sha", "Hm."),
        ModelReplied("", (call,), usage, "tool_calls", "openai/gpt-4o", "sha"),
    ]
    told: list[Live] = []
    model = RecordedModel(events)
    assert await model.reply(TALK, (), told.append) == Reply("I look.", (call,), usage, "tool_calls", "Hm.")
    assert (await model.reply(TALK, (), told.append)).text == ""
    assert told == [TextDelta("I look.")]
    with pytest.raises(ModelUnavailable, match="no further reply"):
        await model.reply(TALK, (), told.append)
    assert (model.id, model.window, model.vision) == ("openai/gpt-4o", 128_000, True)
