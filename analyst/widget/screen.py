"""What the panel shows: a projection that is fed, and the wire that tells the front end what changed. Thread-safe."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

from ..log import Line
from .asides import Heard
from .cells import Kernel
from .drawn import plain
from .projection import Projection
from .sheet import Op
from .wire import Send, Wire


class Screen:
    """One for each panel."""

    def __init__(self, loop: asyncio.AbstractEventLoop, send: Send, **state: Any) -> None:
        """`send` sends one operation; `loop` is where it is sent from; `state` is in the state from the beginning."""
        self._loop = loop
        self._lock = threading.RLock()
        self._projection = Projection(**state)
        self._send = send
        self._wire = Wire(send, self._later)

    def see(self, event: Heard) -> None:
        """Show what happens now. A listener of the log."""
        self._do(lambda p: p.see(event, time.time()))

    def read(self, lines: Iterable[Line]) -> None:
        """Show what happened before."""
        for _, at, event in lines:
            self._do(lambda p, at=at, event=event: p.see(event, at))  # type: ignore[misc]  # mypy cannot infer defaults

    def set(self, **fields: Any) -> None:
        """Change fields of the state."""
        self._do(lambda p: p.set(**fields))

    def runs_in(self, kernel: Kernel) -> None:
        """Where the cells of what comes next run."""
        self._do(lambda p: p.runs_in(kernel))

    def clear(self) -> None:
        """Take everything away."""
        with self._lock:
            self._projection.clear()
        self.again()

    def say(self, op: str, **fields: Any) -> None:
        """One operation that changes neither blocks nor state."""
        with self._lock:
            self._wire.flush()
            self._send({"op": op, **fields}, [])

    def again(self) -> None:
        """Send everything."""
        self.say("snapshot", **self.snapshot())

    def snapshot(self) -> dict[str, Any]:
        """Everything as it is now. What was held back is sent before: it is part of it."""
        with self._lock:
            self._wire.flush()
            return self._projection.snapshot()

    @property
    def text(self) -> str:
        """The conversation as text."""
        with self._lock:
            return plain(self._projection.blocks.values())

    @property
    def blocks(self) -> list[dict[str, Any]]:
        """The blocks, in order."""
        blocks: list[dict[str, Any]] = self.snapshot()["blocks"]
        return blocks

    def _do(self, change: Callable[[Projection], list[Op]]) -> None:
        with self._lock:
            self._wire.put(change(self._projection))

    def _later(self, seconds: float) -> None:
        self._loop.call_soon_threadsafe(lambda: self._loop.call_later(seconds, self._flush))

    def _flush(self) -> None:
        with self._lock:
            self._wire.flush()
