"""The proof and the ledger's remarks, in every view: what moved is said, and each remark stands at its step."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from analyst_kernels import Stream

from analyst.digest import partial
from analyst.events import Finding, Moved, Proved
from analyst.views.cell import blocks_of
from analyst.views.html import to_fragment
from analyst.views.markdown import to_markdown
from analyst.views.notebook import to_notebook

from .pages import report

REMARK = "The join loses 3 of 9 rows."
MOVED = Proved("values", (1,), 1, 2, (Moved("cell 1: n", "3", "4"),), "The data are other ones.")
TOLD = "reproduced 1/2. cell 1: n: 3 was 4 this time. The data are other ones."


def told(story: Any, proved: Proved) -> Any:
    """A step with a remark, an answer, a proof."""
    story.ask("Which?").plan("Join").start("s1").cell("n = 3", Stream("stdout", "3\n"))
    story.events[-1] = replace(story.events[-1], ledger=(Finding("join", REMARK),))
    return story.finish("s1", "Joined.").answer("It is 3.").add(proved)


@pytest.mark.parametrize(
    ("proved", "words"), [(Proved("full", (1,), 14, 14), "reproduced 14/14"), (MOVED, TOLD)]
)
def test_every_view_tells_the_proof(Story: Any, proved: Proved, words: str) -> None:
    events = told(Story(), proved).events
    page = " ".join(report(events).text.split())
    assert words in page
    assert words in " ".join(to_fragment(events).split())
    assert f"Proof: {words}" in to_markdown(events)
    assert f"Proof: {words}" in blocks_of(events)[-1].data["text/plain"]
    assert any(f"Proof: {words}" in cell.source for cell in to_notebook(events).cells)


def test_a_remark_of_the_ledger_stands_at_its_step(Story: Any) -> None:
    events = told(Story(), MOVED).events
    page = report(events)
    assert f"Joined. Ledger: {REMARK}" in " ".join(page.text.split())
    assert f"- [x] Join: Joined.\n  - Ledger: {REMARK}\n" in to_markdown(events)
    (block,) = [b for b in blocks_of(events) if b.key.startswith("part-") and "figure" not in b.key]
    assert f"Ledger: {REMARK}\n\nJoined." in block.data["text/plain"]
    assert f"Ledger: {REMARK}" in block.data["text/html"]
    alone = Story().ask("?").cell("n = 3")
    alone.events[-1] = replace(alone.events[-1], ledger=(Finding("join", REMARK),))
    assert f"- Cell 1: {REMARK}" in to_markdown(alone.answer("3").events)


def test_a_partial_answer_shows_the_output_and_not_what_the_model_read(Story: Any) -> None:
    story = Story().ask("?").cell("n", Stream("stdout", "42\n"))
    story.events[-1] = replace(
        story.events[-1], text="[cell 1] ok\n42\n[new or changed variables]\nn: int", ok=True
    )
    text = partial(story.stop("time", "It was 9 s.").events)
    assert "The last output (cell 1):\n```\n42\n```" in text
    assert "new or changed variables" not in text
