"""The user's own kernel, lent to the agent: her variables are there, and everything that is hers is left as it was."""

from __future__ import annotations

import asyncio
import json
import sys
import threading
from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from typing import Any, TypeVar

from .. import Execution, KernelDied, KernelError, Limits, OnOutput
from ..probing import probe_source
from .executor import Executor
from .queued import Queued
from .reports import Reports
from .snippet import Snippet
from .stops import stop_control
from .ways import Direct, Job, Pump, Way, finished

__all__ = ["LentKernel"]

T = TypeVar("T")

OURS = "application/vnd.analyst."
"""Digests are for the model: they are made while a snippet runs, and never reach the user's notebook."""
_PROBE = "_analyst_probe"


class LentKernel:
    """A kernel on the IPython shell that this code itself runs in: ipykernel's, or the terminal's.

    Code runs on the main thread. Asked from there, it is awaited on the kernel's own loop; asked from a coroutine that
    `drive` runs, it is handed over to the main thread; asked from the loop of `queue`, it waits its turn among the
    user's cells.

    Args:
        shell: what `get_ipython()` gives.
        probe: Python text that makes the module `_analyst_probe`; by default the package's own.
    """

    def __init__(self, shell: Any, *, probe: str | None = None) -> None:
        self._shell = shell
        self._probe = probe
        self._formatters: dict[str, Any] = {}
        self._executor = Executor(shell, self._formatters)
        self._started = False
        self._count = 0
        self._snippet: Snippet | None = None
        self._direct = Direct()
        self._pump: Pump | None = None
        self.queue: Queued | None = None
        """Set by who is at work in a thread of his own: what is asked on its loop waits its turn there."""
        self._doing: Job | None = None
        self._turns: tuple[asyncio.AbstractEventLoop, asyncio.Lock] | None = None

    # ── the protocol ────────────────────────────────────────────────────────────────────────────────────────────────

    async def start(self) -> None:
        """Install the probe, unseen; nothing happens when it is there already."""
        if not self._started:
            await self.on_main(self._install)

    async def execute(
        self, code: str, on_output: OnOutput | None = None, limits: Limits | None = None
    ) -> Execution:
        """Run code as a cell that leaves no trace but its variables. See `Kernel.execute`.

        Code that does not listen cannot be killed here: it is interrupted again and again until it ends.

        Raises:
            KernelDied: the kernel was not started, or is closed.
            KernelError: this thread has no way on to the main thread.
        """
        reports = Reports(on_output, lambda: snippet.interrupt()) if on_output is not None else None
        self._count += 1
        snippet = Snippet(code, f"agent {self._count}", limits or Limits(), reports)
        way = self._way()
        async with self._turn():
            self._require_start()
            job: Job = lambda stepped: self._executor.perform(snippet, stepped=stepped)  # noqa: E731 - typed
            self._snippet, self._doing = snippet, job
            try:
                execution: Execution = await finished(
                    asyncio.ensure_future(way.perform(job)), self._interrupt
                )
            finally:
                self._snippet = self._doing = None
        if reports is not None:
            reports.tell()
            if reports.failure is not None:
                raise reports.failure
        return execution

    async def evaluate(self, function: str, *arguments: object) -> Any:
        """Call a function of the probe, here in this process. See `Kernel.evaluate`.

        Raises:
            KernelDied: the kernel was not started, or is closed.
            KernelError: the function failed, or this thread has no way on to the main thread.
        """
        async with self._turn():
            self._require_start()
            return await self.on_main(partial(self._evaluate, function, arguments))

    async def interrupt(self) -> None:
        """End what runs or waits for its turn. Nothing happens when nothing does."""
        self._interrupt()

    async def restart(self) -> None:
        """Not here.

        Raises:
            KernelError: always; says what to do.
        """
        raise KernelError("This kernel is yours: restart it yourself, from the menu. The agent will not.")

    async def close(self) -> None:
        """Take the probe out again; the variables stay."""
        if self._started:
            await self.on_main(self._remove)

    @property
    def alive(self) -> bool:
        """Whether it was started: the process is the one that asks."""
        return self._started

    # ── what only a lent kernel has ─────────────────────────────────────────────────────────────────────────────────

    @property
    def rich(self) -> bool:
        """Whether there is a front end that shows HTML and images, and updates them."""
        return hasattr(self._shell, "kernel")

    @property
    def running(self) -> bool:
        """Whether a snippet is being run now: what the shell's events tell meanwhile is no cell of the user's."""
        return self._executor.publish is not None

    def publish(
        self,
        data: Mapping[str, Any],
        metadata: Mapping[str, Any] | None = None,
        *,
        display_id: str | None = None,
        update: bool = False,
    ) -> None:
        """Show something to the user, also while a snippet runs, whose own displays are held back.

        In a terminal the plain text is printed, and an update is one more print.
        """
        shown = {mime: value for mime, value in data.items() if not mime.startswith(OURS)}
        if not self.rich:
            text = f"{shown.get('text/plain', '')}\n"
            if not self._executor.descriptors.outside("stdout", text):
                sys.stdout.write(text)
                sys.stdout.flush()
            return
        publish = self._executor.publish or self._shell.display_pub.publish
        publish(
            shown,
            dict(metadata or {}),
            transient={"display_id": display_id} if display_id else {},
            update=update,
        )

    def drive(
        self, function: Callable[[], Coroutine[Any, Any, T]], on_stop: Callable[[], object] = lambda: None
    ) -> T:
        """Run a coroutine in a thread and loop of its own, and its snippets here, until it is done.

        For where nothing can be awaited: `%%time` above the magic, `%autoawait off`, a call from plain code.
        SIGINT is ours meanwhile: see `stop_control`. A top-level `await` in a snippet is refused.

        Args:
            function: makes the coroutine; its `execute` and `evaluate` find the way here by themselves.
            on_stop: called on the coroutine's loop at the first Stop; each further one cancels the coroutine.

        Returns:
            What the coroutine returns; what it raises is raised.

        Raises:
            KernelError: called off the main thread, or inside another `drive`.
        """
        if threading.current_thread() is not threading.main_thread():
            raise KernelError("The agent can be driven from the main thread only.")
        if self._pump is not None:
            raise KernelError("The agent is at work already.")
        pump = self._pump = Pump()
        try:
            with stop_control(on_stop, cancel=pump.cancel, call=pump.call):
                return pump.drive(function)
        finally:
            self._pump = None

    async def on_main(self, function: Callable[[], T]) -> T:
        """Call a function on the main thread, where the shell is; a prompt for the user, for one.

        Raises:
            KernelError: this thread has no way on to the main thread.
        """

        async def job(_: bool) -> T:
            return function()

        result: T = await self._way().perform(job)
        return result

    # ── inside ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def _way(self) -> Way:
        if threading.current_thread() is threading.main_thread():
            return self._direct
        if self.queue is not None and self.queue.loop is asyncio.get_running_loop():
            return self.queue
        if self._pump is None:
            raise KernelError("There is no way on to the main thread from here: use `drive`, or set `queue`.")
        return self._pump

    def _interrupt(self) -> None:
        if self._snippet is not None:
            self._snippet.interrupt()
        if self.queue is not None:
            self.queue.withdraw(self._doing)

    def _turn(self) -> asyncio.Lock:
        """One request at a time; a lock belongs to the loop of those who wait for it."""
        loop = asyncio.get_running_loop()
        if self._turns is None or self._turns[0] is not loop:
            self._turns = loop, asyncio.Lock()
        return self._turns[1]

    def _require_start(self) -> None:
        if not self._started:
            raise KernelDied("The kernel is not started, or is closed already.")

    def _install(self) -> None:
        formatters = self._shell.display_formatter.formatters
        before = set(formatters)
        exec(self._probe if self._probe is not None else probe_source(), {})
        for mime in set(formatters) - before:
            self._formatters[mime] = formatters.pop(mime)
        self._started = True

    def _remove(self) -> None:
        for name in [name for name in sys.modules if name.split(".")[0] == _PROBE]:
            del sys.modules[name]
        self._formatters.clear()
        self._started = False

    def _evaluate(self, function: str, arguments: tuple[object, ...]) -> Any:
        try:
            given = json.loads(json.dumps(arguments))
            return json.loads(json.dumps(getattr(sys.modules[_PROBE], function)(*given)))
        except Exception as error:
            raise KernelError(f"{type(error).__name__}: {error}") from error
