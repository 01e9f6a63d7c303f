"""The user's Stop (SIGINT, whichever key or button it came from) while an agent is at work on the main thread.

ipykernel's own handler is of no use here: inside an async cell it cancels a future that a busy loop never looks at.
Ours looks at what the main thread is doing. Code of a snippet, or somebody's prompt: KeyboardInterrupt is raised
there. Anything else is waiting, and whoever waits is told.
"""

from __future__ import annotations

import _thread
import asyncio
import contextlib
import contextvars
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from functools import partial
from types import CodeType, FrameType
from typing import Protocol

__all__ = ["Stops", "ask", "handling", "main_thread_signal", "stop_control"]


class Stops:
    """What `stop_control` gives: how often Stop was pressed."""

    def __init__(self, on_stop: Callable[[], object], cancel: Callable[[], object]) -> None:
        self.count = 0
        self._on_stop = on_stop
        self._cancel = cancel

    @property
    def stopped(self) -> bool:
        """Whether the user pressed Stop at all."""
        return self.count > 0

    def pressed(self) -> None:
        """One more time: the first is the run's to answer, each further one ends it."""
        self.count += 1
        (self._on_stop if self.count == 1 else self._cancel)()


class Running(Protocol):
    """A snippet that is running now."""

    def signalled(self, frame: FrameType | None) -> None:
        """A signal arrived, for it alone or for all; `frame` is what it interrupted."""
        ...

    def stopped(self) -> None:
        """The user pressed Stop."""
        ...


class _Main:
    """What the main thread is doing for us: one state, since there is one main thread and one SIGINT."""

    running: Running | None = None
    controls: list[Stops]
    asked = False
    """The next signal is our own: the user pressed nothing."""

    def __init__(self) -> None:
        self.controls = []


MAIN = _Main()


@contextlib.contextmanager
def stop_control(
    on_stop: Callable[[], object],
    *,
    cancel: Callable[[], object] | None = None,
    call: Callable[[Callable[[], object]], object] | None = None,
) -> Iterator[Stops]:
    """Take over SIGINT for the duration of a run; on the way out the handler is what it was.

    The first Stop interrupts the snippet that runs, if one does, and calls `on_stop`; each further one interrupts and
    cancels. After it no snippet of the run is begun any more: its ending is "interrupted". For a run that is awaited on the running loop nothing else need be given.

    Args:
        on_stop: called soon, on the run's own loop.
        cancel: ends the run; by default the current task is cancelled. Called in the signal handler.
        call: has something called on the run's loop, which it wakes; by default on the running one.
    """
    if call is None:
        call = asyncio.get_running_loop().call_soon_threadsafe
    if cancel is None:
        task = asyncio.current_task()
        assert (
            task is not None
        )  # there is a loop, so this is one of its tasks, or a callback that cannot await
        cancel = partial(call, task.cancel)
    # what it shows belongs to the cell of the run, not to what the signal happened to interrupt
    control = Stops(partial(call, partial(contextvars.copy_context().run, on_stop)), cancel)
    with handling():
        MAIN.controls.append(control)
        try:
            yield control
        finally:
            MAIN.controls.remove(control)


@contextlib.contextmanager
def handling() -> Iterator[None]:
    """Our handler is the one for SIGINT. Off the main thread nothing is done: no handler can be set there."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGINT)
    signal.signal(signal.SIGINT, _on_sigint)
    try:
        yield
    finally:
        # this also runs the handler of a signal that has just come, and only then replaces it
        signal.signal(signal.SIGINT, before if before is not None else signal.default_int_handler)


def ask(read: Callable[[str], str], prompt: str) -> str:
    """Read an answer from the user on the main thread; Stop raises KeyboardInterrupt out of it, and counts as Stop.

    One that was pressed before has not been heard of yet, if this holds the loop of the run: nothing is asked then.
    """
    if MAIN.controls and MAIN.controls[-1].stopped:
        raise KeyboardInterrupt
    return read(prompt)


def main_thread_signal() -> None:
    """Send our own SIGINT to the main thread: it ends system calls, and a loop's sleep."""
    MAIN.asked = True
    main = threading.main_thread().ident
    if sys.platform != "win32" and main is not None:
        signal.pthread_kill(main, signal.SIGINT)
    else:
        _thread.interrupt_main()


def is_inside(frame: FrameType | None, code: CodeType) -> bool:
    """Whether a function with this code is on the stack that ends in `frame`."""
    while frame is not None:
        if frame.f_code is code:
            return True
        frame = frame.f_back
    return False


def _on_sigint(_: int, frame: FrameType | None) -> None:
    ours, MAIN.asked = MAIN.asked, False
    running = MAIN.running
    if not ours:
        if running is not None:
            running.stopped()
        if MAIN.controls:
            MAIN.controls[-1].pressed()
        if is_inside(frame, ask.__code__):
            raise KeyboardInterrupt
    if running is not None:
        running.signalled(frame)
