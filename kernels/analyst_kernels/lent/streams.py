"""`sys.stdout` and `sys.stderr` while a snippet runs: its own writes are taken, all others go where they went."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Callable, Iterator
from typing import Any, Literal

from .children import Descriptors, flush_python
from .snippet import Snippet
from .swap import swapped

__all__ = ["captured_streams"]

Name = Literal["stdout", "stderr"]


@contextlib.contextmanager
def captured_streams(snippet: Snippet, descriptors: Descriptors) -> Iterator[None]:
    """Prints, old handlers of `logging` that hold the real stream, and what goes to the descriptors, in order."""
    names: tuple[Name, Name] = ("stdout", "stderr")
    with contextlib.ExitStack() as stack:
        for name in names:
            real = getattr(sys, name)
            real.flush()
        flush_python()
        stack.enter_context(descriptors.captured(snippet.say))
        stack.callback(flush_python)  # C code's own buffers aside, nothing of the snippet's waits any more
        for name in names:
            real = getattr(sys, name)
            route = _Route(snippet, name, real, descriptors)
            if hasattr(real, "__dict__"):
                stack.enter_context(swapped(real, "write", route.write))
            stack.enter_context(swapped(sys, name, _Stream(route, real)))
        yield


class _Route:
    """Where a write goes."""

    def __init__(self, snippet: Snippet, name: Name, real: Any, descriptors: Descriptors) -> None:
        self._snippet = snippet
        self._name = name
        self._outside: Callable[[str], Any] = real.write
        self._descriptors = descriptors
        self._on_descriptor = isinstance(real, io.TextIOWrapper)
        self._process = os.getpid()

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        if os.getpid() != self._process:  # a forked child: its writes come through the descriptor
            os.write(2 if self._name == "stderr" else 1, text.encode("utf-8", "backslashreplace"))
        elif self._snippet.mine:
            self._snippet.say(self._name, text)
        elif not (self._on_descriptor and self._descriptors.outside(self._name, text)):
            self._outside(text)
        return len(text)


class _Stream(io.TextIOBase):
    """Stands for the real stream, which answers for everything but writing."""

    encoding = "utf-8"

    def __init__(self, route: _Route, real: Any) -> None:
        self._route = route
        self._real = real

    def write(self, text: str) -> int:
        return self._route.write(text)

    def flush(self) -> None:
        if not self.closed and not self._route._snippet.mine:
            self._real.flush()

    def isatty(self) -> bool:
        return False

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return 2 if self._route._name == "stderr" else 1

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)
