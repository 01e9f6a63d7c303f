"""Talking with a kernel, whatever carries the messages: the requests, the greeting, and what is believed of what comes."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from . import KernelNotAnswering, KernelNotStarted, guard

__all__ = ["BROKEN", "LARGEST", "MALFORMED", "MISPLACED", "START", "UNSIGNED", "Channels", "Message", "parse"]

START = 60.0
"""Seconds within which a kernel must answer for the first time."""
LARGEST = 256_000_000
"""Bytes of the largest message that is received at all: the host's own protection, far above what is kept."""
MALFORMED = 1000
"""Messages of no known shape: a kernel that has sent more of them is ended."""
UNSIGNED, MISPLACED, BROKEN = "unsigned", "misplaced", "malformed"
"""Kinds of what is not read: somebody else's; a reply among outputs, or an output among replies; of no known shape."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message from the kernel. Either `content` or `unread` is empty."""

    kind: str
    parent: str
    """Id of the request that it belongs to."""
    content: Mapping[str, Any]
    unread: memoryview | None = None
    """The JSON text of a content that is too large to be parsed."""


def parse(
    header: memoryview, parent: memoryview, content: memoryview, parsed: int, *, shell: bool
) -> Message:
    """A message, of which nothing is believed: code in the kernel can send what it likes.

    Args:
        header: JSON, as `parent` and `content`.
        parent: the header of the request.
        content: parsed if it has no more bytes than `parsed`.
        parsed: see `content`.
        shell: whether it came where replies come.
    """
    try:
        kind, of = guard.addressed(header, parent)
        if kind.endswith("_reply") != shell:
            return Message(MISPLACED, "", {})
        if len(content) > parsed:
            return Message(kind, of, {}, content)
        return Message(kind, of, guard.checked(kind, guard.parsed(content)))
    except guard.Malformed:
        return Message(BROKEN, "", {})


class Channels(ABC):
    """The two channels of a kernel that matter here: requests and replies (shell), and what is published (iopub)."""

    def request(
        self, code: str, *, silent: bool = False, expressions: Mapping[str, str] | None = None
    ) -> str:
        """Ask for code to be run; give the request's id. Nobody can type, and an error aborts no later request."""
        return self._send(
            "execute_request",
            code=code,
            silent=silent,
            store_history=not silent,
            user_expressions=dict(expressions or {}),
            allow_stdin=False,
            stop_on_error=False,
        )

    @property
    @abstractmethod
    def alive(self) -> bool:
        """Whether the kernel is there, as far as is known."""

    @abstractmethod
    def epitaph(self) -> str:
        """How the kernel ended, in a sentence; "" while it lives."""

    @abstractmethod
    def log(self) -> str:
        """The end of what the process itself, not the code in it, has printed; "" where that cannot be read."""

    @abstractmethod
    async def receive(self, patience: float, parsed: int = 1_000_000) -> Message | None:
        """The next message; None after `patience` seconds without one, or when the kernel is dead and all is read.

        Messages of up to `parsed` bytes are parsed.
        """

    @abstractmethod
    def _send(self, kind: str, **content: object) -> str:
        """Send a request over the shell channel; give its id."""

    def _ask(self) -> str:
        """Send the request that every kernel answers and that changes nothing."""
        return self._send("kernel_info_request")

    async def _greet(self, first: str = "") -> None:
        """Wait until both channels carry messages; with IPython code that is run as the first thing.

        A reply shows that the shell channel is there; any message on iopub, that our subscription is. ipykernel 7
        greets a new subscriber with a message, so one round is enough. Others are asked again.

        Raises:
            KernelNotAnswering: the kernel died or did not answer.
            KernelNotStarted: the code failed.
        """
        # an expression and not a cell: IPython puts back, after a cell, what the cell has done to sys.stdout
        request = self.request("", silent=True, expressions={"first": first}) if first else self._ask()
        deadline = time.monotonic() + START
        subscribed = replied = False
        while not (subscribed and replied):
            message = await self.receive(0.2)
            if message is None:
                self._check(deadline)
                if replied:
                    self._ask()
            elif message.kind in {UNSIGNED, MISPLACED, BROKEN}:
                continue
            elif message.kind not in {"execute_reply", "kernel_info_reply"}:
                subscribed = True
            elif message.parent == request:
                replied = True
                value = message.content.get("user_expressions", {}).get("first", {})
                if value.get("status") == "error":
                    reason = f"{value.get('ename')}: {value.get('evalue')}"
                    raise KernelNotStarted(f"The code that prepares the kernel failed: {reason}")

    def _check(self, deadline: float) -> None:
        if not self.alive:
            raise KernelNotAnswering(
                f"The kernel died before it answered. {self.epitaph()}\n{self.log()}".strip()
            )
        if time.monotonic() > deadline:
            raise KernelNotAnswering(f"The kernel did not answer in {START:.0f} s.\n{self.log()}".strip())
