"""What the loop does: short runs, wrong calls, calls that only look."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyst.events import (
    Call,
    Live,
    OutputDelta,
)
from analyst.models import Reply
from tests.scripts import answers, call, does, runs, says
from tests.talk import Talk


async def test_an_easy_question_costs_two_turns(tmp_path: Path) -> None:
    talk = Talk(tmp_path, [runs("1", "print(6 * 7)"), answers("2", "It is 42: @value[42]")])
    result = await talk.ask("What is 6 × 7?")
    assert (result.status, result.answer) == ("answered", "It is 42: @value[42]")
    assert result.named == {"value": "42"}
    assert len(talk.model.seen) == 2
    assert [type(e).__name__ for e in talk.heard if not isinstance(e, Live)] == [
        "Opened", "Asked", "Surveyed", "ContractSet", "ModelReplied", "CallDecided", "ToolReturned", "ModelReplied", "Checked", "Answered",
    ]  # fmt: skip
    assert [e.output.text for e in talk.all(OutputDelta)] == ["42\n"]


async def test_words_without_a_call_are_an_answer(tmp_path: Path) -> None:
    result = await Talk(tmp_path, [says("There is no data.")]).ask()
    assert (result.status, result.answer) == ("answered", "There is no data.")


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
