"""The fold from facts to blocks, without a kernel."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable
from typing import Any

import pytest
from analyst_kernels import ExecuteResult, Stream

from analyst.events import (
    CallDecided,
    Checked,
    Claim,
    Event,
    Isolated,
    Live,
    ModelReplied,
    OutputDelta,
    Place,
    TextDelta,
    ToolReturned,
    Undone,
)
from analyst.widget.asides import Idle
from analyst.widget.projection import Projection
from analyst.widget.wire import Wire, with_buffers
from tests.browser.stories import hostile, returns
from tests.stories import Story


def folded(events: Iterable[Event | Live]) -> Projection:
    projection = Projection()
    for event in events:
        projection.see(event)
    return projection


def as_seen_live(events: Iterable[Event]) -> Iterable[Event | Live]:
    """The facts with the pieces before them that a model and a kernel send."""
    for event in events:
        if isinstance(event, ModelReplied):
            yield from (TextDelta(event.text[n : n + 5]) for n in range(0, len(event.text), 5))
        if isinstance(event, ToolReturned) and event.cell:
            yield from (OutputDelta(event.call_id, output) for output in event.outputs)
        yield event


def played(operations: Iterable[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """What a front end has that did all of these."""
    blocks: dict[str, dict[str, Any]] = {}
    for op in map(copy.deepcopy, operations):
        match op["op"]:
            case "block":
                blocks[op["block"]["id"]] = op["block"]
            case "patch":
                blocks[op["id"]].update(op["set"])
            case "append":
                blocks[op["id"]]["text"] += op["text"]
            case "output":
                outputs = blocks[op["id"]]["outputs"]
                if (
                    outputs
                    and op["output"]["type"] == "text" == outputs[-1]["type"]
                    and op["output"]["stream"] == outputs[-1]["stream"]
                ):
                    outputs[-1]["text"] += op["output"]["text"]
                else:
                    outputs.append(op["output"])
            case "outputs":
                outputs = blocks[op["id"]]["outputs"]
                blocks[op["id"]]["outputs"] = [
                    op["new"].get(str(n)) or outputs[n] for n in range(op["count"])
                ]
            case _:
                pass
    return blocks


@pytest.mark.parametrize(
    "story", [returns(), hostile(), Story("m").ask("?").answer("Yes")], ids=["returns", "hostile", "short"]
)
def test_what_was_seen_live_is_what_the_log_tells(story: Story) -> None:
    live = list(as_seen_live(story.events))
    assert folded(live).snapshot()["blocks"] == folded(story.events).snapshot()["blocks"]


@pytest.mark.parametrize("story", [returns(), hostile()], ids=["returns", "hostile"])
def test_the_operations_come_to_the_snapshot(story: Story) -> None:
    projection, told = Projection(), list[dict[str, Any]]()
    for event in as_seen_live(story.events):
        told += copy.deepcopy(projection.see(event))
    assert played(told) == projection.blocks
    assert [op["n"] for op in told] == list(range(1, len(told) + 1))


def test_at_any_moment_it_ends_well() -> None:
    events = list(as_seen_live(returns().events))
    for cut in range(1, len(events)):
        projection = folded(events[:cut])
        projection.see(Idle())
        states = {b["state"] for b in projection.blocks.values() if "state" in b}
        assert not states & {"running", "active"}
        assert projection.state["phase"] == "idle"


def test_steps_cells_and_the_answer() -> None:
    projection = folded(returns().events)
    kinds = [block["kind"] for block in projection.blocks.values()]
    assert kinds[:3] == ["question", "plan", "step"]
    assert kinds[-1] == "answer"
    cells = [b for b in projection.blocks.values() if b["kind"] == "cell"]
    assert [(c["state"], c["attempt"]) for c in cells] == [
        ("ok", 1),
        ("error", 1),
        ("ok", 2),
        ("ok", 1),
        ("ok", 1),
    ]
    assert [c["outputs"][-1]["type"] for c in cells] == ["text", "error", "html", "image", "text"]
    assert "<table" in cells[2]["outputs"][-1]["html"]
    plan = next(b for b in projection.blocks.values() if b["kind"] == "plan")
    assert {step["state"] for step in plan["steps"]} == {"done"}


def test_the_record_of_an_answer_its_sandbox_and_its_model() -> None:
    claims = (
        Claim("412", 0, 3, "supported", (Place(2),), sentence="412: shown in cell 2."),
        Claim("5", 4, 5, "given", sentence="5: from the question."),
        Claim("24", 6, 8, "unsupported", sentence="24: no output shows it."),
    )
    story = Story("m").add(Isolated("bubblewrap", "Namespaces.")).ask("?").plan("Count").start("s1")
    story.finish("s1", "**412** of `all`\n\n- see _there_").add(Checked(claims)).answer("412 5 24")
    projection = folded(story.events)
    blocks = list(projection.blocks.values())
    assert blocks[-1]["claims"] == [
        {"text": "412", "status": "supported", "about": "shown in cell 2.", "cell": 2},
        {"text": "5", "status": "given", "about": "from the question.", "cell": None},
        {"text": "24", "status": "unsupported", "about": "no output shows it.", "cell": None},
    ]
    (step,) = [block for block in blocks if block["kind"] == "step"]
    assert step["summary"] == "412 of all\nsee there"
    assert projection.state["sandbox"] == "Isolation: bubblewrap (Namespaces.)"
    assert projection.state["models"] == ["m"]


def test_nothing_of_what_was_said_is_a_tag_that_acts() -> None:
    tags = set[str]()
    for block in folded(hostile().events).blocks.values():
        for html in [block.get("html", ""), *(o.get("html", "") for o in block.get("outputs", ()))]:
            tags |= set(re.findall(r"<([a-z0-9]+)", html))
            assert not re.search(r"<[^>]*\s(on\w+|style|src|data-\w+)=", html)
            assert not re.search(r"<a[^>]*href=\"(?!https?:|mailto:)", html)
    assert tags
    assert not tags & {
        "script",
        "img",
        "iframe",
        "style",
        "form",
        "input",
        "svg",
        "math",
        "object",
        "link",
        "video",
        "button",
    }


def test_the_wire_puts_pieces_together() -> None:
    sent: list[tuple[dict[str, Any], list[bytes]]] = []
    wire = Wire(lambda op, buffers: sent.append((op, buffers)), lambda _: None)
    story = Story("m").ask("?")
    call_id = story.call(code="x")
    projection = folded([*story.events, CallDecided(call_id, True)])
    projection.taken()
    for _ in range(50):
        wire.put(projection.see(OutputDelta(call_id, Stream("stdout", "ab\n"))))
    wire.put(projection.see(OutputDelta(call_id, Stream("stderr", "c\n"))))
    assert not sent
    wire.flush()
    assert [op["output"]["text"] for op, _ in sent] == ["ab\n" * 50, "c\n"]
    assert sent[-1][0]["n"] == projection.n


def test_what_a_cell_showed_is_sent_once() -> None:
    told = list[dict[str, Any]]()
    projection = Projection()
    for event in as_seen_live(returns().events):
        told += copy.deepcopy(projection.see(event))
    assert str(told).count("<table") == 1 + 1  # of a cell, and of the answer
    assert str(told).count("'png'") == 1


def test_only_what_is_another_output_at_the_end_is_sent_again() -> None:
    story = Story("m").ask("?")
    call_id = story.call(code="x")
    table = ExecuteResult({"text/html": "<table><tr><td>1</td></tr></table>", "text/plain": "1"})
    live = [Stream("stdout", "10%\r"), table, Stream("stdout", "more\n")]
    projection = folded(
        [*story.events, CallDecided(call_id, True), *(OutputDelta(call_id, one) for one in live)]
    )
    projection.taken()
    end = ToolReturned(call_id, True, "t", (Stream("stdout", "100%\n"), table), cell=1)
    (op,) = [op for op in projection.see(end) if op["op"] == "outputs"]
    assert (list(op["new"]), op["count"]) == (["0"], 2)


def test_a_step_is_taken_back_from_its_first_cell_on() -> None:
    story = (
        Story("m")
        .ask("?")
        .plan("look", "count")
        .start("s1")
        .cell("a = 1")
        .cell("b = 2")
        .finish("s1", "done")
        .start("s2")
        .cell("c = 3")
    )
    projection = Projection()
    projection.runs_in("own")
    for event in story.events:
        projection.see(event)

    def undo() -> list[int | None]:
        return [b["undo"] for b in projection.blocks.values() if b["kind"] == "step"]

    assert undo() == [1, 3]
    projection.see(Undone((3, 2)))
    assert undo() == [1, None]
    projection.see(Undone((1,)))
    assert undo() == [None, None]


def test_pictures_are_binary() -> None:
    cell = next(
        b for b in folded(returns().events).blocks.values() if b["kind"] == "cell" and b["number"] == 4
    )
    op, buffers = with_buffers({"op": "block", "n": 1, "block": copy.deepcopy(cell)})
    assert buffers[0].startswith(b"\x89PNG")
    assert op["block"]["outputs"][0]["buffer"] == 0
    assert "png" not in op["block"]["outputs"][0]
