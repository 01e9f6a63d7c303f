"""The log as a person would tell it: questions, parts, cells, and what was remarked between them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyst.events import (
    Answered,
    Asked,
    Call,
    CallDecided,
    Compacted,
    Continued,
    Event,
    PlanDecided,
    PlanStep,
    ToolReturned,
    Usage,
)
from analyst.story import Cell, Part, Spent, Story, Turn, Unrun, read
from tests.views.conftest import Story as Log
from tests.views.conftest import failure
from tests.views.test_any_log import text, turns


def one(log: Log) -> Story:
    (story,) = read(log.events)
    return story


def outline(story: Story) -> list[tuple[str, list[str]]]:
    """Parts that are not empty: the step's id, and each entry in a word or two."""
    return [
        (part.step.id if part.step else "", [_said(e) for e in part.entries])
        for part in story.parts
        if part.step or part.entries
    ]


def _said(entry: Cell | Unrun | Turn) -> str:
    match entry:
        case Cell(code):
            return code
        case Unrun(call, fate):
            return f"{fate}: {call.code}"
        case Turn(kind):
            return kind


def test_nothing_was_asked() -> None:
    assert read([]) == []
    assert read(Log().events) == []


def test_cells_stand_in_the_step_in_which_they_ran() -> None:
    log = Log().ask("?", "/data/penguins.csv").cell("\nfirst\n").plan("load", "compare").start("s1").cell("a")
    log.finish("s1", "done").cell("between").start("s2").cell("b").finish("s2", "no", ok=False).answer("c")
    story = one(log)
    assert outline(story) == [("", ["first"]), ("s1", ["a"]), ("", ["between"]), ("s2", ["b"])]
    assert [cell.returned.cell for cell in story.cells] == [1, 2, 3, 4]
    assert {id: (end.ok, end.result) for id, end in story.finished.items()} == {
        "s1": (True, "done"),
        "s2": (False, "no"),
    }
    assert [part.number for part in story.parts if part.step] == [1, 2]
    assert [table["rows"] for table in story.tables] == [1344]
    assert story.answered
    assert story.answered.text == "c"


def test_a_failed_cell_is_a_cell() -> None:
    story = one(Log().ask("?").cell("1/0", failure("ZeroDivisionError", "division by zero")).cell("1"))
    assert [(cell.code, cell.returned.ok) for cell in story.cells] == [("1/0", False), ("1", True)]


def test_a_revision_opens_what_was_given_up_and_keeps_what_was_reached() -> None:
    log = (
        Log().ask("?").plan("a", "b").start("s1").finish("s1", "yes").start("s2").finish("s2", "no", ok=False)
    )
    story = one(log.revise("no sheet", s1="a", s3="c", s2="b in another way").start("s2"))
    assert set(story.finished) == {"s1"}
    assert outline(story) == [("s1", []), ("s2", []), ("", ["plan revised"]), ("s2", [])]
    assert (story.parts[-1].step, story.parts[-1].number) == (PlanStep("s2", "b in another way"), 3)
    assert [step.id for step in story.not_begun] == ["s3"]


def test_a_step_goes_on_after_a_stop_and_after_a_remark() -> None:
    log = Log().ask("?").plan("a").start("s1").cell("1").stop("time", "It was 9 s.").add(Continued())
    story = one(log.cell("2").add(Compacted("…")).cell("3").finish("s1", "done"))
    assert outline(story) == [("s1", ["1", "continued", "2", "compacted", "3"])]
    assert story.parts[-1].finished == story.finished["s1"]
    assert story.stopped is None
    assert Turn("continued", "It was 9 s.") in story.parts[-1].entries


def test_the_latest_start_of_a_step_is_the_one_that_ends() -> None:
    story = one(Log().ask("?").plan("a").start("s1").revise("odd", s1="a").start("s1").finish("s1", "done"))
    assert [part.finished is not None for part in story.parts] == [False, False, True]


def test_a_step_that_no_plan_has_is_told_all_the_same() -> None:
    story = one(Log().ask("?").finish("lost", "found").start("odd"))
    assert story.parts[1:] == [
        Part(PlanStep("lost", "lost"), finished=story.finished["lost"]),
        Part(PlanStep("odd", "odd")),
    ]


def test_a_refused_plan_and_one_that_was_changed() -> None:
    log = Log().ask("?").plan("a", "b").add(PlanDecided(False, note="too slow"))
    story = one(log)
    assert story.refused
    assert list(story.not_begun) == []
    assert story.parts[0].entries == [Turn("plan refused", "too slow")]
    changed = (PlanStep("s1", "quick"),)
    again = one(log.plan("a").add(PlanDecided(True, changed)))
    assert (again.refused, again.plan, list(again.not_begun)) == (False, changed, [*changed])


def test_calls_that_did_not_run_as_far_as_is_known() -> None:
    log = Log().ask("?").refuse("drop()", "not my files")
    doubtful = log.call(code="send()")
    log.add(CallDecided(doubtful, True), ToolReturned(doubtful, False, "Nobody knows."))
    early = log.call(code="early()")
    log.add(ToolReturned(early, False, "A plan is wanted first."))
    looked = log.call("inspect", target="df")
    log.add(ToolReturned(looked, False, "no such variable"))
    log.add(CallDecided(log.call(code="last()"), True))
    (part,) = one(log).parts
    assert [(e.call.code, e.fate, e.why) for e in part.entries if isinstance(e, Unrun)] == [
        ("drop()", "refused", "not my files"),
        ("send()", "in doubt", "Nobody knows."),
        ("early()", "declined", "A plan is wanted first."),
        ("last()", "in doubt", "The run ended before it returned."),
    ]
    assert len(part.entries) == 4


def test_what_ran_when_the_run_stopped_is_in_doubt_before_it_goes_on() -> None:
    log = Log().ask("?")
    log.add(CallDecided(log.call(code="send()"), True)).stop("interrupted", "By you.").answer(
        "half", partial=True
    )
    story = one(log.add(Continued()))
    assert outline(story) == [("", ["in doubt: send()", "continued"])]
    assert story.answered is None


def test_each_question_has_its_own_story_model_and_cost() -> None:
    log = Log("m1").ask("First?").cell("1").answer("one")
    log.model = "m2"
    first, second = read(log.ask("Second?").cell("2").events)
    assert (first.asked.question, first.model, first.spent.calls) == ("First?", "m1", 2)
    assert (second.asked.question, second.model, second.spent.calls) == ("Second?", "m2", 1)
    assert [cell.returned.cell for cell in second.cells] == [2]


def test_the_time_between_a_stop_and_its_continuation_does_not_count() -> None:
    log = Log().ask("?").stop("steps", "over").add(Continued(), Answered("a"))
    at = [5.0, 10.0, 11.0, 13.0, 1000.0, 1004.0]
    assert [story.seconds for story in read(log.events, at)] == [7.0]
    assert [story.seconds for story in read(log.events)] == [None]


@pytest.mark.parametrize(
    ("usages", "words"),
    [
        ([], "0 model calls · 0 tokens · free"),
        ([Usage(1000, 5, usd=0.5), Usage(1, 1, usd=0.25)], "2 model calls · 1,007 tokens · 0.7500 USD"),
        ([Usage(10, 5), Usage(10, 5, usd=0.5)], "2 model calls · 30 tokens · price unknown"),
        ([Usage(), Usage(10, 5, usd=0.00001)], "2 model calls · 15 tokens · under 0.0001 USD"),
    ],
)
def test_what_was_spent(usages: list[Usage], words: str) -> None:
    spent = Spent()
    for usage in usages:
        spent = spent.plus(usage)
    assert str(spent) == words


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 8).flatmap(lambda n: st.tuples(*(turns(number) for number in range(n)))), text)
def test_any_log_is_told_with_every_cell_that_had_code_once(
    log: tuple[list[Event], ...], question: str
) -> None:
    events: list[Event] = [Asked(question), *(event for turn in log for event in turn)]
    code = {
        call.id: call.code
        for event in events
        for call in getattr(event, "calls", ())
        if isinstance(call, Call)
    }
    ran = [e for e in events if isinstance(e, ToolReturned) and e.cell and code[e.call_id]]
    stories = read(events)
    assert [cell.returned for story in stories for cell in story.cells] == ran
    assert [s.asked for s in stories] == [e for e in events if isinstance(e, Asked)]
