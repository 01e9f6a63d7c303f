"""Stop after any fact; resume; the log ends the same. The run plans, repairs, revises, is refused and hits a limit."""

from __future__ import annotations

import asyncio
from contextlib import closing
from pathlib import Path

import pytest
from analyst_kernels.fake import FakeKernel

from analyst.events import (
    Answered,
    CallDecided,
    Event,
    Live,
    ModelReplied,
    Notice,
    PlanRevised,
    StepFinished,
    Stopped,
    ToolReturned,
)
from analyst.log import Log, read
from analyst.messages import project, sha
from analyst.models import Reply
from analyst.models.scripted import ScriptedModel
from analyst.result import Result
from analyst.session import Session
from analyst.settings import Settings
from tests.scripts import answers, call, does, runs

STEPS = [{"id": "s1", "goal": "load"}, {"id": "s2", "goal": "count the ships"}, {"id": "s3", "goal": "tell"}]
MENDED = [STEPS[0], {"id": "s2", "goal": "count the rows"}, STEPS[2]]
SCRIPT = [
    does(call("c1", "propose_plan", steps=STEPS)),
    runs("c2", "rows = [1, 2, 3]"),
    does(call("c3", "finish_step", result="3 rows loaded"), call("c4", "python", code="total = sum(row)")),
    runs("c5", "total = sum(rows)\ntotal"),
    runs("c6", "import subprocess\nsubprocess.run(['ls'])"),
    does(call("c7", "finish_step", result="no ships there", reached=False)),
    does(call("c8", "revise_plan", steps=MENDED, reason="the data has rows, not ships")),
    does(call("c9", "inspect", target="rows"), call("c10", "search_output", cell=3, pattern="6")),
    runs("c11", "print(len(rows))"),
    does(call("c12", "python", code="x = 1"), call("c13", "no_such_tool")),
    answers("c14", "The total is 6 and there are 3 rows.", total="6"),
]
SETTINGS = Settings(max_steps=10)


async def answer(
    folder: Path, script: list[Reply], *, resume: bool = False
) -> tuple[Result, list[Event | Live]]:
    heard: list[Event | Live] = []
    model = ScriptedModel(script)
    async with Session(
        model, folder=folder, kernel=FakeKernel(), settings=SETTINGS, listeners=[heard.append]
    ) as s:
        return (await s.resume() if resume else await s.ask("How many?")), heard


def events(folder: Path) -> tuple[Event, ...]:
    return tuple(line.event for line in read(folder))


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Event, ...]:
    folder = tmp_path_factory.mktemp("whole")
    result, _ = asyncio.run(answer(folder, SCRIPT))
    assert result.status == "partial"
    assert result.named == {"total": "6"}
    return events(folder)


CUTS = 41
"""Facts of the run. `test_the_run_is_what_it_says` fails when this is not all of them."""


def test_the_run_is_what_it_says(whole: tuple[Event, ...]) -> None:
    assert len(whole) == CUTS
    assert isinstance(whole[-1], Answered)
    assert whole[-1].partial
    assert [e.reason for e in whole if isinstance(e, Stopped)] == ["steps"]
    assert [e.ok for e in whole if isinstance(e, StepFinished)] == [True, False]
    assert any(isinstance(e, PlanRevised) for e in whole)
    assert [e.allowed for e in whole if isinstance(e, CallDecided)].count(False) == 1
    cells = [e for e in whole if isinstance(e, ToolReturned) and e.cell]
    assert [c.ok for c in cells] == [True, False, True, True, True]


# after the first fact, `Opened`, nothing was asked: there is nothing to resume
@pytest.mark.parametrize("cut", range(2, CUTS))
async def test_resumes_after_any_fact(cut: int, tmp_path: Path, whole: tuple[Event, ...]) -> None:
    with closing(Log(tmp_path)) as log:
        for event in whole[:cut]:
            log.append(event)
    said = sum(isinstance(e, ModelReplied) for e in whole[:cut])
    result, _ = await answer(tmp_path, SCRIPT[said:], resume=True)
    assert events(tmp_path) == whole
    assert result.answer == "The total is 6 and there are 3 rows."


def test_the_log_projects_to_what_was_sent(whole: tuple[Event, ...]) -> None:
    for number, event in enumerate(whole):
        if isinstance(event, ModelReplied):
            assert sha(project(whole[:number])) == event.prompt_sha


async def test_a_call_that_may_have_run_is_not_run_again_in_silence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code = "with open('effect.txt', 'a') as f:\n    f.write('once')"
    script = [runs("c1", code), answers("c2", "It was written.")]
    first = tmp_path / "first"
    with closing(Log(tmp_path / "cut")) as log:
        await answer(first, script)
        for event in events(first):
            log.append(event)
            if isinstance(event, CallDecided):
                break
    result, _ = await answer(tmp_path / "cut", script[1:], resume=True)
    assert result.status == "answered"
    returned = [e for e in events(tmp_path / "cut") if isinstance(e, ToolReturned)]
    assert [(r.ok, r.ending) for r in returned] == [(False, "unknown")]
    assert "may have had its effects" in returned[0].text
    assert (tmp_path / "effect.txt").read_text() == "once"


async def test_a_harmless_call_that_was_cut_is_run_again_and_said(tmp_path: Path) -> None:
    script = [runs("c1", "6 * 7"), answers("c2", "42")]
    await answer(tmp_path / "first", script)
    with closing(Log(tmp_path / "cut")) as log:
        for event in events(tmp_path / "first"):
            log.append(event)
            if isinstance(event, CallDecided):
                break
    _, heard = await answer(tmp_path / "cut", script[1:], resume=True)
    assert any(isinstance(e, Notice) and "run again" in e.text for e in heard)
    assert events(tmp_path / "cut") == events(tmp_path / "first")


async def test_a_stopped_run_goes_on_when_the_limit_is_raised(tmp_path: Path) -> None:
    settings = Settings(max_steps=1)
    script = [runs("c1", "x = 41"), answers("c2", "Only x is known.")]
    async with Session(
        ScriptedModel(script), folder=tmp_path, kernel=FakeKernel(), settings=settings
    ) as session:
        first = await session.ask("What is x + 1?")
    assert (first.status, first.stopped and first.stopped.reason) == ("partial", "steps")
    script = [runs("c3", "x + 1"), answers("c4", "42")]
    async with Session(ScriptedModel(script), folder=tmp_path, kernel=FakeKernel()) as session:
        second = await session.resume()
    assert (second.status, second.answer) == ("answered", "42")
    assert [e.ok for e in events(tmp_path) if isinstance(e, ToolReturned)] == [True, True]
