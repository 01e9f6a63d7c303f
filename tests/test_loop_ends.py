"""How a run ends before it is done: limits, repetition, interruption, dead kernels."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from analyst_kernels.fake import FakeKernel

from analyst.errors import BadInput, ModelRefused, ModelUnavailable
from analyst.events import (
    Answered,
    Call,
    CallDecided,
    OutputDelta,
    StepFinished,
    Stopped,
    ToolReturned,
    Usage,
)
from analyst.host import Nobody
from analyst.messages import project
from analyst.models import Message, OnDelta, Reply
from analyst.models.scripted import ScriptedModel
from analyst.result import Result
from analyst.session import Session
from tests.scripts import answers, call, does, runs, says
from tests.talk import PLAN, STEPS, Talk


async def test_failures_in_a_row_end_a_step(tmp_path: Path) -> None:
    bad = [runs(str(n), f"1 / 0  # {n}\nx{n}") for n in range(3)]
    mended = does(call("r", "revise_plan", steps=[STEPS[0] | {"goal": "look elsewhere"}], reason="zero"))
    talk = Talk(tmp_path, [PLAN, *bad, mended, says("looked"), answers("z", "done")], max_failures=3)
    assert (await talk.ask()).answer == "done"
    assert talk.all(StepFinished)[0] == StepFinished(
        "a", ok=False, result="Given up: 3 calls in a row failed."
    )


async def test_the_same_failure_three_times_is_a_loop(tmp_path: Path) -> None:
    same = [runs(str(n), f"1/0{' ' * n}# again {n}") for n in range(3)]
    talk = Talk(tmp_path, [*same, says("I give up: it divides by zero.")])
    result = await talk.ask()
    assert (talk.stop, result.status) == ("loop", "failed")
    assert result.answer == "I give up: it divides by zero."
    assert "tried 2 times" in talk.returned()[1].text


async def test_the_same_success_three_times_is_a_loop_too_but_not_on_new_data(tmp_path: Path) -> None:
    looks = [runs(str(n), "x") for n in range(3)]
    talk = Talk(tmp_path / "a", [runs("s", "x = 1"), *looks, says("It is 1.")])
    await talk.ask()
    assert talk.stop == "loop"
    steps = [runs(f"s{n}", "x = x + 1\nprint(x)") for n in range(4)]
    talk = Talk(tmp_path / "b", [runs("s", "x = 1"), *steps, answers("z", "5")])
    assert (await talk.ask()).status == "answered"


FREE = Usage(100, 10, usd=0.0)
LIMITS = [
    ({"max_steps": 2}, "steps"),
    ({"max_calls": 2}, "calls"),
    ({"max_tokens": 300}, "tokens"),
    ({"budget": 0.0025}, "budget"),
    ({"timeout": 1e-6}, "time"),
]


@pytest.mark.parametrize(("limit", "reason"), LIMITS)
async def test_a_limit_ends_the_run_with_what_is_known(
    limit: dict[str, Any], reason: str, tmp_path: Path
) -> None:
    looks = [runs(str(n), f"x{n} = {n}\nprint('seen', {n})") for n in range(9)]
    if reason in ("steps", "calls"):
        looks = [*looks[:2], says("So far: 0 and 1.")]
    talk = Talk(tmp_path, looks, **limit)
    result = await talk.ask("How many?")
    assert talk.stop == reason
    answered = talk.all(Answered)[-1]
    assert answered.partial
    if reason in ("steps", "calls"):
        assert (result.status, result.answer) == ("partial", "So far: 0 and 1.")
    elif reason == "time":
        assert result.status == "failed"
        assert result.answer == talk.all(Stopped)[0].detail
    else:
        assert result.status == "partial"
        assert "This is not a full answer" in result.answer
        assert "seen 1" in result.answer
        assert result.usage.usd is not None
        assert result.usage.usd <= 0.0025
    assert project(talk.heard_facts())


async def test_the_model_hears_of_a_limit_before_it_is_reached(tmp_path: Path) -> None:
    looks = [runs(str(n), f"x{n} = {n}") for n in range(4)]
    talk = Talk(tmp_path, [*looks, answers("z", "done")], max_steps=5)
    await talk.ask()
    assert ["80% of the steps" in r.text for r in talk.returned()] == [False, False, False, True]


async def test_a_budget_cannot_be_kept_without_a_price(tmp_path: Path) -> None:
    talk = Talk(tmp_path, [does(call("1", "python", code="1"), usage=Usage(10, 10))], budget=1.0)
    await talk.ask()
    assert talk.all(Stopped) == [
        Stopped("budget", "The price of this model is not known, so the budget cannot be kept.")
    ]


@pytest.mark.parametrize(
    ("error", "reason"),
    [(ModelRefused("The key was not taken."), "input"), (ModelUnavailable("No answer."), "model")],
)
async def test_a_model_that_cannot_be_asked_ends_the_run_with_its_reason(
    error: Exception, reason: str, tmp_path: Path
) -> None:
    talk = Talk(tmp_path / "a", [error])
    result = await talk.ask()
    assert (result.status, talk.stop) == ("failed", reason)
    assert str(error) in result.answer
    talk = Talk(tmp_path / "b", [runs("1", "print('found')"), error])
    result = await talk.ask()
    assert result.status == "partial"
    assert "found" in result.answer


class Slow(ScriptedModel):
    """Says its first reply, then thinks for ever."""

    async def reply(self, messages: Sequence[Message], tools: Any, on_delta: OnDelta) -> Reply:
        if self.seen:
            await asyncio.Event().wait()
        return await super().reply(messages, tools, on_delta)


async def interrupted(session: Session, when: type[Any], *, then: float = 0.0) -> Result:
    now = asyncio.Event()
    session.log.listen(lambda e: now.set() if isinstance(e, when) else None)
    asking = asyncio.create_task(session.ask("?"))
    await now.wait()
    await asyncio.sleep(then)
    session.interrupt()
    return await asyncio.wait_for(asking, 10)


async def test_an_interrupt_stops_the_wait_for_the_model(tmp_path: Path) -> None:
    model = Slow([runs("1", "print('seen')")])
    async with Session(model, folder=tmp_path, kernel=FakeKernel()) as session:
        result = await interrupted(session, ToolReturned, then=0.1)
    assert (result.status, result.stopped and result.stopped.reason) == ("partial", "interrupted")
    assert "seen" in result.answer


async def test_an_interrupt_stops_the_code_and_keeps_what_it_printed(tmp_path: Path) -> None:
    model = ScriptedModel([runs("1", "print('begun')\nwhile True: pass"), answers("2", "never")])
    kernel = FakeKernel()
    async with Session(model, folder=tmp_path, kernel=kernel) as session:
        result = await interrupted(session, OutputDelta)
        assert kernel.alive
        returned = [e for e in session.events if isinstance(e, ToolReturned)]
    await kernel.close()
    assert result.stopped
    assert result.stopped.reason == "interrupted"
    assert returned[0].ending == "interrupted"
    assert "begun" in returned[0].text


class Yes(Nobody):
    """A person who allows every call."""

    async def approve(self, call: Call, reasons: Sequence[str]) -> CallDecided:
        return CallDecided(call.id, allowed=True, by="person", reason="; ".join(reasons))


async def test_a_dead_kernel_is_made_again_and_the_model_told(tmp_path: Path) -> None:
    script = [
        runs("1", "x = 20"),
        runs("2", "import os\nos._exit(1)"),
        runs("3", "x + 1"),
        answers("4", "21"),
    ]
    talk = Talk(tmp_path, script)
    result = await talk.ask(host=Yes())
    assert result.status == "answered"
    died, after = talk.returned()[1:]
    assert died.ending == "died"
    assert "cells run again: 1" in died.text
    assert after.ok


async def test_what_a_failed_cell_did_before_it_failed_comes_back_too(tmp_path: Path) -> None:
    script = [
        runs("1", "y = 1\ny / 0"),
        runs("2", "import os\nos._exit(1)"),
        runs("3", "y + 1"),
        answers("4", "2"),
    ]
    talk = Talk(tmp_path, script)
    await talk.ask(host=Yes())
    assert "cells run again: 1." in talk.returned()[1].text
    assert "gone" not in talk.returned()[1].text
    assert talk.returned()[2].ok


async def test_a_question_is_needed_and_its_data(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="question is empty"):
        await Talk(tmp_path / "a", []).ask("  ")
    with pytest.raises(BadInput, match="There is no file or folder"):
        await Talk(tmp_path / "b", []).ask(data=[tmp_path / "no.csv"])
