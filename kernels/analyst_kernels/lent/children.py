"""What child processes and compiled code write to the file descriptors 1 and 2 while a snippet runs."""

from __future__ import annotations

import codecs
import contextlib
import os
import sys
import threading
from collections.abc import Callable, Iterator

__all__ = ["Descriptors"]

DRAIN = 0.25
"""Seconds that a child which lives on, and keeps the pipe open, may delay the end of a snippet."""

Write = Callable[[str, str], None]


class Descriptors:
    """Both descriptors lead into pipes of ours while `captured` lasts.

    A child of the user's started earlier keeps the descriptors that it has. One that the snippet leaves running keeps
    our pipe: what it writes later is passed on to where the descriptor led before.
    """

    def __init__(self) -> None:
        self._saved: dict[int, int] = {}

    @contextlib.contextmanager
    def captured(self, write: Write) -> Iterator[None]:
        """`write` is told the stream's name and the text, in a thread of ours."""
        with contextlib.ExitStack() as stack:
            for descriptor, name in ((1, "stdout"), (2, "stderr")):
                stack.enter_context(self._one(descriptor, name, write))
            yield

    def outside(self, name: str, text: str) -> bool:
        """Write to where the stream led before; False when nothing is captured."""
        target = self._saved.get(2 if name == "stderr" else 1)
        if target is None:
            return False
        _write_all(target, text.encode("utf-8", "backslashreplace"))
        return True

    @contextlib.contextmanager
    def _one(self, descriptor: int, name: str, write: Write) -> Iterator[None]:
        try:
            saved = os.dup(descriptor)
        except OSError:  # it is closed, as under pythonw: nothing can be written to it
            yield
            return
        reading, writing = os.pipe()
        over = threading.Event()
        thread = threading.Thread(
            target=_pump, args=(reading, saved, name, write, over), name=f"analyst-{name}", daemon=True
        )
        os.dup2(writing, descriptor)
        os.close(writing)
        self._saved[descriptor] = saved
        thread.start()
        try:
            yield
        finally:
            del self._saved[descriptor]
            os.dup2(saved, descriptor)
            thread.join(DRAIN)
            over.set()


def _pump(reading: int, saved: int, name: str, write: Write, over: threading.Event) -> None:
    """Read to the end, which comes when the last process that has the pipe is gone."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    try:
        while piece := os.read(reading, 65536):
            if over.is_set():
                _write_all(saved, piece)
            else:
                write(name, decoder.decode(piece))
    finally:
        os.close(reading)
        os.close(saved)


def _write_all(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]


def flush_python() -> None:
    """Text that waits in Python's own streams on the descriptors goes out now."""
    for stream in (sys.__stdout__, sys.__stderr__):
        if stream is not None:
            with contextlib.suppress(ValueError, OSError):  # closed by the user
                stream.flush()
