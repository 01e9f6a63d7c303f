"""All tasks of a suite, several at once. Each result is written when it is there; what was cut off goes on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from analyst_kernels import KernelError, SandboxUnavailable

from ..errors import AnalystError, BadInput
from ..models import Model
from ..pool import run_all
from ..settings import Settings
from .asking import ask
from .predictions import Prediction, add, load, run_folder, save
from .tasks import Suite, Task

ModelOf = Callable[[Task], str | Model]
"""The model that a task is put to: an id, or an object of its own for this task."""


class Progress(Protocol):
    """Told of each task while the suite runs."""

    def started(self, id: str) -> None:
        """A task begins."""
        ...

    def finished(self, prediction: Prediction) -> None:
        """A task is over."""
        ...


async def run_suite(
    suite: Suite,
    tasks: Sequence[Task],
    out: Path,
    model: ModelOf,
    *,
    jobs: int,
    settings: Settings,
    progress: Progress,
) -> dict[str, Prediction]:
    """Run those of `tasks` that `out` has no result for, or one that was not the analyst's doing; the results of all, by id.

    A task that cannot be asked is recorded with the reason, and the others go on. When the last is done the file of
    predictions is put into the order of the suite.

    Raises:
        SandboxUnavailable: nothing holds the code here.
        BadInput: `out` has a file of predictions that cannot be read; or the settings name a kernel server.
        OSError: a result cannot be written.
    """
    if settings.kernel_server:
        raise BadInput(
            "An evaluation sets up a kernel of its own for each task, on this machine, and looks into it afterwards; "
            "a kernel server is not used for that. Take ANALYST_KERNEL_SERVER out of the environment for this command."
        )
    done = load(out)
    todo = [task for task in tasks if task.id not in done or not done[task.id].fair]

    async def one(task: Task) -> None:
        progress.started(task.id)
        prediction = await _asked(task, suite.folder, run_folder(out, task.id), model, settings)
        add(out, prediction)
        done[task.id] = prediction
        progress.finished(prediction)

    await run_all(todo, one, at_once=jobs)
    save(out, [done[t.id] for t in suite.tasks if t.id in done])
    return {t.id: done[t.id] for t in tasks}


async def _asked(task: Task, data: Path, folder: Path, model: ModelOf, settings: Settings) -> Prediction:
    try:
        return await ask(task, data, folder, model(task), settings)
    except SandboxUnavailable:  # for this task as for all others: nothing is to be recorded
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, it is recorded, and the other tasks go on
        ours = isinstance(error, AnalystError | KernelError)
        return Prediction(id=task.id, error=str(error) if ours else f"{type(error).__name__}: {error}")
