"""Files of jobs: formats, placeholders, bad rows named by their lines, keys."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from analyst.batch.jobs import BadRow, Job, fill, grid, make_jobs
from analyst.batch.rows import Row, read_rows, read_table
from analyst.errors import BadInput


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.csv").write_text("x\n1\n")
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "c.csv").write_text("y\n2\n")
    return tmp_path


def known(named: str | None) -> str:
    if named not in (None, "rules", "openai/scripted"):
        raise BadInput(f'"{named}" is not a model id.')
    return named or "rules"


def jobs_of(folder: Path, name: str, text: str, **parameters: str) -> tuple[list[Job], list[BadRow]]:
    (folder / name).write_text(text)
    return make_jobs(read_rows(folder / name), folder, known, parameters)


FULL = {
    "id": "first",
    "question": "Mean of {what}?",
    "data": ["a.csv", "b"],
    "parameters": {"what": "x"},
    "model": "openai/scripted",
    "limits": {"budget": 0.5, "max_steps": 3},
    "expected": ["@mean", "out.csv"],
}
CSV = """\
id,question,data,what,model,budget,max_steps,expected
first,Mean of {what}?,a.csv; b,x,openai/scripted,0.5,3,@mean; out.csv
"""
YAML = """\
# what we want to know
- id: first
  question: Mean of {what}?
  data: [a.csv, b]
  parameters: {what: x}
  model: openai/scripted
  limits: {budget: 0.5, max_steps: 3}
  expected: ["@mean", out.csv]
"""


def test_the_three_formats_say_the_same(folder: Path) -> None:
    texts = {"jobs.jsonl": json.dumps(FULL) + "\n", "jobs.csv": CSV, "jobs.yaml": YAML}
    read = [jobs_of(folder, name, text) for name, text in texts.items()]
    assert read[0] == read[1] == read[2]
    jobs, bad = read[0]
    assert not bad
    assert jobs[0].question == "Mean of x?"
    assert jobs[0].data == (str(folder / "a.csv"), str(folder / "b"))
    assert (jobs[0].limits.budget, jobs[0].limits.max_steps, jobs[0].limits.timeout) == (0.5, 3, None)
    assert jobs[0].expected == ("@mean", "out.csv")


def test_bad_rows_are_named_with_their_lines_and_the_others_stay(folder: Path) -> None:
    rows = [
        '{"question": "fine?"}',
        '{"question": "cut',
        "",
        '{"questoin": "typo"}',
        '{"data": "a.csv"}',
        '{"question": "?", "data": "absent.csv"}',
        '{"question": "{a} {b}", "parameters": {"a": 1}}',
        '{"question": "?", "model": "gpt"}',
        '{"question": "?", "limits": {"max_steps": 0}}',
        '{"question": "fine?"}',
        '{"question": "one", "id": "x"}',
        '{"question": "two", "id": "x"}',
        '{"question": "?", "id": "../up"}',
        "7",
        '{"question": "?", "plan": "absent.yaml"}',
    ]
    jobs, bad = jobs_of(folder, "jobs.jsonl", "\n".join(rows))
    assert [job.question for job in jobs] == ["fine?", "one"]
    told = {row.line: row.reason for row in bad}
    assert list(told) == [2, 4, 5, 6, 7, 8, 9, 10, 12, 13, 14, 15]
    words = ["JSON", "questoin is no field", "neither a question nor a plan", "absent.csv", "{b}"]
    words += ["not a model id", "limits.max_steps", "line 1", "line 11", "id", "no job", "absent.yaml"]
    for (line, reason), word in zip(told.items(), words, strict=True):
        assert word in reason, (line, reason)


def test_lines_of_csv_and_yaml(folder: Path) -> None:
    _, bad = jobs_of(folder, "jobs.csv", 'question,data\n"two\nlines",a.csv\n?,absent\n?,a,b\n')
    assert [row.line for row in bad] == [4, 5]
    _, bad = jobs_of(folder, "jobs.yaml", "- question: a\n- question: b\n  data: absent\n\n- {nothing: 1}\n")
    assert [row.line for row in bad] == [2, 5]


@pytest.mark.parametrize(
    ("name", "text", "word"),
    [
        ("a.yaml", "question: one", "no list"),
        ("a.yaml", "- [", "no YAML"),
        ("a.csv", "", "name the columns"),
        ("a.csv", "a,a\n1,2\n", "name of its own"),
        ("a.jsonl", b"\xff\xfe", "UTF-8"),
        ("absent.jsonl", None, "cannot be read"),
    ],
)
def test_a_file_that_is_none(tmp_path: Path, name: str, text: str | bytes | None, word: str) -> None:
    if text is not None:
        (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(BadInput, match=word):
        read_rows(tmp_path / name)


def test_placeholders_are_filled_once_and_other_braces_stay() -> None:
    assert fill("{a} {{a}} {} {1} {a b} {x.y}", {"a": "{b}", "b": "no"}) == "{b} {{b}} {} {1} {a b} {x.y}"
    assert fill("{a}", {}) == "{a}"
    assert fill("{a}", {"a": "{a.__class__}"}) == "{a.__class__}"
    with pytest.raises(BadInput, match=r"no parameter \{c\}; there are a, b"):
        fill("{c}", {"b": "", "a": ""})


def test_a_question_with_a_grid_and_a_plan(folder: Path) -> None:
    (folder / "grid.csv").write_text("what,file\nx,a\n y , b/c \n")
    (folder / "plan.yaml").write_text(
        "- load {file}\n- goal: mean of {what}\n  evidence: a number for {year}\n"
    )
    rows = grid("Mean of {what} in {year}?", "plan.yaml", ["{file}.csv"], read_table(folder / "grid.csv"))
    jobs, bad = make_jobs(rows, folder, known, {"year": "2020"})
    assert not bad
    assert [job.question for job in jobs] == ["Mean of x in 2020?", "Mean of y in 2020?"]
    assert [job.data for job in jobs] == [(str(folder / "a.csv"),), (str(folder / "b/c.csv"),)]
    assert [(s.goal, s.evidence) for s in jobs[1].steps] == [
        ("load b/c", ""),
        ("mean of y", "a number for 2020"),
    ]
    assert len({job.id for job in jobs}) == 2


def test_the_key_is_the_hash_of_what_the_result_depends_on(folder: Path) -> None:
    def key(**changed: object) -> str:
        (job,), bad = make_jobs([Row(1, {**FULL, **changed})], folder, known)
        assert not bad
        return job.key

    first = key()
    assert key() == first == key(id="other", limits={})
    assert len({first, key(question="{what}"), key(data="a.csv"), key(model="rules"), key(expected=[])}) == 5
    assert key(parameters={"what": "x", "more": "y"}) != first
    (folder / "b" / "c.csv").write_text("y\n3\n")
    changed = key()
    assert changed != first
    (folder / "b" / "d.csv").write_text("")
    assert key() != changed


def test_an_id_does_not_change_with_other_rows_or_with_the_data(folder: Path) -> None:
    rows = [Row(1, {"question": "Ein Maß?", "data": "a.csv"}), Row(2, {"question": "???"})]
    first, _ = make_jobs(rows, folder, known)
    (folder / "a.csv").write_text("x\n2\n")
    second, _ = make_jobs(rows[::-1], folder, known)
    assert [job.id for job in first] == [job.id for job in second[::-1]]
    assert first[0].key != second[1].key
    assert first[0].id.startswith("ein-ma-")
    assert first[1].id.startswith("job-")
