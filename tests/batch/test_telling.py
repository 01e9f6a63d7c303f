"""What is told of a batch while it runs."""

from __future__ import annotations

import json

import pytest

from analyst.batch.outcome import Outcome
from analyst.batch.telling import Telling
from tests.batch.conftest import make


def test_a_person_hears_of_each_job_and_a_program_gets_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    jobs = [make(id) for id in "abc"]
    with Telling(3, as_json=True, quiet=False) as telling:
        telling.begun(3, 3, [])
        for job in jobs:
            telling.started(job)
        telling.finished(Outcome.failed(jobs[0], "no kernel"))
        telling.finished(Outcome.failed(jobs[1], "").model_copy(update={"status": "answered", "usd": 0.25}))
        assert telling.pace.endswith(" left")
        assert " a minute, 1 failed, 0.25 USD, " in telling.pace
        telling.say("The budget is spent.")
    shown = capsys.readouterr()
    assert shown.err.splitlines() == [
        "1/3 a: failed (no kernel), 0.0 s",
        "2/3 b: answered, 0.0 s",
        "The budget is spent.",
    ]
    events = [json.loads(line)["event"] for line in shown.out.splitlines()]
    assert events == ["begun", "started", "started", "started", "finished", "finished", "said"]


def test_quiet_means_nothing_for_a_person(capsys: pytest.CaptureFixture[str]) -> None:
    with Telling(1, as_json=False, quiet=True) as telling:
        telling.started(make("a"))
        telling.finished(Outcome.failed(make("a"), "no kernel"))
    assert capsys.readouterr() == ("", "")
