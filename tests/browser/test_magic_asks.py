"""`%%agent` asks a person in a real front end: buttons while the cell runs, a prompt where buttons would not work."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from analyst.models.scripted_server import ScriptedServer
from tests.scripts import answers, call, does, runs

from .asking import ask, load, press
from .lab import Lab

pytestmark = pytest.mark.timeout(400)

STEPS = [{"id": "s1", "goal": "Count the rows"}, {"id": "s2", "goal": "Write them down"}]
PLAN = does(call("c1", "propose_plan", steps=STEPS))


def touch(id: str, name: str) -> str:
    """Code with an effect outside of the kernel."""
    return runs(id, f"import subprocess\nsubprocess.run(['touch', '{name}'])")


def test_a_yes_is_a_press_of_a_button(either: Lab) -> None:
    script = [touch("c1", "allowed"), touch("c2", "skipped"), touch("c3", "always"), touch("c4", "again")]
    with ScriptedServer([*script, answers("c5", "Touched.")]) as server:
        either.open(load(server), "%%agent\nTouch four files", "%agent show")
        either.run_cell(0)
        either.errors.clear()  # Notebook 7 has some of its own when it begins
        either.start_cell(1)
        output = either.output(1)
        question = output.locator(".analyst-question")
        for button, name in {"Allow": "allowed", "Skip": "skipped", "Always in this run": "always"}.items():
            expect(question).to_contain_text(f"['touch', '{name}']")
            expect(question).to_contain_text("runs another program: subprocess.run")
            expect(output).to_contain_text("Waiting for you")
            assert either.focused() != button  # Enter must not say yes by chance
            press(either, 1, button)
        either.finish()
        expect(output).to_contain_text("Touched.")
        expect(output.get_by_role("button")).to_have_count(0)
        there = sorted(
            path.name for path in either.folder.iterdir() if path.name[0] in "as" and not path.suffix
        )
        assert there == ["again", "allowed", "always"]
        told = [str(request["messages"][-1]["content"]) for request in server.requests]
        assert "user said no" in told[2]
        assert either.errors == []
        expect(either.run_cell(2)).to_contain_text("Allowed by you.")
        either.save()
        assert "VBox" not in (either.folder / either.name).read_text()


def test_a_plan_is_edited_and_then_worked_by(either: Lab) -> None:
    finish = does(call("c3", "finish_step", result="Three."))
    with ScriptedServer([PLAN, runs("c2", "print(3)"), finish, answers("c4", "Counted.")]) as server:
        either.open(load(server), "%%agent --plan edit\nCount the rows, only in March, and write them down")
        either.run_cell(0)
        either.start_cell(1)
        text = either.output(1).get_by_role("textbox")
        shown = "1. Count the rows\n2. Write them down\n\nAsked for:\n- rows: only in March"
        expect(text).to_have_value(shown)
        text.fill("")
        press(either, 1, "Run the plan")  # of no step: it is shown again
        expect(text).to_have_value(shown)
        text.fill("1. Count them\nAsked for:\nmonth: May")
        press(either, 1, "Run the plan")
        expect(either.output(1)).to_contain_text("'month: May' names no part")
        text.click()
        text.fill("Asked for:\nrows: only in May\n")
        text.press("Control+Home")
        text.press_sequentially("\n")
        text.press("ArrowUp")
        text.press_sequentially("1. Count them")
        text.press("End")
        text.press_sequentially(" all")
        text.press("Shift+Enter")  # the notebook's own key for running the cell again
        either.finish()
        expect(either.output(1)).to_contain_text("Step 1: Count them all")
        expect(either.output(1)).to_contain_text("Counted.")
        expect(either.output(1).locator(".analyst-wanted")).to_contain_text("Asked for: rows: only in May")
        told = str(server.requests[1]["messages"])
        assert "Count them all" in told
        assert "rows: only in May" in told
        assert "Write them down" not in either.output(1).inner_text()


def test_a_plan_can_be_refused_and_the_notebook_stops_there(lab: Lab) -> None:
    with ScriptedServer([PLAN]) as server:
        lab.open(load(server), "%%agent --plan edit\nCount the rows", "after = 1")
        lab.start_all()
        press(lab, 1, "Refuse")
        lab.finish()
        expect(lab.output(1)).to_contain_text("The plan was refused; nothing was run.")
        assert (lab.prompt(1), lab.prompt(2)) == ("2", "")
        assert len(server.requests) == 1


@pytest.mark.parametrize("where", ["question", "plan"])
def test_stop_ends_a_question_to_the_user(where: str, lab: Lab) -> None:
    script = {"question": [touch("c1", "never")], "plan": [PLAN]}
    with ScriptedServer(script[where]) as server:
        lab.open(load(server), ask("Touch it", plan="edit" if where == "plan" else "never"), "after = 1")
        lab.start_all()
        expect(lab.output(1).get_by_role("button").first).to_be_visible()
        lab.press_stop()
        lab.finish(timeout=10)
        expect(lab.output(1)).to_contain_text("Stopped by you")
        expect(lab.output(1).get_by_role("button")).to_have_count(0)
        assert lab.prompt(2) == ""
        assert not (lab.folder / "never").exists()


def test_a_prompt_asks_where_buttons_are_not_wanted(either: Lab) -> None:
    with ScriptedServer([touch("c1", "typed"), answers("c2", "Done.")]) as server:
        either.open(load(server), "%config AgentMagics.buttons = False\n", "%%agent\nTouch it")
        either.run_cell(0)
        either.run_cell(1)
        either.start_cell(2)
        line = either.output(2).locator("input.jp-Stdin-input")
        expect(either.output(2)).to_contain_text("Run it? [y: allow, n: skip, a: always in this run]")
        line.fill("y")
        line.press("Enter")
        either.finish()
        expect(either.output(2)).to_contain_text("Done.")
        assert (either.folder / "typed").exists()
