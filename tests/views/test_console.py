from __future__ import annotations

import io
import re
import sys
import threading
from typing import Any

import pytest
from analyst_kernels import Error, Stream

from analyst.events import (
    Answered,
    Asked,
    CallDecided,
    Compacted,
    Continued,
    Notice,
    OutputDelta,
    PlanDecided,
    PlanStep,
    Stopped,
    Surveyed,
    TextDelta,
    ToolReturned,
    Usage,
)
from analyst.views import headline
from analyst.views.console import Console


def shown(events: Any, **options: Any) -> str:
    """What the plain variant writes, without times."""
    stream = io.StringIO()
    console = Console(stream=stream, **options)
    for event in events:
        console(event)
    console.close()
    return re.sub(r" · \d+\.\d s", "", stream.getvalue())


# ── plain ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_run_in_plain_lines(penguins: Any) -> None:
    assert shown(penguins.events) == (
        "Model: openai/gpt-5 (a key was there)\n"
        "Question: Which species is heaviest?\n"
        "Data: penguins.csv (1,344 rows × 2 columns)\n"
        "Plan: 2 steps\n"
        "  1. Load the data\n"
        "  2. Compare the species\n"
        "Step 1 of 2: Load the data\n"
        "  Cell 1 ✓ read the file\n"
        "Step 1 ✓ 1,344 rows are there.\n"
        "Step 2 of 2: Compare the species\n"
        "  Cell 2 ✗ compare: KeyError: 'c'\n"
        "  Cell 3 ✓ compare (repaired)\n"
        "Step 2 ✓ Species b is.\n"
        "Answered · 7 model calls · 7,700 tokens · 0.0070 USD\n"
    )


def test_what_goes_otherwise_is_said(Story: Any) -> None:
    story = (
        Story()
        .ask("?")
        .plan("Read", "Sum")
        .add(PlanDecided(True, (PlanStep("s1", "Read it"),), "shorter"))
        .start("s1")
        .refuse("# delete\nos.remove('a')", "not my files")
        .cell("while True: pass", ending="wall limit")
        .finish("s1", "No.", ok=False)
        .revise("It is in a database.", s3="Ask the database")
        .add(Notice("The server did not answer; waiting 2 s."), Compacted("…"))
    )
    bad = story.call("inspect", target="x")
    story.add(ToolReturned(bad, False, "There is no x.\nmore"))
    doubtful = story.call("inspect", target="y")
    story.add(ToolReturned(doubtful, True, "fine"))
    story.stop("time", "1800 s are over.").answer("half", partial=True)
    story.add(Continued(), Stopped("interrupted", "By you."))
    assert shown(story.events).splitlines()[1:] == [
        "Question: ?",
        "Plan: 2 steps",
        "  1. Read",
        "  2. Sum",
        "Plan changed: shorter",
        "  1. Read it",
        "Step 1 of 1: Read it",
        "  Refused: delete: not my files",
        "  Cell 1 ✗ while True: pass: stopped at its time limit",
        "Step 1 ✗ No.",
        "Plan revised: It is in a database.",
        "  1. Ask the database",
        "Note: The server did not answer; waiting 2 s.",
        "The conversation was shortened to fit the model's window.",
        "  ✗ inspect: There is no x. more",
        "  ✓ inspect",
        "Stopped: 1800 s are over.",
        "Partial answer · 7 model calls · 7,700 tokens · 0.0070 USD",
        "Continued.",
        "Stopped: By you.",
    ]


@pytest.mark.parametrize(
    ("table", "line"),
    [
        (
            {"path": "/d/a.csv", "rows": 9_000, "rows_exact": False, "columns": [{}], "more_columns": 1_999},
            "a.csv (about 9,000 rows × 2,000 columns)",
        ),
        ({"path": "/d", "format": "folder", "files": [{}, {}], "notes": []}, "d (2 files)"),
        ({"path": "/d/b.csv", "error": "It is\nempty."}, "b.csv: It is empty."),
        ({"path": "/d/c.txt", "rows": None}, "c.txt"),
        ({}, "a table"),
    ],
)
def test_a_table_of_the_survey_is_one_line(table: Any, line: str) -> None:
    assert shown([Asked("?"), Surveyed("", (table,))]).splitlines()[1:] == [f"Data: {line}"]


def test_a_refused_plan_is_said(Story: Any) -> None:
    events = Story().ask("?").plan("a").add(PlanDecided(False, note="too slow")).events
    assert shown(events).splitlines()[-1] == "Plan refused: too slow"


@pytest.mark.parametrize(
    ("usage", "price"),
    [
        (Usage(10, 5, usd=None), "1 model call · 15 tokens · price unknown"),
        (Usage(), "1 model call · 0 tokens · free"),
        (Usage(10, 5, usd=0.0131), "1 model call · 15 tokens · 0.0131 USD"),
    ],
)
def test_the_price(Story: Any, usage: Usage, price: str) -> None:
    story = Story().ask("?")
    story.call(usage=usage, code="1")
    assert shown(story.add(Answered("1")).events).endswith(f"Answered · {price}\n")


def test_a_second_question_begins_its_own_count(Story: Any) -> None:
    story = Story().ask("First?").cell("1").answer("1").ask("Second?").answer("2")
    assert shown(story.events).splitlines()[-1] == "Answered · 1 model call · 1,100 tokens · 0.0010 USD"


def test_a_run_joined_in_the_middle_is_shown_as_far_as_it_is_known(penguins: Any) -> None:
    for start in range(len(penguins.events)):
        assert shown(penguins.events[start:]).splitlines()[-1].startswith("Answered")


def test_quiet_shows_nothing(penguins: Any, terminal: Any) -> None:
    assert shown([*penguins.events, Notice("wait"), Stopped("time", "over")], quiet=True) == ""
    console = Console(stream=terminal, quiet=True)
    for event in penguins.events:
        console(event)
    assert terminal.getvalue() == ""


def test_the_default_is_standard_error_and_never_standard_output(
    penguins: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    console = Console()
    for event in penguins.events:
        console(event)
    out, err = capsys.readouterr()
    assert out == ""
    assert "Which species" in err


def test_lines_of_any_width(penguins: Any) -> None:
    lines = shown(penguins.events, width=20).splitlines()
    assert max(map(len, lines)) == 20
    assert "Question: Which spe…" in lines


HOSTILE = [
    "[red]x[/red] [/]",
    "\x1b[31mred\x1b]0;title\x07",
    "a\r\b\x9b2Jb",
    "\u202eabc",
    "y" * 10_000,
    "\ud800",
    "",
]


def hostile(Story: Any, text: str) -> list[Any]:
    """A run in which everything that can be said is this text."""
    story = (
        Story(model=text).ask(text, text).plan(text).start("s1").cell(f"# {text}", Error(text, text, (text,)))
    )
    story.refuse(text, text).finish("s1", text).revise(text, s2=text).start(text).stop("model", text)
    return [*story.add(Notice(text), TextDelta(text)).answer(text, partial=True).events]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_in_plain_lines_has_no_control_characters(Story: Any, text: str) -> None:
    written = shown(hostile(Story, text))
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\ud800]", written)
    assert max(map(len, written.splitlines())) < 1_200
    if "[red]" in text:
        assert "[red]x[/red] [/]" in written


def test_a_stream_that_lacks_our_signs_gets_them_written_out(penguins: Any) -> None:
    raw = io.BytesIO()
    console = Console(stream=io.TextIOWrapper(raw, encoding="ascii", write_through=True))
    for event in penguins.events:
        console(event)
    assert rb"Cell 1 \u2713 read the file" in raw.getvalue()


# ── on a terminal ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_terminal_gets_the_lines_and_a_region_that_is_gone_at_the_end(penguins: Any, terminal: Any) -> None:
    console = Console(stream=terminal, width=80)
    for event in penguins.events[:-2]:
        console(event)
    assert console._region
    console._region.refresh()  # as rich's thread does ten times a second
    assert re.search(
        r"✓ 1\. Load the data *\n✓ 2\. Compare the species *\nwaiting for the model", terminal.text()
    )
    assert "6 model calls · 6,600 tokens" in terminal.text()
    assert terminal.getvalue().count("\x1b[?25l") == 1  # the cursor is hidden
    for event in penguins.events[-2:]:
        console(event)
    last = terminal.text().rstrip().splitlines()[-1]
    assert last.strip().startswith("Answered")
    assert last.endswith("7 model calls · 7,700 tokens · 0.0070 USD")
    assert terminal.getvalue().count("\x1b[?25h") == 1
    assert "  Cell 3 ✓ compare (repaired)" in terminal.text()


def activity(console: Console) -> str:
    return str(console._draw().renderables[-1]).split(" · ")[0]


def test_the_activity_says_what_goes_on(Story: Any, terminal: Any) -> None:
    console = Console(stream=terminal)
    story = Story().ask("?")
    told = []
    for event in story.events[:2]:
        console(event)
    told.append(activity(console))
    console(story.events[2])
    told.append(activity(console))
    console(TextDelta("I will"))
    told.append(activity(console))
    call_id = story.call(code="1")
    console(story.events[-1])
    told.append(activity(console))
    console(CallDecided(call_id, True))
    console(OutputDelta(call_id, Stream("stdout", "x")))
    told.append(activity(console))
    console(ToolReturned(call_id, True, "", cell=1))
    told.append(activity(console))
    console.close()
    assert told == [
        "looking at the data",
        "waiting for the model",
        "the model is writing",
        "calling python",
        "running cell 1",
        "waiting for the model",
    ]


def refreshing() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if type(thread).__name__ == "_RefreshThread"}


def test_close_takes_the_region_away_and_the_next_fact_brings_it_back(penguins: Any, terminal: Any) -> None:
    before = refreshing()
    console = Console(stream=terminal)
    for event in penguins.events[:5]:
        console(event)
    console.close()
    console.close()
    written = terminal.getvalue()
    console(Notice("still there"))
    assert "\x1b[?25l" not in terminal.getvalue()[len(written) :]
    console(penguins.events[5])
    assert "\x1b[?25l" in terminal.getvalue()[len(written) :]
    console.close()
    for thread in refreshing() - before:
        thread.join(timeout=30)
    assert refreshing() <= before


def test_standard_output_is_left_alone_while_the_region_is_there(penguins: Any, terminal: Any) -> None:
    before = sys.stdout, sys.stderr
    console = Console(stream=terminal)
    console(penguins.events[1])
    assert (sys.stdout, sys.stderr) == before
    console.close()


@pytest.mark.parametrize("width", [40, 10, 200])
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_and_narrow_terminals(Story: Any, terminal: Any, text: str, width: int) -> None:
    console = Console(stream=terminal, width=width)
    for event in hostile(Story, text):
        console(event)
        console._draw()
    assert not re.search("[\x00-\x09\x0b-\x0c\x0e-\x1f\x7f-\x9f\u202e\ud800]", terminal.text())
    assert "Partial" in terminal.text()


def test_a_long_run_stays_bounded(Story: Any, terminal: Any) -> None:
    console = Console(stream=terminal, width=80)
    story = Story().ask("?").plan(*(f"step {n}" for n in range(50)))
    for number in range(50):
        story.start(f"s{number + 1}")
        for _ in range(20):
            story.cell("1")
        story.finish(f"s{number + 1}", "done")
    heights = []
    for event in story.events:
        console(event)
        heights.append(len(console._draw().renderables))
    held = (console._calls, console._refused, console._marks)
    assert max(heights) == 9
    assert [len(each) for each in held] == [1, 0, 50]
    assert "step 49" in str(console._draw().renderables[-2])
    console.close()


def test_colours_can_be_switched_off(penguins: Any, terminal: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def colours() -> list[str]:
        stream = type(terminal)()
        console = Console(stream=stream)
        for event in penguins.events:
            console(event)
        return re.findall(r"\x1b\[[0-9;]*3[0-9]m", stream.getvalue())

    assert colours()
    monkeypatch.setenv("NO_COLOR", "1")
    assert not colours()


def test_a_run_that_is_over_is_shown_without_a_region(penguins: Any, terminal: Any) -> None:
    console = Console(stream=terminal, live=False)
    for event in penguins.events:
        console(event)
    assert "\x1b" not in terminal.getvalue()
    assert "  1. Load the data\n" in terminal.getvalue()


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ("import os\n\n## read it\nx = 1", "read it"),
        ("import os\nfrom a import b\n%matplotlib inline\nx = read()\ny = 1", "x = read()"),
        ("import os", "import os"),
        ("#\n#\n", "#"),
        ("\n \n", "(no code)"),
        ("x" * 300, "x" * 99 + "…"),
    ],
)
def test_a_cell_in_a_line(code: str, line: str) -> None:
    assert headline(code) == line


def test_a_dumb_terminal_gets_plain_lines(
    penguins: Any, terminal: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "dumb")
    console = Console(stream=terminal)
    for event in penguins.events:
        console(event)
    assert "\x1b" not in terminal.getvalue()
