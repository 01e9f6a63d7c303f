"""Stop, in whatever state the agent is: under a second, the answer so far kept, "Run All" stopped, nothing repaired."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from analyst.models import Reply
from analyst.models.scripted_server import Fault, ScriptedServer
from tests.scripts import answers, runs

from .conftest import Cell, Typist

SOON = 5.0
"""Seconds; promised is one, on a machine that is not busy."""


LONG = " ".join(f"streamed {n}," for n in range(200))


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
@pytest.mark.parametrize("state", ["waiting for the model", "streaming"])
def test_a_model_call_is_stopped_and_its_connection_closed(
    state: str, above: str, kernel: Callable[..., Typist]
) -> None:
    first = [runs("c1", "x = 41\nprint('x is', x)")]
    stalls = Fault("stall") if state != "streaming" else Fault("stall_mid", reply=Reply(LONG))
    script: list[Reply | Fault] = [*first, stalls]
    with ScriptedServer(script) as server:
        typist = kernel(server)

        def now(cell: Cell) -> bool:
            return len(server.requests) == 2 if state != "streaming" else "streamed 3" in cell.text

        cell = typist.run(f"{above}%%agent\nWhat is x?", stop=now)
        assert (cell.status, cell.error and cell.error[0]) == ("error", "AgentStopped")
        assert cell.seconds < SOON
        assert "x is 41" in cell.text  # what was found until then
        assert server.wait(lambda s: s.closed_early == 1, SOON)
        assert typist.value("x") == "41"
