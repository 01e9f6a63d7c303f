"""A yes for longer than once is a fact of the log, and the log alone says what need not be asked for again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import pytest

from analyst.events import Asked, Event, ModelReplied, PlanStep, Usage
from analyst.magic.hosts import Choice, Person, Prompt, choices, decision
from analyst.policy import reasons
from analyst.risk import Consent, always
from analyst.settings import always_file
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


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    return tmp_path


async def test_for_every_run_is_kept_for_the_next_conversation(home: Path) -> None:
    consent = await after("every", DOWNLOAD)
    assert not reasons(f"x = 1\n{DOWNLOAD}", "risky", consent)
    assert always_file().is_relative_to(home)
    assert not reasons(DOWNLOAD, "risky", Consent.of([Asked("?")], always.load(always_file())))
    assert reasons(SHELL, "risky", Consent.of([Asked("?")], always.load(always_file())))


@pytest.mark.parametrize("code", [SHELL, f"{DOWNLOAD}\n{SHELL}", "x = 1", "import os\nos.environ['KEY']"])
@pytest.mark.usefixtures("home")
async def test_it_is_not_offered_for_what_must_be_asked_for_and_said_all_the_same_it_is_once(
    code: str,
) -> None:
    assert "every" in choices(DOWNLOAD)
    assert list(choices(code)) == ["allow", "skip", "always"]
    consent = await after("every", code)
    assert not consent.granted
    assert not always_file().exists()


async def test_where_it_cannot_be_kept_it_holds_for_the_run_and_the_log_says_why(home: Path) -> None:
    (home / "analyst").touch()
    decided = decision(call("1", "python", code=DOWNLOAD), "every")
    assert (decided.allowed, decided.scope) == (True, "run")
    assert "cannot be" in decided.reason


@pytest.mark.parametrize(
    ("typed", "choice"), [("e", "every"), ("every", "every"), ("a", "always"), ("", "skip")]
)
async def test_at_a_prompt_it_is_one_key(typed: str, choice: str) -> None:
    asked, lines = list[str](), [typed, "n"]

    async def read(prompt: str) -> str:
        asked.append(prompt)
        return lines.pop(0)

    assert await Prompt(read, lambda _: None).choose(DOWNLOAD, ["uses the network"]) == choice
    assert "e: always in every run (uses the network)" in asked[0]
    lines[:] = ["e", "n"]
    assert await Prompt(read, lambda _: None).choose(SHELL, ["runs"]) == "skip"
    assert "every run" not in asked[-1]
