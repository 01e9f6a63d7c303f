"""What came of the tasks: a line of JSON each, in `predictions.jsonl` of the folder of an evaluation.

Beside it lie the runs themselves, `runs/<id>/`, each with its notebook, its log and its work folder.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from ..errors import BadInput
from ..events import Asked, Opened, StopReason
from ..log import read
from ..result import Status

_NOT_ASKED: frozenset[StopReason] = frozenset({"input", "model", "kernel", "interrupted"})


class Prediction(BaseModel):
    """The answer to one task, and how it ended."""

    model_config = ConfigDict(frozen=True)

    id: str
    answer: str = ""
    files: dict[str, str] = {}
    """Files that the code wrote: name in the work folder → path relative to the evaluation's folder."""
    plot: dict[str, Any] = {}
    """What the last figure shows (`plots.figure_facts`)."""
    checks: dict[str, bool] = {}
    status: Status = "failed"
    stopped: StopReason | None = None
    reviewed: Literal["held", "refuted", "undecided"] | None = None
    """What a reviewer's check said of the answer; None: it was not reviewed."""
    error: str = ""
    """Why the task could not be put to the model at all; empty when it could."""
    seconds: float = 0.0

    @property
    def fair(self) -> bool:
        """Whether the analyst had its chance. If not (no model, no kernel, an error of ours), the task is run again."""
        return not self.error and self.stopped not in _NOT_ASKED

    @property
    def empty(self) -> bool:
        """Whether nothing was given at all."""
        return not (self.answer or self.files or self.plot)


def run_folder(out: Path, id: str) -> Path:
    """Where the run of a task lies."""
    return out / "runs" / id


def load(out: Path) -> dict[str, Prediction]:
    """The predictions of an evaluation by task, a later line before an earlier one; none when there is no file.

    A last line that was cut by a crash is left out.

    Raises:
        BadInput: a line is no prediction.
    """
    path = _path(out)
    found: dict[str, Prediction] = {}
    data = path.read_bytes() if path.exists() else b""
    for number, line in enumerate(data[: data.rfind(b"\n") + 1].splitlines(), 1):
        try:
            prediction = Prediction.model_validate_json(line)
        except ValidationError as error:
            what = error.errors(include_url=False)[0]["msg"]
            raise BadInput(f"{path}, line {number}, is no prediction: {what}.") from None
        found[prediction.id] = prediction
    return found


def add(out: Path, prediction: Prediction) -> None:
    """Append one prediction, after a line that was cut by a crash is taken away."""
    out.mkdir(parents=True, exist_ok=True)
    with _path(out).open("a+b") as file:
        file.seek(0)
        file.truncate(file.read().rfind(b"\n") + 1)
        file.write(_line(prediction).encode())


def save(out: Path, predictions: Iterable[Prediction]) -> None:
    """Write all predictions anew, in this order."""
    part = _path(out).with_suffix(".part")
    part.write_text("".join(map(_line, predictions)), encoding="utf-8")
    part.replace(_path(out))


def model_of(out: Path) -> str | None:
    """The model that the runs of an evaluation were made with; None when there is no run.

    Raises:
        LogError: a log cannot be read.
    """
    for log in sorted(out.glob("runs/*/log.jsonl")):
        first = next(read(log.parent), None)
        if first and isinstance(first.event, Opened):
            return first.event.model
    return None


def reviewer_of(out: Path) -> str | None:
    """Who reviewed the answers of an evaluation ("": nobody); None when nothing was asked yet.

    Raises:
        LogError: a log cannot be read.
    """
    for log in sorted(out.glob("runs/*/log.jsonl")):
        asked = next((line.event for line in read(log.parent) if isinstance(line.event, Asked)), None)
        if asked:
            return asked.review
    return None


def _path(out: Path) -> Path:
    return out / "predictions.jsonl"


def _line(prediction: Prediction) -> str:
    return prediction.model_dump_json(exclude_defaults=True) + "\n"
