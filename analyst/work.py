"""What a run works with: its log folded so far, its model, and a kernel that is made anew when it has died."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from analyst_kernels import Kernel, KernelError, Limits

from . import policy
from .events import Call, CallDecided, Event, Notice, Stopped
from .host import Host
from .interrupting import watched
from .log import Log
from .messages import Conversation
from .models import Model
from .plans import Edit
from .rebuild import cells, rebuild
from .risk import Consent, Effect
from .settings import Settings
from .state import State
from .tools import Tool


@dataclass
class Work:
    """What a run works with, and its log folded so far."""

    log: Log
    model: Model
    kernel: Kernel
    host: Host
    settings: Settings
    tools: Mapping[str, Tool]
    ready: Callable[[], Awaitable[None]]
    """Returns when the kernel is up. Called before each use of it."""
    state: State = field(default_factory=State)
    conversation: Conversation = field(default_factory=Conversation)
    interrupted: asyncio.Event = field(default_factory=asyncio.Event)
    started: float = field(default_factory=time.monotonic)
    fresh: bool = False
    """The kernel is a new one, and cells of the log have to be run again before it is used."""
    rebuilding: asyncio.Lock = field(default_factory=asyncio.Lock)
    reviewer: Model | None = None
    """Who reviews answers, where that is wanted."""
    note: str = ""
    """What the model is to be told with the next thing that it is told."""
    edit: Edit | None = None
    """The plan as the user wants it, until the loop takes it."""
    broken: str = ""
    """Why there can be no kernel any more."""
    isolated: bool = False
    """A sandbox holds the kernel."""
    folder: str = ""
    """Absolute path of the folder that code may write to; "" when that is not known."""
    always: frozenset[Effect] = frozenset()
    """What the user allowed for every run."""
    undo: str = ""
    """For a kernel that is the user's own: the name under which its variables are kept before each cell."""

    def __post_init__(self) -> None:
        for event in self.log.events:
            self._see(event)
        self.fresh = not self.undo and bool(cells(self.log.events))

    def append(self, event: Event) -> None:
        """Write a fact down; state and conversation follow it as it was stored."""
        self.log.append(event)
        self._see(self.log.events[-1])

    def _see(self, event: Event) -> None:
        self.state.see(event)
        self.conversation.see(event)

    @property
    def left(self) -> float:
        """Seconds until the time limit."""
        return self.settings.timeout - (time.monotonic() - self.started)


async def kernel_ready(work: Work) -> None:
    """Wait for the kernel; make a new one what the old one was.

    Raises:
        KernelError: it does not come up, or dies again.
    """
    await work.ready()
    async with work.rebuilding:
        if not work.fresh:
            return
        rebuilt = await rebuild(work.kernel, work.log.events, limits(work))
        work.fresh = False
    work.log.show(Notice(str(rebuilt)))
    if not rebuilt.whole:
        work.note = str(rebuilt)


async def revive(work: Work) -> str:
    """A new kernel in place of the dead one, made what that was; what came of it, in words."""
    try:
        await work.kernel.restart()
        rebuilt = await rebuild(work.kernel, work.log.events, limits(work))
    except KernelError as error:
        work.broken = f"The kernel could not be kept alive: {error}"
        return work.broken
    work.log.show(Notice(str(rebuilt)))
    return str(rebuilt)


async def permission(work: Work, call: Call) -> CallDecided:
    """Whether code may run: by the policy, else by a person."""
    consent = Consent.of(work.log.events, work.always)
    reasons = policy.reasons(
        call.code, work.settings.approve, consent, isolated=work.isolated, folder=work.folder
    )
    if not reasons:
        return CallDecided(call.id, allowed=True)
    decided = await watched(work.interrupted, work.host.approve(call, reasons))
    return decided or CallDecided(call.id, allowed=False, by="person", reason="the run was interrupted")


def limits(work: Work) -> Limits:
    """How long a cell may run: as the settings say, and no longer than the run."""
    return Limits(wall=max(1.0, min(work.settings.cell_timeout, work.left)))


def over_limit(work: Work) -> Stopped | None:
    """Why the model may not be asked once more."""
    return policy.limit(work.state, work.settings, work.settings.timeout - work.left)
