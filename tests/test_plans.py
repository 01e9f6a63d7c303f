"""Plans as files."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyst.errors import BadInput
from analyst.events import PlanStep
from analyst.plans import read_plan

GOOD = {
    "- load\n- count\n": (PlanStep("s1", "load"), PlanStep("s2", "count")),
    '["load"]': (PlanStep("s1", "load"),),
    "steps:\n- goal: load\n  evidence: rows are shown\n- id: last\n  goal: tell\n": (
        PlanStep("s1", "load", "rows are shown"),
        PlanStep("last", "tell"),
    ),
}
BAD = {
    "": "has no steps",
    "just words": "has no steps",
    "- 1\n": "Step 1",
    "- goal: a\n  colour: red\n- aim: b": "Step",
    "- {id: a, goal: x}\n- {id: a, goal: y}": "same id",
    "- [": "neither YAML nor JSON",
}


@pytest.mark.parametrize("text", GOOD)
def test_reads_a_plan(text: str, tmp_path: Path) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text(text)
    assert read_plan(path) == GOOD[text]


@pytest.mark.parametrize("text", BAD)
def test_says_what_is_wrong(text: str, tmp_path: Path) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text(text)
    with pytest.raises(BadInput, match=BAD[text]):
        read_plan(path)


def test_a_plan_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        read_plan(tmp_path / "plan.yaml")
