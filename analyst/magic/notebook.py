"""This kernel's side of the conversation: where it is kept, what runs, and how the agent gets its turn."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Callable, Collection, Coroutine, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from analyst_kernels import KernelError
from analyst_kernels.lent import LentKernel, ask, stop_control
from analyst_kernels.probe.fingerprint import fingerprint
from analyst_kernels.probe.namespace import variables
from IPython.core.error import UsageError

from ..errors import AnalystError, BadInput
from ..events import Contract
from ..host import Host
from ..session import Session, new_folder
from ..settings import environment
from . import hosts
from .stopping import AgentStopped

if TYPE_CHECKING:
    from .magics import AgentMagics, Work

BUSY = "The agent is working already. Wait for it, or stop it."


class Notebook:
    """One per kernel, from the first use of the magic on."""

    def __init__(self, shell: Any, magics: AgentMagics) -> None:
        self.shell = shell
        self.magics = magics
        self.lent = LentKernel(shell)
        self.place, stem = _notebook(shell.user_ns)
        self.home = self.place / ".analyst"
        """Runs, records and the project's settings lie here, beside the notebook."""
        self.runs = self.home / "runs" / stem
        self._current: dict[str, Path] = {}
        self._made: dict[str, str] = {}
        self._session: Session | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    # ── the conversation ──

    def folder(self, kernel: str, *, new: bool = False) -> Path:
        """The log's folder for questions to this kind of kernel; `new`: of a conversation that begins now."""
        if new or kernel not in self._current:
            self._current[kernel] = new_folder(self.runs)
        return self._current[kernel]

    def forget(self) -> None:
        """The next question begins a new conversation."""
        self._current.clear()

    @property
    def last(self) -> Path:
        """The folder of the last run: of this kernel's, or else of the last kernel that this notebook had.

        Raises:
            BadInput: there is none.
        """
        logs = self.runs.glob("*/log.jsonl") if self.runs.is_dir() else ()
        found = max(logs, key=lambda log: log.stat().st_mtime, default=None)
        if found is None:
            raise BadInput("Nothing was asked in this notebook yet. Ask with %%agent.")
        return found.parent

    @property
    def own(self) -> Path | None:
        """The folder of this kernel's own conversation; None before its first question."""
        return self._current.get("own")

    @property
    def user(self) -> Mapping[str, Any]:
        """The user's variables."""
        return variables()

    def ran(self) -> list[str]:
        """The cells that the user ran in this kernel."""
        return [str(code) for code in self.shell.user_ns.get("In", ())]

    @property
    def made(self) -> set[str]:
        """Variables that the agent made, and that nobody changed since."""
        user = self.user
        return {name for name, mark in self._made.items() if name in user and fingerprint(user[name]) == mark}

    def keep_made(self, theirs: Collection[str]) -> None:
        """A question is over: what is not `theirs`, the user's, the agent made."""
        self._made = {name: fingerprint(value) for name, value in self.user.items() if name not in theirs}

    # ── working ──

    async def here(self, work: Work) -> None:
        """Let the agent work on the loop that awaits this; Stop ends it."""
        task = asyncio.current_task()
        assert task
        with _plainly(), stop_control(lambda: self.stop() or task.cancel()):
            todo = work()
            if todo is not None:
                await _stopped_plainly(todo)

    def drive(self, work: Work) -> None:
        """Let the agent work on a loop of its own while this thread runs its code; Stop ends it."""
        with _plainly():
            todo = work()
            if todo is not None:
                self.lent.drive(lambda: _stopped_plainly(todo), self.stop)

    @contextlib.contextmanager
    def at_work(self, session: Session) -> Iterator[None]:
        """While a session works, `stop` reaches it.

        Raises:
            BadInput: another one is at work.
        """
        if self._session is not None:
            raise BadInput("The agent is working already. Wait for it, or stop it.")
        self._session, self._loop = session, asyncio.get_running_loop()
        try:
            yield
        finally:
            self._session = self._loop = None

    def stop(self) -> bool:
        """End what the agent does; what was found is kept. Whether there was something to end. Any thread may call."""
        if self._session is None or self._loop is None:
            return False
        self._loop.call_soon_threadsafe(self._session.interrupt)
        return True

    def close(self) -> None:
        """Take the probe out of the kernel again."""
        self.lent.drive(self.lent.close)

    # ── speaking with the user ──

    def say(self, text: str) -> None:
        """Show a line of text, in its place among the blocks of a run."""
        self.lent.publish({"text/plain": text})

    def host(self, *, edit: bool, waits: Callable[[], None], wanted: Callable[[], Contract]) -> Host:
        """Who is asked for a yes: see `hosts.Person`."""
        desk: hosts.Desk | None = None
        if self.can_type and self._can_click:
            from .buttons import Buttons  # noqa: PLC0415 - ipywidgets is slow to import, and rarely needed

            desk = Buttons(self._show)
        elif self.can_type:
            desk = hosts.Prompt(self._read, self.say)
        return hosts.host(desk, edit=edit, waits=waits, wanted=wanted)

    @property
    def can_type(self) -> bool:
        """Whether somebody may be there to answer."""
        kernel = getattr(self.shell, "kernel", None)
        return bool(kernel._allow_stdin) if kernel is not None else sys.stdin.isatty()

    @property
    def _can_click(self) -> bool:
        """Whether clicks arrive while a cell runs: with subshells, and a front end that uses them."""
        if self.magics.buttons is not None:
            return bool(self.magics.buttons)
        kernel = getattr(self.shell, "kernel", None)
        jupyter = "JPY_SESSION_NAME" in environment() and "__vsc_ipynb_file__" not in self.shell.user_ns
        return jupyter and bool(getattr(kernel, "_supports_kernel_subshells", False))

    @contextlib.contextmanager
    def _show(self, data: Mapping[str, Any]) -> Iterator[None]:
        """Something stands in the cell while this lasts; nothing of it is left there, or in the notebook's file."""
        place = f"analyst-{uuid4().hex}"
        self.lent.publish(data, display_id=place)
        try:
            yield
        finally:
            self.lent.publish({}, display_id=place, update=True)

    async def _read(self, prompt: str) -> str:
        try:
            return await self.lent.on_main(lambda: ask(input, prompt))
        except EOFError:
            return ""
        except KeyboardInterrupt:  # Stop, which ends the run as well
            return "n"


async def _stopped_plainly(todo: Coroutine[Any, Any, None]) -> None:
    try:
        await todo
    except asyncio.CancelledError:
        if task := asyncio.current_task():
            task.uncancel()
        raise AgentStopped from None


@contextlib.contextmanager
def _plainly() -> Iterator[None]:
    """Errors that we raise on purpose are one line in the cell."""
    try:
        yield
    except (AnalystError, KernelError) as error:
        raise UsageError(str(error)) from None


def _notebook(names: Mapping[str, Any]) -> tuple[Path, str]:
    """The notebook's folder and name; the current folder where the front end does not say which notebook it is."""
    said = names.get("__vsc_ipynb_file__") or environment().get("JPY_SESSION_NAME", "")
    path = Path(str(said))
    if path.suffix == ".ipynb" and path.is_absolute() and path.parent.is_dir():
        return path.parent, path.stem
    return Path.cwd(), path.stem if path.suffix == ".ipynb" else "notebook"
