"""Runs one piece of code in the user's shell as a cell, with everything that it shows taken, and nothing left behind."""

from __future__ import annotations

import ast
import asyncio
import contextlib
import sys
from collections.abc import Callable, Coroutine, Iterator, Mapping
from types import CodeType
from typing import Any, TypeVar

from .. import Execution, Limits, OnOutput
from .children import Descriptors
from .display import captured_displays, figures_apart
from .failures import failure
from .guards import guarded, state_kept
from .snippet import Snippet
from .stops import handling
from .streams import captured_streams
from .swap import kept, swapped

__all__ = ["Executor", "step"]

T = TypeVar("T")

NO_AWAIT = (
    "await at the top level is not possible here: the kernel's loop is busy with the cell that the agent runs in. "
    "Put it into a function and run that in a thread: concurrent.futures.ThreadPoolExecutor().submit("
    "asyncio.run, coroutine).result()"
)


class AwaitNotAvailable(RuntimeError):
    """Shown for a snippet that awaits where that cannot work; says what to do instead."""


class Executor:
    """Runs snippets on the main thread, one at a time, in the user's namespace.

    `In`, `Out`, `_`, the execution count, the last error, open figures: all is the user's, and left as it was.
    """

    def __init__(self, shell: Any, formatters: Mapping[str, Any] | None = None) -> None:
        """Use a shell of IPython.

        Args:
            shell: ipykernel's or the terminal's.
            formatters: by MIME type; those of the shell while a snippet runs, beside its own.
        """
        self._shell = shell
        self._formatters = {} if formatters is None else formatters
        self.descriptors = Descriptors()
        self.publish: Callable[..., None] | None = None
        """The shell's own way to publish a display, while ours is in its place; else None."""

    async def run(
        self,
        code: str,
        label: str,
        on_output: OnOutput | None = None,
        limits: Limits | None = None,
        *,
        stepped: bool = False,
    ) -> Execution:
        """Run code to its end, whatever the end is. On the main thread.

        Args:
            code: what a cell may hold: Python, magics, shell lines, top-level `await`.
            label: tracebacks call the code `Cell In[label]`.
            on_output: told of each output as it comes, in the thread that it comes from.
            limits: of time and size.
            stepped: the caller drives this coroutine by hand, without a loop: it never waits.
        """
        return await self.perform(Snippet(code, label, limits or Limits(), on_output), stepped=stepped)

    async def perform(self, snippet: Snippet, *, stepped: bool = False) -> Execution:
        """Run a snippet that was made before. See `run`."""
        if snippet.ending is not None:
            return snippet.result()
        with handling(), snippet.running(), self._patched(snippet) as show_figures:
            cell, problem = self._transformed(snippet.code)
            awaits = problem is None and _awaits(cell)
            if awaits and (stepped or not self._shell.autoawait):
                self._shell.showtraceback((AwaitNotAvailable, AwaitNotAvailable(NO_AWAIT), None))
                snippet.failed = True
            else:
                doing = self._cell(snippet, cell, problem)
                await (_in_task(snippet, doing) if awaits else doing)
                await self._figures(snippet, show_figures)
        return snippet.result()

    # ── inside ──────────────────────────────────────────────────────────────────────────────────────────────────────

    @contextlib.contextmanager
    def _patched(self, snippet: Snippet) -> Iterator[Callable[[], None]]:
        """All patches; each is undone, whichever of them fails."""
        shell = self._shell
        with contextlib.ExitStack() as stack:
            enter = stack.enter_context
            enter(kept(self, "publish"))
            self.publish = shell.display_pub.publish
            enter(state_kept(shell))
            enter(captured_streams(snippet, self.descriptors))
            enter(captured_displays(shell, snippet))
            enter(self._formats())
            enter(self._errors(snippet))
            enter(guarded(shell, snippet))
            yield enter(figures_apart(shell))

    @contextlib.contextmanager
    def _formats(self) -> Iterator[None]:
        formatters = self._shell.display_formatter.formatters
        added = {mime: each for mime, each in self._formatters.items() if mime not in formatters}
        formatters.update(added)
        try:
            yield
        finally:
            for mime in added:
                formatters.pop(mime, None)

    @contextlib.contextmanager
    def _errors(self, snippet: Snippet) -> Iterator[None]:
        """Exceptions become outputs of the snippet, whose code has its label from now on."""
        shell = self._shell
        compiler, cache = shell.compile, shell.compile.cache
        labels: dict[str, object] = getattr(compiler, "_filename_map", {})

        def labelled(*args: Any, **named: Any) -> str:
            name: str = cache(*args, **named)
            labels[name] = snippet.label
            return name

        def show(exc_tuple: Any = None, *_: Any, **__: Any) -> None:
            error = (exc_tuple or sys.exc_info())[1]
            if error is None:
                return
            if snippet.ending is not None and isinstance(error, asyncio.CancelledError):
                error = KeyboardInterrupt().with_traceback(error.__traceback__)
            snippet.take("error", failure(error, labels))

        with (
            swapped(compiler, "cache", labelled),
            swapped(shell, "showtraceback", show),
            swapped(shell, "showsyntaxerror", show_current := lambda *_, **__: show()),
            swapped(shell, "showindentationerror", show_current),
        ):
            yield

    def _transformed(self, code: str) -> tuple[str, Any]:
        try:
            return self._shell.transform_cell(code), None
        except Exception:  # noqa: BLE001 - whatever it is, the shell shows it as the cell's error
            return code, sys.exc_info()

    async def _cell(self, snippet: Snippet, cell: str, problem: Any) -> None:
        async def code() -> None:
            if snippet.ending is not None:  # it was ended when it had hardly begun
                return
            result = await self._shell.run_cell_async(
                snippet.code, store_history=False, transformed_cell=cell, preprocessing_exc_tuple=problem
            )
            snippet.failed = not result.success

        await self._stoppable(snippet, code)

    async def _figures(self, snippet: Snippet, show_figures: Callable[[], None]) -> None:
        async def code() -> None:
            show_figures()
            self._shell.events.trigger("post_run_cell", None)

        await self._stoppable(snippet, code)

    async def _stoppable(self, snippet: Snippet, code: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Below `code` on the stack an interrupt is raised; what of it reaches us ends the snippet, nothing else."""
        inner: CodeType = code.__code__
        try:
            with kept(snippet, "stack"):
                snippet.stack = inner
                await code()
        except BaseException as error:  # noqa: BLE001 - of the user's code or an interrupt between two lines of the shell's
            snippet.failed = True
            self._shell.showtraceback((type(error), error, error.__traceback__))


async def _in_task(snippet: Snippet, doing: Coroutine[Any, Any, None]) -> None:
    """In a task of its own, so that the snippet can be cancelled and the one who waits for it is not."""
    snippet.task = asyncio.ensure_future(doing)
    cancelled = False
    while not snippet.task.done():
        try:
            await asyncio.wait([snippet.task])
        except asyncio.CancelledError:
            cancelled = True
            snippet.interrupt()
    if cancelled:
        raise asyncio.CancelledError


def _awaits(cell: str) -> bool:
    try:
        code = compile(cell, "<cell>", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    except (SyntaxError, ValueError, MemoryError, RecursionError, OverflowError):
        return False  # the shell says what is wrong with it
    return bool(code.co_flags & 0x80)  # CO_COROUTINE


def step(doing: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine that never waits to its end, without a loop."""
    try:
        doing.send(None)
    except StopIteration as over:
        value: T = over.value
        return value
    doing.close()
    raise RuntimeError("A snippet waited where nothing can wait for it.")
