from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from analyst_kernels import ExecuteResult

from analyst.errors import AnalystError
from analyst.events import (
    Answered,
    CallDecided,
    Continued,
    PlanDecided,
    ToolReturned,
    Usage,
)
from analyst.views.notebook import write_notebook

from .notebooks import codes, made, texts


def test_a_simple_run(Story: Any) -> None:
    result = ExecuteResult({"text/plain": "2"})
    story = Story().ask("What is 1 + 1?", "/data/a.csv").cell("1 + 1", result).answer("It is **2**.")
    notebook = made(story.events)
    assert texts(notebook) == [
        "# What is 1 + 1?\n\nData:\n\n- `/data/a.csv`",
        "## Answer\n\nIt is **2**.\n\n---\n\n`openai/gpt-5` · 2 model calls · 2,200 tokens · 0.0020 USD",
    ]
    cell = notebook.cells[1]
    assert (cell.source, cell.execution_count, cell.id) == ("1 + 1", 1, "cell-2")
    assert cell.outputs == [
        {"output_type": "execute_result", "data": {"text/plain": "2"}, "metadata": {}, "execution_count": 1}
    ]
    expected = {"model": "openai/gpt-5", "question": "What is 1 + 1?", "status": "answered", "claims": None}
    assert notebook.metadata.analyst.items() >= expected.items()


def test_a_plan_with_a_repaired_attempt(penguins: Any) -> None:
    notebook = made(penguins.events)
    assert texts(notebook)[1:-1] == [
        "## Plan\n\n- [x] 1. Load the data\n- [x] 2. Compare the species",
        "## Step 1: Load the data ✓\n\n1,344 rows are there.",
        "## Step 2: Compare the species ✓\n\nSpecies b is.",
        "<details>\n<summary>Attempt 1 failed: <code>KeyError: 'c'</code> — repaired below</summary>\n\n"
        "```python\n# compare\nprint(mass['c'])\n```\n\n</details>",
    ]
    assert [code.splitlines()[0] for code in codes(notebook)] == ["# read the file", "# compare"]
    assert [c.execution_count for c in notebook.cells if c.cell_type == "code"] == [1, 2]


def test_what_a_failed_cell_completed_is_kept_where_the_repair_needs_it(Story: Any, failure: Any) -> None:
    failed = "\n%matplotlib inline\nimport math\nx = (4,\n     5)\nprint(x[2])\ny = 1"
    story = (
        Story()
        .ask("?")
        .cell(failed, failure("IndexError", "tuple index out of range", 5), variables=("x",))
        .cell("math.sqrt(x[0])", ExecuteResult({"text/plain": "2.0"}))
        .answer("2")
    )
    assert codes(made(story.events)) == [
        "# what attempt 1 completed before it failed\n%matplotlib inline\nimport math\nx = (4,\n     5)",
        "math.sqrt(x[0])",
    ]


@pytest.mark.parametrize(
    ("failed", "line", "repair", "ending"),
    [
        ("x = 1\ny = x.z", 2, "x = 1\ny = 2", "error"),  # the repair does all of it again
        ("print(1)\ny = x.z", 2, "y = 2", "error"),  # nothing was bound
        ("x = (1\n", 1, "x = 1", "error"),  # not Python
        ("%%bash\nfalse", 1, "1", "error"),
        ("x = 1\ny = x.z", 2, "y = 2", "died"),  # what was bound is gone
    ],
)
def test_nothing_of_a_failed_cell_is_kept_where_nothing_needs_it(
    Story: Any, failure: Any, failed: str, line: int, repair: str, ending: str
) -> None:
    story = Story().ask("?").cell(failed, failure("E", "", line), ending=ending).cell(repair).answer("2")
    assert codes(made(story.events)) == [repair]


def test_a_failed_step_and_a_revision(Story: Any, failure: Any) -> None:
    story = (
        Story()
        .ask("?")
        .plan("Read the sheet", "Sum it up")
        .start("s1")
        .cell("read('`a`')", failure("OSError", "no ```sheet```"))
        .finish("s1", "There is no sheet.", ok=False)
        .revise("The data are in a database.", s3="Read the database", s2="Sum it up")
        .start("s3")
        .cell("rows = [1, 2]", variables=("rows",))
        .finish("s3", "Two rows.")
        .answer("3")
    )
    assert texts(made(story.events))[1:-1] == [
        "## Plan\n\n- [x] 1. Read the database\n- [ ] 2. Sum it up",
        "## Step 1: Read the sheet ✗\n\nThere is no sheet.",
        "**Attempt 1 failed and was not repaired:**\n\n```python\nread('`a`')\n```\n\n"
        "````\nOSError: no ```sheet```\n````",
        "**Plan revised.** The data are in a database.",
        "## Step 1: Read the database ✓\n\nTwo rows.",
    ]


def test_a_repair_counts_only_within_its_step(Story: Any, failure: Any) -> None:
    story = Story().ask("?").plan("a", "b").start("s1").cell("1/0", failure("ZeroDivisionError", "division"))
    story.finish("s1", "given up", ok=False).start("s2").cell("1").finish("s2", "1").answer("1")
    assert "was not repaired" in texts(made(story.events))[3]


@pytest.mark.parametrize(
    ("ending", "words"), [("wall limit", "stopped at its time limit"), ("died", "the kernel died")]
)
def test_an_attempt_that_did_not_end_by_itself(Story: Any, failure: Any, ending: str, words: str) -> None:
    story = Story().ask("?").cell("while True: pass", failure("KeyboardInterrupt", ""), ending=ending)
    assert words in texts(made(story.events))[1]


def test_refused_calls_and_those_whose_outcome_is_unknown_are_lines(Story: Any) -> None:
    story = Story().ask("?").refuse("# delete\nos.remove('a')", "not my files")
    doubtful = story.call(code="send()")
    story.add(CallDecided(doubtful, True), ToolReturned(doubtful, False, "Nobody knows whether it ran."))
    looked = story.call("inspect", target="df")
    story.add(ToolReturned(looked, True, "a frame"))
    story.add(CallDecided(story.call(code="last()"), True))
    notebook = made(story.events)
    assert codes(notebook) == []
    assert texts(notebook)[1:] == [
        "Refused: `python` (`delete`). not my files",
        "Not known to have run: `python` (`send()`). Nobody knows whether it ran.",
        "Not known to have run: `python` (`last()`). The run ended before it returned.",
        "## No answer yet\n\nThe run has not ended.\n\n---\n\n"
        "`openai/gpt-5` · 4 model calls · 4,400 tokens · 0.0040 USD",
    ]
    assert notebook.metadata.analyst.status == "unfinished"


def test_a_partial_answer_says_so_and_why(Story: Any) -> None:
    story = (
        Story().ask("?").cell("1").stop("budget", "0.05 USD are spent.").answer("So far: 1.", partial=True)
    )
    notebook = made(story.events)
    head = "## Partial answer (limit reached: money)\n\n0.05 USD are spent.\n\nSo far: 1."
    assert texts(notebook)[-1].startswith(head)
    assert notebook.metadata.analyst.status == "partial"


def test_a_run_that_was_stopped_without_an_answer_and_one_that_was_continued(Story: Any) -> None:
    story = Story().ask("?").stop("interrupted", "Stopped by you.")
    assert texts(made(story.events))[-1].startswith("## No answer (interrupted)\n\nStopped by you.")
    story.add(Answered("half", partial=True), Continued()).cell("1").answer("whole")
    notebook = made(story.events)
    assert texts(notebook)[1] == "The run stopped here and was continued: Stopped by you."
    assert texts(notebook)[-1].startswith("## Answer\n\nwhole")
    assert notebook.metadata.analyst.status == "answered"


def test_two_questions_are_two_sections_with_costs_of_their_own(Story: Any) -> None:
    story = Story().ask("First?").cell("1").answer("one").ask("Second?").cell("2").answer("two")
    notebook = made(story.events, title="Both $ & <b>")
    headings = [line for text in texts(notebook) for line in text.splitlines() if line.startswith("#")]
    assert headings == [r"# Both \$ & &lt;b>", "# First?", "## Answer", "# Second?", "## Answer"]
    assert [text.rsplit(" · ", 1)[1] for text in texts(notebook) if "Answer" in text] == ["0.0020 USD"] * 2
    assert notebook.metadata.analyst.question == "Second?"
    assert [c.execution_count for c in notebook.cells if c.cell_type == "code"] == [1, 2]


def test_a_long_question_stands_below_its_heading_in_full(Story: Any) -> None:
    question = "Which?\n\n" + "Look well. " * 40
    first = texts(made(Story().ask(question).events))[0]
    heading, _, body = first.partition("\n\n")
    assert heading.startswith("# Which? Look well.")
    assert heading.endswith("…")
    assert body == question.strip("\n")


def test_a_refused_plan_is_no_plan(Story: Any) -> None:
    story = (
        Story().ask("?").plan("a").add(PlanDecided(False, note="too slow")).stop("refused", "You refused it.")
    )
    assert texts(made(story.events))[1] == "The plan was refused. too slow"


@pytest.mark.parametrize(
    ("usage", "price"),
    [
        (Usage(10, 5, usd=None), "15 tokens · price unknown"),
        (Usage(), "0 tokens · free"),
        (Usage(10, 5, usd=0.0), "15 tokens · free"),
        (Usage(10, 5, usd=0.00001), "15 tokens · under 0.0001 USD"),
    ],
)
def test_the_price(Story: Any, usage: Usage, price: str) -> None:
    story = Story().ask("?")
    story.call(usage=usage, code="1")
    assert texts(made(story.events))[-1].endswith(f"1 model call · {price}")


def test_the_same_log_gives_the_same_bytes_and_only_the_file(penguins: Any, tmp_path: Path) -> None:
    path = tmp_path / "run.ipynb"
    write_notebook(penguins.events, path)
    first = path.read_bytes()
    write_notebook(iter(penguins.events), path)
    assert path.read_bytes() == first
    assert [p.name for p in tmp_path.iterdir()] == ["run.ipynb"]


def test_a_place_that_cannot_be_written_is_said(penguins: Any, tmp_path: Path) -> None:
    (tmp_path / "run.ipynb").mkdir()
    with pytest.raises(AnalystError, match=r"run\.ipynb cannot be written: .*Choose another place"):
        write_notebook(penguins.events, tmp_path / "run.ipynb")
    assert [p.name for p in tmp_path.iterdir()] == ["run.ipynb"]


def test_a_log_without_a_question_is_an_empty_notebook() -> None:
    assert made([]).cells == []
