"""From the projection to the front end: operations are put together and sent a few times a second."""

from __future__ import annotations

import base64
import copy
import time
from collections.abc import Callable, Iterable

from .sheet import Op

Send = Callable[[Op, list[bytes]], None]

INTERVAL = 0.22
"""Seconds between two sendings: streamed words come faster, and each message costs some 400 bytes around it."""


class Wire:
    """Holds operations back for a moment. Not for several threads at once: whoever uses it holds a lock."""

    def __init__(self, send: Send, later: Callable[[float], None]) -> None:
        """`send` sends one message with its buffers; `later` has `flush` called after so many seconds."""
        self._send = send
        self._later = later
        self._held: list[Op] = []
        self._sent = 0.0

    def put(self, ops: Iterable[Op]) -> None:
        """Send these, now or soon, in their order."""
        was_empty = not self._held
        for op in ops:
            if not (self._held and _joined(self._held[-1], op)):
                self._held.append(copy.deepcopy(op))
        if was_empty and self._held:
            self._later(max(0.0, INTERVAL - (time.monotonic() - self._sent)))

    def flush(self) -> None:
        """Send what is held back."""
        held, self._held = self._held, []
        if held:
            self._sent = time.monotonic()
        for op in held:
            self._send(*with_buffers(op))


def _joined(last: Op, op: Op) -> bool:
    """Whether one operation could be made of both."""
    if last["op"] != op["op"]:
        return False
    match op["op"]:
        case "append" if last["id"] == op["id"]:
            last["text"] += op["text"]
        case "output" if last["id"] == op["id"] and _same_stream(last["output"], op["output"]):
            last["output"]["text"] += op["output"]["text"]
        case "state":
            last["set"].update(op["set"])
        case _:
            return False
    last["n"] = op["n"]
    return True


def _same_stream(one: Op, other: Op) -> bool:
    return bool(one["type"] == "text" == other["type"] and one["stream"] == other["stream"])


def with_buffers(op: Op) -> tuple[Op, list[bytes]]:
    """An operation whose pictures are binary: a third less to send, and nothing to decode in the page."""
    buffers = list[bytes]()
    for holder in (op.get("block", {}), op.get("set", {})):
        for output in holder.get("outputs", ()):
            _picture(output, buffers)
    for output in [op.get("output", {}), *op.get("new", {}).values()]:
        _picture(output, buffers)
    return op, buffers


def _picture(output: Op, buffers: list[bytes]) -> None:
    if output.get("type") == "image":
        output["buffer"] = len(buffers)
        buffers.append(base64.b64decode(output.pop("png")))
