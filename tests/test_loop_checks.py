"""Answers are checked before they are given, and go back once."""

from __future__ import annotations

from pathlib import Path

from analyst.errors import ModelUnavailable
from analyst.events import Answered, Checked, ContractSet
from analyst.models import Reply
from tests.scripts import answers, runs, says
from tests.talk import Talk

LOOKED = runs("1", "print('total weight', 5076.02)")


def statuses(talk: Talk) -> list[list[str]]:
    return [[claim.status for claim in event.claims] for event in talk.all(Checked)]


async def test_a_number_that_nothing_shows_goes_back_once_and_is_mended(tmp_path: Path) -> None:
    talk = Talk(
        tmp_path,
        [LOOKED, answers("2", "The total weight is 6076.02."), answers("3", "The total weight is 5076.02.")],
    )
    result = await talk.ask("What is the total weight?")
    assert (result.status, result.answer) == ("answered", "The total weight is 5076.02.")
    assert statuses(talk) == [["unsupported"], ["supported"]]
    told = talk.model.seen[-1][-1]
    assert (told["role"], told["tool_call_id"]) == ("tool", "2")
    assert "6076.02: no output shows it" in str(told["content"])


async def test_what_is_still_not_shown_is_given_and_marked(tmp_path: Path) -> None:
    wrong: list[Reply | Exception] = [
        LOOKED,
        says("The total weight is 6076.02."),
        says("The total weight is 6076.02."),
    ]
    talk = Talk(tmp_path, wrong)
    result = await talk.ask("What is the total weight?")
    assert result.status == "answered"
    assert statuses(talk) == [["unsupported"], ["unsupported"]]
    assert [event.told != "" for event in talk.all(Checked)] == [True, False]


async def test_a_model_that_cannot_be_asked_again_leaves_the_answer_as_it_was(tmp_path: Path) -> None:
    talk = Talk(tmp_path, [LOOKED, answers("2", "The total weight is 6076.02."), ModelUnavailable("gone")])
    result = await talk.ask("What is the total weight?")
    assert (result.status, result.answer) == ("answered", "The total weight is 6076.02.")
    assert not talk.all(Answered)[-1].partial


async def test_where_no_turn_is_left_nothing_goes_back(tmp_path: Path) -> None:
    talk = Talk(tmp_path, [LOOKED, answers("2", "The total weight is 6076.02.")], max_steps=2)
    assert (await talk.ask("What is the total weight?")).status == "answered"
    assert statuses(talk) == [["unsupported"]]


async def test_a_missing_value_of_the_contract_goes_back(tmp_path: Path) -> None:
    script = [LOOKED, answers("2", "Done."), answers("3", "@total[5076.02]", total="5076.02")]
    talk = Talk(tmp_path, script)
    result = await talk.ask("What is the total weight? @total[two decimals]")
    assert [w.name for w in talk.all(ContractSet)[0].contract.values] == ["total"]
    assert talk.all(Checked)[0].unkept == ("@total[…] is missing.",)
    assert (result.named, talk.all(Checked)[1].unkept) == ({"total": "5076.02"}, ())
