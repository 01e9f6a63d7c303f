"""The cell's view of what a person has to do with a run: she is waited for, she allowed it, she took it back."""

from __future__ import annotations

import dataclasses
from typing import Any

from analyst_kernels import Stream

from analyst.events import CallDecided, OutputDelta, ToolReturned, Undone
from analyst.views.cell import CellView, blocks_of

from .front import Clock, Front


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
