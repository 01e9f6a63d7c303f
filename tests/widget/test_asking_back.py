"""What the panel asks a person: a yes to code, a look at a plan. It waits as long as she wants, and never without her."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from analyst.models import Reply
from analyst.models.scripted_server import ScriptedServer
from tests.scripts import answers, call, does, runs

from .front import Front

pytestmark = pytest.mark.timeout(300)

Open = Callable[..., Front]
RISKY = "import subprocess\nsubprocess.run(['true'])\nprint('it ran')"


def script(*codes: str) -> list[Reply]:
    return [*(runs(f"c{n}", code) for n, code in enumerate(codes)), answers("a", "Done")]


def waiting(page: Front) -> dict[str, Any]:
    page.wait(lambda: [b for b in page.of("approval") if b["decided"] is None])
    return next(b for b in page.of("approval") if b["decided"] is None)


@pytest.mark.parametrize(("choice", "state", "ran"), [("allow", "ok", True), ("skip", "refused", False)])
def test_risky_code_waits_for_a_click(front: Open, choice: str, state: str, ran: bool) -> None:
    with ScriptedServer(script(RISKY)) as server:
        page = front(server)
        page.ask("Run it")
        asked = waiting(page)
        page.wait(lambda: page.state["phase"] == "waiting")
        assert asked["code"] == RISKY
        assert asked["reasons"]
        assert page.value("1 + 1") == "2"  # the kernel is free meanwhile
        page.say(do="decide", call_id="another", choice="allow")
        page.say(do="decide", call_id=asked["call_id"], choice=choice)
        page.wait(lambda: page.of("answer"))
        page.idle()
    assert page.of("approval")[0]["decided"] == ("allowed" if ran else "skipped")
    assert page.of("cell")[0]["state"] == state
    assert ("it ran" in str(page.of("cell")[0]["outputs"])) is ran


def test_always_is_asked_once(front: Open) -> None:
    with ScriptedServer(script(RISKY, f"{RISKY}\nx = 1")) as server:
        page = front(server)
        page.ask("Run it")
        page.say(do="decide", call_id=waiting(page)["call_id"], choice="always")
        page.wait(lambda: page.of("answer"))
        page.idle()
    assert len(page.of("approval")) == 1
    assert [c["state"] for c in page.of("cell")] == ["ok", "ok"]


def test_stop_ends_the_question(front: Open) -> None:
    with ScriptedServer(script(RISKY)) as server:
        page = front(server)
        page.ask("Run it")
        waiting(page)
        page.say(do="stop")
        page.wait(lambda: page.of("stopped"), 10)
        page.idle()
    assert page.of("approval")[0]["decided"] == "skipped"


def test_a_panel_that_is_closed_leaves_nothing_waiting(front: Open) -> None:
    with ScriptedServer(script(RISKY)) as server:
        page = front(server)
        page.ask("Run it")
        waiting(page)
        page.run("panel.close()")
        page.wait(lambda: len(server.requests) == 2)
    assert "the user said no" in str(server.requests[1])
    assert "it ran" not in str(server.requests[1]["messages"][-1])


def test_where_no_front_end_ever_was_nothing_is_asked(front: Open) -> None:
    with ScriptedServer(script(RISKY)) as server:
        page = front(server, chat=False)
        page.run("import analyst\npanel = analyst.chat()\npanel.ask('Run it')")
        page.wait(lambda: len(server.requests) == 2)
    assert "nobody is there to ask" in str(server.requests[1])


STEPS = [{"id": "s1", "goal": "look at it", "evidence": "rows"}, {"id": "s2", "goal": "count"}]


def test_a_plan_is_looked_at_and_changed_and_a_step_asked_for(front: Open) -> None:
    replies = [
        does(call("p", "propose_plan", steps=STEPS)), runs("c1", "x = 1"), does(call("f", "finish_step", reached=True, result="seen")),
        runs("c2", "x = 2"), does(call("g", "finish_step", reached=True, result="done")), answers("a", "Done"),
    ]  # fmt: skip
    with ScriptedServer(replies) as server:
        page = front(server)
        page.say(do="set", plan="edit")
        page.wait(lambda: page.state["plan"] == "edit")
        page.ask("Do it")
        page.wait(lambda: page.of("plan") and page.of("plan")[0]["review"])
        assert [s["goal"] for s in page.of("plan")[0]["steps"]] == ["look at it", "count"]
        assert not page.of("cell")
        edited = [
            {"id": "s2", "goal": "count twice", "evidence": "", "ask": False},
            {"id": "", "goal": "tell", "evidence": "", "ask": True},
        ]
        page.say(do="plan", accepted=True, steps=edited, note="")
        asked = waiting(page)
        assert asked["code"] == "x = 2"
        assert [(c["code"], c["state"]) for c in page.of("cell")] == [("x = 1", "ok")]
        page.say(do="decide", call_id=asked["call_id"], choice="allow")
        page.wait(lambda: page.of("answer"))
        page.idle()
    steps = page.of("plan")[0]["steps"]
    assert [(s["goal"], s["state"]) for s in steps] == [
        ("count twice", "done"),
        ("tell", "done"),
        ("look at it", "dropped"),
    ]
    assert [(s["title"], s["state"], s["summary"]) for s in page.of("step")] == [
        ("count twice", "done", "seen"),
        ("tell", "done", "done"),
    ]
    assert {c["step"] for c in page.of("cell")} == {s["id"] for s in page.of("step")}


def test_a_plan_is_refused(front: Open) -> None:
    with ScriptedServer([does(call("p", "propose_plan", steps=STEPS))]) as server:
        page = front(server)
        page.ask("/plan edit")
        page.ask("Do it")
        page.wait(lambda: page.of("plan") and page.of("plan")[0]["review"])
        page.say(do="plan", accepted=False, steps=[], note="too long")
        page.wait(lambda: page.of("stopped"))
        page.idle()
    assert "too long" in page.text()
    assert not page.of("cell")
