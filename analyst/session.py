"""The public face: a model, a kernel and a log, and what you can ask of them."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable, Coroutine, Iterable, Sequence
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from analyst_kernels import Kernel

from .errors import BadInput, LogError
from .events import (
    Asked,
    Continued,
    Contract,
    Event,
    Notice,
    Opened,
    PlanStep,
    Proved,
    ToolReturned,
    Undone,
)
from .holding import held, is_ours, isolation, new_kernel, show_data
from .host import Host, Nobody
from .interrupting import watched
from .log import Listener, Log
from .loop import run
from .models import Model
from .models.choice import choose
from .plans import Edit
from .prompts import load
from .proving import STOPPED, proof, unproved
from .rebuild import cells
from .result import Result, result
from .risk import always
from .settings import Settings, always_file, environment, secrets
from .state import Over
from .tools.registry import TOOLS
from .tools.snapshots import back
from .trust.proof import Mode
from .work import Work


class Session:
    """A conversation about data: questions one after the other, in one kernel, in one log.

    Use it as an async context manager, or call `close`.
    """

    def __init__(
        self,
        model: str | Model | None = None,
        *,
        folder: Path | str | None = None,
        kernel: Kernel | None = None,
        host: Host | None = None,
        listeners: Iterable[Listener] = (),
        settings: Settings | None = None,
        undo: bool = False,
        reviewer: Model | None = None,
        ran: Callable[[], Sequence[str]] = tuple,
    ) -> None:
        """Set up a session; nothing is started before the first question.

        Args:
            model: `provider/name`, an object with the `Model` protocol, or None: found out (see `model_reason`).
            folder: the run's folder, new or of an earlier run; None: a new one under `analyst-runs/`.
            kernel: where code runs; None: a new one, held as `settings.sandbox` says and shut down at the end.
            host: who is asked for a yes; None: nobody, so what needs one is refused.
            listeners: views that hear every fact from the first one.
            settings: limits and habits; None: from the environment and the defaults.
            undo: the given kernel is the user's own: what cells of the log did is still there, and is never done
                again; the variables are kept before each cell, so that `undo` can bring them back.
            reviewer: who reviews answers; None: as `settings.review` says.
            ran: gives the cells that the user ran in the given kernel. A proof runs what the code needs of them first.

        Raises:
            BadInput: the model id cannot be used.
            SandboxUnavailable: nothing holds a kernel here; says what would, and how to do without.
            LogError: the folder cannot be written, or its log not read.
        """
        self.settings = settings or Settings.of()
        env = environment()
        if model is None or isinstance(model, str):
            choice = choose(model or self.settings.model, env)
            self.model, self.model_reason = choice.model, choice.reason
        else:
            self.model, self.model_reason = model, "It was given."
        self.folder = Path(folder).absolute() if folder else new_folder()
        self._given_kernel = kernel
        self._kernel = kernel or new_kernel(self.settings, self.model, self.folder / "work")
        self.log = Log(self.folder, secrets=secrets(env))
        for listener in listeners:
            self.log.listen(listener)
        self._host = host or Nobody()
        self._undo = self.folder.name if undo else ""
        self._starting: asyncio.Task[None] | None = None
        self._preparing: asyncio.Task[None] | None = None
        self._reviewer = reviewer
        self._ran = ran
        self._interrupted = asyncio.Event()
        self._work: Work | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Shut the kernel down if it is ours, close the model's connections and the log; to the end, even if cancelled."""
        await to_the_end(self._close())

    async def _close(self) -> None:
        for task in filter(None, (self._starting, self._preparing)):
            task.cancel()
            await asyncio.wait({task})
        if self._given_kernel is None:
            await self._kernel.close()
        for model in {id(m): m for m in (self.model, self._reviewer) if m}.values():
            await model.close()
        self.log.close()

    @property
    def events(self) -> tuple[Event, ...]:
        """All facts so far."""
        return tuple(self.log.events)

    def interrupt(self) -> None:
        """Stop what is being done now; the run ends with what is known. Call it from the event loop's thread."""
        self._interrupted.set()

    def replan(self, steps: Sequence[PlanStep], seen: Sequence[str]) -> None:
        """Change the plan that is being worked on: before the next step begins these are the steps that are to do.

        What is begun stays as it is. Call it from the event loop's thread. What comes too late is not taken, and that
        is said (`Notice`).

        Args:
            steps: the plan as it is wanted; what is begun may be in it or not.
            seen: the ids of the plan that the user saw, in order.
        """
        if self._work:
            self._work.edit = Edit(tuple(steps), tuple(seen))

    async def ask(
        self,
        question: str,
        data: Sequence[Path | str] = (),
        *,
        plan: Literal["auto", "always", "never", "only"] | None = None,
        steps: Sequence[PlanStep] = (),
        variables: Sequence[str] = (),
        context: str = "",
        contract: Contract | None = None,
    ) -> Result:
        """Ask a question about files or folders (or about what is in the kernel already).

        Args:
            question: in the user's words.
            data: paths of the files or folders that it is about.
            plan: whether to plan first; None: as the settings say.
            steps: a plan to work by.
            variables: names of variables in the kernel that it is about; they are surveyed as files are.
            context: what else the model should know with it; bounded by the caller.
            contract: what the answer must contain; None: what the question says, and the model with its plan.

        Raises:
            BadInput: the question is empty, or a path does not exist.
            LogError: the log cannot be written.
        """
        if not question.strip():
            raise BadInput("The question is empty. Ask something about the data.")
        paths = tuple(_existing(p) for p in data)
        review = self._review(self.settings.review or "")
        self._open()
        work = self._begin(paths)
        wanted = plan or self.settings.plan
        about = (tuple(steps), tuple(variables), context, review, contract)
        work.append(Asked(question.strip(), paths, wanted, *about))
        return await self._finish(work)

    async def resume(self) -> Result:
        """Go on where the log ends: after a crash, or after a limit that was raised since.

        Raises:
            LogError: nothing was asked yet in this log, or it cannot be written.
        """
        asked = next((e for e in reversed(self.log.events) if isinstance(e, Asked)), None)
        if asked is None:
            raise LogError(f"Nothing was asked in {self.folder}: there is nothing to resume.")
        self._review(asked.review)
        work = self._begin()
        if work.state.stopped and isinstance(work.state.next(), Over):
            work.append(Continued())
        return await self._finish(work)

    async def verify(self, mode: Mode = "values") -> Proved:
        """Run the code of the answers again, alone, in a clean kernel; write down what came of it.

        Args:
            mode: values: the cells that the answers need; full: every cell that worked.

        Raises:
            LogError: it cannot be written.
        """
        self._interrupted.clear()
        return await self._prove(mode)

    async def _prove(self, mode: Mode) -> Proved:
        lent, ours = bool(self._undo), self._work is not None and is_ours(self.model)
        proving = proof(
            self.folder, self.log.events, self.settings, mode, lent=lent, trusted=ours, given=self._ran()
        )
        proved = await watched(self._interrupted, proving) or Proved(mode, (), 0, 0, cause=STOPPED)
        (self._work or self.log).append(proved)
        return proved

    async def undo(self, cells: int | None = None) -> Undone:
        """Take back what the last cells did to the variables: so many, or (None) all of the last question.

        Raises:
            BadInput: the session was not made with `undo`, or there is no cell to undo.
            KernelError: what the variables were is not known any more.
        """
        numbers = undoable(self.log.events, cells) if self._undo else ()
        if not numbers:
            raise BadInput("There is no cell to undo.")
        await self._kernel.start()
        undone = await back(self._kernel, self._undo, numbers)
        self.log.append(undone)
        return undone

    def _open(self) -> None:
        if self.log.events:
            return
        prompts = dict(load())
        self.log.append(
            Opened(
                system=prompts.pop("system"),
                tools=tuple(t.schema for t in TOOLS.values()),
                prompts=prompts,
                model=self.model.id,
                model_reason=self.model_reason,
                window=self.model.window,
                vision=self.model.vision,
                versions={
                    name: version(name) for name in ("notebook-analyst", "ipykernel", "pandas", "litellm")
                }
                | {"python": sys.version.split()[0]},
                settings=self.settings.model_dump(mode="json"),
            )
        )

    def _begin(self, data: Sequence[str] = ()) -> Work:
        new = show_data(self._kernel, self.log.events, data)
        if self._work is None:
            kernel = held(self._kernel)
            self._work = Work(
                self.log,
                self.model,
                self._kernel,
                self._host,
                self.settings,
                TOOLS,
                self._ready,
                isolated=kernel is not None and kernel.isolated,
                folder="" if self._undo else str(self.folder / "work"),
                always=always.load(always_file()),
                undo=self._undo,
                interrupted=self._interrupted,
            )
            if fact := isolation(self._kernel, self.log.events):
                self._work.append(fact)
        if self._starting is None:
            self._starting = asyncio.create_task(self._kernel.start())
            self._preparing = asyncio.create_task(self.model.prepare())
        if new:
            self.log.show(Notice("The sandbox is built anew: it has to show new data."))
            self._starting = asyncio.create_task(_anew(self._kernel, self._starting))
            self._work.fresh = bool(cells(self.log.events))
        self._work.reviewer = self._reviewer
        self._interrupted.clear()
        self._work.started = time.monotonic()
        return self._work

    def _review(self, wanted: str) -> str:
        """Have the reviewer ready that is wanted, if one is; what stands for it in the log.

        Raises:
            BadInput: it is no model that can review.
        """
        self._reviewer = reviewer(self._reviewer or wanted, self.model)
        if self._reviewer is None:
            return ""
        return "same" if self._reviewer is self.model else self._reviewer.id

    async def _ready(self) -> None:
        assert self._starting
        await asyncio.shield(self._starting)

    async def _finish(self, work: Work) -> Result:
        await run(work)
        if self.settings.verify != "off" and unproved(self.log.events):
            await self._prove(self.settings.verify)
        return result(self.log.events, folder=self.folder, seconds=time.monotonic() - work.started)


def reviewer(wanted: str | Model, model: Model) -> Model | None:
    """Who tries to refute the answers of a model: one that is given or named, or ("same") it itself; None ("") is nobody.

    Raises:
        BadInput: it is no model that can review.
    """
    if not wanted:
        return None
    if isinstance(wanted, str):
        wanted = model if wanted == "same" else choose(wanted, environment()).model
    if is_ours(wanted):
        raise BadInput(
            "`rules` answers questions and cannot review an answer. Name a model: --review provider/name, or leave --review out."
        )
    return wanted


async def _anew(kernel: Kernel, starting: asyncio.Task[None]) -> None:
    await asyncio.wait({starting})
    await kernel.restart()


def undoable(events: Sequence[Event], cells: int | None) -> tuple[int, ...]:
    """Numbers of the last cells that were not undone: so many, or (None) all of the last question that has any."""
    taken = {number for e in events if isinstance(e, Undone) for number in e.cells}
    questions: list[list[int]] = []
    for event in events:
        if isinstance(event, Asked):
            questions.append([])
        elif isinstance(event, ToolReturned) and event.cell and event.cell not in taken:
            questions[-1].append(event.cell)
    if cells is None:
        return tuple(next(filter(None, reversed(questions)), ()))
    return tuple(number for question in questions for number in question)[-cells:] if cells > 0 else ()


async def to_the_end(closing: Coroutine[Any, Any, None]) -> None:
    """Await a closing whole, even when cancelled meanwhile: a kernel that is half closed would be left behind."""
    task = asyncio.ensure_future(closing)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        raise


def _existing(path: Path | str) -> str:
    absolute = Path(path).expanduser().absolute()
    if not absolute.exists():
        raise BadInput(f"There is no file or folder {path}. Check the path.")
    return str(absolute)


def new_folder(under: Path | str = "analyst-runs") -> Path:
    """A folder for a run, named by the time; it does not exist yet."""
    stem = Path(under).absolute() / datetime.now().strftime("%Y%m%d-%H%M%S")
    folder, number = stem, 1
    while folder.exists():
        number += 1
        folder = stem.with_name(f"{stem.name}-{number}")
    return folder
