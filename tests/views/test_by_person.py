"""What a person did to a run, allowing a cell or taking its work back, stands in every view."""

from __future__ import annotations

import io

from analyst_kernels import Stream

from analyst.events import CallDecided, Undone
from analyst.views.console import Console
from analyst.views.html import to_html
from analyst.views.markdown import to_markdown
from analyst.views.notebook import to_notebook

from ..stories import Story

WHY = "128 bytes: too large"


def log(*, by_person: bool = True) -> Story:
    """Two cells, the first of which was allowed by a person, both undone; then one more question."""
    story = Story().ask("Clean df").cell("# clean it\ndf.drop(columns='b')", Stream("stdout", "cleaned"))
    story.cell("df['c'] = 1").answer("Cleaned.")
    if by_person:
        place = next(n for n, e in enumerate(story.events) if isinstance(e, CallDecided))
        story.events[place] = CallDecided(story.events[place].call_id, True, "person")  # type: ignore[union-attr] # found above
    story.add(Undone((2, 1), restored=("df",), removed=("made",), lost={"big": WHY}))
    return story.ask("And now?").cell("df.b.sum()").answer("6")


UNDONE = (
    "Undone: what cells 1, 2 did to the variables. Again as before: df. Taken away: made. Not restored: big"
)


def test_the_console() -> None:
    stream = io.StringIO()
    console = Console(stream=stream)
    for event in log().events:
        console(event)
    assert f"{UNDONE} ({WHY})." in stream.getvalue()
    assert stream.getvalue().count("  Allowed by you: clean it\n") == 1


def test_markdown() -> None:
    page = to_markdown(log().events)
    assert UNDONE in page
    assert page.count("2 cells of code (1 allowed by a person)") == 1
    assert "allowed" not in to_markdown(log(by_person=False).events)


def test_the_report() -> None:
    page = to_html(log().events)
    assert page.count(f"<li>{UNDONE} ({WHY}).</li>") == 1
    assert page.count("Cell 1, allowed by a person") == page.count("allowed by a person") == 1


def test_the_notebook_does_not_do_again_what_was_undone() -> None:
    cells = to_notebook(log().events).cells
    codes = [cell.source for cell in cells if cell.cell_type == "code"]
    assert codes == [
        "# undone afterwards\n# # clean it\n# df.drop(columns='b')",
        "# undone afterwards\n# df['c'] = 1",
        "df.b.sum()",
    ]
    assert next(cell for cell in cells if cell.cell_type == "code").outputs[0].text == "cleaned"
    texts = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    assert UNDONE in texts
    assert texts.count("Allowed by a person: `clean it`") == 1
