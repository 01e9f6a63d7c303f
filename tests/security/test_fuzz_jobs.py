"""Files of jobs and messages of the panel, of any bytes and any shape: read, or refused in our own words."""

from __future__ import annotations

import json
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from analyst.batch.jobs import Job, grid, make_jobs
from analyst.batch.rows import Row, read_rows, read_table
from analyst.errors import BadInput
from analyst.widget import messages

ATOMS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20))
JSON: st.SearchStrategy[Any] = st.recursive(
    ATOMS, lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=8), inner, max_size=4)), max_leaves=15
)  # fmt: skip
FIELDS = ["id", "question", "plan", "data", "parameters", "model", "limits", "expected", "budget", "timeout"]
NAMES = st.sampled_from(
    [
        "",
        "..",
        "../../etc/passwd",
        "/dev/null",
        "{x}",
        "{",
        "a\0b",
        "a.csv",
        "con",
        "x" * 300,
        "\ud800",
        "-rf",
    ]
)
GIVEN = st.dictionaries(
    st.sampled_from(FIELDS), st.one_of(JSON, NAMES, st.lists(NAMES, max_size=3), st.dictionaries(NAMES, ATOMS, max_size=2)), max_size=5
)  # fmt: skip
BYTES = st.one_of(
    st.binary(max_size=120),
    st.text(alphabet="-:[]{}&*!|>'\"# \n\tidquestionplan,;0", max_size=80).map(str.encode),
    st.lists(GIVEN, max_size=3).map(lambda rows: "\n".join(map(json.dumps, rows)).encode()),
    st.lists(GIVEN, max_size=3).map(lambda rows: json.dumps(rows).encode()),
)
SUFFIXES = st.sampled_from([".jsonl", ".csv", ".yaml", ".txt"])


def model_id(name: str | None) -> str:
    if name and not name.isprintable():
        raise BadInput("it is no model")
    return name or "rules"


def jobs_of(rows: list[Row], folder: Path) -> list[Job]:
    jobs, bad = make_jobs(rows, folder, model_id, {"x": "1"})
    assert len(jobs) + len(bad) == len(rows)
    assert all(b.reason for b in bad)
    return jobs


@given(BYTES, SUFFIXES)
@example(b'{"plan":"\\u0000"}', ".jsonl")
def test_a_file_of_jobs_of_any_bytes_is_read_or_refused(data: bytes, suffix: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        path = Path(name, f"jobs{suffix}")
        path.write_bytes(data)
        with suppress(BadInput):
            jobs_of(read_rows(path), path.parent)
        with suppress(BadInput):
            jobs_of(grid("What is {x}?", "", ["a.csv"], read_table(path)), path.parent)


@given(st.lists(st.one_of(GIVEN, JSON), max_size=4))
def test_rows_of_any_shape_are_jobs_or_bad_rows(rows: list[Any]) -> None:
    with tempfile.TemporaryDirectory() as name:
        for job in jobs_of([Row(n, row) for n, row in enumerate(rows, 1)], Path(name)):
            assert Path(job.id).name == job.id, "it is the name of a folder"
            assert job.id not in ("", ".", "..")
            json.loads(job.model_dump_json())


@pytest.mark.parametrize(
    ("suffix", "text"),
    [
        (".jsonl", "[" * 100_000),
        (".jsonl", '{"question": "?", "parameters": {"x": 1e999}}'),
        (".jsonl", '{"question": "?", "parameters": {"x": ' + "9" * 10_000 + "}}"),
        (".yaml", "- " * 5_000),
        (".yaml", "- !!python/object/apply:os.getcwd []\n"),
        (".yaml", "- &a [x, x]\n- &b [*a, *a]\n- &c [*b, *b]\n- question: *c\n"),
        (".yaml", "a\0b"),
        (".csv", "question\n" + '"' + "x" * 200_000),
        (".csv", "question,question\na,b\n"),
        (".csv", "question\na\0b\n"),
    ],
)
def test_what_breaks_readers_is_refused(tmp_path: Path, suffix: str, text: str) -> None:
    path = tmp_path / f"jobs{suffix}"
    path.write_text(text)
    with suppress(BadInput):
        jobs_of(read_rows(path), tmp_path)


SAID = st.dictionaries(
    st.sampled_from(["do", "text", "id", "call_id", "choice", "accepted", "steps", "note", "cell", "to", "model", "budget"]),
    st.one_of(JSON, st.sampled_from(["hello", "send", "stop", "decide", "plan", "undo", "insert", "export", "set", "all"])),
    max_size=6,
)  # fmt: skip


@given(st.one_of(JSON, SAID))
def test_what_the_panel_says_is_a_message_or_refused(content: object) -> None:
    try:
        said = messages.read(content)
    except BadInput:
        return
    assert isinstance(content, dict)
    assert said.do == content["do"]
    assert set(content) <= set(type(said).model_fields)


def nested(depth: int) -> object:
    value: object = []
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    "content",
    [
        {"do": "send", "text": "x" * 200_001, "id": "1"},
        {"do": "send", "text": "x", "id": "1" * 201},
        {"do": "plan", "accepted": True, "steps": [{"goal": "x"}] * 101},
        {"do": "plan", "accepted": True, "steps": nested(5_000)},
        {"do": "undo", "cell": 0},
        {"do": "undo", "cell": True},
        {"do": "decide", "call_id": "1", "choice": "everything"},
        {"do": "set", "approve": "auto", "sandbox": "off"},
        {"do": "set", "budget": float("inf")},
        {"do": "export", "to": "../x.html"},
        {"do": ["send"]},
        None,
    ],
)
def test_what_is_too_much_for_it_is_refused(content: object) -> None:
    with pytest.raises(BadInput, match="nothing was done"):
        messages.read(content)
