"""Whose change it is: her cells run between the agent's, and none of what they do counts as his."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from analyst.models import Reply
from analyst.models.scripted_server import Fault, ScriptedServer
from tests.scripts import answers, call, does, runs

from .front import Front

pytestmark = pytest.mark.timeout(300)

Open = Callable[..., Front]


def names(cell: dict[str, Any]) -> set[str]:
    return {one["name"] for one in cell["changed"]}


def test_what_she_changed_before_the_question_is_not_the_first_cells(front: Open) -> None:
    script = [answers("z", "Hello"), runs("c1", "agents = 1"), answers("a", "Done"), answers("b", "Again")]
    with ScriptedServer(script) as server:
        page = front(server)
        page.answer("Hello?")
        page.run("mine, numbers = 1, [1, 2]")
        page.answer("Add one")
        page.answer("And now?")
        asked, returned, asked_next = (str(server.requests[n]["messages"][-1]["content"]) for n in (1, 2, 3))
    assert names(page.of("cell")[0]) == {"agents"}
    assert "numbers" in asked
    assert "agents" in returned
    assert "numbers" not in returned
    (hers,) = [line for line in asked_next.splitlines() if line.startswith("Names that are the user's: ")]
    assert "numbers" in hers
    assert "agents" not in hers


def test_her_cells_run_before_and_after_one_of_the_agents_and_never_within(
    front: Open, tmp_path: Path
) -> None:
    """She runs a cell while his waits, and another while his runs: they come before it and after what belongs to it."""
    hold = "import pathlib, time\nwhile not pathlib.Path('go').exists(): time.sleep(0.05)\nagents = mine + 1"
    slow = Fault("slow", reply=Reply("I add one, word by word, with care.", runs("c1", hold).calls))
    with ScriptedServer([slow, runs("c2", "again = agents"), answers("a", "Done")]) as server:
        page = front(server)
        page.ask("Add one")
        page.wait(lambda: page.said("append"))
        busy = page.start("import time; time.sleep(4); mine = 1")
        page.wait(lambda: page.of("cell") and page.state["phase"] == "queued")
        page.start("before = 1")
        page.finish(busy)
        page.wait(lambda: page.state["phase"] == "running")
        after = page.start("after = 'hers'\nmine = 'hers'")
        (tmp_path / "go").touch()
        page.finish(after)
        page.wait(lambda: page.of("answer"))
        page.idle()
        first, second = page.of("cell")
        assert (names(first), names(second)) == ({"agents", "pathlib"}, {"again"})


def test_a_turn_ends_where_the_tool_ends_badly(front: Open) -> None:
    """The kernel is hers again after a cell that failed, that was refused, or that was stopped."""
    script = [runs("c1", "1 / 0"), does(call("c2", "python", code=5)), runs("c3", "while True: pass")]
    with ScriptedServer(script) as server:
        page = front(server)
        page.ask("Go on")
        page.wait(lambda: len(page.of("cell")) == 2 and page.state["phase"] == "running")
        page.say(do="stop")
        page.idle()
        assert page.value("1 + 1") == "2"
        assert page.of("stopped")


def test_another_panel_cannot_come_between(front: Open, tmp_path: Path) -> None:
    hold = "import pathlib, time\nwhile not pathlib.Path('go').exists(): time.sleep(0.05)"
    with ScriptedServer([answers("a", "One."), runs("c1", hold), answers("b", "Two.")]) as server:
        page = front(server)
        page.answer("First?")
        first = page.comm
        page.run(f"other = analyst.chat({page.state['run']!r})")
        other, page.comm = page.comm, first
        page.ask("Second?")
        page.wait(lambda: page.state["phase"] == "running")
        page.comm = other
        page.ask("Third?")
        page.wait(lambda: "One question at a time" in str(page.said("toast")))
        page.comm = first
        (tmp_path / "go").touch()
        page.wait(lambda: len(page.of("answer")) == 2)
        assert page.value("1 + 1") == "2"
