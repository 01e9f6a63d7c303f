from __future__ import annotations

import json
import re
from typing import Any

import nbformat
from analyst_kernels import DisplayData, Error, ExecuteResult, Stream
from hypothesis import given, settings
from hypothesis import strategies as st

from analyst.events import (
    Answered,
    Asked,
    Call,
    CallDecided,
    Continued,
    Event,
    ModelReplied,
    PlanDecided,
    PlanProposed,
    PlanRevised,
    PlanStep,
    StepFinished,
    StepStarted,
    Stopped,
    ToolReturned,
    Usage,
    Variable,
)
from analyst.views.cell import CellView, blocks_of
from analyst.views.notebook import to_notebook

from .front import Clock, Front
from .pages import Page

HOSTILE = [
    "```\n````\n` ``",
    "\x1b[31m",
    "<script>",
    "![x](http://evil)",
    "\ud800 $1 and $2",
    "%%bash\n1",
    "x = 1\n1/0",
]

text = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=30))
outputs = st.one_of(
    st.builds(Stream, st.sampled_from(["stdout", "stderr"]), text),
    st.builds(DisplayData, st.dictionaries(text, st.one_of(text, st.integers(), st.lists(text)), max_size=3)),
    st.builds(ExecuteResult, st.dictionaries(st.sampled_from(["text/plain", "image/png"]), text)),
    st.builds(Error, text, text, st.lists(text, max_size=2).map(tuple)),
)
steps = st.lists(st.builds(PlanStep, st.sampled_from("abc"), text, text), max_size=3).map(tuple)
endings = st.sampled_from(["", "ok", "error", "wall limit", "silence limit", "interrupted", "died"])


@st.composite
def turns(draw: Any, number: int) -> list[Event]:
    """A reply of the model and what its call came to."""
    call = Call(f"call-{number}", draw(text), json.dumps({"code": draw(text)}))
    reply = ModelReplied("", (call,), Usage(1, 1, usd=draw(st.none() | st.just(0.1))), "", draw(text), "")
    ok = draw(st.booleans())
    returned = ToolReturned(
        call.id,
        ok,
        draw(text),
        draw(st.lists(outputs, max_size=3).map(tuple)),
        cell=draw(st.sampled_from([0, number + 1])),
        ending=draw(endings),
        variables=draw(st.none() | st.just((Variable("a", "int", "1"),))),
    )
    fates: list[list[Event]] = [
        [CallDecided(call.id, True), returned],
        [CallDecided(call.id, True)],
        [CallDecided(call.id, False, reason=draw(text)), ToolReturned(call.id, False, draw(text))],
        [returned],
        [PlanProposed(draw(steps), call.id), PlanDecided(draw(st.booleans()), draw(steps), draw(text))],
        [PlanRevised(draw(steps), draw(text), call.id)],
        [StepStarted(draw(st.sampled_from("abcd")))],
        [StepFinished(draw(st.sampled_from("abcd")), ok, draw(text), call.id)],
        [Answered(draw(text), partial=ok, call_id=call.id)],
        [Stopped(draw(st.sampled_from(["time", "model"])), draw(text)), Continued()],
        [Asked(draw(text), draw(st.lists(text, max_size=2).map(tuple)))],
    ]
    return [reply, *draw(st.sampled_from(fates))]


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 8).flatmap(lambda n: st.tuples(*(turns(number) for number in range(n)))), text)
def test_any_log_is_a_valid_notebook_without_errors(log: tuple[list[Event], ...], question: str) -> None:
    events: list[Event] = [Asked(question), *(event for turn in log for event in turn)]
    notebook = to_notebook(events)
    nbformat.validate(notebook)
    outputs = [o for cell in notebook.cells if cell.cell_type == "code" for o in cell.outputs]
    assert not [o for o in outputs if o.output_type == "error"]
    counts = [cell.execution_count for cell in notebook.cells if cell.cell_type == "code"]
    assert counts == list(range(1, len(counts) + 1))
    assert nbformat.writes(to_notebook(events)) == nbformat.writes(notebook)


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 8).flatmap(lambda n: st.tuples(*(turns(number) for number in range(n)))), text)
def test_any_log_is_shown_in_a_cell_block_by_block(log: tuple[list[Event], ...], question: str) -> None:
    events: list[Event] = [Asked(question), *(event for turn in log for event in turn)]
    made = blocks_of(events)
    keys = [block.key for block in made if block.key in ("head", "answer")]
    assert keys == ["head", "answer"] * sum(isinstance(event, Asked) for event in events)
    front, clock = Front(), Clock()
    view = CellView(front, clock=clock)
    for event in events:
        view(event)
        clock.now += 0.03
    view.close()
    for output in [*front.outputs.values(), *({"data": block.data} for block in made)]:
        if "text/html" in output["data"]:
            Page(output["data"]["text/html"])
            assert "\n\n" not in output["data"]["text/html"]
        json.dumps(output, ensure_ascii=False).encode()
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e\ud800]", output["data"]["text/plain"])
    runs = sum(isinstance(event, CallDecided) for event in events)
    blocks = len(front.outputs)
    assert front.updates <= 10 * (0.03 * len(events) + 1) + runs * 2 + blocks * 2
