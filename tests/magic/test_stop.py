"""Stop, in whatever state the agent is: under a second, the answer so far kept, "Run All" stopped, nothing repaired."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from analyst.models import Reply
from analyst.models.scripted_server import Fault, ScriptedServer
from tests.scripts import answers, runs

from .conftest import Cell, Typist

SOON = 5.0
"""Seconds; promised is one, on a machine that is not busy."""


def begun(typist: Typist) -> Callable[[Cell], bool]:
    """Whether the code has begun; an output of it may be held back while it keeps the kernel busy."""
    return lambda _: (typist.folder / "begun").exists()


ENDLESS = {
    "a loop": "open('begun', 'w').close()\nwhile True: pass",
    "a sleep": "import time\nopen('begun', 'w').close()\ntime.sleep(60)",
    "an await": "import asyncio\nopen('begun', 'w').close()\nawait asyncio.sleep(60)",
    "a program": "import subprocess\nopen('begun', 'w').close()\nsubprocess.run(['sleep', '60'])",
}


@pytest.mark.parametrize("what", ENDLESS)
def test_running_code_is_stopped(what: str, kernel: Callable[..., Typist]) -> None:
    with ScriptedServer([runs("c1", ENDLESS[what]), answers("c2", "never said")]) as server:
        typist = kernel(server)
        cell = typist.run("%%agent --approve auto\nGo on for ever", stop=begun(typist))
        assert (cell.status, cell.error and cell.error[0]) == ("error", "AgentStopped")
        assert cell.seconds < SOON
        assert len(server.requests) == 1  # nothing was asked after it: the user's Stop is not repaired
        assert typist.value("1 + 1") == "2"
        shown = typist.run("%agent show").text
        assert "interrupted" in shown.lower()


@pytest.mark.parametrize("above", ["", "%%time\n"])
def test_waiting_for_the_model_is_stopped_and_the_connection_closed(
    above: str, kernel: Callable[..., Typist]
) -> None:
    first = [runs("c1", "x = 41\nprint('x is', x)")]
    script: list[Reply | Fault] = [*first, Fault("stall")]
    with ScriptedServer(script) as server:
        typist = kernel(server)
        cell = typist.run(f"{above}%%agent\nWhat is x?", stop=lambda _: len(server.requests) == 2)
        assert (cell.status, cell.error and cell.error[0]) == ("error", "AgentStopped")
        assert cell.seconds < SOON
        assert "x is 41" in cell.text  # what was found until then
        deadline = time.monotonic() + SOON
        while not server.closed_early and time.monotonic() < deadline:
            time.sleep(0.05)
        assert server.closed_early == 1
        assert typist.value("x") == "41"
