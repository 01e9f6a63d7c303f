"""Many tasks: order, errors of ours, and going on."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyst.errors import BadInput
from analyst.evals.predictions import Prediction, add, load, model_of, run_folder, save
from analyst.evals.tasks import Task
from analyst.events import Asked, ModelReplied, ToolReturned
from analyst.log import read
from analyst.models.scripted import ScriptedModel
from tests.evals.conftest import RECORDINGS, Evaluation, Told
from tests.evals.model_runs import MODEL_RUNS
from tests.scripts import says

FOLLOW_UP, FILE, COUNT = "regress-32-follow-up", "regress-02-group-by-table", "regress-03-filter-count"


async def test_results_stand_in_the_order_of_the_suite(
    model_runs: tuple[Evaluation, dict[str, Prediction]],
) -> None:
    evaluation, predictions = model_runs
    assert list(load(evaluation.out)) == list(RECORDINGS) == list(predictions)
    assert load(evaluation.out) == predictions
    assert model_of(evaluation.out) == "scripted"
    for id in RECORDINGS:
        assert (run_folder(evaluation.out, id) / "notebook.ipynb").exists()


async def test_an_error_of_ours_is_recorded_and_only_that_task_runs_again(fresh: Evaluation) -> None:
    models = {COUNT: ScriptedModel([says("@count[44]")]), FILE: ScriptedModel([RuntimeError("a bug")])}
    first = await fresh.run([FILE, COUNT], lambda task: models[task.id])
    assert first[FILE].error == "RuntimeError: a bug"
    assert first[COUNT].error == ""
    assert fresh.verdict(first[FILE]).cause == "crash"
    assert fresh.verdict(first[COUNT]).solved

    told = Told()
    second = await fresh.run([FILE, COUNT], lambda task: ScriptedModel(MODEL_RUNS[task.id]), told)
    assert told.begun == [FILE]
    assert fresh.verdict(second[FILE]).solved
    assert load(fresh.out) == second

    told = Told()
    assert await fresh.run([COUNT], lambda _: ScriptedModel([]), told) == {COUNT: first[COUNT]}
    assert told.begun == []
    assert list(load(fresh.out)) == [FILE, COUNT]  # those that were not chosen this time are kept


async def test_a_conversation_that_was_cut_off_goes_on_where_it_was(fresh: Evaluation) -> None:
    script = MODEL_RUNS[FOLLOW_UP]
    first = await fresh.run([FOLLOW_UP], lambda _: ScriptedModel(script[:3]))
    assert (first[FOLLOW_UP].stopped, first[FOLLOW_UP].fair) == ("model", False)
    assert fresh.verdict(first[FOLLOW_UP]).cause == "model"
    second = await fresh.run([FOLLOW_UP], lambda _: ScriptedModel(script[3:]))
    assert fresh.verdict(second[FOLLOW_UP]).solved
    facts = [line.event for line in read(run_folder(fresh.out, FOLLOW_UP))]
    counts = [sum(isinstance(e, kind) for e in facts) for kind in (Asked, ModelReplied, ToolReturned)]
    assert counts == [2, 4, 2]  # nothing was asked or paid for twice


async def test_a_result_that_cannot_be_written_ends_the_evaluation(fresh: Evaluation) -> None:
    def model(_: Task) -> ScriptedModel:
        (fresh.out / "predictions.jsonl").mkdir(parents=True, exist_ok=True)  # something else in its place
        return ScriptedModel([])

    with pytest.raises(IsADirectoryError):
        await fresh.run([COUNT, FILE], model)


def test_a_line_that_a_crash_has_cut_is_left_out(tmp_path: Path) -> None:
    whole = Prediction(id="a", answer="@n[1]", seconds=1.5)
    add(tmp_path, whole)
    with (tmp_path / "predictions.jsonl").open("a") as file:
        file.write('{"id": "b", "answ')
    assert load(tmp_path) == {"a": whole}
    later = Prediction(id="a", error="no room", checks={"kept": False}, stopped="kernel")
    add(tmp_path, later)
    assert load(tmp_path) == {"a": later}
    assert len((tmp_path / "predictions.jsonl").read_text().splitlines()) == 2
    save(tmp_path, [later])
    assert len((tmp_path / "predictions.jsonl").read_text().splitlines()) == 1
    assert load(tmp_path) == {"a": later}


def test_a_file_that_holds_something_else(tmp_path: Path) -> None:
    (tmp_path / "predictions.jsonl").write_text('{"id": "a"}\n{"answer": 1}\n')
    with pytest.raises(BadInput, match="line 2, is no prediction: Field required"):
        load(tmp_path)


def test_a_folder_without_runs(tmp_path: Path) -> None:
    assert load(tmp_path) == {}
    assert model_of(tmp_path) is None
