"""Records model runs of the suite, to be replayed where no model can be asked.

    uv run python -m tests.evals.record                    the runs that are scripted in `model_runs.py`
    uv run python -m tests.evals.record DIR [ID …]         the runs of `analyst eval regress --model ID --out DIR`

Only a run that solved its task is recorded.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import click

from analyst.evals.predictions import load, run_folder
from analyst.evals.recording import record
from analyst.models.scripted import ScriptedModel
from tests.evals.conftest import RECORDED, evaluation
from tests.evals.model_runs import MODEL_RUNS


def record_solved(out: Path, ids: Sequence[str]) -> None:
    """Record those runs in the folder of an evaluation that solved their tasks."""
    done, predictions = evaluation(out), load(out)
    for id in ids or predictions:
        verdict = done.verdict(predictions[id])
        if verdict.solved:
            record(run_folder(out, id), RECORDED / f"{id}.jsonl")
        click.echo(f"{id}: {'recorded' if verdict.solved else f'not recorded: {verdict.cause}'}")


def run_scripts(out: Path) -> None:
    """Put the scripted tasks to their scripts."""
    asyncio.run(evaluation(out).run(list(MODEL_RUNS), lambda task: ScriptedModel(MODEL_RUNS[task.id])))


if __name__ == "__main__":
    if sys.argv[1:]:
        record_solved(Path(sys.argv[1]), sys.argv[2:])
    else:
        with tempfile.TemporaryDirectory() as folder:
            run_scripts(Path(folder))
            record_solved(Path(folder), ())
