"""The ways on to the main thread, where all code of a lent kernel runs.

* `Direct`: the one who asks is there already, awaiting on the kernel's own loop (the async magic)
* `Pump`: he is in a thread with a loop of his own, and the main thread waits for what there is to do (`drive`)
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import queue
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, Protocol, TypeVar

from .executor import step

__all__ = ["Direct", "Pump", "Way", "finished"]

T = TypeVar("T")

Job = Callable[[bool], Coroutine[Any, Any, Any]]
"""What is to be done on the main thread; told whether it is stepped by hand, so that it cannot await."""


class Way(Protocol):
    """Does jobs on the main thread."""

    async def perform(self, job: Job) -> Any:
        """Do the job; give what it gives, raise what it raises. Never cancelled half-way: the caller interrupts it."""
        ...


class Direct:
    """On the main thread already."""

    async def perform(self, job: Job) -> Any:
        """See `Way`."""
        return await job(False)


class Pump:
    """The main thread waits and does the jobs of a coroutine that runs in a thread and loop of its own."""

    def __init__(self) -> None:
        self._jobs: queue.SimpleQueue[tuple[Job, Future[Any]] | None] = queue.SimpleQueue()
        self._loop = asyncio.new_event_loop()
        self._task: asyncio.Task[Any] | None = None

    async def perform(self, job: Job) -> Any:
        """See `Way`. In the thread."""
        future: Future[Any] = Future()
        self._jobs.put((job, future))
        return await asyncio.wrap_future(future)

    def drive(self, function: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Run a coroutine in a new thread to its end; on the main thread."""
        done: Future[T] = Future()
        context = contextvars.copy_context()  # what the thread shows belongs to the cell that runs now
        thread = threading.Thread(
            target=context.run, args=(self._main, function, done), name="analyst-agent", daemon=True
        )
        thread.start()
        while (todo := self._jobs.get()) is not None:
            job, future = todo
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(step(job(True)))
            except BaseException as error:  # noqa: BLE001 - the one who asked gets it
                future.set_exception(error)
        thread.join()
        return done.result()

    def call(self, callback: Callable[[], object]) -> None:
        """Have something called on the thread's loop. From any thread, and from a signal handler."""
        with contextlib.suppress(RuntimeError):  # it has just been closed
            self._loop.call_soon_threadsafe(callback)

    def cancel(self) -> None:
        """Cancel the coroutine. From any thread, and from a signal handler."""
        self.call(lambda: self._task is not None and self._task.cancel())

    def _main(self, function: Callable[[], Coroutine[Any, Any, T]], done: Future[T]) -> None:
        async def main() -> T:
            self._task = asyncio.current_task()
            return await function()

        try:
            with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
                result = runner.run(main())
            done.set_result(result)
        except BaseException as error:  # noqa: BLE001 - raised where `drive` was called
            done.set_exception(error)
        finally:
            self._jobs.put(None)


async def finished(work: asyncio.Future[T], interrupt: Callable[[], None]) -> T:
    """Await what must not be left half-way: if this task is cancelled, interrupt it, and await it all the same."""
    cancelled = False
    while not work.done():
        try:
            await asyncio.wait([work])
        except asyncio.CancelledError:
            cancelled = True
            interrupt()
    if cancelled:
        if not work.cancelled():
            work.exception()  # nobody waits for it any more
        raise asyncio.CancelledError
    return work.result()
