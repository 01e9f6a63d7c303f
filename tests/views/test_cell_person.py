"""The cell's view of what a person has to do with a run: she is waited for, she allowed it, she took it back."""

from __future__ import annotations

import dataclasses
from typing import Any

from analyst_kernels import Stream

from analyst.events import CallDecided, Contract, ContractSet, OutputDelta, TextDelta, ToolReturned, Undone
from analyst.views.cell import CellView, blocks_of
from analyst.views.cell.scene import KEPT

from .front import Clock, Front


def html(front: Front) -> list[str]:
    return [output["data"].get("text/html", "") for output in front.outputs.values()]


def test_it_says_that_a_person_is_waited_for_until_something_comes(Story: Any) -> None:
    story = Story().ask("?")
    id = story.call(code="hours()")
    front = Front()
    view = CellView(front, clock=Clock())
    for event in story.events:
        view(event)
    view.waits_for_person()
    assert "◐ Waiting for you …" in front.plain[-1]
    view(CallDecided(id, True, "person"))
    assert "Waiting for you" not in front.plain[-1]


def test_outputs_are_drawn_at_once_while_the_second_has_room(Story: Any) -> None:
    """The code that printed them may hold the thread that would draw them later."""
    story = Story().ask("?")
    story.add(CallDecided(story.call(code="hours()"), True))
    front = Front()
    view = CellView(front, clock=Clock())
    for event in (*story.events, *(OutputDelta("call-1", Stream("stdout", f"line {n}\n")) for n in range(5))):
        view(event)
    assert "line 4" in front.plain[-1]


def test_who_allowed_a_cell_and_what_it_did_to_the_variables(Story: Any) -> None:
    story = Story().ask("?").cell("rates = 1", variables=("rates",))
    events = [
        dataclasses.replace(event, by="person") if isinstance(event, CallDecided) else event
        for event in story.events
    ]
    returned = next(event for event in events if isinstance(event, ToolReturned))
    events[events.index(returned)] = dataclasses.replace(returned, gone=("old",))
    said = blocks_of([*events, Undone((1,), removed=("rates",))])
    step = next(block for block in said if block.key.startswith("part"))
    for words in ("Allowed by you.", "Variables made or changed: rates (", "Gone: old."):
        assert words in step.data["text/plain"]
        assert words in step.data["text/html"]
    assert said[-1].data["text/plain"].startswith("Undone: what cell 1 did to the variables.")


def test_what_was_understood_as_asked_for_is_one_folded_line_and_follows_a_change(Story: Any) -> None:
    story = Story().ask("?").add(ContractSet(Contract(filters=("only <b>adults</b>",), decimals=2)))
    story.plan("look").add(ContractSet(Contract(filters=("everybody",)), "person"))
    front = Front()
    view = CellView(front, clock=Clock())
    for event in story.events[:-2]:
        view(event)
    assert view.wanted.decimals == 2
    assert front.plain[1] == "Asked for: rows: only <b>adults</b> · rounded: 2 decimals"
    shown = html(front)[1]
    assert "<summary>Asked for: rows: only &lt;b&gt;adults&lt;/b&gt; · rounded: 2 decimals</summary>" in shown
    assert "<li>rounded: 2 decimals</li>" in shown
    for event in story.events[-2:]:
        view(event)
    assert front.plain[1] == "Asked for: rows: everybody"
    story.finish("s1", "Looked.").answer("Done.")
    assert [b.key for b in blocks_of(story.events)][:3] == ["head", "wanted", "plan"]
    assert "wanted" not in [b.key for b in blocks_of(Story().ask("?").answer("Yes.").events)]


def test_what_is_being_said_and_printed_can_be_read_from_its_beginning_and_is_bounded(Story: Any) -> None:
    story = Story().ask("?")
    front, clock = Front(), Clock()
    view = CellView(front, clock=clock)
    said = [TextDelta(f"thought {n}\n") for n in range(500)]
    id = story.call(code="slow()")
    for event in [*story.events[:-1], *said]:
        view(event)
        clock.now += 1
    assert '<div class="tail" tabindex="0"><pre class="said">thought 0\n' in html(front)[-1]
    assert "thought 499</pre>" in html(front)[-1]
    assert "thought 0\n" not in front.plain[-1]
    for _ in range(20):
        view(TextDelta("x" * 5_000))
        clock.now += 1
    assert "[…] xxx" in html(front)[-1]
    assert len(html(front)[-1]) < 2 * KEPT
    view(story.events[-1])
    view(CallDecided(id, True))
    for n in range(500):
        view(OutputDelta(id, Stream("stdout", f"line {n}\n")))
        clock.now += 1
    assert "line 0\n" in html(front)[-1]
    assert html(front)[-1].count("line 499") == 1
