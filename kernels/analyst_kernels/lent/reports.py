"""Outputs come from any thread; whoever listens is told in his own, in order."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections import deque
from collections.abc import Callable

from .. import OnOutput, Output

__all__ = ["Reports"]


class Reports:
    """Tells a listener of outputs on the loop that it was made on, and keeps the exception of one that fails.

    While that loop is kept from running by the code itself, outputs that come from the same thread are told at once.
    """

    def __init__(self, listener: OnOutput, on_failure: Callable[[], None]) -> None:
        self._listener = listener
        self._on_failure = on_failure
        self._loop = asyncio.get_running_loop()
        self._thread = threading.get_ident()
        self._waiting: deque[Output] = deque()
        self.failure: BaseException | None = None

    def __call__(self, output: Output) -> None:
        """Tell, or have it told soon. From any thread."""
        self._waiting.append(output)
        if threading.get_ident() == self._thread:
            self.tell()
            return
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody listens any more
            self._loop.call_soon_threadsafe(self.tell)

    def tell(self) -> None:
        """Tell all that waits, in the listener's own thread."""
        while self._waiting and self.failure is None:
            output = self._waiting.popleft()
            try:
                self._listener(output)
            except BaseException as error:  # noqa: BLE001 - passed on by the one who asked for the execution
                self.failure = error
                self._on_failure()
