"""The notebook's own Stop button, whatever the agent is doing: under a second, the answer so far kept, nothing after it run."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import expect

from analyst.models import Reply
from analyst.models.scripted_server import Fault, ScriptedServer
from tests.scripts import answers, runs

from .asking import load
from .lab import Lab

pytestmark = pytest.mark.timeout(400)

SOON = 5.0
"""Seconds; promised is one, on a machine that is not busy."""
FOUND = runs("c1", "x = 41\nprint('x is', x)")
ENDLESS = {
    "a loop": "while True: pass",
    "a sleep": "import time\ntime.sleep(60)",
    "a program": "import os\nos.system('sleep 60')",
    "an await": "import asyncio\nawait asyncio.sleep(60)",
}
STATES: dict[str, Reply | Fault] = {
    "waiting": Fault("stall"),
    "streaming": Fault("stall_mid", reply=Reply("The total is still being thought about by the model.")),
    **{name: runs("c2", f"print('it has begun')\n{code}") for name, code in ENDLESS.items()},
}


@pytest.mark.parametrize("state", STATES)
def test_stop(state: str, lab: Lab) -> None:
    with ScriptedServer([FOUND, STATES[state], answers("c3", "never said")]) as server:
        lab.open(load(server), "%%agent --approve auto\nGo on for ever", "after = 1")
        lab.start_all()
        begun = {"waiting": "Waiting for the model", "streaming": "The total is still"}
        expect(lab.output(1)).to_contain_text(begun.get(state, "it has begun"))
        assert server.wait(lambda s: len(s.requests) == 2)
        pressed = time.monotonic()
        lab.press_stop()
        lab.finish(timeout=20)
        assert time.monotonic() - pressed < SOON
        output = lab.output(1)
        expect(output).to_contain_text("Stopped by you. What was found until then is kept.")
        expect(output.locator(".analyst-answer")).to_contain_text("x is 41")
        expect(output.locator(".jp-RenderedText")).not_to_contain_text("Traceback")
        assert (lab.prompt(1), lab.prompt(2)) == ("2", "")
        assert len(server.requests) == 2  # the user's Stop is not repaired
        if state in begun:
            assert server.wait(lambda s: s.closed_early == 1)
        else:
            assert server.closed_early == 0
