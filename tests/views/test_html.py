"""The report: what stands where, and what it says."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from analyst_kernels import Stream

from analyst.errors import AnalystError
from analyst.events import (
    Asked,
    CallDecided,
    Compacted,
    Continued,
    PlanDecided,
    Surveyed,
    Usage,
)
from analyst.views.html import to_html, write_html

from .pages import report
from .pictures import TABLE, drawn


def test_the_answer_comes_first_then_figures_tables_work_data_and_limits(penguins: Any) -> None:
    penguins.events[-1:] = []
    penguins.cell("# draw it\nplot()", drawn()).cell("# by species\nmeans", TABLE)
    page = report(penguins.answer("Species **b** is heaviest.").events)
    assert page.headings == [
        (1, "Which species is heaviest?"),
        (2, "Answer"),
        (2, "Figures"),
        (2, "Tables"),
        (2, "How it was found"),
        (2, "The data"),
        (2, "Limits and assumptions"),
    ]
    words = " ".join(page.text.split())
    assert "Answer Species b is heaviest. Model openai/gpt-5 Cost 0.0100 USD Model calls 10" in words
    assert "✓Compare the species (done) Species b is. 2 cells of code, 1 of which failed" in words
    assert "Cell 2 failed: KeyError: 'c' (repaired below)" in words
    assert "penguins.csv 1,344 rows × 2 columns" in words


def test_several_questions_have_a_table_of_contents(Story: Any) -> None:
    story = Story().ask("First?").answer("# one").ask("Second?").cell("plot()", drawn()).answer("two")
    page = report(story.events)
    assert [heading for heading in page.headings if heading[0] < 3] == [
        (1, "2 questions"),
        (2, "First?"),
        (2, "Second?"),
    ]
    assert (4, "one") in page.headings
    assert [a["href"] for a in page.all("a")] == ["#q1", "#q2", "#q2-figure-1"]
    assert report(story.events, title="Birds").headings[0] == (1, "Birds")


def test_a_partial_answer_says_so_before_anything_else(Story: Any) -> None:
    story = Story().ask("?").stop("budget", "0.50 USD are spent.").answer("half", partial=True)
    page = report(story.events)
    assert page.headings[1] == (2, "Partial answer (limit reached: money)")
    assert page.text.index("0.50 USD are spent.") < page.text.index("half")


@pytest.mark.parametrize(
    ("end", "words"),
    [
        ([], "No answer yet: the run has not ended"),
        ([("model", "It said no.")], "No answer (the model could not be asked)"),
        ([("plan only", "")], "Only the plan was wanted"),
    ],
)
def test_without_an_answer(Story: Any, end: Any, words: str) -> None:
    story = Story().ask("?").plan("look")
    for reason, detail in end:
        story.stop(reason, detail)
    page = report(story.events)
    assert page.headings[1] == (2, words)
    assert "look (not begun)" in page.text
    assert report([]).headings == [(1, "Nothing was asked")]


def test_what_limits_the_answer_is_told(Story: Any) -> None:
    table = {
        "path": "/d/a.csv",
        "rows": 9,
        "rows_exact": False,
        "columns": [],
        "notes": ["sampled: 10 places"],
    }
    story = Story().add(Asked("?", ("/d/a.csv",)), Surveyed("", (table,))).plan("one").start("s1")
    story.refuse("!rm -r /", "it deletes").finish("s1", "cannot be had", ok=False).add(Compacted("…"))
    call = story.call(code="import time\ntime.sleep(9)")
    page = report(story.add(CallDecided(call, True)).events)
    limits = page.text[page.text.index("Limits and assumptions") :]
    for words in (
        "a.csv: the number of rows is an estimate.",
        "a.csv: sampled: 10 places",
        "Refused to run: python (!rm -r /). it deletes",
        "Not reached: one. cannot be had",
        "The conversation was shortened",
        "Not known to have run: python (time.sleep(9))",
    ):
        assert words in limits
    assert "about 9 rows" in page.text


def test_a_run_that_was_stopped_and_went_on(Story: Any) -> None:
    story = Story().ask("?").cell("1").stop("steps", "1 step is over.").answer("half", partial=True)
    story.add(Continued()).cell("2").answer("whole")
    page = report(story.events)
    assert page.headings[1] == (2, "Answer")
    assert "The run stopped here and was continued: 1 step is over." in page.text
    assert "half" not in page.text


def test_a_refused_plan_and_work_outside_of_steps(Story: Any) -> None:
    story = Story().ask("?").cell("before").plan("one").add(PlanDecided(False, note="too long")).cell("after")
    page = report(story.answer("a").events)
    words = " ".join(page.text.split())
    assert "1 cell of code Cell 1 before The plan was refused. too long 1 cell of code Cell 2 after" in words


def test_times_and_version(Story: Any) -> None:
    story = Story().ask("?").stop("steps", "over").add(Continued()).answer("a")
    at = [1.76e9 + t for t in (0, 1, 2, 5, 1000, 1061, 1066)]
    page = report(story.events, at=at[: len(story.events)])
    assert "Time 1 min 10 s" in page.text
    assert "on 2025-10-09 09:" in page.text
    assert "Time" not in report(story.events).text


def test_an_unknown_price_is_no_zero(Story: Any) -> None:
    story = Story().ask("?")
    story.call("look", Usage(10, 1))
    assert "price unknown" in report(story.answer("a").events).text


def test_two_hundred_cells_take_less_than_a_second(Story: Any) -> None:
    story = Story().ask("?")
    code = "import pandas as pd\n" + "\n".join(
        f"frame['c{n}'] = frame['a{n}'].mean() + {n}" for n in range(20)
    )
    for number in range(200):
        story.cell(f"# cell {number}\n{code}", Stream("stdout", "line\n" * 40), TABLE, drawn(number + 1))
    events = story.answer("done").events
    began = time.process_time()
    html = to_html(events)
    assert time.process_time() - began < 1.0
    assert html.count('<p class="number">Cell ') == 200


def test_the_same_log_gives_the_same_bytes(penguins: Any) -> None:
    assert to_html(penguins.events) == to_html(penguins.events)


def test_it_is_written_whole_or_not_at_all(penguins: Any, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    write_html(penguins.events, path)
    assert path.read_text(encoding="utf-8") == to_html(penguins.events)
    assert list(tmp_path.iterdir()) == [path]
    with pytest.raises(AnalystError, match="cannot be written"):
        write_html(penguins.events, tmp_path / "nowhere" / "report.html")
