"""A yes for longer than once is a fact of the log, and the log alone says what need not be asked for again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import pytest

from analyst.events import Asked, Event, ModelReplied, PlanStep, Usage
from analyst.magic.hosts import Choice, Person
from analyst.policy import reasons
from analyst.risk import Consent
from tests.scripts import call

SHELL = "import subprocess\nsubprocess.run(['touch', 'a'])"
AGAIN = f"x = 1\n{SHELL}"
DOWNLOAD = "import requests\nrequests.get('http://127.0.0.1:9/')"


class Chooses:
    """Somebody who chooses the same for each cell."""

    def __init__(self, choice: Choice) -> None:
        self._choice = choice

    async def choose(self, code: str, reasons: Sequence[str]) -> Choice:  # noqa: ARG002
        return self._choice

    async def edit(self, steps: Sequence[PlanStep]) -> Sequence[PlanStep] | None:
        return steps


async def after(choice: Choice, code: str) -> Consent:
    said = call("1", "python", code=code)
    person = Person(Chooses(choice), edit=False, waits=lambda: None)
    decided = await person.approve(said, ["line 2 runs another program: subprocess.run"])
    facts: list[Event] = [Asked("?"), ModelReplied("", (said,), Usage(), "stop", "m", ""), decided]
    return Consent.of(facts)


@pytest.mark.parametrize("mode", ["ask", "risky"])
async def test_always_in_this_run_covers_the_kind_wherever_it_stands(mode: Literal["ask", "risky"]) -> None:
    consent = await after("always", SHELL)
    assert not reasons(AGAIN, mode, consent)
    assert reasons(DOWNLOAD, mode, consent)
    assert reasons(f"{SHELL}\n{DOWNLOAD}", mode, consent)


@pytest.mark.parametrize("choice", ["allow", "skip"])
async def test_once_and_no_cover_nothing(choice: Choice) -> None:
    assert reasons(SHELL, "risky", await after(choice, SHELL))


async def test_where_every_cell_is_asked_for_one_without_findings_can_stand_for_all_of_them() -> None:
    assert reasons("y = 2", "ask", await after("always", SHELL))
    consent = await after("always", "x = 1")
    assert not reasons("y = 2", "ask", consent)
    assert reasons(SHELL, "ask", consent)
