"""Every view tells in one line what the review of an answer came to and what it used, and what the answer must contain."""

from __future__ import annotations

import io
from typing import Any

import pytest

from analyst.events import Answered, Call, Contract, ContractSet, Event, Reviewed, ReviewerReplied, Usage
from analyst.views.cell import blocks_of
from analyst.views.console import Console
from analyst.views.html import to_fragment, to_html
from analyst.views.markdown import to_markdown
from analyst.views.notebook import to_notebook
from analyst.widget.projection import Projection
from tests.stories import Story

CHECK = Call("review-5", "python", '{"code": "assert stated(6)"}')
SAID = ReviewerReplied("", CHECK, Usage(300, 20, usd=0.002), "openai/judge", "sha")
BACK = Reviewed("refuted", "assert stated(6)", "there are 6 <b>orders</b>", "told", Answered("5 orders."))
HELD, STILL = Reviewed("held", "assert stated(6)"), Reviewed("refuted", "assert stated(6)", "there are 6")
USED = "1 model call · 320 tokens · 0.0020 USD"


def reviewed(*facts: Event) -> list[Event]:
    story = Story().ask("How many orders are there?").add(ContractSet(Contract(filters=("only paid",))))
    return story.cell("orders = 6").add(SAID, *facts).answer("There are 6 orders.").events


def shown(events: list[Event]) -> dict[str, str]:
    """The log in each view, as text."""
    console, panel = io.StringIO(), Projection()
    view = Console(stream=console, width=2_000)
    for event in events:
        view(event)
        panel.see(event)
    view.close()
    return {
        "console": console.getvalue(),
        "html": to_html(events),
        "fragment": to_fragment(events),
        "markdown": to_markdown(events),
        "cell": "\n".join(str(block.data) for block in blocks_of(events)),
        "notebook": "\n".join(cell.source for cell in to_notebook(events).cells),
        "panel": str(panel.blocks),
    }


@pytest.mark.parametrize(("facts", "words"), [
    ((HELD,), "tried to refute this: held"),
    ((BACK, HELD), "tried to refute this: refuted, mended"),
    ((BACK, STILL), "tried to refute this: refuted, and it still fails the same check: there are 6"),
    ((Reviewed("undecided", output="the reviewer gave no check"),), "nothing was decided: the reviewer gave no check"),
], ids=["held", "mended", "still", "undecided"])  # fmt: skip
def test_every_view_tells_it_in_a_line(facts: tuple[Event, ...], words: str) -> None:
    for name, text in shown(reviewed(*facts)).items():
        told = " ".join(text.replace("\\", "").split())
        assert f"A reviewer (openai/judge) {words}".split(") ")[1] in told, name
        assert USED in told, name
        assert "<b>orders" not in told or name in ("console", "panel", "cell"), name


def test_every_view_tells_what_was_asked_for() -> None:
    for name, text in shown(reviewed(HELD)).items():
        assert "rows: only paid" in text or name == "cell", name
        assert "only paid" in text, name


def test_where_nothing_was_reviewed_nothing_is_told() -> None:
    events: list[Any] = [e for e in reviewed() if not isinstance(e, ReviewerReplied)]
    for name, text in shown(events).items():
        assert "reviewer" not in text.lower(), name


def test_what_the_reviewer_used_is_in_the_sum() -> None:
    assert "2 model calls · 1,420 tokens" not in to_markdown(reviewed(HELD))
    assert "3 model calls · 2,520 tokens · 0.0040 USD" in to_markdown(reviewed(HELD))
