"""The report of a run in which everything is hostile, odd or huge."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from analyst_kernels import DisplayData, ExecuteResult, Stream
from hypothesis import given, settings
from hypothesis import strategies as st

from analyst.events import (
    Answered,
    Asked,
    Event,
    Surveyed,
)
from analyst.views.html import to_fragment, to_html

from .pages import Page, report
from .pictures import drawn
from .test_any_log import text, turns

ATTACKS = [
    "<script>alert(1)</script>",
    "</code></pre></details></main><img src=x onerror=alert(1)>",
    '<a href="javascript:alert(1)" onclick="alert(1)">x</a>',
    "<table><tr><td style=\"background:url('http://evil/x')\" colspan=99999999>1</td></tr></table>",
    "<table></div></details><form action=//evil><input name=a></form><svg/onload=alert(1)>",
    "![x](http://evil/x.png) ![y][r] <img src=http://evil>\n\n[r]: http://evil/y.png",
    "[a](javascript:alert(1)) [b](data:text/html,x) [c](//evil) <javascript:alert(1)>",
    "<style>@import 'http://evil'</style><link rel=stylesheet href=http://evil>",
    "<button data-commandlinker-command=x>a</button><base href=http://evil>",
    "<meta http-equiv=refresh content='0;url=http://evil'>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "{{ 7 * 7 }}{% raw %}",
    "\x1b[31m\x00\u202e\ud800",
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_that_was_said_or_shown_can_act(Story: Any, failure: Any, attack: str) -> None:
    column = {
        "column": attack,
        "type": attack,
        "missing": 1,
        "distinct": 2,
        "values": {attack: 1},
        "note": attack,
    }
    table = {"path": attack, "rows": 3, "columns": [column], "notes": [attack], "error": attack}
    files = {"path": attack, "files": [{"name": attack, "bytes": 3}]}
    digest = {"title": attack, "axes": [{"title": attack, "x": {"label": attack}}]}
    story = (
        Story(attack)
        .ask(attack)
        .add(Surveyed("", (table, files)))
        .plan(attack, "second")
        .start("s1")
        .cell(attack, Stream("stdout", attack), ExecuteResult({"text/html": attack, "text/plain": attack}))
        .cell(attack, DisplayData({"text/markdown": attack}), DisplayData({attack: attack}), drawn(2, digest))
        .cell(attack, failure(attack, attack))
        .refuse(attack, attack)
        .finish("s1", attack)
        .revise(attack, s2=attack)
        .add(Answered(attack, {attack: attack}, partial=True))
    )
    page = report(story.events, title=attack)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e\ud800]", page.text)
    assert "49" not in page.text
    fragment = Page(to_fragment(story.events))
    assert "style" in dict(fragment.tags)


@pytest.mark.parametrize("odd", [None, "x", -1, 0, 2.5, float("nan"), [1], {"a": [None]}, True])
def test_a_survey_or_a_digest_of_odd_types_does_no_harm(Story: Any, odd: Any) -> None:
    column = dict.fromkeys(
        ["column", "type", "missing", "distinct", "values", "examples", "min", "max", "note"], odd
    )
    some = {
        "columns": [column, odd, {"examples": odd}, {"values": odd}],
        "files": [{"name": odd, "bytes": odd}],
    }
    tables = (
        {"path": odd, **some, "rows": odd, "more_columns": odd, "notes": odd, "rows_exact": odd},
        {"path": odd, **some, "rows": 3, "notes": [odd]},
        dict.fromkeys(["path", "columns", "files", "error"], odd),
    )
    digests = [odd, {"title": odd, "axes": odd}, {"axes": [odd, {"title": odd, "x": odd, "marks": [odd]}]}]
    series = {"kind": "series", "head": [odd, [odd, odd]], "tail": odd}
    shown = [drawn(n, digest) for n, digest in enumerate(digests, 1)]
    data = [DisplayData({mime: odd}) for mime in ("image/png", "text/html", "text/markdown", "text/plain")]
    story = Story().add(Asked("?", ("/d",)), Surveyed("", tables))
    story.cell("x", *shown, *data, ExecuteResult({"application/vnd.analyst.table+json": series}))
    assert len(report(story.answer("a").events).all("img")) == 3


def test_huge_outputs_are_cut_and_say_so(Story: Any) -> None:
    huge = Stream("stdout", "a" * 3_000_000)
    table = ExecuteResult({"text/html": "<table><tr><td>" + "b" * 600_000, "text/plain": "plain"})
    story = Story().ask("?").cell("x = 1\n" + "#" * 200_000, huge, table).answer("c" * 200_000)
    html = to_html(story.events)
    Page(html)
    assert len(html) < 300_000
    assert "2,980,000 characters are left out here" in html.replace("2,980,001", "2,980,000")
    assert "100,000 characters are left out here" in html
    assert "plain" in html
    assert "bbbb" not in html


@settings(deadline=None, max_examples=60)
@given(text, st.integers(0, 8).flatmap(lambda n: st.tuples(*(turns(number) for number in range(n)))))
def test_any_log_is_a_valid_report(question: str, log: tuple[list[Event], ...]) -> None:
    events: list[Event] = [Asked(question), *(event for turn in log for event in turn)]
    report(events)
    Page(to_fragment(events))
    json.dumps(to_html(events))
