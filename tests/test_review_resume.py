"""A review that is cut off goes on in the middle, one that is stopped leaves the answer, one that kills the kernel too."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest
from analyst_kernels.fake import FakeKernel

from analyst.events import (
    Answered,
    Event,
    Live,
    ModelReplied,
    Notice,
    Reviewed,
    ReviewerReplied,
    Stopped,
    ToolReturned,
    ToolSchema,
)
from analyst.log import Log, read
from analyst.models import Message, OnDelta, Reply
from analyst.models.scripted import ScriptedModel
from analyst.result import Result
from analyst.session import Session
from tests.scripts import answers, runs, says

CHECK = "right = sum(paid)\nassert stated(right), f'the sum of paid is {right}'"
SCRIPT = [
    runs("1", "paid = [10, 20, 30]\nprint('sum of paid', sum(paid[1:]))"),
    answers("2", "The sum of paid is 50."),
    runs("3", "print('sum of paid', sum(paid))"),
    answers("4", "The sum of paid is 60."),
]


async def answer(
    folder: Path, script: Sequence[Reply], said: Sequence[Reply], *, resume: bool = False
) -> Result:
    reviewer = ScriptedModel(said, id="scripted/reviewer")
    model = ScriptedModel(script)
    async with Session(model, folder=folder, kernel=FakeKernel(), reviewer=reviewer) as s:
        return await (s.resume() if resume else s.ask("What is the sum of paid?"))


def events(folder: Path) -> tuple[Event, ...]:
    return tuple(line.event for line in read(folder))


@pytest.fixture(scope="session")
def reviewed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Event, ...]:
    folder = tmp_path_factory.mktemp("reviewed")
    asyncio.run(answer(folder, SCRIPT, [runs("c", CHECK)]))
    return events(folder)


CUTS = 19
"""Facts of the run. `test_the_run_is_what_it_says` fails when this is not all of them."""


def test_the_run_is_what_it_says(reviewed: tuple[Event, ...]) -> None:
    assert len(reviewed) == CUTS
    assert [e.verdict for e in reviewed if isinstance(e, Reviewed)] == ["refuted", "held"]
    assert isinstance(reviewed[-1], Answered)


@pytest.mark.parametrize("cut", range(2, CUTS))
async def test_it_resumes_after_any_fact(cut: int, tmp_path: Path, reviewed: tuple[Event, ...]) -> None:
    with closing(Log(tmp_path)) as log:
        for event in reviewed[:cut]:
            log.append(event)
    said = sum(isinstance(e, ModelReplied) for e in reviewed[:cut])
    asked = any(isinstance(e, ReviewerReplied) for e in reviewed[:cut])
    await answer(tmp_path, SCRIPT[said:], [] if asked else [runs("c", CHECK)], resume=True)
    assert events(tmp_path) == reviewed


class Slow:
    """A reviewer that is asked, and does not answer."""

    id, window, vision = "slow/reviewer", 0, False

    async def prepare(self) -> None: ...

    async def close(self) -> None: ...

    async def reply(
        self, _messages: Sequence[Message], _tools: Sequence[ToolSchema], _on_delta: OnDelta
    ) -> Reply:
        await asyncio.Event().wait()
        return says("")


async def test_a_stop_while_the_reviewer_thinks_leaves_the_answer(tmp_path: Path) -> None:
    def stop(event: Event | Live) -> None:
        if isinstance(event, Notice) and "looks at the answer" in event.text:
            session.interrupt()

    session = Session(
        ScriptedModel(SCRIPT), folder=tmp_path, kernel=FakeKernel(), listeners=[stop], reviewer=Slow()
    )
    async with session:
        result = await session.ask("What is the sum of paid?")
    assert (result.status, result.answer) == ("answered", "The sum of paid is 50.")
    assert [(e.verdict, e.output) for e in session.events if isinstance(e, Reviewed)] == [
        ("undecided", "it was stopped by the user")
    ]
    assert not [e for e in session.events if isinstance(e, Stopped)]


async def test_a_check_that_kills_the_kernel_takes_nothing_from_the_run(tmp_path: Path) -> None:
    deadly = f"import os\nos._exit(1)\n{CHECK}"
    script = [*SCRIPT[:2], runs("5", "print(len(paid))"), answers("6", "3")]
    reviewer = ScriptedModel([runs("c", deadly)])
    async with Session(
        ScriptedModel(script), folder=tmp_path, kernel=FakeKernel(), reviewer=reviewer
    ) as session:
        assert (await session.ask("What is the sum of paid?")).answer == "The sum of paid is 50."
        again = await session.ask("How many are there?")
    assert again.status == "answered"
    assert "3" in [e for e in session.events if isinstance(e, ToolReturned)][-1].text
    assert "undecided" in [e.verdict for e in session.events if isinstance(e, Reviewed)]
