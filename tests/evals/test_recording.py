"""Recordings: they hold nothing of the machine they were made on, and a changed one is not believed."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import pytest

from analyst.errors import LogError
from analyst.evals.predictions import run_folder
from analyst.evals.recording import RUN, record, recorded
from analyst.events import Asked, Surveyed, ToolReturned
from tests.evals.conftest import RECORDINGS, Evaluation, replaying

STATE, FOLLOW_UP = "regress-28-kernel-state", "regress-32-follow-up"


def changed(id: str, old: str, new: str, folder: Path) -> Path:
    text = RECORDINGS[id].read_text(encoding="utf-8")
    assert old in text
    file = folder / f"{id}.jsonl"
    file.write_text(text.replace(old, new), encoding="utf-8")
    return file


@pytest.mark.parametrize("file", RECORDINGS.values(), ids=RECORDINGS)
def test_nothing_of_the_machine_is_in_a_recording(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    here = {sys.prefix, sys.base_prefix, str(Path.home()), tempfile.gettempdir(), str(Path.cwd())} - {"/"}
    assert not [place for place in here if place in text]
    assert file.stat().st_size < 20_000


async def test_a_replay_recorded_again_tells_the_same(fresh: Evaluation, tmp_path: Path) -> None:
    await fresh.run([FOLLOW_UP], replaying(fresh.out))
    run = run_folder(fresh.out, FOLLOW_UP)
    record(run, tmp_path / "again.jsonl")
    before, again = recorded(RECORDINGS[FOLLOW_UP], run), recorded(tmp_path / "again.jsonl", run)
    assert [e.kind for e in again] == [e.kind for e in before]
    asked = next(e for e in again if isinstance(e, Asked))
    assert asked.data == (str(run / "work/files/penguins.csv"),)
    assert RUN not in "".join(e.text for e in again if isinstance(e, Surveyed))
    assert all(e.outputs == () for e in again if isinstance(e, ToolReturned))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (r"df[\\\"g\\\"] == \\\"b\\\"", r"df[\\\"g\\\"] == \\\"a\\\""),  # what the model did
        ("[cell 1] ok", "[cell 1] error"),  # what it was shown
        ("The kernel already holds", "The kernel holds"),  # what it was asked
    ],
)
def test_a_recording_that_was_changed_is_refused(old: str, new: str, tmp_path: Path) -> None:
    file = changed(STATE, old, new, tmp_path)
    with pytest.raises(LogError, match=r"is not what was recorded: its facts come to other messages before"):
        recorded(file, tmp_path)


async def test_an_answer_that_was_changed_is_graded_down(fresh: Evaluation, tmp_path: Path) -> None:
    """No message follows the last reply, so no hash covers it: it is for the grader."""
    file = changed(STATE, "@median[10.27]", "@median[10.28]", tmp_path)
    done = await fresh.run([STATE], replaying(fresh.out, {STATE: file}))
    assert fresh.verdict(done[STATE]).cause == "wrong value"


def test_a_line_that_is_no_fact_is_named(tmp_path: Path) -> None:
    file = changed(STATE, '"kind":"asked"', '"kind":"wondered"', tmp_path)
    with pytest.raises(LogError, match=r"Line 3 of .* is not a fact of this version"):
        recorded(file, tmp_path)
