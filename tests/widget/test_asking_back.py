"""What the panel asks a person: a yes to code, a look at a plan. It waits as long as she wants, and never without her."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
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


HOLD = "import pathlib, time\nwhile not pathlib.Path('go').exists(): time.sleep(0.1)"
"""Code that runs until the test lets it go on."""
FINISH = does(call("f", "finish_step", reached=True, result="seen"))
PLANNED = does(call("p", "propose_plan", steps=STEPS))


def test_a_plan_is_looked_at_and_changed_and_a_step_asked_for(front: Open) -> None:
    replies = [PLANNED, runs("c1", "x = 1"), FINISH, runs("c2", "x = 2"), FINISH, answers("a", "Done")]
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
        assert (asked["goal"], asked["code"]) == ("tell", "")
        assert [(c["code"], c["state"]) for c in page.of("cell")] == [("x = 1", "ok")]
        page.say(do="decide", call_id=asked["call_id"], choice="allow")
        page.say(do="decide", call_id=asked["call_id"], choice="allow")  # a double click
        page.wait(lambda: page.of("answer"))
        page.idle()
    assert [b["decided"] for b in page.of("approval")] == ["allowed"]
    steps = page.of("plan")[0]["steps"]
    assert [(s["goal"], s["state"]) for s in steps] == [
        ("count twice", "done"),
        ("tell", "done"),
        ("look at it", "dropped"),
    ]
    assert [(s["title"], s["state"], s["summary"]) for s in page.of("step")] == [
        ("count twice", "done", "seen"),
        ("tell", "done", "seen"),
    ]
    assert {c["step"] for c in page.of("cell")} == {s["id"] for s in page.of("step")}


def test_a_plan_is_changed_while_it_is_worked_on(front: Open, tmp_path: Path) -> None:
    replies = [
        PLANNED,
        runs("c1", HOLD),
        FINISH,
        runs("c2", "y = 2"),
        FINISH,
        answers("a", "Done"),
    ]
    with ScriptedServer(replies) as server:
        page = front(server)
        page.ask("Do it")
        page.wait(lambda: page.state["phase"] == "running")
        (plan,) = page.of("plan")
        assert (plan["editable"], [s["state"] for s in plan["steps"]]) == (True, ["active", "todo"])
        look, _ = [{name: s[name] for name in ("id", "goal", "evidence", "ask")} for s in plan["steps"]]
        page.say(do="revise", steps=[look, {"goal": "draw", "ask": True}], seen=["s1", "s2"])
        page.wait(lambda: "Your changes hold" in str(page.said("toast")))
        (tmp_path / "go").touch()
        asked = waiting(page)
        assert asked["goal"] == "draw"
        assert [(s["goal"], s["state"]) for s in page.of("plan")[0]["steps"]] == [
            ("look at it", "done"), ("draw", "todo"), ("count", "dropped"),
        ]  # fmt: skip
        page.say(do="revise", steps=[look], seen=["s1", "s2"])  # of a plan that is no more
        page.say(do="decide", call_id=asked["call_id"], choice="allow")
        page.wait(lambda: page.of("answer"))
        page.idle()
        told = str(server.requests)
    assert "You changed the plan." in page.text()
    assert "were not taken" in page.text()
    assert "The user changed the plan" in told
    assert [s["title"] for s in page.of("step")] == ["look at it", "draw"]
    assert not page.of("plan")[0]["editable"]
    page.say(do="revise", steps=[], seen=[])
    page.wait(lambda: "is over" in str(page.said("toast")))


def test_a_step_that_she_does_not_want_is_not_begun(front: Open) -> None:
    revise = does(call("r", "revise_plan", steps=[STEPS[0]], reason="not wanted"))
    with ScriptedServer([PLANNED, runs("c1", "x = 1"), FINISH, revise, answers("a", "Done")]) as server:
        page = front(server)
        page.ask("/plan edit")
        page.ask("Do it")
        page.wait(lambda: page.of("plan") and page.of("plan")[0]["review"])
        steps = [{**STEPS[0]}, {**STEPS[1], "ask": True}]
        page.say(do="plan", accepted=True, steps=steps, note="")
        page.say(do="decide", call_id=waiting(page)["call_id"], choice="skip")
        page.wait(lambda: page.of("answer"))
        page.idle()
    assert page.of("approval")[0]["decided"] == "skipped"
    assert [(s["state"], s["summary"]) for s in page.of("step")][1:] == [
        ("failed", "Not begun: the user said no.")
    ]


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
