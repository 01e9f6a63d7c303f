"""The suite as a whole: what the rules solve of it, and what recorded model runs do when they are replayed."""

from __future__ import annotations

import pytest

from analyst.evals.predictions import Prediction, run_folder
from analyst.evals.recording import recorded
from analyst.events import PlanProposed, PlanRevised, ToolReturned
from analyst.log import read
from tests.evals.conftest import RECORDINGS, Evaluation
from tests.evals.solved import on_record, solved_by_rules

Replayed = tuple[Evaluation, dict[str, Prediction]]


@pytest.mark.timeout(300)
def test_the_rules_solve_what_is_on_record(tmp_path_factory: pytest.TempPathFactory) -> None:
    solved = solved_by_rules(tmp_path_factory.mktemp("rules"))
    lost, new = sorted(on_record() - solved), sorted(solved - on_record())
    assert not lost, f"the rules do not solve any more: {lost}"
    assert not new, f"the rules solve more now: {new}. Write it down: `uv run python -m tests.evals.solved`"


@pytest.mark.parametrize("id", RECORDINGS)
def test_a_recorded_run_solves_its_task_again(id: str, model_runs: Replayed) -> None:
    evaluation, predictions = model_runs
    verdict = evaluation.verdict(predictions[id])
    assert verdict.solved, (verdict, predictions[id])
    run = run_folder(evaluation.out, id)
    before = [e.ending for e in recorded(RECORDINGS[id], run) if isinstance(e, ToolReturned)]
    assert [e.ending for e in (line.event for line in read(run)) if isinstance(e, ToolReturned)] == before


def test_every_task_is_solved_by_the_rules_or_by_a_recorded_run(model_runs: Replayed) -> None:
    evaluation, _ = model_runs
    assert on_record() | RECORDINGS.keys() == {task.id for task in evaluation.suite.tasks}


def test_the_recorded_runs_repair_and_revise(model_runs: Replayed) -> None:
    evaluation, _ = model_runs
    facts = {id: [line.event for line in read(run_folder(evaluation.out, id))] for id in RECORDINGS}
    repaired = {id for id, es in facts.items() if any(isinstance(e, ToolReturned) and not e.ok for e in es)}
    assert {"regress-21-dirty-join", "regress-22-messy-csv", "regress-31-encoding"} <= repaired
    planned = [e for e in facts["regress-16-rolling"] if isinstance(e, PlanProposed | PlanRevised)]
    assert [type(e) for e in planned] == [PlanProposed, PlanRevised]
