"""The agent behind the panel: it asks, stops, undoes and shows, in its own thread. What is sent to it never waits."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any

from analyst_kernels import KernelError, SandboxUnavailable
from analyst_kernels.lent.queued import Queued

from ..errors import AnalystError, BadInput
from ..events import Notice
from ..holding import OWN, closed
from ..host import Nobody
from ..magic.notebook import Notebook
from ..magic.options import Options, options
from ..magic.prompt import Prompt, understand
from ..models.choice import choose
from ..session import Session
from ..settings import Settings, environment
from ..views import taken_back
from . import messages, worker
from .asides import Idle, Typed, Waiting
from .cells import Kernel
from .door import Door, plan_of
from .following import Following
from .hearing import do
from .panel import Panel
from .screen import Screen
from .state import CHOICES, seen
from .turns import Turns

PATIENCE = 0.2
"""Seconds that code may wait for its turn before that is said."""
HERE = "Or choose, in the settings below the question, that code runs in your kernel, where risky cells wait for your yes."
BUSY = "One question at a time: wait for this one, or stop it."


class Conversation:
    """What is asked in this kernel, shown in a panel. All but `hear` lives on the worker's loop."""

    def __init__(self, notebook: Notebook, run: Path | None = None) -> None:
        """`run`: show this run first; None: the one that this notebook had last.

        Raises:
            LogError: there is no such run, or it cannot be read.
        """
        self.notebook = notebook
        self._loop = worker.loop()
        self.screen = Screen(self._loop, self._send, **CHOICES)
        self._following = Following(notebook, self.screen)
        self._task: asyncio.Task[None] | None = None
        self._session: Session | None = None
        self._door: Door | None = None
        self._queue = asyncio.run_coroutine_threadsafe(self._queued(), self._loop).result()
        self._turns, self._theirs = Turns(self._queue, notebook.lent), set[str]()
        self._told_waiting = self._attended = self._closed = False
        self._panel: Panel | None = None
        self._following.begin(run)
        self.screen.see(Idle())
        self.screen.set(**self._settings(), variables=seen(notebook.user))
        self._panel = self.panel = Panel(
            self.screen.snapshot, self.hear, self._typed, lambda: self.screen.text, self._close
        )
        notebook.shell.events.register("post_run_cell", self._ran)

    async def _queued(self) -> Queued:
        return Queued(self.notebook.shell, self._queue_changed, self.stop)

    @property
    def closed(self) -> bool:
        """Whether the panel was taken away."""
        return self._closed

    # ── what comes in ───────────────────────────────────────────────────────────────────────────────────────────────

    def hear(self, content: object) -> None:
        """Take a message of the front end. In any thread; returns at once."""
        self._loop.call_soon_threadsafe(self._heard, content)

    def _typed(self, text: str) -> None:
        """What `Panel.ask` asks."""
        self._loop.call_soon_threadsafe(self._guarded, lambda: self.ask(text))

    def _heard(self, content: object) -> None:
        self._attended = True
        self._guarded(lambda: do(self, messages.read(content)))

    def _guarded(self, do: Callable[[], None]) -> None:
        try:
            do()
        except (AnalystError, KernelError) as error:
            self.screen.say("toast", text=str(error), level="error")

    # ── what is done ────────────────────────────────────────────────────────────────────────────────────────────────

    def work(self, doing: Coroutine[Any, Any, None]) -> None:
        """Do one thing at a time; what goes wrong is shown.

        Raises:
            BadInput: something is being done, by this panel or by another one of this kernel.
        """
        if self._at_work or self.notebook.lent.queue is not None:
            doing.close()
            raise BadInput(BUSY)
        self.notebook.lent.queue = self._queue
        self._task = self._loop.create_task(self._to_its_end(doing))
        self._task.add_done_callback(self._ended)

    @property
    def _at_work(self) -> bool:
        return self._task is not None and not self._task.done()

    async def _to_its_end(self, doing: Coroutine[Any, Any, None]) -> None:
        try:
            await doing
        except asyncio.CancelledError:
            self.screen.see(Notice("Stopped."))
        except Exception as error:  # noqa: BLE001 - shown to the person, who is the one that asked
            known = isinstance(error, AnalystError | KernelError)
            self.tell(str(error) if known else f"{type(error).__name__}: {error}", level="error")
        finally:
            self._guarded(self._following.catch_up)
            self.screen.see(Idle())

    def _ended(self, _: object) -> None:
        """The kernel is free for the next one, also where it was stopped before it began."""
        self._queue.release()
        self.notebook.lent.queue = None

    def tell(self, text: str, level: str = "") -> None:
        """Show a few words among the blocks; with a `level`, also where a screen reader hears of them."""
        self.screen.see(Notice(text))
        if level:
            self.screen.say("toast", text=text[:500], level=level)

    def stop(self) -> None:
        """End the run; what was found is kept. The user's own cell runs on."""
        if self._session is not None:
            self._session.interrupt()
        elif self._task is not None:
            self._task.cancel()

    def settle(self, **given: Any) -> None:
        """Set what `%config AgentMagics` sets, for all questions that follow.

        Raises:
            BadInput: there is no such model.
        """
        if given.get("model"):
            choose(given["model"], environment())  # a wrong id is found now, not at the next question
        for name, value in given.items():
            setattr(self.notebook.magics, name, value)
        self.screen.set(**self._settings())

    def withdraw(self) -> None:
        """Take back the code that waits for its turn, or end the code that runs; the run goes on."""
        self._loop.create_task(self.notebook.lent.interrupt())

    def decided(self, message: messages.Decide | messages.Plan) -> bool:
        """Take what a person decided; whether it was waited for."""
        if self._door is None:
            return False
        if isinstance(message, messages.Plan):
            return self._door.planned(message)
        return self._door.decided(message)

    def replan(self, message: messages.Revise) -> None:
        """Change the plan that is being worked on; steps that are begun stay as they are.

        Raises:
            BadInput: nothing is being worked on.
        """
        plans = [block for block in self.screen.blocks if block["kind"] == "plan"]
        if self._session is None or not plans:
            raise BadInput("The work by this plan is over. Ask again, and say what should be different.")
        steps = plan_of(message.steps, [step["id"] for step in plans[-1]["steps"]])
        self._session.replan(steps, message.seen)
        self.screen.say("toast", text="Your changes hold before the next step begins.", level="info")

    def clear(self) -> None:
        """Begin a new conversation; the old one's log stays.

        Raises:
            BadInput: a question is being worked on.
        """
        if self._at_work:
            raise BadInput(BUSY)
        self.notebook.forget()
        self.notebook.magics.activity.tell()
        self._following.forget()
        self.screen.clear()

    def undo(self, cell: int) -> None:
        """Take back what this cell and those after it did."""
        numbers = [b["number"] for b in self.screen.blocks if b.get("undoable") and b["number"] >= cell]
        if not numbers:
            raise BadInput(
                f"Cell {cell} cannot be taken back: it was not run in this kernel, or is undone already."
            )

        async def work() -> None:
            # it asks no model: the session is only the way to the log
            session = Session(
                "rules", folder=self.notebook.own, kernel=self.notebook.lent, host=Nobody(), listeners=[self._following],
                settings=Settings(), undo=True,
            )  # fmt: skip
            async with self._open(session):
                undone = await session.undo(len(numbers))
            self.tell(taken_back(undone), level="info")

        self.work(work())

    def ask(self, text: str, *, plan: Any = None) -> None:
        """Ask; see `Session.ask`.

        Raises:
            BadInput: the question is empty, or another one is being worked on.
        """
        if not text.strip():
            raise BadInput("Ask something about the data.")
        self.work(self._answered(text, plan))

    async def _answered(self, text: str, plan: Any) -> None:
        notebook = self.notebook
        self._following.catch_up()
        self.screen.see(Typed(text.strip()))
        chosen = options({"replay": "never"}, notebook.magics.given, notebook.home)
        own = chosen.kernel == "own"
        prompt = await notebook.lent.on_main(lambda: self._understood(text))
        earlier = self._following.told()
        async with self._open(await self._made(chosen), chosen.kernel) as session:
            context = "\n".join(filter(None, [earlier, prompt.context if own else ""]))
            variables = prompt.variables if own else ()
            await session.ask(prompt.question, prompt.data, plan=plan, variables=variables, context=context)
        with contextlib.suppress(TimeoutError):  # a cell of the user's runs: at its end they are looked at
            async with asyncio.timeout(PATIENCE):
                self.screen.set(variables=await notebook.lent.on_main(self._looked))

    def _understood(self, text: str) -> Prompt:
        notebook, activity = self.notebook, self.notebook.magics.activity
        mine, user = notebook.made, notebook.user
        self._theirs = set(user) - mine
        self._turns.changed.clear()
        prompt = understand(text, notebook.shell.user_ns, user, activity.failure, activity.told, mine)
        activity.tell()
        return prompt

    def _looked(self) -> list[dict[str, str]]:
        """The variables, and which of them the agent made: it may bind those anew."""
        user, made = self.notebook.user, self.notebook.made
        self.notebook.keep_made(set(user) - made - (self._turns.changed - self._theirs))
        return seen(user)

    async def _made(self, chosen: Options) -> Session:
        """A session on this notebook's conversation, in her kernel or in one that is closed.

        Raises:
            SandboxUnavailable: there is no sandbox here; says what can be done.
        """
        own = chosen.kernel == "own"
        settings = chosen.settings if own else await asyncio.to_thread(_closed, chosen.settings)
        self._door = Door(self.screen.see, lambda: self._attended and not self._closed, edit=chosen.edit)
        return Session(
            settings.model,
            folder=self.notebook.folder(chosen.kernel),
            kernel=self.notebook.lent if own else None,
            host=self._door,
            listeners=[self._turns, self._following] if own else [self._following],
            settings=settings,
            undo=own,
            ran=self.notebook.ran if own else tuple,
        )

    @contextlib.asynccontextmanager
    async def _open(self, session: Session, kernel: Kernel = "own") -> AsyncIterator[Session]:
        try:
            with self.notebook.at_work(session):
                self._following.follow(session.folder, kernel)
                self.screen.set(**self._settings(), run=str(session.folder))
                self._session = session
                yield session
        finally:
            self._session = self._door = None
            await session.close()

    # ── what is shown ───────────────────────────────────────────────────────────────────────────────────────────────

    def _ran(self, result: Any) -> None:
        """A cell of the user's was run: other variables may be there, and `%%agent` may have worked."""
        if result is None or self._closed or self.notebook.lent.running:
            return
        self.screen.set(variables=seen(self.notebook.user))
        self._loop.call_soon_threadsafe(self._look_again)

    def _look_again(self) -> None:
        if not self._at_work:
            self._guarded(self._following.catch_up)
            self.screen.see(Idle())

    def _queue_changed(self) -> None:
        """Code waits for its turn, or does not any more."""
        if self._queue.waiting:
            self._loop.call_later(PATIENCE, self._still_waiting)
        elif self._told_waiting:
            self._told_waiting = False
            self.screen.see(Waiting(over=True))

    def _still_waiting(self) -> None:
        if self._queue.waiting and not self._told_waiting:
            self._told_waiting = True
            self.screen.see(Waiting())

    def _settings(self) -> dict[str, Any]:
        """What is set now, as the state shows it."""
        chosen = options({}, self.notebook.magics.given, self.notebook.home)
        values = {name: chosen.values[name].value for name in ("approve", "plan", "budget", "kernel")}
        model = {"model": chosen.settings.model} if chosen.settings.model else {}
        return {**values, **model}

    def _send(self, op: dict[str, Any], buffers: list[bytes]) -> None:
        if self._panel is not None and not self._closed:
            self._panel.send(op, buffers)

    def _close(self) -> None:
        """The panel is gone: nobody answers any more; the run goes on, and its log is kept."""
        self._closed = True
        with contextlib.suppress(ValueError):
            self.notebook.shell.events.unregister("post_run_cell", self._ran)
        if self._door is not None:
            self._loop.call_soon_threadsafe(self._door.closed)


def _closed(settings: Settings) -> Settings:
    """See `holding.closed`; the choices are named as they stand here.

    Raises:
        SandboxUnavailable: there is none.
    """
    try:
        return closed(settings)
    except SandboxUnavailable as error:
        raise SandboxUnavailable(f"{str(error).removesuffix(OWN)}{HERE}") from None
