"""A person changes the plan while it is worked on, or wants to be asked before a step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from analyst_kernels.fake import FakeKernel

from analyst import story
from analyst.events import (
    Answered,
    Call,
    CallDecided,
    Event,
    Live,
    ModelReplied,
    Notice,
    PlanDecided,
    PlanRevised,
    PlanStep,
    StepFinished,
    StepStarted,
)
from analyst.host import Host, Nobody
from analyst.log import read
from analyst.messages import project, sha
from analyst.models import Reply
from analyst.models.scripted import ScriptedModel
from analyst.session import Session
from analyst.state import State
from tests.scripts import answers, call, does, says
from tests.talk import PLAN

A, B = PlanStep("a", "look", "rows"), PlanStep("b", "count")


class Editing:
    """A run in which a person changes the plan once, as soon as a fact of a kind is there."""

    def __init__(
        self, folder: Path, script: Sequence[Reply], at: Event, steps: Sequence[PlanStep], *seen: str
    ) -> None:
        self.folder, self.model = folder, ScriptedModel(script)
        self.at, self.steps, self.seen = at, steps, seen or ("a", "b")
        self.told: list[str] = []

    async def ask(self, host: Host | None = None) -> list[Event]:
        async with Session(
            self.model, folder=self.folder, kernel=FakeKernel(), host=host, listeners=[self]
        ) as self.session:
            await self.session.ask("?")
            return list(self.session.events)

    def __call__(self, event: Event | Live) -> None:
        if isinstance(event, Notice):
            self.told.append(event.text)
        elif event == self.at:
            self.session.replan(self.steps, self.seen)


def begun(events: Sequence[Event]) -> list[str]:
    return [e.step_id for e in events if isinstance(e, StepStarted)]


async def test_what_is_not_begun_can_be_changed_and_holds_before_the_next_step(tmp_path: Path) -> None:
    wanted = [PlanStep("c", "draw"), PlanStep("b", "count twice")]
    script = [PLAN, says("looked"), says("drawn"), says("counted"), answers("z", "done")]
    talk = Editing(tmp_path, script, StepStarted("a"), wanted)
    events = await talk.ask()
    assert begun(events) == ["a", "c", "b"]
    (revised,) = [e for e in events if isinstance(e, PlanRevised)]
    assert revised == PlanRevised((A, *wanted), "changed by the user", "")
    assert events.index(revised) < events.index(StepFinished("a", True, "looked"))
    told = str(talk.model.seen[1][-1]["content"])
    assert "The user changed the plan" in told
    assert "b: count twice" in told
    (told_to_a_person,) = story.read(events)
    assert [s.goal for s in told_to_a_person.plan] == ["look", "draw", "count twice"]
    assert [f.ok for f in told_to_a_person.finished.values()] == [True] * 3


async def test_a_change_during_a_turn_waits_for_its_end(tmp_path: Path) -> None:
    """Else the log would not project to what the model was sent."""
    talk = Editing(tmp_path, [PLAN, says("looked"), answers("z", "done")], StepStarted("a"), [])
    events = await talk.ask()
    for at, event in enumerate(events):
        if isinstance(event, ModelReplied):
            assert sha(project(events[:at])) == event.prompt_sha
    assert [line.event for line in read(tmp_path)] == events
    assert begun(events) == ["a"]


async def test_what_is_begun_stays_as_it_was(tmp_path: Path) -> None:
    wanted = [PlanStep("b", "count all"), PlanStep("a", "look elsewhere")]
    talk = Editing(tmp_path, [PLAN, says("1"), says("2"), answers("z", "done")], StepStarted("a"), wanted)
    (revised,) = [e for e in await talk.ask() if isinstance(e, PlanRevised)]
    assert revised.steps == (A, PlanStep("b", "count all"))


async def test_the_same_plan_is_no_change(tmp_path: Path) -> None:
    talk = Editing(tmp_path, [PLAN, says("1"), says("2"), answers("z", "done")], StepStarted("a"), [A, B])
    assert not [e for e in await talk.ask() if isinstance(e, PlanRevised)]
    assert talk.told == []


async def test_a_change_of_another_plan_is_not_taken_and_that_is_said(tmp_path: Path) -> None:
    talk = Editing(
        tmp_path, [PLAN, says("1"), says("2"), answers("z", "done")], StepStarted("a"), [], "a", "x"
    )
    assert not [e for e in await talk.ask() if isinstance(e, PlanRevised)]
    assert "were not taken" in talk.told[0]


async def test_a_change_that_comes_too_late_is_not_taken(tmp_path: Path) -> None:
    end = Answered("done", call_id="z")
    talk = Editing(tmp_path, [PLAN, says("1"), says("2"), answers("z", "done")], end, [PlanStep("c", "more")])
    assert begun(await talk.ask()) == ["a", "b"]
    assert "were not taken" in talk.told[0]


async def test_a_step_that_failed_may_be_mended_by_the_person(tmp_path: Path) -> None:
    failed = StepFinished("a", False, "no", "f")
    script = [PLAN, does(call("f", "finish_step", reached=False, result="no")), says("1"), says("2"), answers("z", "done")]  # fmt: skip
    talk = Editing(tmp_path, script, failed, [PlanStep("a", "look again"), B])
    events = await talk.ask()
    assert begun(events) == ["a", "a", "b"]
    assert State.of(events).revisions == 0  # the model's own are what is bounded


# ── "ask me before this one" ────────────────────────────────────────────────────────────────────────────────────────


class Asked(Nobody):
    """A person who wants to be asked before some steps, and says yes or no."""

    def __init__(self, yes: bool, *wanted: str) -> None:
        self.yes, self.wanted = yes, wanted
        self.reasons: list[str] = []

    async def review(self, steps: Sequence[PlanStep]) -> PlanDecided:
        return PlanDecided(
            accepted=True, steps=tuple(replace(step, ask=step.id in self.wanted) for step in steps)
        )

    async def approve(self, call: Call, reasons: Sequence[str]) -> CallDecided:
        self.reasons += [call.code, *reasons]
        return CallDecided(
            call.id, allowed=self.yes, by="person", reason="" if self.yes else "the user said no"
        )


async def asked(folder: Path, host: Host, *script: Reply) -> tuple[list[Event], ScriptedModel]:
    model = ScriptedModel([PLAN, *script])
    async with Session(model, folder=folder, kernel=FakeKernel(), host=host) as session:
        await session.ask("?")
        return list(session.events), model


async def test_a_person_is_asked_before_the_step(tmp_path: Path) -> None:
    host = Asked(True, "b")
    events, model = await asked(tmp_path, host, says("looked"), says("counted"), answers("z", "done"))
    assert [e for e in events if isinstance(e, StepStarted)] == [StepStarted("a"), StepStarted("b", "person")]
    assert host.reasons == ["# count", "you want to be asked before this step"]
    assert "changed the plan" not in str(model.seen)  # to the model it is the same one


async def test_her_no_sends_the_plan_back(tmp_path: Path) -> None:
    revise = does(
        call("r", "revise_plan", steps=[{"id": "a", "goal": "look", "evidence": "rows"}], reason="not wanted")
    )
    events, model = await asked(tmp_path, Asked(False, "b"), says("looked"), revise, answers("z", "done"))
    assert begun(events) == ["a"]
    assert StepFinished("b", False, "Not begun: the user said no.") in events
    assert "the user said no" in str(model.seen[2][-1]["content"])
    assert [e.text for e in events if isinstance(e, Answered)] == ["done"]


async def test_where_nobody_is_there_it_is_refused_in_words_and_ends(tmp_path: Path) -> None:
    look = {"id": "a", "goal": "look", "evidence": "rows"}
    other, none = (
        does(call(f"r{n}", "revise_plan", steps=[look, *more], reason="nobody"))
        for n, more in enumerate([[{"id": "c", "goal": "guess"}], []])
    )
    model = ScriptedModel([says("looked"), other, none, answers("z", "done")])
    async with Session(model, folder=tmp_path, kernel=FakeKernel()) as session:
        await session.ask("?", steps=[A, replace(B, ask=True)])
    refused = [e for e in session.events if isinstance(e, StepFinished) and not e.ok]
    assert [e.step_id for e in refused] == ["b", "c"]
    assert all("nobody is there to ask" in e.result for e in refused)
    assert session.events[-1] == Answered("done", call_id="z")


async def test_the_models_revision_does_not_lose_it(tmp_path: Path) -> None:
    steps = [
        {"id": "a", "goal": "look", "evidence": "rows"},
        {"id": "b", "goal": "count"},
        {"id": "c", "goal": "tell"},
    ]
    revise = does(call("r", "revise_plan", steps=steps, reason="r"))
    host = Asked(True, "b")
    script = [revise, says("looked"), says("counted"), says("told"), answers("z", "done")]
    events, _ = await asked(tmp_path, host, *script)
    assert [(e.step_id, e.by) for e in events if isinstance(e, StepStarted)][-3:] == [("a", "policy"), ("b", "person"), ("c", "policy")]  # fmt: skip


async def test_what_the_model_puts_in_its_place_is_asked_for_too(tmp_path: Path) -> None:
    steps = [{"id": "a", "goal": "look", "evidence": "rows"}, {"id": "c", "goal": "count in another way"}]
    revise = does(call("r", "revise_plan", steps=steps, reason="r"))
    events, _ = await asked(tmp_path, Asked(True, "b"), revise, says("1"), says("2"), answers("z", "done"))
    assert StepStarted("c", "person") in events


async def test_it_can_be_wanted_while_the_plan_is_worked_on(tmp_path: Path) -> None:
    wanted = [replace(B, ask=True)]
    talk = Editing(tmp_path, [PLAN, says("1"), says("2"), answers("z", "done")], StepStarted("a"), wanted)
    host = Asked(True)
    events = await talk.ask(host)
    assert StepStarted("b", "person") in events
    assert host.reasons


def test_the_model_is_not_told_of_it() -> None:
    from analyst.tools.registry import TOOLS  # noqa: PLC0415 - only here

    assert "ask" not in str(TOOLS["propose_plan"].schema.parameters)
