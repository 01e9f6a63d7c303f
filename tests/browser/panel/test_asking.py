"""Where one types: sending, history, suggestions, keys; and the kernel that is not there."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from .front import Front

COMMANDS = [{"name": "/help", "about": "this list"}, {"name": "/history", "about": "earlier questions"}]


def test_enter_sends_and_the_text_stays_until_it_arrived(front: Front) -> None:
    front.box.fill("How many rows?")
    front.box.press("Enter")
    front.box.press("Enter")  # impatient: it is sent once
    [sent] = front.sent
    assert (sent["do"], sent["text"]) == ("send", "How many rows?")
    expect(front.box).to_have_value("How many rows?")
    front.kernel("taken", id="another")
    expect(front.box).to_have_value("How many rows?")
    front.kernel("taken", id=sent["id"])
    expect(front.box).to_have_value("")
    expect(front.box).to_be_focused()


def test_what_was_refused_stays_to_be_mended_and_is_sent_again_at_once(front: Front) -> None:
    front.box.fill("/export nope")
    front.box.press("Enter")
    front.kernel("refused", id="another")
    front.kernel("refused", id=front.sent[0]["id"])
    expect(front.box).to_have_value("/export nope")
    front.box.fill("/export md")
    front.box.press("Enter")
    assert [message["text"] for message in front.sent] == ["/export nope", "/export md"]
    front.kernel("toast", text="It is no format.", level="error")
    expect(front.page.get_by_text("It is no format.").first).to_be_visible()
    front.kernel("taken", id=front.sent[1]["id"])
    expect(front.page.locator(".toast")).to_be_hidden()


def test_what_is_typed_meanwhile_stays(front: Front) -> None:
    front.box.fill("first")
    front.box.press("Enter")
    front.box.press_sequentially(" second")
    front.kernel("taken", id=front.sent[0]["id"])
    expect(front.box).to_have_value("second")


def test_shift_enter_breaks_the_line_and_no_key_reaches_the_notebook(front: Front) -> None:
    front.page.evaluate(
        "() => document.addEventListener('keydown', event => { (window.__keys ??= []).push(event.key) })"
    )
    front.box.press_sequentially("a")
    front.box.press("Shift+Enter")
    front.box.press_sequentially("b")
    expect(front.box).to_have_value("a\nb")
    assert front.sent == []
    assert front.page.evaluate("() => window.__keys") is None
    assert front.page.locator(".analyst-panel").get_attribute("data-lm-suppress-shortcuts") == "true"


def test_an_input_method_keeps_its_enter(front: Front) -> None:
    front.box.fill("にほん")
    front.box.evaluate(
        "box => box.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', isComposing: true, bubbles: true}))"
    )
    assert front.sent == []


def test_escape_and_the_button_stop(front: Front) -> None:
    stop = front.page.get_by_role("button", name="Stop", exact=True)
    expect(stop).to_be_hidden()
    front.box.press("Escape")
    assert front.sent == []
    front.state(phase="running")
    front.box.press("Escape")
    stop.click()
    assert front.sent == [{"do": "stop"}, {"do": "stop"}]


def test_escape_stops_wherever_the_focus_is(front: Front) -> None:
    front.state(phase="running")
    front.page.get_by_role("log").press("Escape")
    assert front.sent == [{"do": "stop"}]
    front.page.get_by_text("Export").click()
    front.page.keyboard.press("Escape")  # folds the menu
    assert front.sent == [{"do": "stop"}]


def test_what_arrives_late_is_taken_all_the_same(front: Front) -> None:
    front.box.fill("slow")
    front.box.press("Enter")
    front.page.evaluate("() => window.model.trigger('comm_live_update')")
    expect(front.page.get_by_role("alert")).to_be_visible()
    front.kernel("taken", id=front.sent[0]["id"])
    expect(front.box).to_have_value("")


def test_code_that_waits_can_be_taken_back(front: Front) -> None:
    front.state(phase="queued")
    front.page.get_by_role("button", name="Do not run it").click()
    assert front.sent == [{"do": "cancel"}]


def test_arrows_recall_earlier_questions(front: Front) -> None:
    front.state(history=["one", "two\nlines"])
    front.box.press_sequentially("draft")
    for key, text in [
        ("Up", "two\nlines"),
        ("Up", "one"),
        ("Up", "one"),
        ("Down", "two\nlines"),
        ("Down", "draft"),
    ]:
        front.box.press(f"Arrow{key}")
        expect(front.box).to_have_value(text)
    front.box.press("ArrowDown")
    expect(front.box).to_have_value("draft")


def test_arrows_move_within_the_lines_of_what_was_typed(front: Front) -> None:
    front.state(history=["one"])
    front.box.fill("two\nlines")
    front.box.press("ArrowUp")
    expect(front.box).to_have_value("two\nlines")
    front.box.press("ArrowUp")
    expect(front.box).to_have_value("one")


def test_commands_are_suggested(front: Front) -> None:
    front.state(commands=COMMANDS)
    front.box.press_sequentially("/h")
    expect(front.page.get_by_role("option")).to_have_count(2)
    front.box.press("ArrowDown")
    expect(front.page.get_by_role("option", selected=True)).to_contain_text("/history")
    front.box.press("Enter")
    expect(front.box).to_have_value("/history ")
    assert front.sent == []
    front.box.press("Enter")
    assert [message["text"] for message in front.sent] == ["/history"]


def test_names_and_paths_are_asked_for(front: Front) -> None:
    front.box.press_sequentially("compare @sa")
    asked = front.sent[-1]
    assert (asked["do"], asked["text"]) == ("complete", "@sa")
    items = [{"text": "@sales", "about": "DataFrame"}, {"text": "@sales_old", "about": "DataFrame"}]
    front.kernel("completions", **{"for": "an older one"}, items=items)
    expect(front.page.get_by_role("option")).to_have_count(0)
    front.kernel("completions", **{"for": asked["id"]}, items=items)
    front.box.press("Tab")
    expect(front.box).to_have_value("compare @sales ")
    front.box.press_sequentially("data/")
    asked = front.sent[-1]
    assert asked["text"] == "data/"
    front.kernel("completions", **{"for": asked["id"]}, items=[{"text": "data/old/", "about": "folder"}])
    front.page.get_by_role("option").click()
    expect(front.box).to_have_value("compare @sales data/old/")
    assert front.sent[-1]["text"] == "data/old/", "what lies in the folder comes next"
    expect(front.box).to_be_focused()


def test_enter_sends_what_was_typed_though_there_are_suggestions(front: Front) -> None:
    front.box.press_sequentially("look at @sales")
    front.kernel("completions", **{"for": front.sent[-1]["id"]}, items=[{"text": "@sales_old", "about": ""}])
    front.box.press("Escape")
    expect(front.page.get_by_role("option")).to_have_count(0)
    front.box.press("Enter")
    assert front.sent[-1]["text"] == "look at @sales"


@pytest.mark.parametrize(
    ("notebook", "dropped", "written"),
    [
        ("work/a.ipynb", ["work/sales.csv", "work/my data/x.csv"], './sales.csv "./my data/x.csv" '),
        ("work/deep/a.ipynb", ["data/sales.csv"], "../../data/sales.csv "),
        ("a.ipynb", ["RTC:sales.csv"], "./sales.csv "),
    ],
)
def test_files_of_the_file_browser_are_dropped(
    front: Front, notebook: str, dropped: list[str], written: str
) -> None:
    front.page.evaluate("path => { window.model.widget_manager = { context: { path } } }", notebook)
    front.box.fill("Sum")
    front.box.evaluate(
        """(box, paths) => { for (const name of ['lm-dragenter', 'lm-dragover', 'lm-drop']) {
            const event = new Event(name, { cancelable: true, bubbles: true });
            event.mimeData = { hasData: () => true, getData: () => paths };
            box.dispatchEvent(event); } }""",
        dropped,
    )
    expect(front.box).to_have_value(f"Sum {written}")
    expect(front.box).to_be_focused()


def test_files_of_the_machine_are_dropped(front: Front) -> None:
    drop = """(box, [type, data]) => { const dataTransfer = new DataTransfer(); dataTransfer.setData(type, data);
        box.dispatchEvent(new DragEvent('drop', { dataTransfer, cancelable: true, bubbles: true })) }"""
    front.box.evaluate(drop, ["text/uri-list", "file:///data/a%20b.csv\r\nfile:///data/c.csv"])
    expect(front.box).to_have_value('"/data/a b.csv" /data/c.csv ')
    front.box.evaluate(drop, ["text/uri-list", "https://example.org/x.csv"])
    expect(front.box).to_have_value('"/data/a b.csv" /data/c.csv ')


def test_settings_are_sent_one_by_one(front: Front) -> None:
    front.state(model="rules", models=["rules", "ollama/qwen3"], approve="risky", budget=None,
                approves=[{"value": "ask", "label": "Ask"}, {"value": "risky", "label": "Risky"}],
                plans=[{"value": "auto", "label": "Auto"}, {"value": "never", "label": "Never"}])  # fmt: skip
    front.page.get_by_text("rules", exact=True).click()
    front.page.get_by_role("combobox", name="Model").fill("ollama/qwen3")
    front.page.keyboard.press("Tab")
    front.page.get_by_role("combobox", name="Before code runs").select_option("Ask")
    front.page.get_by_role("combobox", name="Plan").select_option("Never")
    front.page.get_by_role("spinbutton", name="Budget").fill("0.25")
    front.page.keyboard.press("Escape")
    expect(front.page.get_by_role("spinbutton", name="Budget")).to_be_hidden()
    assert front.sent == [
        {"do": "set", "model": "ollama/qwen3"}, {"do": "set", "approve": "ask"},
        {"do": "set", "plan": "never"}, {"do": "set", "budget": 0.25},
    ]  # fmt: skip


def test_a_lost_kernel_is_told_and_the_text_kept(front: Front) -> None:
    lost = front.page.get_by_role("alert")
    front.box.fill("precious words")
    front.page.evaluate("() => { window.model.dead = true }")
    front.box.press("Enter")
    expect(lost).to_contain_text("What you typed is kept")
    expect(front.box).to_have_value("precious words")
    front.page.evaluate("() => { window.model.dead = false }")
    front.page.get_by_role("button", name="Try again").click()
    front.kernel("snapshot", blocks=[], state={})
    expect(lost).to_be_hidden()
    front.box.press("Enter")
    assert front.sent[-1]["text"] == "precious words"


def test_a_silent_channel_counts_as_lost(front: Front) -> None:
    front.page.evaluate("() => window.model.trigger('comm_live_update')")
    expect(front.page.get_by_role("alert")).to_be_visible()
    expect(front.page.locator(".status .words")).to_have_text("Not connected")
    front.state(phase="idle")
    expect(front.page.get_by_role("alert")).to_be_hidden()


def test_two_views_of_one_conversation(front: Front) -> None:
    front.page.evaluate(
        "() => { document.body.insertAdjacentHTML('beforeend', '<div id=second></div>'); window.show(document.querySelector('#second')); window.model.inNotebook(3) }"
    )
    front.kernel("block", block={"id": "a", "kind": "question", "text": "hello"})
    expect(front.shown("a")).to_have_count(2)
    front.kernel("insert", code="x = 1", where="below")
    assert [cell["source"] for cell in front.page.evaluate("() => window.model.inserted")] == ["x = 1"]
    front.page.evaluate("() => window.close_panel()")
    front.kernel("block", block={"id": "b", "kind": "question", "text": "later"})
    expect(front.shown("b")).to_have_count(1)
