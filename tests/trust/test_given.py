"""Numbers that nothing has to show: chosen by the code, part of a name; and what an answer says word for word as an output does."""

from __future__ import annotations

import pytest
from analyst_kernels import Stream

from analyst.events import Event
from analyst.trust.receipts import receipts
from tests.trust.conftest import run

CODE = "late = df[df.minutes > 37]\nprint(late.groupby('q').size())"
SAID = "- the commonest kind is A: 152 of 344 rows (44.2%)\n- B explains 19.1% of the spread: it runs from 0.0185 (low) to 9.0478 (high)\n"


def statuses(answer: str, facts: list[Event]) -> list[str]:
    return [claim.status for claim in receipts(answer, facts)]


@pytest.mark.parametrize(("answer", "status"), [
    ("Late means more than 37 minutes.", "given"),
    ("We took a threshold of 37 minutes.", "given"),
    ("Spät ist, was über 37 Minuten dauert.", "given"),
    ("Late means more than 39 minutes.", "unsupported"),
    ("The mean delay is 37 minutes.", "unsupported"),
])  # fmt: skip
def test_a_threshold_of_the_code_needs_no_output(answer: str, status: str) -> None:
    facts = run((CODE, [Stream("stdout", "a 1207\nb 2514\n")]), question="Who is late?")
    assert statuses(answer, facts) == [status]


@pytest.mark.parametrize("code", ["x = (", "x = '\\x00", "%time x", "x = 10**400 + 1e400 + 37j"])
def test_code_that_is_no_python_chose_nothing(code: str) -> None:
    facts = run((code, [Stream("stdout", "a 1207\n")]), question="Who is late?")
    assert statuses("Late means more than 37 minutes.", facts) == ["unsupported"]


def test_what_is_said_as_the_output_says_it_is_shown() -> None:
    facts = run(("look()", [Stream("stdout", SAID)]), question="What is there?")
    assert set(statuses(SAID, facts)) == {"supported"}
    assert "unsupported" in statuses(SAID.replace("9.0478", "9.4078"), facts)
