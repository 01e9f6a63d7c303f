"""What the loop does with plans: wanted, given, changed by a person, refused, revised."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from analyst_kernels.fake import FakeKernel

from analyst.events import (
    Call,
    CallDecided,
    PlanDecided,
    PlanProposed,
    PlanStep,
    StepFinished,
    StepStarted,
)
from analyst.models import Reply
from analyst.models.scripted import ScriptedModel
from analyst.session import Session
from analyst.settings import Settings
from tests.scripts import answers, call, does, runs, says
from tests.talk import PLAN, STEPS, Talk


async def test_what_was_said_in_words_is_not_the_answer_again(tmp_path: Path) -> None:
    script = [runs("1", "1"), says("So far 1."), says("Now 2.")]
    async with Session(
        ScriptedModel(script), folder=tmp_path, kernel=FakeKernel(), settings=Settings(max_steps=1)
    ) as s:
        assert (await s.ask("?")).answer == "So far 1."
    async with Session(ScriptedModel(script[2:]), folder=tmp_path, kernel=FakeKernel()) as s:
        assert (await s.resume()).answer == "Now 2."


async def test_a_step_may_end_with_words(tmp_path: Path) -> None:
    talk = Talk(tmp_path, [PLAN, says("looked"), says("counted"), says("It was counted.")])
    result = await talk.ask()
    assert result.answer == "It was counted."
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
        CallDecided("1", allowed=True, by="person", reason="line 1 uses the network: socket")
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
