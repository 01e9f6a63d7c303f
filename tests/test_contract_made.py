"""The contract comes from the question, from the model with its plan, and from a person; the last one is checked."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from analyst_kernels.fake import FakeKernel

from analyst.events import (
    Checked,
    Contract,
    ContractSet,
    Event,
    ModelReplied,
    Opened,
    PlanDecided,
    PlanProposed,
    PlanStep,
    Wanted,
)
from analyst.host import Nobody
from analyst.log import Log, read
from analyst.messages import project, sha
from analyst.models.scripted import ScriptedModel
from analyst.session import Session
from tests.scripts import answers, call, does, runs
from tests.talk import Talk

STEP = [{"id": "a", "goal": "add"}]
WANTED = {"quantities": ["sum of paid"], "filters": ["only the south"], "decimals": 1}
PLAN = does(call("p", "propose_plan", steps=STEP, wanted=WANTED))
WORK = [
    does(call("1", "python", code="print('sum of paid', 6.5)")),
    does(call("2", "finish_step", result="6.5")),
]
QUESTION = "What is the sum of paid?"


async def test_the_models_contract_comes_with_its_plan_and_is_checked(tmp_path: Path) -> None:
    long, right = answers("3", "It is 6.50, the sum of paid."), answers("4", "The sum of paid is 6.5.")
    talk = Talk(tmp_path, [PLAN, *WORK, long, right])
    assert (await talk.ask(QUESTION)).answer == "The sum of paid is 6.5."
    first, second = talk.all(ContractSet)
    assert (first.by, first.contract.quantities) == ("question", ("total",))
    assert (second.by, second.contract.filters, second.contract.decimals) == ("model", ("only the south",), 1)
    assert talk.all(Checked)[0].unkept == ("1 decimal is asked for, and 6.50 has more.",)
    assert len(talk.model.seen) == 5  # no call more than without


async def test_a_plan_without_a_contract_leaves_the_questions_own(tmp_path: Path) -> None:
    talk = Talk(tmp_path, [does(call("p", "propose_plan", steps=STEP)), *WORK, answers("3", "It is 6.5.")])
    await talk.ask(QUESTION)
    assert [e.by for e in talk.all(ContractSet)] == ["question"]


async def test_a_contract_of_no_such_form_is_told_to_the_model(tmp_path: Path) -> None:
    wrong = does(call("p", "propose_plan", steps=STEP, wanted={"colour": "red"}))
    talk = Talk(tmp_path, [wrong, runs("1", "print(1)"), answers("2", "1")])
    await talk.ask(QUESTION)
    assert "colour" in talk.returned()[0].text


class Editor(Nobody):
    """Takes the plan and changes what the answer must contain."""

    async def review(self, steps: Sequence[PlanStep]) -> PlanDecided:  # noqa: ARG002
        return PlanDecided(accepted=True, contract=Contract((Wanted("total", 1),), ("sum",)))


async def edited(folder: Path) -> tuple[Event, ...]:
    script = [PLAN, *WORK, answers("3", "6.5"), answers("4", "@total[6.5]")]
    talk = Talk(folder, script)
    result = await talk.ask(QUESTION, host=Editor())
    assert result.named == {"total": "6.5"}
    return tuple(line.event for line in read(folder))


async def test_a_person_changes_it_and_the_model_hears_of_it(tmp_path: Path) -> None:
    facts = await edited(tmp_path)
    assert [e.by for e in facts if isinstance(e, ContractSet)] == ["question", "model", "person"]
    assert "total (1 decimal)" in str(project(facts))
    assert next(e for e in facts if isinstance(e, Checked)).unkept == ("@total[…] is missing.",)


@pytest.mark.parametrize("kind", [PlanProposed, PlanDecided])
async def test_a_crash_before_it_is_written_down_loses_nothing(kind: type[Event], tmp_path: Path) -> None:
    whole = await edited(tmp_path / "whole")
    cut = next(n for n, e in enumerate(whole) if isinstance(e, kind)) + 1
    with closing(Log(tmp_path / "cut")) as log:
        for event in whole[:cut]:
            log.append(event)
    rest = [*WORK, answers("3", "6.5"), answers("4", "@total[6.5]")]
    async with Session(
        ScriptedModel(rest), folder=tmp_path / "cut", kernel=FakeKernel(), host=Editor()
    ) as session:
        await session.resume()
        assert session.events == whole


async def test_a_log_from_before_some_words_goes_on_with_todays(tmp_path: Path) -> None:
    """Its own words hold where it has them, so that what was sent is what it projects to."""
    whole = await edited(tmp_path / "new")
    older = {"contract", "refuted", "review", "reviewer"}
    with closing(Log(tmp_path / "old")) as log:
        for event in whole:
            if isinstance(event, Opened):
                kept = {name: text for name, text in event.prompts.items() if name not in older}
                event = replace(event, prompts={**kept, "noted": "Noted down."})
            if isinstance(event, PlanDecided):
                break
            log.append(event)
    rest = [*WORK, answers("3", "6.5"), answers("4", "@total[6.5]")]
    async with Session(
        ScriptedModel(rest), folder=tmp_path / "old", kernel=FakeKernel(), host=Editor()
    ) as session:
        assert (await session.resume()).named == {"total": "6.5"}
        facts = session.events
    assert "The user changed what the answer must contain" in str(project(facts))
    assert "Noted down." in str(project(facts))
    replied = [n for n, e in enumerate(facts) if isinstance(e, ModelReplied)]
    for n in replied[1:]:
        event = facts[n]
        assert isinstance(event, ModelReplied)
        assert sha(project(facts[:n])) == event.prompt_sha
