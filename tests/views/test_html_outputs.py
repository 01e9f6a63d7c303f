"""Figures and tables in the report."""

from __future__ import annotations

import base64
import re
from typing import Any

import pytest
from analyst_kernels import DisplayData, ExecuteResult

from analyst.markup import image
from analyst.views.html import to_html
from analyst.views.html.outputs import FIGURES, OUTPUTS

from .pages import report
from .pictures import TABLE, drawn, png


def test_a_figure_is_shown_once_with_title_and_description(Story: Any) -> None:
    story = Story().ask("?").cell("plot()", drawn(), drawn()).cell("plot()", drawn(3, "odd")).answer("see it")
    page = report(story.events)
    first, second = page.all("img")
    assert (first["width"], first["height"]) == ("2", "1")
    assert first["alt"] == "Mass of <birds>. all: bars, line, across mass (g), up birds"
    assert second["alt"] == "plot()"
    assert "Figure 1: Mass of <birds>" in page.text
    assert [a["href"] for a in page.all("a")] == ["#q1-figure-1", "#q1-figure-1", "#q1-figure-2"]


@pytest.mark.parametrize(
    ("mime", "data"),
    [
        ("image/png", "javascript:alert(1)"),
        ("image/png", base64.b64encode(b"<svg onload=alert(1)>").decode()),
        ("image/png", '" onerror="alert(1)'),
        ("image/png", png(100_000, 100_000)),  # a page that unpacks it is gone
        ("image/svg+xml", "<svg onload='alert(1)'/>"),
        ("image/jpeg", png()),
    ],
)
def test_what_is_no_picture_is_not_shown_and_that_is_said(Story: Any, mime: str, data: str) -> None:
    assert image(mime, data) is None
    page = report(Story().ask("?").cell("plot()", DisplayData({mime: data})).answer("a").events)
    assert page.all("img") == []
    assert "this report does not show" in page.text


def test_more_figures_than_fit_are_counted(Story: Any) -> None:
    figures = [drawn(width) for width in range(1, FIGURES + 3)]
    page = report(Story().ask("?").cell("plot()", *figures).answer("a").events)
    assert len(page.all("img")) == FIGURES
    assert "2 more are left out here; they are in the notebook." in page.text
    assert f"{FIGURES + 2 - OUTPUTS} more outputs are left out here." in page.text


def test_tables_beside_the_answer_are_small_results(Story: Any) -> None:
    rows = [['"a"', "1"], ['"<b>"', "2"]]
    digest = {"kind": "series", "shape": [2, 1], "head": rows, "tail": []}
    series = ExecuteResult({"text/plain": "a 1", "application/vnd.analyst.table+json": digest})
    long = ExecuteResult({"text/html": "<table>" + "<tr><td>long</td></tr>" * 90 + "</table>"})
    story = (
        Story()
        .ask("?")
        .cell("df.head()", TABLE)
        .cell("# all\ndf", long)
        .cell("# means\nm", TABLE)
        .cell("s", series)
    )
    html = to_html(story.answer("a").events)
    section = html[html.index('class="tables"') : html.index("How it was found")]
    assert re.findall("<figcaption>(.*?)</figcaption>", section) == ["means", "s"]
    assert "<tr><th>&lt;b&gt;</th><td>2</td></tr>" in section
    assert "dataframe" not in html
    assert "color: red" not in html
    assert html.count("<td>long</td>") == 90
