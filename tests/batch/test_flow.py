"""What jobs share: the door to a provider, and the purse."""

from __future__ import annotations

import asyncio
import time

import pytest

from analyst.batch.flow import Flow, Gate, Purse
from analyst.errors import ModelUnavailable
from analyst.events import Notice, TextDelta, Usage
from analyst.models import Model, Reply
from analyst.models.chat import ChatModel, Patience
from analyst.models.faults import Endpoint
from analyst.models.openai import OpenAI
from analyst.models.scripted import ScriptedModel
from analyst.models.scripted_server import Fault, ScriptedServer
from tests.scripts import says

QUESTION = [{"role": "user", "content": "?"}]


def flow(model: Model, calls: int = 8, purse: Purse | None = None) -> Flow:
    return Flow(lambda _: model, calls=calls, purse=purse or Purse(None))


async def ask(flow: Flow) -> Reply:
    return await flow.model("openai/scripted").reply(QUESTION, [], lambda _: None)


async def test_no_more_calls_at_once_than_allowed() -> None:
    gate, inside, most = Gate(3), 0, 0

    async def call() -> None:
        nonlocal inside, most
        async with gate.call():
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0.01)
            inside -= 1

    await asyncio.gather(*(call() for _ in range(10)))
    assert most == 3


async def test_while_one_call_is_told_to_wait_no_other_is_sent() -> None:
    gate, sent = Gate(4), []

    async def other() -> None:
        async with gate.call():
            sent.append(1)

    async with gate.call() as first, gate.call() as second:
        first(Notice("wait"))
        second(Notice("wait"))
        task = asyncio.create_task(other())
        await asyncio.sleep(0.02)
        assert not sent
        second(TextDelta("through"))
        await task
    assert sent


async def test_a_call_that_gave_up_holds_nobody_back() -> None:
    gate = Gate(4)

    async def give_up() -> None:
        async with gate.call() as hear:
            hear(Notice("wait"))
            raise ModelUnavailable("no")

    with pytest.raises(ModelUnavailable):
        await give_up()
    async with asyncio.timeout(1), gate.call():
        pass


async def test_retry_after_is_waited_for_once_for_all_jobs() -> None:
    """Of eight jobs two are sent; both hear 429. The others wait with them, and are not refused."""
    began = time.monotonic()
    early: list[float] = []
    refused = Fault("http", status=429, retry_after=1.0)

    def script(_: object) -> Reply | Fault:
        seconds = time.monotonic() - began
        if seconds < 0.9:
            early.append(seconds)
            return refused
        return says("fine")

    with ScriptedServer(script) as server:
        transport = OpenAI("scripted", Endpoint("openai/scripted", server.url))
        shared = flow(ChatModel("openai/scripted", transport, patience=Patience(jitter=0.0)), calls=2)
        await transport.prepare()
        began = time.monotonic()
        replies = await asyncio.gather(*(ask(shared) for _ in range(8)))
        await shared.close()
    assert [r.text for r in replies] == ["fine"] * 8
    assert len(early) == 2
    assert len(server.requests) == 10


async def test_a_budget_that_is_never_passed() -> None:
    cost = Usage(input=10, output=1, usd=0.3)
    purse = Purse(1.0)
    shared = flow(ScriptedModel([says("x", cost)] * 20), purse=purse)
    told = await asyncio.gather(*(ask(shared) for _ in range(10)), return_exceptions=True)
    assert sum(isinstance(reply, Reply) for reply in told) == 3
    assert {type(reply) for reply in told} == {Reply, ModelUnavailable}
    assert purse.spent == pytest.approx(0.9)
    assert purse.empty
    assert "0.9000 of the 1 USD" in str(told[-1])


async def test_money_that_was_spent_before_counts() -> None:
    purse = Purse(1.0, spent=1.0)
    assert purse.empty
    with pytest.raises(ModelUnavailable):
        await ask(flow(ScriptedModel([says("x")]), purse=purse))


async def test_a_budget_without_prices_cannot_be_kept() -> None:
    purse = Purse(1.0)
    shared = flow(ScriptedModel([says("x", Usage(10, 1, usd=None))] * 2), purse=purse)
    await ask(shared)
    with pytest.raises(ModelUnavailable, match="price"):
        await ask(shared)


async def test_without_a_budget_nothing_waits() -> None:
    purse = Purse(None)
    shared = flow(ScriptedModel([says("x", Usage(10, 1, usd=2.0))] * 5), purse=purse)
    await asyncio.gather(*(ask(shared) for _ in range(5)))
    assert (purse.spent, purse.empty) == (10.0, False)
