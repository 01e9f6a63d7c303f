"""The cell's view: which blocks there are, what they say, what is published when."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

import pytest
from analyst_kernels import DisplayData, ExecuteResult, Stream

from analyst.events import (
    Asked,
    CallDecided,
    Continued,
    Event,
    Live,
    Notice,
    Opened,
    OutputDelta,
    PlanDecided,
    TextDelta,
    Usage,
)
from analyst.views.cell import CellView, blocks_of

from .front import Clock, Front
from .pictures import drawn


def show(events: Iterable[Event | Live], seconds: float = 1.0, *, rich: bool = True) -> Front:
    """Each event this long after the one before it."""
    front, clock = Front(), Clock()
    view = CellView(front, rich=rich, clock=clock, run="r1")
    for event in events:
        view(event)
        clock.now += seconds
    view.close()
    return front


def test_plan_steps_figures_answer_each_in_a_block_of_its_own(penguins: Any) -> None:
    penguins.events[-4:] = []
    penguins.cell("# draw it\nplot()", drawn()).finish("s2", "Drawn.").answer("It is **b**.")
    front = show(penguins.events)
    assert [plain.split("\n")[0] for plain in front.plain] == [
        "openai/gpt-5 · penguins.csv (1,344 rows × 2 columns)",
        "Plan",
        "✓ Step 1: Load the data (5.0 s)",
        "✓ Step 2: Compare the species (3 cells · repaired after KeyError · 11.0 s)",
        "[Figure: Mass of <birds>. all: bars, line, across mass (g), up birds]",
        "It is **b**.",
    ]
    figure = list(front.outputs.values())[4]
    assert set(figure["data"]) == {"image/png", "text/plain"}
    assert figure["metadata"]["image/png"]["alt"] == front.plain[4][9:-1]
    assert not any("base64" in output["data"].get("text/html", "") for output in front.outputs.values())


def test_the_same_blocks_come_from_the_finished_log(penguins: Any) -> None:
    at = [100.0 + number for number in range(len(penguins.events))]
    made = blocks_of(penguins.events, at=at, run="r1")
    shown = list(show(penguins.events).outputs.values())
    assert [dict(block.data) for block in made] == [output["data"] for output in shown]
    assert [dict(block.metadata) for block in made] == [output["metadata"] for output in shown]
    assert [block.key for block in made] == ["head", "plan", "part-1", "part-2", "answer"]


def test_a_step_is_open_while_it_is_worked_on_and_folded_at_its_end(Story: Any) -> None:
    story = Story().ask("?").plan("look").start("s1")
    story.add(CallDecided(story.call(code="print(1)\n\nslow()"), True))
    front, clock = Front(), Clock()
    view = CellView(front, clock=clock)
    for event in story.events:
        view(event)
        clock.now += 1
    step = list(front.outputs.values())[2]["data"]
    assert '<details class="doing" open>' in step["text/html"]
    assert ">>> print(1)\n... \n>>> slow()\n\n◐ Running code …" in step["text/plain"]
    view(OutputDelta("call-2", Stream("stdout", "half\n")))
    assert ">>> slow()\nhalf\n\n◐ Running code …" in list(front.outputs.values())[2]["data"]["text/plain"]
    view.close()
    step = list(front.outputs.values())[2]["data"]
    assert '<details class="failed">' in step["text/html"]
    assert "Not known to have run" in step["text/plain"]


def test_a_finished_block_is_never_touched_again(penguins: Any) -> None:
    front = show(penguins.events, 0.001)
    finished: set[str] = set()
    for display_id, plain, _ in front.calls:
        assert display_id not in finished
        if plain.startswith(("✓ Step", "✗ Step", "[Figure")):
            finished.add(display_id)
    assert len(finished) == 2


def test_streamed_text_is_seen_at_most_ten_times_a_second(Story: Any) -> None:
    events = [*Story().ask("?").events, *(TextDelta(f"word{n} ") for n in range(1000))]
    front = show(events, 0.01)
    assert 80 <= front.updates <= 105
    said = [plain for _, plain, _ in front.calls if "The model is writing" in plain]
    assert "word900" in said[-1]


def test_what_begins_to_run_is_seen_even_in_a_hurry(Story: Any) -> None:
    story = Story().ask("?")
    for number in range(9):
        story.cell(f"x{number} = 1")
    story.add(CallDecided(story.call(code="hours()"), True))
    front = Front()
    view = CellView(front, clock=Clock())
    for event in story.events:
        view(event)
    assert "hours()" in front.plain[-1]
    assert "◐ Running code …" in front.plain[-1]


async def test_what_was_left_out_in_a_hurry_is_drawn_soon_after() -> None:
    front = Front()
    view = CellView(front)
    for event in (Asked("?"), *(TextDelta(f"word{n} ") for n in range(50))):
        view(event)
    assert "word49" not in front.plain[-1]
    for _ in range(500):
        if "word49" in front.plain[-1]:
            break
        await asyncio.sleep(0.02)
    assert "word49" in front.plain[-1]
    view.close()


def test_a_terminal_gets_each_finished_block_once_as_plain_text(penguins: Any) -> None:
    front = show(penguins.events, rich=False)
    assert front.updates == 0
    assert all(set(output["data"]) == {"text/plain"} for output in front.outputs.values())
    assert [plain.split(" ")[0] for plain in front.plain] == ["openai/gpt-5", "✓", "✓", "Plan\n✓", "Species"]


def test_the_record_beside_the_answer(penguins: Any) -> None:
    *others, answer = show(penguins.events).outputs.values()
    assert answer["metadata"]["analyst"] == {
        "run": "r1",
        "model": "openai/gpt-5",
        "status": "answered",
        "question": "Which species is heaviest?",
        "usage": {"calls": 7, "tokens": 7700, "usd": 0.007},
        "seconds": 20.0,
        "cells": 3,
    }
    assert not any("analyst" in output["metadata"] for output in others)
    cost = "openai/gpt-5 · 7 model calls · 7,700 tokens · 0.0070 USD · 3 cells (1 failed) · 20.0 s"
    assert answer["data"]["text/plain"].endswith(cost)
    assert f"<small>{cost}</small>" in answer["data"]["text/html"]


def test_without_a_plan_there_is_one_block_of_work(Story: Any) -> None:
    story = (
        Story("rules").ask("How many?").cell("# count the rows\nlen(df)", ExecuteResult({"text/plain": "3"}))
    )
    front = show(story.answer("3").events)
    assert [plain.split("\n")[0] for plain in front.plain] == [
        "rules",
        "✓ Code: count the rows (1.0 s)",
        "3",
    ]


def test_a_plan_that_comes_late_stands_after_the_work_before_it(Story: Any) -> None:
    story = Story().ask("?").cell("look()").plan("one").start("s1").finish("s1", "ok").answer("a")
    keys = ["head", "part-0", "plan", "part-1", "answer"]
    assert [block.key for block in blocks_of(story.events)] == keys
    assert [p.split("\n")[0][:8] for p in show(story.events).plain] == [
        "openai/g",
        "✓ Code: ",
        "Plan",
        "✓ Step 1",
        "a",
    ]


def test_remarks_within_the_work(Story: Any) -> None:
    story = Story().ask("?").plan("one", "two").start("s1").refuse("!rm -r /", "it deletes")
    story.finish("s1", "cannot be had", ok=False).revise("the file is not there", s3="ask").start("s3")
    words = "\n".join(
        block.data["text/plain"] for block in blocks_of(story.finish("s3", "asked").answer("a").events)
    )
    assert "✗ Step 1: one" in words
    assert "Refused: !rm -r /. it deletes" in words
    assert "Plan revised: the file is not there" in words
    assert "✓ Step 1: ask" in words


def test_a_notice_is_shown_while_it_matters(Story: Any) -> None:
    story = Story().ask("?")
    front, clock = Front(), Clock()
    view = CellView(front, clock=clock)
    for event in (*story.events, Notice("busy, trying again in 2 s")):
        view(event)
        clock.now += 1
    assert "Note: busy, trying again in 2 s" in list(front.outputs.values())[0]["data"]["text/html"]
    assert "Note: busy, trying again in 2 s" in front.plain[0]
    for event in story.cell("1").answer("a").events[3:]:
        view(event)
    assert not any("trying again" in plain for plain in front.plain)


@pytest.mark.parametrize(
    ("reason", "detail", "words"),
    [
        (None, "", "No answer: the run has not ended"),
        ("model", "It said no.", "No answer (the model could not be asked)\n\nIt said no."),
        ("plan only", "That is the plan.", "Only the plan was wanted\n\nThat is the plan."),
    ],
)
def test_an_end_without_an_answer(Story: Any, reason: Any, detail: str, words: str) -> None:
    story = Story().ask("?").plan("look")
    if reason:
        story.stop(reason, detail)
    assert show(story.events).plain[-1].startswith(words)


def test_a_partial_answer_says_so_first(Story: Any) -> None:
    story = Story().ask("?").stop("interrupted", "You stopped it.").answer("half", partial=True)
    answer = list(show(story.events).outputs.values())[-1]
    assert answer["data"]["text/plain"].startswith("Partial answer (interrupted)\n\nYou stopped it.\n\nhalf")
    assert answer["metadata"]["analyst"]["status"] == "partial"


def test_a_run_that_goes_on_is_shown_anew_with_what_was_done(Story: Any) -> None:
    story = Story().ask("?").cell("1").stop("steps", "over").answer("half", partial=True)
    story.add(Continued()).cell("2").answer("whole")
    front = show(story.events)
    assert sum(plain.startswith("half") or "\nhalf" in plain for plain in front.plain) == 1
    assert front.plain[-1].startswith("whole")


def test_several_questions_one_after_the_other(Story: Any) -> None:
    story = Story().ask("one?").answer("1").ask("two?").cell("2").answer("2")
    assert [plain.split("\n")[0] for plain in show(story.events).plain] == [
        "openai/gpt-5", "1", "openai/gpt-5", "✓ Code: 2 (1.0 s)", "2",
    ]  # fmt: skip
    assert len(blocks_of(story.events)) == 5


def test_a_refused_plan_stays_and_says_so(Story: Any) -> None:
    story = Story().ask("?").plan("one").add(PlanDecided(False, note="too long")).answer("a")
    assert "Plan (refused)\n○ 1. one" in show(story.events).plain


def test_before_a_question_nothing_is_shown() -> None:
    front = show([Opened("", (), {}, "m", "", 0, False, {}, {}), Notice("n"), TextDelta("t")])
    assert front.calls == []


def test_a_price_that_is_not_known(Story: Any) -> None:
    story = Story().ask("?")
    story.call("look", Usage(10, 1))
    answer = list(show(story.answer("a").events).outputs.values())[-1]
    assert answer["metadata"]["analyst"]["usage"]["usd"] is None


def test_figures_come_as_soon_as_their_cell_has_run(Story: Any) -> None:
    story = Story().ask("?").plan("draw").start("s1").cell("plot()", drawn(2), drawn(3), drawn(2))
    bad = DisplayData({"image/png": "no picture", "text/plain": "x"})
    story.cell("again()", bad)
    front, clock = Front(), Clock()
    view = CellView(front, clock=clock)
    for event in story.events:
        view(event)
        clock.now += 1
    kinds = ["image/png" in output["data"] for output in front.outputs.values()]
    assert kinds == [False, False, False, True, True]
    assert "A figure that is not shown here." in list(front.outputs.values())[2]["data"]["text/html"]
    view.close()
