"""One piece of code on the main thread, from its beginning to its end: its outputs, its limits, and how it is ended."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import threading
import time
from collections.abc import Iterator, Mapping
from math import inf
from types import CodeType, FrameType
from typing import Any

from .. import Ending, Execution, Limits, OnOutput
from ..collect import Outputs
from .stops import MAIN, is_inside, main_thread_signal

__all__ = ["CodeStopped", "Snippet"]

STRONGER = 3
"""Interrupts after which code that catches KeyboardInterrupt gets an exception that hardly anybody catches."""

_inside: contextvars.ContextVar[Snippet | None] = contextvars.ContextVar("analyst_snippet", default=None)
"""Tells the snippet's own tasks and callbacks from those of the user, which may run between them on the same loop."""


class CodeStopped(BaseException):
    """Raised in code that went on after it had been interrupted."""


class Snippet:
    """What one piece of code came to. Made before it runs; `interrupt` works from any thread, at any time."""

    def __init__(self, code: str, label: str, limits: Limits, on_output: OnOutput | None) -> None:
        self.code = code
        self.label = label
        self.task: asyncio.Task[None] | None = None
        """Where the code may await: what is cancelled when it waits."""
        self.stack: CodeType | None = None
        """Code of the function below which the snippet's own frames are."""
        self.failed = False
        self._limits = limits
        self._ending: Ending | None = None
        self._outputs = Outputs(limits, on_output)
        self._taking = threading.RLock()
        self._signalling = threading.Lock()
        self._before: set[threading.Thread] = set()
        self._interrupts = 0
        self._shielded = 0
        self._late = False
        self._over = threading.Event()
        self._began = self._heard = self._ended = inf

    # ── outputs ─────────────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def mine(self) -> bool:
        """Whether what this thread does now is done by the snippet.

        That is what runs in its context, also where a loop in another thread took it over, and what threads do that
        were started since it began.
        """
        if _inside.get() is self:
            return True
        thread = threading.current_thread()
        return thread is not threading.main_thread() and thread not in self._before

    def take(self, kind: str, content: Mapping[str, Any]) -> None:
        """Take one message of what the code shows; see `Outputs.take`."""
        with self._shield(), self._taking:
            self._heard = time.monotonic()
            inside = _inside.set(None)  # what a listener prints is not the snippet's
            try:
                self._outputs.take(kind, content)
            finally:
                _inside.reset(inside)

    def say(self, name: str, text: str) -> None:
        """Take text of a stream."""
        if text:
            self.take("stream", {"name": name, "text": text})

    @contextlib.contextmanager
    def _shield(self) -> Iterator[None]:
        """An interrupt on the main thread waits until the output is taken whole."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        self._shielded += 1
        try:
            yield
        finally:
            self._shielded -= 1
        if self._late and not self._shielded and self.stack is not None and _inside.get() is self:
            self._late = False
            self._raise()

    # ── the end ─────────────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def ending(self) -> Ending | None:
        """Why it was ended; None when nobody ended it."""
        return self._ending

    def interrupt(self, why: Ending = "interrupted") -> None:
        """End it, now and again until it listens. From any thread; nothing happens when it is over."""
        with self._signalling:
            if self._over.is_set():
                return
            self._mark(why)
            if MAIN.running is self:
                main_thread_signal()

    def stopped(self) -> None:
        """The user pressed Stop."""
        self._mark("interrupted")

    def signalled(self, frame: FrameType | None) -> None:
        """In the signal handler: raise in the code if it is at work, cancel it if it waits."""
        if self._over.is_set():
            return
        if self._shielded or self.stack is None:
            self._late = True
        elif is_inside(frame, self.stack):
            self._raise()
        elif self.task is not None:
            self.task.get_loop().call_soon_threadsafe(self.task.cancel)

    def _raise(self) -> None:
        self._interrupts += 1
        if self._interrupts > STRONGER:
            raise CodeStopped("stopped: it went on after it had been interrupted")
        raise KeyboardInterrupt

    def _mark(self, why: Ending) -> None:
        if self._ending is None:
            self._ending = why
            self._ended = time.monotonic()

    # ── its time ────────────────────────────────────────────────────────────────────────────────────────────────────

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """While this lasts, the code is the one that runs on the main thread, and its limits are watched."""
        self._began = self._heard = time.monotonic()
        self._before = set(threading.enumerate())
        watch = threading.Thread(target=self._watch, name="analyst-limits", daemon=True)
        self._before.add(watch)
        inside = _inside.set(self)
        MAIN.running = self
        watch.start()
        if MAIN.controls and MAIN.controls[-1].stopped:
            self.stopped()  # the run may not have heard of it: this code would keep its loop busy for ever
        try:
            yield
        finally:
            with self._signalling:  # no signal is on its way after this
                self._over.set()
                MAIN.running = None
            with contextlib.suppress(ValueError):  # set in another context: its task was closed, not ended
                _inside.reset(inside)

    def _watch(self) -> None:
        """In a thread: interrupt the code at its limits, and again as long as it does not listen."""
        limits, again = self._limits, self._limits.grace / 2
        while not self._over.wait(max(0.01, self._due(again) - time.monotonic())):
            now = time.monotonic()
            if self._ending is not None and now >= self._ended + again:
                self.interrupt()
                again += max(limits.grace / 2, 0.1)
            elif self._ending is None and now >= self._began + limits.wall:
                self.interrupt("wall limit")
            elif self._ending is None and limits.silence and now >= self._heard + limits.silence:
                self.interrupt("silence limit")

    def _due(self, again: float) -> float:
        if self._ending is not None:
            return self._ended + again
        wall, silence = self._began + self._limits.wall, self._heard + (self._limits.silence or inf)
        # a Stop sets the ending at any time: looked at often enough that it is repeated in time
        return min(wall, silence, time.monotonic() + self._limits.grace / 2 + 0.1)

    def result(self) -> Execution:
        """What it came to, once it is over."""
        beyond = time.monotonic() - self._ended
        if beyond > self._limits.grace:
            self._outputs.say(
                f"It did not stop when it was asked to and ran {beyond:.0f} s longer. In this kernel, which is the "
                "user's, code that does not listen cannot be killed"
            )
        with self._taking:
            inside = _inside.set(None)
            try:
                outputs = self._outputs.finish()
            finally:
                _inside.reset(inside)
        return Execution(self._ending or ("error" if self.failed else "ok"), outputs)

    def mute(self) -> None:
        """Report nothing any more."""
        self._outputs.mute()
