"""What a person decides: code, plans, what happens with cells."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect

from .front import Front
from .stories import CHOICES, STEPS

TODO = [{**step, "state": "todo"} for step in STEPS]


@pytest.mark.parametrize(
    ("name", "choice"), [("Allow", "allow"), ("Skip", "skip"), ("Always in this run", "always")]
)
def test_a_yes_is_given_by_a_press_only(front: Front, name: str, choice: str) -> None:
    front.box.focus()
    approval = front.block(
        "a",
        "approval",
        call_id="c1",
        code="drop()",
        reasons=["It deletes a file"],
        choices=CHOICES,
        decided=None,
    )
    expect(front.box).to_be_focused()
    front.page.keyboard.press("Enter")
    assert front.sent == []
    expect(front.status).to_have_text("Your yes is needed: It deletes a file.")
    expect(approval.locator("pre")).to_have_text("drop()")
    approval.get_by_role("button", name=name).click()
    assert front.sent == [{"do": "decide", "call_id": "c1", "choice": choice}]
    expect(front.box).to_be_focused()
    front.kernel(
        "patch", id="a", set={"decided": {"allow": "allowed", "skip": "skipped"}.get(choice, choice)}
    )
    expect(approval.get_by_role("button")).to_have_count(0)


def test_a_decision_made_elsewhere_does_not_lose_the_focus(front: Front) -> None:
    approval = front.block("a", "approval", call_id="c1", code="x", reasons=[], choices=CHOICES, decided=None)
    approval.get_by_role("button", name="Skip").focus()
    front.kernel("patch", id="a", set={"decided": "allowed"})
    expect(front.box).to_be_focused()


def test_a_plan_is_started_or_refused(front: Front) -> None:
    plan = front.block("p", "plan", steps=TODO, review=True, editable=True, note="")
    expect(front.status).to_have_text("The plan waits for you.")
    plan.get_by_role("button", name="Start").click()
    plan.get_by_role("textbox", name="What should be different").fill("Use only 2026")
    plan.get_by_role("button", name="Refuse").click()
    steps = [{name: step[name] for name in ("id", "goal", "evidence", "ask")} for step in TODO]
    assert front.sent == [
        {"do": "plan", "accepted": True, "steps": steps, "note": ""},
        {"do": "plan", "accepted": False, "steps": [], "note": "Use only 2026"},
    ]
    front.kernel("patch", id="p", set={"review": False, "editable": False})
    expect(plan.get_by_role("button")).to_have_count(0)


def test_a_plan_is_edited_with_the_mouse(front: Front) -> None:
    plan = front.block("p", "plan", steps=TODO, review=True, editable=True, note="")
    plan.get_by_role("button", name="Edit").click()
    goal = plan.get_by_role("textbox", name="Goal of step 1")
    expect(goal).to_be_focused()
    goal.fill("Load both files")
    plan.get_by_role("button", name="Move step 2 up").click()
    plan.get_by_role("checkbox", name="Ask me before this one").nth(1).check()
    plan.get_by_role("button", name="Drop step 3").click()
    plan.get_by_role("button", name="Add a step").click()
    plan.get_by_role("button", name="Start with this plan").click()
    assert front.sent == [], "a step without a goal is none"
    front.page.keyboard.type("Draw it")
    plan.get_by_role("button", name="Start with this plan").click()
    [sent] = front.sent
    assert sent["accepted"]
    assert [(step["id"], step["goal"], step["ask"]) for step in sent["steps"]] == [
        ("s2", "Revenue and growth per region", False), ("s1", "Load both files", True), ("", "Draw it", False),
    ]  # fmt: skip


def test_a_plan_is_edited_with_the_keyboard(front: Front) -> None:
    plan = front.block("p", "plan", steps=TODO, review=True, editable=True, note="")
    plan.get_by_role("button", name="Edit").press("Enter")
    front.page.keyboard.press("Alt+ArrowDown")
    expect(plan.get_by_role("textbox", name="Goal of step 2")).to_be_focused()
    expect(front.status).to_have_text("Step moved to place 2 of 3.")
    front.page.keyboard.type(" now")
    front.page.keyboard.press("Enter")
    assert [step["id"] for step in front.sent[0]["steps"]] == ["s2", "s1", "s3"]
    assert front.sent[0]["steps"][1]["goal"].endswith(" now")


def test_a_step_may_have_to_wait_for_a_yes(front: Front) -> None:
    asked = front.block(
        "a", "approval", call_id="begin_step-s2", code="", goal="Save it",
        reasons=["you want to be asked before this step"], decided=None,
        choices=[{"value": "allow", "label": "Begin"}, {"value": "skip", "label": "Do not begin"}],
    )  # fmt: skip
    expect(asked).to_contain_text("May this step begin?")
    expect(asked).to_contain_text("Save it")
    expect(asked.get_by_role("button")).to_have_text(["Begin", "Do not begin"])
    asked.get_by_role("button", name="Begin", exact=True).dblclick()
    assert front.sent == [{"do": "decide", "call_id": "begin_step-s2", "choice": "allow"}]
    front.kernel("patch", id="a", set={"decided": "allowed"})
    expect(asked).to_contain_text("You let this step begin.")


def test_a_plan_that_is_worked_on_is_edited(front: Front) -> None:
    plan = front.block("p", "plan", steps=STEPS, review=False, editable=True, note="")
    plan.get_by_role("button", name="Edit plan").click()
    expect(plan.get_by_role("textbox", name="Goal of step 1")).to_be_disabled()
    expect(plan.get_by_role("textbox", name="Goal of step 3")).to_be_focused()
    plan.get_by_role("button", name="Drop step 3").click()
    front.page.keyboard.press("Enter")  # the focus went to "Add a step"
    front.page.keyboard.type("Draw it")
    plan.get_by_role("checkbox", name="Ask me before this one").last.check()
    plan.get_by_role("button", name="Save the plan").click()
    (sent,) = front.sent
    assert (sent["do"], sent["seen"]) == ("revise", ["s1", "s2", "s3"])
    assert [(s["id"], s["goal"], s["ask"]) for s in sent["steps"]][2:] == [("", "Draw it", True)]
    expect(plan.get_by_role("button", name="Edit plan")).to_be_visible()


def test_a_plan_that_changed_meanwhile_is_not_overwritten(front: Front) -> None:
    plan = front.block("p", "plan", steps=STEPS, review=False, editable=True, note="")
    plan.get_by_role("button", name="Edit plan").click()
    front.kernel("patch", id="p", set={"steps": [*STEPS, {**TODO[2], "id": "s4"}]})
    expect(plan).to_contain_text("changed meanwhile")
    expect(plan.get_by_role("button", name="Save the plan")).to_be_disabled()
    plan.get_by_role("textbox", name="Goal of step 3").press("Enter")
    assert front.sent == []


def test_editing_bears_updates_and_can_be_given_up(front: Front) -> None:
    plan = front.block("p", "plan", steps=TODO, review=False, editable=True, note="")
    plan.get_by_role("button", name="Edit plan").click()
    second = plan.get_by_role("textbox", name="Goal of step 2")
    second.fill("Other words")
    front.kernel("patch", id="p", set={"steps": STEPS})
    expect(second).to_have_value("Other words")
    expect(second).to_be_disabled()  # it has begun meanwhile
    expect(plan.get_by_role("textbox", name="Goal of step 3")).to_be_enabled()
    plan.get_by_role("button", name="Cancel").click()
    expect(plan.get_by_role("listitem").nth(1)).to_have_attribute("aria-current", "step")
    expect(plan.get_by_role("listitem").nth(2)).to_contain_text("asks first")
    assert front.sent == []


def test_a_cell_is_undone_copied_and_inserted(front: Front) -> None:
    front.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    cell = front.block("c", "cell", code="x = 1", state="ok", number=3, undoable=True, outputs=[],
                       changed=[{"name": "x", "what": "new: 1"}])  # fmt: skip
    for name in ("Undo", "Insert as cell", "Copy"):
        cell.get_by_role("button", name=name).click()
    assert front.sent == [{"do": "undo", "cell": 3}, {"do": "insert", "cell": 3}]
    expect(front.status).to_have_text("Code copied.")
    assert front.page.evaluate("() => navigator.clipboard.readText()") == "x = 1"
    front.kernel("patch", id="c", set={"undone": True, "undoable": False})
    expect(front.page.get_by_role("group", name="Cell 3, taken back")).to_be_visible()
    expect(cell.get_by_role("button", name="Undo")).to_be_hidden()


def test_a_step_is_undone(front: Front) -> None:
    step = front.block(
        "s", "step", step_id="s1", number=1, title="Load", state="done", summary="", open=False, undo=4
    )
    step.get_by_role("button", name="Undo from this step on").click()
    assert front.sent == [{"do": "undo", "cell": 4}]
    front.kernel("patch", id="s", set={"undo": None})
    expect(step.get_by_role("button")).to_have_count(0)


def test_copying_works_where_there_is_no_clipboard(front: Front) -> None:
    front.page.evaluate(
        """() => { Object.defineProperty(navigator, 'clipboard', {value: undefined});
            document.addEventListener('copy', () => { window.__copied = document.activeElement.value }) }"""
    )
    front.block("a", "answer", text="It is *4*.", html="")
    front.page.get_by_role("button", name="Copy answer").click()
    expect(front.status).to_have_text("Answer copied.")
    assert front.page.evaluate("() => window.__copied") == "It is *4*."


def test_cells_go_into_the_notebook_or_to_the_clipboard(front: Front) -> None:
    front.kernel("insert", code="y = 2", where="below")
    expect(front.status).to_contain_text("the code is copied")
    front.page.evaluate("() => window.model.inNotebook(4)")
    front.kernel("insert", code="x = 1", where="below")
    assert front.page.evaluate("() => window.model.inserted") == [
        {"place": 4, "cell_type": "code", "source": "x = 1", "metadata": {"trusted": True}}
    ]


def test_exports_are_asked_for_and_saved(front: Front, tmp_path: Path) -> None:
    front.page.get_by_text("Export").click()
    front.page.get_by_role("button", name="Log (.json)").click()
    front.page.get_by_text("Export").click()
    front.page.get_by_role("button", name="All code as a cell").click()
    assert front.sent == [{"do": "export", "to": "json"}, {"do": "insert", "cell": "all"}]
    with front.page.expect_download() as waiting:
        front.kernel("download", name="growth.json", mime="application/json", text='{"a": "ü"}')
    waiting.value.save_as(tmp_path / "saved")
    assert waiting.value.suggested_filename == "growth.json"
    assert json.loads((tmp_path / "saved").read_text(encoding="utf-8")) == {"a": "ü"}
