"""Every kind of block, as it is told and as it goes on."""

from __future__ import annotations

import base64
import re

from playwright.sync_api import expect

from .front import Front
from .stories import TABLE, doc, figure


def test_every_kind_is_drawn(front: Front) -> None:
    front.kernel("snapshot", **doc())
    for block in doc()["blocks"]:
        expect(front.shown(block["id"])).to_have_count(1)
    assert front.page.locator(".blocks > *").count() == 11, "what belongs to a step lies in it"


def test_text_streams_to_its_end(front: Front) -> None:
    said = front.block("a", "said", text="The **mean** ", streaming=True)
    for piece in ("is ", "3", ".5\n\n- one\n", "- two"):
        front.kernel("append", id="a", text=piece)
    expect(said.locator("strong")).to_have_text("mean")
    expect(said.locator("li")).to_have_text(["one", "two"])
    expect(said).to_have_attribute("aria-busy", "true")
    front.kernel("patch", id="a", set={"streaming": False})
    expect(said).not_to_have_attribute("aria-busy", "true")


def test_words_that_are_read_from_right_to_left(front: Front) -> None:
    direction = "e => getComputedStyle(e).direction"
    said = front.block("a", "said", text="שלום עולם\n\nand on", streaming=False)
    assert [p.evaluate(direction) for p in said.locator("p").all()] == ["rtl", "ltr"]
    assert front.block("q", "question", text="שלום?").locator("p").evaluate(direction) == "rtl"
    front.box.fill("שלום")
    assert front.box.evaluate(direction) == "rtl"


def test_long_text_is_the_same_in_parts_and_as_a_whole(front: Front) -> None:
    paragraphs = [f"Paragraph {n} with some words, `code` and **weight**.\n\n" for n in range(400)]
    fence = "```python\n" + "\n\n".join(f"x{n} = {n}" for n in range(300)) + "\n```\n\n"
    said = front.block("a", "said", text="", streaming=True)
    for piece in [*paragraphs, fence, *paragraphs]:
        front.page.evaluate("text => window.model.say({op: 'append', id: 'a', text})", piece)
    front.drawn()
    expect(said.locator("p").last).to_contain_text("Paragraph 399")
    in_parts = said.inner_text().split()
    assert said.locator("> div").count() > 2
    front.kernel("patch", id="a", set={"streaming": False})
    expect(said.locator("> div")).to_have_count(1)
    assert said.inner_text().split() == in_parts
    expect(said.locator("pre")).to_have_count(1)


def test_output_of_running_code_grows(front: Front) -> None:
    cell = front.block("c", "cell", code="work()", state="running", outputs=[])
    for text in ("one\n", "two\n"):
        front.kernel("output", id="c", output={"type": "text", "stream": "stdout", "text": text})
    front.kernel("output", id="c", output={"type": "text", "stream": "stderr", "text": "careful"})
    front.kernel("output", id="c", output=TABLE)
    expect(cell.locator("pre.out")).to_have_text(["one\ntwo\n", "careful"])
    expect(cell.locator("tbody tr")).to_have_count(3)
    expect(cell.get_by_role("rowheader", name="North")).to_be_visible()
    front.kernel("patch", id="c", set={"state": "ok", "number": 7, "outputs": []})
    expect(cell.locator("pre.out")).to_have_count(0)
    expect(front.page.get_by_role("group", name="Cell 7, ran")).to_be_visible()


def test_at_the_end_only_what_differs_is_drawn_anew(front: Front) -> None:
    cell = front.block("c", "cell", code="work()", state="running", outputs=[])
    front.kernel("output", id="c", output={"type": "text", "stream": "stdout", "text": "10%"})
    front.kernel("output", id="c", output=TABLE)
    front.kernel("output", id="c", output={"type": "text", "stream": "stderr", "text": "more"})
    cell.get_by_role("table").evaluate("table => { table.dataset.kept = 'yes' }")
    front.kernel("outputs", id="c", new={"0": {"type": "text", "stream": "stdout", "text": "100%"}}, count=2)
    expect(cell.locator("pre.out")).to_have_text(["100%"])
    expect(cell.get_by_role("table")).to_have_attribute("data-kept", "yes")


def test_pictures_come_as_bytes_or_as_base64(front: Front) -> None:
    png = figure()
    block = {"id": "c", "kind": "cell", "code": "plot()", "state": "ok", "number": 1}
    alone = {"type": "image", "buffer": 1, "alt": "by bytes"}
    front.kernel("block", block={**block, "outputs": [alone]}, buffers=(b"no", png))
    front.kernel(
        "output", id="c", output={"type": "image", "png": base64.b64encode(png).decode(), "alt": "by text"}
    )
    for name in ("by bytes", "by text"):
        image = front.page.get_by_role("img", name=name)
        expect(image).to_be_visible()
        assert image.evaluate("image => image.decode().then(() => image.naturalWidth)") == 600
        expect(image).to_have_attribute("src", re.compile("^blob:"))


def test_a_folded_step_still_shows_its_figures(front: Front) -> None:
    step = front.block("s", "step", title="Draw", state="active", open=True)
    front.block("c", "cell", step="s", code="plot()", state="ok", number=1,
                outputs=[{"type": "image", "png": base64.b64encode(figure()).decode(), "alt": "bars"}])  # fmt: skip
    front.kernel("patch", id="s", set={"state": "done", "open": False, "summary": "Drawn.", "seconds": 2.0})
    expect(front.shown("c")).to_be_hidden()
    expect(step.get_by_role("img", name="bars")).to_be_visible()
    expect(step.get_by_text("Drawn.")).to_be_visible()


def test_what_the_reader_folded_stays_so(front: Front) -> None:
    step = front.block("s", "step", title="Load", state="active", open=True)
    front.block("c", "cell", step="s", code="load()", state="running", outputs=[])
    step.locator("summary").first.click()
    front.kernel(
        "block",
        block={"id": "s", "kind": "step", "title": "Load", "state": "active", "open": True, "summary": "x"},
    )
    front.kernel(
        "snapshot",
        blocks=[{"id": "s", "kind": "step", "title": "Load it", "state": "done", "open": True}],
        state={},
    )
    expect(step.get_by_text("Load it")).to_be_visible()
    assert not step.locator("details").first.evaluate("details => details.open")
    expect(front.shown("c")).to_have_count(0)


def test_said_becomes_the_answer_in_its_place(front: Front) -> None:
    front.block("a", "said", text="It is 4.", streaming=True)
    front.block("b", "notice", text="later")
    answer = front.block("a", "answer", text="It is 4.", html="<p>It is <strong>4</strong>.</p>", named={"x": "4"},
                         claims=[{"text": "4", "status": "supported", "about": "cell 1", "cell": 1}])  # fmt: skip
    expect(answer.locator("strong").first).to_have_text("4")
    expect(front.page.locator(".blocks > *").first).to_have_attribute("data-block", "a")
    expect(front.status).to_have_text("The answer is there.")
    front.kernel("patch", id="a", set={"undone": [1, 2]})
    expect(answer.get_by_text("Taken back since: what cells 1, 2 did")).to_be_visible()


def test_the_marks_of_numbers_lead_to_what_shows_them(front: Front) -> None:
    front.kernel("snapshot", **doc())
    answer = front.shown("q1-answer")
    expect(answer.locator("p").first).to_have_text(
        "North sells most: 412,050✓, which is 31.3 %≈ of all revenue."
    )
    answer.get_by_role("button", name="31.3 %: computed from what outputs show, cell 2").click()
    expect(front.shown("q1-c2")).to_be_focused()
    expect(front.shown("q1-c2")).to_be_in_viewport()
    expect(answer.get_by_text("in no output")).to_be_hidden()
    answer.get_by_role("button", name="24: not shown by any output").click()
    expect(answer.get_by_text("in no output")).to_be_visible()
    answer.get_by_role("button", name="Cell 2").first.click()
    expect(front.shown("q1-c2")).to_be_focused()


def test_a_mark_unfolds_the_step_that_its_cell_lies_in(front: Front) -> None:
    front.block("s", "step", title="Load", state="done", open=False)
    front.block("c", "cell", step="s", code="1", state="ok", number=1, outputs=[])
    claim = {"text": "1", "status": "supported", "about": "", "cell": 1}
    answer = front.block(
        "a", "answer", text="1", html="<p>1\ue0000\ue001 and 2\ue0007\ue001</p>", claims=[claim]
    )
    expect(answer.locator("p")).to_have_text("1✓ and 2")
    answer.get_by_role("button", name="1: shown").click()
    expect(front.shown("c")).to_be_focused()


def test_what_a_snapshot_has_is_not_added_twice(front: Front) -> None:
    said = {"id": "a", "kind": "said", "text": "one two", "streaming": True}
    front.kernel("snapshot", blocks=[said], state={}, n=5)
    front.kernel("append", id="a", text=" two", n=5)
    front.kernel("append", id="a", text=" three", n=6)
    expect(front.shown("a")).to_have_text("one two three")


def test_a_snapshot_has_the_order(front: Front) -> None:
    blocks = [{"id": name, "kind": "notice", "text": name} for name in "abcd"]
    front.kernel("snapshot", blocks=[blocks[3], blocks[1]], state={})
    front.kernel("snapshot", blocks=blocks, state={})
    expect(front.page.locator(".blocks > *")).to_have_text(["a", "b", "c", "d"])


def test_the_document_is_shown_without_a_kernel(front: Front) -> None:
    front.page.evaluate("doc => window.model.set('doc', doc)", doc())
    expect(front.shown("q1-answer")).to_contain_text("North sells most")
    assert front.page.evaluate(
        "() => window.model.get('doc').blocks.every(b => !b.outputs?.some(o => o.bytes))"
    )


def test_state_in_words_and_numbers(front: Front) -> None:
    front.state(phase="running", activity="Step 2 of 4", seconds=3.0, usd=0.0131, budget=0.5, tokens=100, context=0.35,
                variables=[{"name": "sales", "type": "DataFrame", "about": "9 × 2"}], model="rules")  # fmt: skip
    expect(front.page.locator(".status")).to_contain_text("Step 2 of 4")
    expect(front.page.get_by_text("0.01 of 0.50 USD")).to_be_visible()
    expect(front.page.get_by_role("meter", name="Context used")).to_have_attribute(
        "aria-valuetext", "35 percent"
    )
    front.page.get_by_text("1 variable").click()
    expect(front.page.get_by_text("9 × 2")).to_be_visible()
    front.state(phase="idle", usd=None)
    expect(front.page.locator(".status .words")).to_have_text("Ready")
    expect(front.page.get_by_text("price unknown, budget 0.50 USD")).to_be_visible()


def test_the_document_of_a_saved_notebook_is_kept_without_the_kernel(front: Front) -> None:
    png = figure()
    cell = {
        "id": "c",
        "kind": "cell",
        "code": "draw()",
        "state": "ok",
        "outputs": [TABLE, {"type": "image", "buffer": 0}],
    }
    front.kernel("block", n=1, block=cell, buffers=(png,))
    front.kernel("state", n=2, set={"phase": "idle", "model": "rules"})
    front.page.wait_for_function("() => window.model.get('doc').n === 2")
    kept = front.page.evaluate("() => window.model.get('doc')")
    assert kept["state"] == {"phase": "idle", "model": "rules"}
    assert kept["blocks"] == [
        {**cell, "outputs": [TABLE, {"type": "image", "png": base64.b64encode(png).decode()}]}
    ]
    assert front.sent == []


def test_unknown_things_are_harmless(front: Front) -> None:
    front.kernel("block", block={"id": "z", "kind": "hologram"})
    front.kernel("append", id="nobody", text="x")
    front.kernel("patch", id="nobody", set={"text": "x"})
    front.kernel("dance")
    front.block("c", "cell", code="", state="ok", outputs=[{"type": "smell"}])
    expect(front.shown("c")).to_be_visible()
