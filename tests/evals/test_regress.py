"""The suite as a whole: what recorded model runs and the rules solve of it."""

from __future__ import annotations

import pytest

from analyst.evals.predictions import Prediction, run_folder
from analyst.events import ToolReturned
from analyst.log import read
from tests.evals.conftest import Evaluation
from tests.evals.model_runs import MODEL_RUNS
from tests.evals.solved import on_record, solved_by_rules


@pytest.mark.timeout(300)
def test_the_rules_solve_what_is_on_record(tmp_path_factory: pytest.TempPathFactory) -> None:
    solved = solved_by_rules(tmp_path_factory.mktemp("rules"))
    lost, new = sorted(on_record() - solved), sorted(solved - on_record())
    assert not lost, f"the rules do not solve any more: {lost}"
    assert not new, f"the rules solve more now: {new}. Write it down: `uv run python -m tests.evals.solved`"


@pytest.mark.parametrize("id", MODEL_RUNS)
def test_a_recorded_model_run_solves_its_task(
    id: str, model_runs: tuple[Evaluation, dict[str, Prediction]]
) -> None:
    evaluation, predictions = model_runs
    verdict = evaluation.verdict(predictions[id])
    assert verdict.solved, (verdict, predictions[id])


def test_the_runs_have_failures_that_were_repaired(
    model_runs: tuple[Evaluation, dict[str, Prediction]],
) -> None:
    evaluation, _ = model_runs
    for id in ("regress-22-messy-csv", "regress-31-encoding"):
        facts = [line.event for line in read(run_folder(evaluation.out, id))]
        assert [e.ok for e in facts if isinstance(e, ToolReturned)] == [False, True]
