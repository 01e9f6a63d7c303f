"""A kernel is something that runs Python and tells you what came out. This package never imports the agent.

`Kernel` is the port; `managed` starts one through jupyter_client, `fake` runs nothing and is for tests.
Every kernel passes the same `contract`. What a *model* may read of outputs is derived in `reading`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

__all__ = [
    "DisplayData",
    "Ending",
    "Error",
    "ExecuteResult",
    "Execution",
    "Kernel",
    "KernelDied",
    "KernelError",
    "KernelNotAnswering",
    "KernelNotStarted",
    "Limits",
    "OnOutput",
    "Output",
    "SandboxUnavailable",
    "Stream",
]


@dataclass(frozen=True, slots=True)
class Stream:
    """Text that the code printed."""

    name: Literal["stdout", "stderr"]
    text: str
    output_type: Literal["stream"] = "stream"


@dataclass(frozen=True, slots=True)
class DisplayData:
    """Something that the code displayed: one thing, in several MIME types (images as base64 text)."""

    data: Mapping[str, Any]
    metadata: Mapping[str, Any] = field(default_factory=dict)
    output_type: Literal["display_data"] = "display_data"


@dataclass(frozen=True, slots=True)
class ExecuteResult:
    """The value of the last expression. It has no execution count: that belongs to the notebook, not to the value."""

    data: Mapping[str, Any]
    metadata: Mapping[str, Any] = field(default_factory=dict)
    output_type: Literal["execute_result"] = "execute_result"


@dataclass(frozen=True, slots=True)
class Error:
    """An exception, with the traceback's lines as the kernel wrote them."""

    ename: str
    evalue: str
    traceback: tuple[str, ...] = ()
    output_type: Literal["error"] = "error"


Output = Stream | DisplayData | ExecuteResult | Error
"""One output of a cell. Field names and values are nbformat's own: `dataclasses.asdict` gives a valid output."""

OnOutput = Callable[[Output], None]

Ending = Literal["ok", "error", "wall limit", "silence limit", "interrupted", "died"]
"""How an execution ended. After the two limits the code was interrupted, or killed if it did not listen."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one execution may use. Times in seconds, sizes in characters (text) or bytes of base64 (data)."""

    wall: float = 120.0
    silence: float | None = None
    """Longest time without any output; None: no limit. Off by default: a long model fit prints nothing."""
    grace: float = 3.0
    """How long interrupted code may take to stop before the kernel is killed."""
    text: int = 8_000_000
    """Text kept per execution over all streams: head and tail halves, with the cut stated between them."""
    data: int = 20_000_000
    """Display data kept per execution; what is beyond is replaced by a sentence that says so."""
    outputs: int = 500
    """Outputs kept per execution; the rest is counted and said."""


@dataclass(frozen=True, slots=True)
class Execution:
    """What one execution came to."""

    ending: Ending
    outputs: tuple[Output, ...] = ()
    state_lost: bool = False
    """True when the kernel had to be killed, or died: its variables are gone."""

    @property
    def ok(self) -> bool:
        """Whether the code ran to its end without an error."""
        return self.ending == "ok"


class KernelError(Exception):
    """Something about a kernel went wrong.

    * KernelError
      + KernelNotStarted      the kernelspec is missing or cannot be used, data is missing, or:
        x KernelNotAnswering  the process came, but died or fell silent before it could be used
        x SandboxUnavailable  nothing holds the code
      + KernelDied            the process is gone; `restart` gives an empty kernel
    """


class KernelNotStarted(KernelError):
    """The kernel could not be started; the message says why and what to do."""


class KernelNotAnswering(KernelNotStarted):
    """It died or fell silent before it could be used, or its server did: the same may go well the next time."""


class SandboxUnavailable(KernelNotStarted):
    """This machine has no sandbox of the kind that was asked for; says why, and what would give it."""


class KernelDied(KernelError):
    """The kernel's process is gone. Its variables are lost; `restart` gives an empty one."""


class Kernel(Protocol):
    """Runs Python and reports each output as it comes. One execution at a time.

    `start` is called once before anything else and `close` once at the end; both may be called twice.
    """

    async def start(self) -> None:
        """Bring the kernel up, probe installed.

        Raises:
            KernelNotStarted: the kernelspec is missing or the process did not answer.
        """
        ...

    async def execute(
        self, code: str, on_output: OnOutput | None = None, limits: Limits | None = None
    ) -> Execution:
        """Run code as a cell; report each output as it comes; return when it has ended, for whatever reason.

        Neither a failing cell, a limit, an interrupt nor the kernel's death raises: the `Execution` says so.
        If its task is cancelled the code is interrupted first, so that the kernel is left idle.

        Raises:
            KernelDied: the kernel was dead before the code could run.
        """
        ...

    async def evaluate(self, function: str, *arguments: object) -> Any:
        """Call a function of the probe (`analyst_kernels/probe/`) by name; give back what it returns (JSON).

        Silent: no output, no history, no execution count, no name in the user's namespace.

        Raises:
            KernelDied: the kernel is not alive.
            KernelError: the function failed; the message is its traceback's last line.
        """
        ...

    async def interrupt(self) -> None:
        """Ask the running code to stop (SIGINT). `execute` then returns with the ending "interrupted"."""
        ...

    async def restart(self) -> None:
        """A fresh process with an empty namespace, probe installed. Works on a dead kernel too."""
        ...

    async def close(self) -> None:
        """Shut the kernel down; nothing of it is left behind."""
        ...

    @property
    def alive(self) -> bool:
        """Whether the process is there and was started."""
        ...
