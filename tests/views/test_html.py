from __future__ import annotations

import base64
import json
import re
import struct
import time
import zlib
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from analyst_kernels import DisplayData, ExecuteResult, Stream
from hypothesis import given, settings
from hypothesis import strategies as st

from analyst.errors import AnalystError
from analyst.events import (
    Answered,
    Asked,
    CallDecided,
    Compacted,
    Continued,
    Event,
    PlanDecided,
    Surveyed,
    Usage,
)
from analyst.views.html import to_fragment, to_html, write_html
from analyst.views.html.outputs import FIGURES, OUTPUTS
from analyst.views.html.safe import cleaned, image, markdown

from .test_any_log import text, turns

VOID = {"meta", "img", "br", "hr", "link", "input"}
FETCHING = {"src", "srcset", "poster", "background", "action", "formaction", "data", "ping", "cite"}


class Page(HTMLParser):
    """A page read strictly: every element is closed where it was opened, and nothing in it runs or fetches."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.headings: list[tuple[int, str]] = []
        self.text = ""
        self.feed(html)
        self.close()
        assert self.open == []
        ids = [a["id"] for _, a in self.tags if "id" in a]
        assert len(ids) == len(set(ids))
        targets = {a["href"][1:] for t, a in self.tags if t == "a" and a.get("href", "").startswith("#")}
        named = {a["aria-labelledby"] for _, a in self.tags if "aria-labelledby" in a}
        assert targets | named <= set(ids)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        values = {name: value or "" for name, value in attrs}
        self.tags.append((tag, values))
        assert tag not in {
            "script",
            "iframe",
            "object",
            "embed",
            "form",
            "svg",
            "math",
            "base",
            "link",
            "video",
        }
        assert not [
            name for name in values if name.startswith("on") or name == "http-equiv" and tag != "meta"
        ]
        for name in FETCHING & set(values):
            assert re.match(r"data:image/(png|jpeg);base64,", values[name]), (tag, name)
        if tag == "a":
            outside = re.match(r"https?://|mailto:", values.get("href", "#"))
            assert outside or values.get("href", "#").startswith("#")
            assert not outside or "noopener" in values["rel"]
        assert "url(" not in values.get("style", "")
        if re.fullmatch("h[1-6]", tag):
            self.headings.append((int(tag[1]), ""))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text += data
        if self.open and re.fullmatch("h[1-6]", self.open[-1]):
            level, so_far = self.headings[-1]
            self.headings[-1] = (level, so_far + data)

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.tags if name == tag]


def report(events: list[Event], **options: Any) -> Page:
    """The report, read and checked."""
    html = to_html(events, **options)
    page = Page(html)
    policy = next(m["content"] for m in page.all("meta") if m.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'; img-src data:; style-src 'unsafe-inline'")
    assert html.index("Content-Security-Policy") < html.index("<style")
    levels = [level for level, _ in page.headings]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    return page


def png(width: int = 2, height: int = 1) -> str:
    """A PNG, as a kernel sends it."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + b"\0" * 3 * width for _ in range(height if height < 100 else 1))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    content = (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )
    return base64.b64encode(content).decode() + "\n"


FIGURE = {
    "title": "Mass of <birds>",
    "axes": [
        {
            "title": "all",
            "x": {"label": "mass (g)"},
            "y": {"label": "birds"},
            "marks": [{"kind": "bars"}, {"kind": "bars"}, {"kind": "line"}],
        }
    ],
}


def drawn(width: int = 2, digest: Any = FIGURE) -> DisplayData:
    data = {"text/plain": "<Figure>", "image/png": png(width), "application/vnd.analyst.figure+json": digest}
    return DisplayData(data)


TABLE = ExecuteResult(
    {
        "text/plain": "   a\n0  1",
        "text/html": '<div><style scoped>td {color: red}</style><table border="1" class="dataframe">'
        '<thead><tr style="text-align: right;"><th></th><th>a</th></tr></thead>'
        "<tbody><tr><th>0</th><td>1</td></tr></tbody></table></div>",
    }
)


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


def test_html_of_a_kernel_keeps_tables_and_text() -> None:
    assert cleaned("<script>alert(1)</script><div id=x>&nbsp;</div>") == ""
    kept = str(cleaned('<table><tr><td colspan="2" onclick="x">a<td rowspan="9999">b <b>c</b></table>'))
    assert '<td colspan="2">a</td><td>b <b>c</b></td>' in kept
    assert "<table>" in kept


def test_markdown_keeps_its_tables_and_puts_its_headings_below_ours() -> None:
    html = str(
        markdown(
            "# a\n\n### b\n\n## c\n\n#### d\n\n# e\n\n| x |\n|--:|\n| 1 |\n\n[s](https://s.org) ~~z~~", 3
        )
    )
    assert re.findall("<h[1-6]>.", html) == ["<h3>a", "<h4>b", "<h4>c", "<h5>d", "<h3>e"]
    assert '<td style="text-align:right">1</td>' in html
    assert '<a href="https://s.org" rel="noopener noreferrer nofollow">s</a>' in html
    assert "[image: x]" in markdown("![x](http://evil)", 3)


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


@settings(deadline=None, max_examples=60)
@given(text, st.integers(0, 8).flatmap(lambda n: st.tuples(*(turns(number) for number in range(n)))))
def test_any_log_is_a_valid_report(question: str, log: tuple[list[Event], ...]) -> None:
    events: list[Event] = [Asked(question), *(event for turn in log for event in turn)]
    report(events)
    Page(to_fragment(events))
    json.dumps(to_html(events))
