"""One task: its files laid out, its kernel set up, its questions asked in a session; what came of it as a prediction."""

from __future__ import annotations

import ast
import asyncio
import json
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

from analyst_kernels import KernelError, KernelNotStarted, Limits, Stream
from analyst_kernels.isolated import IsolatedKernel

from ..errors import BadInput
from ..events import Asked, Event
from ..headless import with_notebook
from ..holding import is_ours
from ..models import Model
from ..result import Result
from ..session import Session, to_the_end
from ..settings import Settings
from ..tools.steer import named_values
from .plots import figure_facts
from .predictions import Prediction
from .tasks import Task

DESCRIBED = "plot.json"
"""Name of the file in which code may describe the figure that it shows."""


class SetUpKernel(IsolatedKernel):
    """A kernel that holds what a task's `setup` makes, after each start: a kernel made anew has it too."""

    def __init__(self, setup: str, settings: Settings, work: Path, *, trusted: bool = False) -> None:
        super().__init__(settings.kernel, work=work, sandbox=settings.sandbox, trusted=trusted)
        self._setup = setup
        self._limits = Limits(wall=settings.cell_timeout)
        self._is_set_up = False

    async def start(self) -> None:
        """Start the process and run the setup.

        Raises:
            KernelNotStarted: the process did not come up, or the setup failed.
        """
        await super().start()
        if not self._is_set_up:
            await self._set_up()

    async def restart(self) -> None:
        """A new process in which the setup has run."""
        self._is_set_up = False
        await super().restart()
        await self._set_up()

    async def _set_up(self) -> None:
        if self._setup:
            execution = await self.execute(self._setup, None, self._limits)
            if not execution.ok:
                raise KernelNotStarted(
                    f"The setup of the task failed: {execution.outputs[-1:]}. Mend the task."
                )
        self._is_set_up = True

    async def check(self, code: str, work: Path) -> dict[str, bool]:
        """Run check code in the kernel, in the folder `work`, and read the names that it assigns.

        What cannot be looked at has not passed: a kernel that is dead, code that fails because a variable is gone.
        """
        names = _assigned(code)
        values = ", ".join(f"{name!r}: bool({name})" for name in names)
        told = f"__import__('os').chdir({str(work)!r})\n{code}\nprint(__import__('json').dumps({{{values}}}))"
        try:
            execution = await self.execute(told, None, self._limits)
        except KernelError:
            return dict.fromkeys(names, False)
        if not execution.ok:
            return dict.fromkeys(names, False)
        printed = "".join(o.text for o in execution.outputs if isinstance(o, Stream) and o.name == "stdout")
        found: dict[str, bool] = json.loads(printed.splitlines()[-1])
        return found


def _assigned(code: str) -> list[str]:
    """Names that the code assigns at its top level.

    Raises:
        BadInput: it is no Python, or assigns nothing.
    """
    try:
        targets = [t for node in ast.parse(code).body if isinstance(node, ast.Assign) for t in node.targets]
    except SyntaxError as error:
        raise BadInput(f"The post_check of the task is no Python: {error}. Mend the task.") from None
    names = [t.id for t in targets if isinstance(t, ast.Name)]
    if not names:
        raise BadInput("The post_check of the task assigns no name. Mend the task: `name = …` is a check.")
    return names


async def ask(task: Task, data: Path, folder: Path, model: str | Model, settings: Settings) -> Prediction:
    """Put one task to a model, in a run of its own; a run that was cut off goes on where it was.

    Args:
        task: what is asked.
        data: where the files of the task lie; copies are used.
        folder: the run's folder. Paths of files in the prediction are relative to the folder two above it.
        model: id or object.
        settings: limits and habits.

    Raises:
        AnalystError, KernelError, OSError: the task could not be asked.
    """
    work = (folder / "work").absolute()
    if not (folder / "log.jsonl").exists():
        await asyncio.to_thread(_lay_out, task.files, data, work)
    trusted = model == "rules" if isinstance(model, str) else is_ours(model)
    kernel = SetUpKernel(task.setup, settings, work, trusted=trusted)
    try:
        await kernel.start()
        session = Session(model, folder=folder, kernel=kernel, settings=settings)
        try:
            results = await _converse(session, task, [work / name for name in task.files])
            checks = await kernel.check(task.post_check, work) if task.post_check else {}
        finally:
            await session.close()
    finally:
        await to_the_end(kernel.close())  # what code has left in buffers is in its files now
    last = results[-1]
    return Prediction(
        id=task.id,
        answer="" if last.status == "failed" else _answer(last),
        files=dict(_written(last.files, work, task.files, folder.parent.parent.absolute())),
        plot=figure_facts(_last_question(session.events), work / DESCRIBED),
        checks=checks,
        status=last.status,
        stopped=last.stopped.reason if last.stopped else None,
        reviewed=last.reviewed.verdict if last.reviewed else None,
        seconds=round(sum(r.seconds for r in results), 3),
    )


def _lay_out(files: Iterable[str], data: Path, work: Path) -> None:
    """Copy the task's files into the work folder: code cannot spoil the suite's, nor stumble over its answers."""
    for name in files:
        source, target = data / name, work / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, dirs_exist_ok=True)
        else:
            shutil.copyfile(source, target)
    work.mkdir(parents=True, exist_ok=True)


async def _converse(session: Session, task: Task, files: Sequence[Path]) -> list[Result]:
    """Ask the questions, from the one on at which the log ends; the files are named with the first."""
    asked = sum(isinstance(e, Asked) for e in session.events)
    results: list[Result] = []
    for number, question in enumerate(task.questions, 1):
        if number < asked:
            continue
        asking = session.resume() if number == asked else session.ask(question, files if number == 1 else ())
        results.append(await with_notebook(session, asking))
    return results


def _last_question(events: Sequence[Event]) -> Sequence[Event]:
    return events[max(n for n, e in enumerate(events) if isinstance(e, Asked)) :]


def _answer(result: Result) -> str:
    """The answer's text, with those named values that only stand beside it."""
    written = named_values(result.answer)
    beside = [f"@{name}[{value}]" for name, value in result.named.items() if written.get(name) != value]
    return "\n".join([result.answer, *beside])


def _written(files: Iterable[Path], work: Path, given: Sequence[str], out: Path) -> Iterable[tuple[str, str]]:
    inputs = [work / name for name in given]
    for path in files:
        if not any(path == i or i in path.parents for i in inputs):
            yield path.relative_to(work).as_posix(), path.relative_to(out).as_posix()
