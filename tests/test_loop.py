"""What the loop does at the edges: plans, limits, refusals, repetition, interruption, dead kernels."""

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
    Event,
    Live,
    OutputDelta,
    PlanDecided,
    PlanProposed,
    PlanStep,
    StepFinished,
    StepStarted,
    Stopped,
    ToolReturned,
    Usage,
)
from analyst.host import Host
from analyst.messages import project
from analyst.models import Message, OnDelta, Reply
from analyst.models.scripted import ScriptedModel
from analyst.session import Result, Session
from analyst.settings import Settings
from tests.scripts import answers, call, does, runs, says


class Talk:
    """One question to a scripted model, and everything that came of it."""

    def __init__(self, folder: Path, script: Sequence[Reply | Exception], **settings: Any) -> None:
        self.model = ScriptedModel(script)
        self.folder = folder
        self.settings = Settings.of(**settings)
        self.heard: list[Event | Live] = []

    async def ask(self, question: str = "?", *, host: Host | None = None, **how: Any) -> Result:
        async with Session(
            self.model,
            folder=self.folder,
            kernel=FakeKernel(),
            host=host,
            settings=self.settings,
            listeners=[self.heard.append],
        ) as session:
            return await session.ask(question, **how)

    def all(self, kind: type[Any]) -> list[Any]:
        return [e for e in self.heard if isinstance(e, kind)]

    @property
    def stop(self) -> str:
        return ",".join(e.reason for e in self.all(Stopped))

    def returned(self) -> list[ToolReturned]:
        return self.all(ToolReturned)

    def heard_facts(self) -> list[Event]:
        return [e for e in self.heard if not isinstance(e, Live)]


async def test_an_easy_question_costs_two_turns(tmp_path: Path) -> None:
    talk = Talk(tmp_path, [runs("1", "print(6 * 7)"), answers("2", "It is 42: @value[42]")])
    result = await talk.ask("What is 6 × 7?")
    assert (result.status, result.answer) == ("answered", "It is 42: @value[42]")
    assert result.named == {"value": "42"}
    assert len(talk.model.seen) == 2
    assert [type(e).__name__ for e in talk.heard if not isinstance(e, Live)] == [
        "Opened", "Asked", "Surveyed", "ModelReplied", "CallDecided", "ToolReturned", "ModelReplied", "Answered",
    ]  # fmt: skip
    assert [e.output.text for e in talk.all(OutputDelta)] == ["42\n"]


async def test_words_without_a_call_are_an_answer(tmp_path: Path) -> None:
    result = await Talk(tmp_path, [says("There is no data.")]).ask()
    assert (result.status, result.answer) == ("answered", "There is no data.")


STEPS = [{"id": "a", "goal": "look", "evidence": "rows"}, {"id": "b", "goal": "count"}]
PLAN = does(call("p", "propose_plan", steps=STEPS))


async def test_what_was_said_in_words_is_not_the_answer_again(tmp_path: Path) -> None:
    script = [runs("1", "1"), says("So far 1."), says("Now 2.")]
    async with Session(
        ScriptedModel(script), folder=tmp_path, kernel=FakeKernel(), settings=Settings(max_steps=1)
    ) as s:
        assert (await s.ask("?")).answer == "So far 1."
    async with Session(ScriptedModel(script[2:]), folder=tmp_path, kernel=FakeKernel()) as s:
        assert (await s.resume()).answer == "Now 2."


async def test_a_step_may_end_with_words(tmp_path: Path) -> None:
    talk = Talk(tmp_path, [PLAN, says("looked"), says("counted"), says("2 rows.")])
    result = await talk.ask()
    assert result.answer == "2 rows."
    assert [(e.step_id, e.ok, e.result) for e in talk.all(StepFinished)] == [
        ("a", True, "looked"),
        ("b", True, "counted"),
    ]
    assert "All steps of the plan are finished" in str(talk.model.seen[-1][-1]["content"])


async def test_a_plan_may_be_wanted_first(tmp_path: Path) -> None:
    talk = Talk(tmp_path, [runs("1", "1"), PLAN, says("x"), says("y"), says("z")], plan="always")
    assert (await talk.ask()).answer == "z"
    assert talk.returned()[0].text.startswith("A plan is wanted first")
    assert "Propose a plan first." in str(talk.model.seen[0][-1]["content"])


async def test_or_not_at_all(tmp_path: Path) -> None:
    talk = Talk(tmp_path, [PLAN, says("z")], plan="never")
    assert (await talk.ask()).answer == "z"
    assert talk.returned()[0].text.startswith("No plan is wanted")


async def test_only_the_plan(tmp_path: Path) -> None:
    talk = Talk(tmp_path, [PLAN])
    result = await talk.ask(plan="only")
    assert (result.status, talk.stop) == ("answered", "plan only")
    assert result.plan == (PlanStep("a", "look", "rows"), PlanStep("b", "count"))


async def test_a_plan_that_was_given_is_the_plan(tmp_path: Path) -> None:
    talk = Talk(tmp_path, [says("looked"), answers("1", "done")])
    assert (await talk.ask(steps=[PlanStep("mine", "look closely")])).answer == "done"
    assert talk.all(PlanProposed) == [PlanProposed((PlanStep("mine", "look closely"),))]
    assert [e.step_id for e in talk.all(StepStarted)] == ["mine"]
    text = str(talk.model.seen[0][-1]["content"])
    assert text.index("<question>") < text.index("mine: look closely")


class Editor:
    """A person who changes, or refuses, every plan and allows every call."""

    def __init__(self, *decisions: PlanDecided) -> None:
        self.decisions = iter(decisions)

    async def approve(self, call: Call, reasons: Sequence[str]) -> CallDecided:
        return CallDecided(call.id, allowed=True, by="person", reason="; ".join(reasons))

    async def review(self, steps: Sequence[PlanStep]) -> PlanDecided:  # noqa: ARG002
        return next(self.decisions)


async def test_the_plan_as_the_person_changed_it_is_what_runs(tmp_path: Path) -> None:
    talk = Talk(tmp_path, [PLAN, says("done so"), says("end")])
    host = Editor(PlanDecided(accepted=True, steps=(PlanStep("only", "just this"),)))
    assert (await talk.ask(host=host)).answer == "end"
    assert [e.step_id for e in talk.all(StepStarted)] == ["only"]
    assert "only: just this" in str(talk.model.seen[1][-1]["content"])


async def test_a_refused_plan_ends_the_run_or_with_a_note_leads_to_another(tmp_path: Path) -> None:
    talk = Talk(tmp_path / "a", [PLAN])
    assert (await talk.ask(host=Editor(PlanDecided(accepted=False)))).status == "failed"
    assert talk.stop == "refused"
    other = does(call("q", "propose_plan", steps=[{"id": "x", "goal": "short"}]))
    talk = Talk(tmp_path / "b", [PLAN, other, says("s"), says("end")])
    host = Editor(PlanDecided(accepted=False, note="too long"), PlanDecided(accepted=True))
    assert (await talk.ask(host=host)).answer == "end"
    assert "too long" in str(talk.model.seen[1][-1]["content"])


async def test_a_person_may_allow_what_is_risky(tmp_path: Path) -> None:
    talk = Talk(tmp_path, [runs("1", "import socket\n1"), answers("2", "1")])
    await talk.ask(host=Editor())
    assert talk.all(CallDecided) == [
        CallDecided("1", allowed=True, by="person", reason="it uses the network")
    ]
    assert talk.returned()[0].ok


async def test_an_open_step_keeps_the_answer_back(tmp_path: Path) -> None:
    talk = Talk(tmp_path, [PLAN, answers("1", "early"), says("a"), says("b"), answers("2", "done")])
    assert (await talk.ask()).answer == "done"
    assert talk.returned()[0].text.startswith("Steps a, b are open")


async def test_a_revision_mends_the_wrong_step_and_keeps_what_is_done(tmp_path: Path) -> None:
    def revise(id: str, *steps: dict[str, str]) -> Reply:
        return does(call(id, "revise_plan", steps=list(steps), reason="r"))

    a, b = STEPS
    script = [
        PLAN,
        says("looked"),
        does(call("1", "finish_step", result="cannot", reached=False)),
        runs("2", "1"),
        revise("3", a, b, {"id": "c", "goal": "one more"}),
        revise("4", {"id": "a", "goal": "something else"}, {"id": "b", "goal": "count otherwise"}),
        revise("5", a, {"id": "b", "goal": "count otherwise"}),
        says("counted"),
        answers("6", "done"),
    ]
    talk = Talk(tmp_path, script)
    assert (await talk.ask()).answer == "done"
    told = [r.text for r in talk.returned()]
    assert told[0].startswith("Step b was given up")
    assert told[1].startswith("Step b failed as it is")
    assert told[2].startswith("Steps a are done")
    assert [e.step_id for e in talk.all(StepStarted)] == ["a", "b", "b"]


async def test_revisions_are_bounded(tmp_path: Path) -> None:
    def round(n: int) -> list[Reply]:
        fail = does(call(f"f{n}", "finish_step", result="no", reached=False))
        return [fail, does(call(f"r{n}", "revise_plan", steps=[{"id": "a", "goal": f"try {n}"}], reason="r"))]

    script = [PLAN, *round(1), *round(2), *round(3)[:1], *[round(4)[1]] * 2, answers("z", "It failed.")]
    talk = Talk(tmp_path, script, max_revisions=2, max_failures=2)
    result = await talk.ask()
    assert (result.status, result.answer, talk.stop) == ("partial", "It failed.", "failures")
    assert "was revised 2 times" in talk.returned()[-1].text


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


BROKEN = [
    (Call("1", "python", '{"code": "x ='), "The arguments of python are not right"),
    (Call("1", "python", '{"program": "x"}'), "It takes one JSON object with: code"),
    (Call("1", "python", '{"code": 5}'), "code: Input should be a valid string"),
    (Call("1", "python", "[]"), "The arguments of python are not right"),
    (Call("1", "pithon", '{"code": "x"}'), "There is no tool 'pithon'. The tools are: python"),
    (Call("1", "search_output", '{"cell": 9, "pattern": "x"}'), "There is no cell 9"),
    (Call("1", "finish_step", '{"result": "x"}'), "No step is active"),
    (
        Call("1", "revise_plan", '{"steps": [{"id": "a", "goal": "b"}], "reason": "x"}'),
        "There is no plan to revise",
    ),
    (Call("1", "propose_plan", '{"steps": []}'), "List should have at least 1 item"),
    (
        Call("1", "propose_plan", '{"steps": [{"id": "a", "goal": "x"}, {"id": "a", "goal": "y"}]}'),
        "an id of its own",
    ),
]


@pytest.mark.parametrize(("broken", "told"), BROKEN)
async def test_a_call_that_is_wrong_goes_back_with_what_would_be_right(
    broken: Call, told: str, tmp_path: Path
) -> None:
    talk = Talk(tmp_path, [Reply("", (broken,)), answers("2", "done")])
    assert (await talk.ask()).answer == "done"
    assert told in talk.returned()[0].text
    assert not talk.returned()[0].ok


async def test_a_reply_that_was_cut_is_told_so(tmp_path: Path) -> None:
    cut = Reply("", (Call("1", "python", '{"code": "x ='),), finish="length")
    talk = Talk(tmp_path, [cut, answers("2", "done")])
    await talk.ask()
    assert "cut at its length limit" in talk.returned()[0].text


async def test_wrong_calls_are_bounded(tmp_path: Path) -> None:
    wrong = [Reply("", (Call(str(n), "python", f'{{"code": {n}}}'),)) for n in range(5)]
    talk = Talk(tmp_path, [*wrong, says("I cannot.")])
    assert (await talk.ask()).answer == "I cannot."
    assert talk.stop == "failures"


async def test_ids_that_come_twice_are_told_apart(tmp_path: Path) -> None:
    talk = Talk(tmp_path, [runs("call_0", "x = 1"), runs("call_0", "x"), answers("call_0", "1")])
    assert (await talk.ask()).answer == "1"
    ids = [r.call_id for r in talk.returned()]
    assert len(set(ids)) == 2


async def test_calls_that_only_look_run_together_and_answer_in_order(tmp_path: Path) -> None:
    looks = does(
        call("b", "inspect", target="x"),
        call("a", "inspect", target="nothing"),
        call("c", "python", code="x"),
    )
    talk = Talk(tmp_path, [runs("1", "x = 5"), looks, answers("2", "5")])
    await talk.ask()
    assert [r.call_id for r in talk.returned()] == ["1", "b", "a", "c"]


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


async def test_a_dead_kernel_is_made_again_and_the_model_told(tmp_path: Path) -> None:
    script = [
        runs("1", "x = 20"),
        runs("2", "import os\nos._exit(1)"),
        runs("3", "x + 1"),
        answers("4", "21"),
    ]
    talk = Talk(tmp_path, script, approve="auto")
    result = await talk.ask()
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
    talk = Talk(tmp_path, script, approve="auto")
    await talk.ask()
    assert "cells run again: 1." in talk.returned()[1].text
    assert "gone" not in talk.returned()[1].text
    assert talk.returned()[2].ok


async def test_a_question_is_needed_and_its_data(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="question is empty"):
        await Talk(tmp_path / "a", []).ask("  ")
    with pytest.raises(BadInput, match="There is no file or folder"):
        await Talk(tmp_path / "b", []).ask(data=[tmp_path / "no.csv"])
