from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from analyst.evals.grading import Key, Verdict, grade, read_keys, with_checks
from analyst.evals.predictions import Prediction, run_folder
from analyst.evals.recording import recorded
from analyst.evals.running import ModelOf, run_suite
from analyst.evals.tasks import OWN, Suite, Task, read_suite
from analyst.models.recorded import RecordedModel
from analyst.settings import Settings

REGRESS = OWN["regress"]
RECORDED = Path(__file__).parent / "recorded"
RECORDINGS = {file.stem: file for file in sorted(RECORDED.glob("*.jsonl"))}
"""The recorded model runs: id of the task → file."""


@dataclass
class Told:
    """A progress that remembers."""

    begun: list[str] = field(default_factory=list)
    over: list[Prediction] = field(default_factory=list)

    def started(self, id: str) -> None:
        self.begun.append(id)

    def finished(self, prediction: Prediction) -> None:
        self.over.append(prediction)


@dataclass(frozen=True)
class Evaluation:
    """The own suite, put to models of a test."""

    out: Path
    suite: Suite
    keys: Mapping[str, Key]

    def tasks(self, ids: Sequence[str]) -> list[Task]:
        return with_checks(self.suite.chosen(ids), self.keys)

    async def run(
        self, ids: Sequence[str], model: ModelOf, told: Told | None = None, jobs: int = 2
    ) -> dict[str, Prediction]:
        return await run_suite(
            self.suite,
            self.tasks(ids),
            self.out,
            model,
            jobs=jobs,
            settings=Settings(),
            progress=told or Told(),
        )

    def verdict(self, prediction: Prediction) -> Verdict:
        return grade(self.keys[prediction.id], prediction, REGRESS, self.out)


def evaluation(out: Path) -> Evaluation:
    return Evaluation(out, read_suite(REGRESS / "tasks.jsonl"), read_keys(REGRESS / "set.jsonl"))


@pytest.fixture
def fresh(tmp_path: Path) -> Evaluation:
    return evaluation(tmp_path / "out")


def replaying(out: Path, recordings: Mapping[str, Path] = RECORDINGS) -> ModelOf:
    """The models that say again what was recorded."""
    return lambda task: RecordedModel(recorded(recordings[task.id], run_folder(out, task.id)))


@pytest.fixture(scope="session")
def model_runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Evaluation, dict[str, Prediction]]:
    """The recorded model runs, replayed once."""
    done = evaluation(tmp_path_factory.mktemp("model-runs"))
    return done, asyncio.run(done.run(list(RECORDINGS), replaying(done.out)))
