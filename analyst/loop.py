"""Do what the state says comes next, and write down what happened. Stops anywhere; resumes anywhere."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from analyst_kernels import Kernel, KernelDied, KernelError, KernelNotStarted, Limits

from . import policy
from .digest import compact, partial
from .errors import ContextOverflow, ModelError, ModelRefused
from .events import (
    Answered,
    Call,
    CallDecided,
    Compacted,
    Event,
    ModelReplied,
    Notice,
    PlanProposed,
    StepFinished,
    StepStarted,
    Stopped,
    Surveyed,
    ToolReturned,
)
from .host import Host
from .log import Log
from .messages import CHARACTERS_PER_TOKEN, Conversation, sha, tokens
from .models import Model, Reply
from .rebuild import cells, rebuild
from .settings import Settings
from .state import (
    Answer,
    AskModel,
    Conclude,
    EndStep,
    GivePlan,
    Over,
    ReviewPlan,
    RunCalls,
    StartStep,
    State,
    Stop,
    Survey,
)
from .tools import BadArguments, Desk, Outcome, Tool
from .tools.steer import named_values
from .tools.survey import survey

T = TypeVar("T")

COMPACT_ABOVE, COMPACT_TO = 0.7, 0.2
"""Shares of the model's window: a conversation above the first is put together in the second."""


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
    note: str = ""
    """What the model is to be told with the next thing that it is told."""
    broken: str = ""
    """Why there can be no kernel any more."""
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


async def run(work: Work) -> None:
    """Work until the question that was asked last is over.

    Raises:
        LogError: the log cannot be written.
    """
    _settle_doubt(work)
    while True:
        if work.interrupted.is_set() and not work.state.stopped:
            work.append(Stopped("interrupted", "The run was interrupted."))
        elif work.broken and not work.state.stopped:
            work.append(Stopped("kernel", work.broken))
        match work.state.next():
            case Survey():
                await _survey(work)
            case GivePlan(steps):
                work.append(PlanProposed(steps))
            case AskModel():
                await _ask(work)
            case ReviewPlan():
                if decided := await _watched(work, work.host.review(work.state.plan)):
                    work.append(decided)
            case StartStep(step_id):
                work.append(StepStarted(step_id))
            case EndStep(step_id, ok, result):
                work.append(StepFinished(step_id, ok, result))
            case RunCalls(calls):
                await _run_calls(work, calls)
            case Answer(text):
                work.append(Answered(text, named_values(text), partial=work.state.stopped is not None))
            case Stop(reason, detail):
                work.append(Stopped(reason, detail))
            case Conclude():
                work.append(Answered(partial(work.log.events), partial=True))
            case Over():
                return


def _settle_doubt(work: Work) -> None:
    """A call that was cut off by a crash is run again only if that can do no harm, and never in silence."""
    call = work.state.in_doubt
    if call is None:
        return
    if not policy.effects(call.code):
        work.log.show(Notice("The run was cut off while a cell ran; that cell is run again."))
        return
    text = (
        "The run was cut off while this ran: it may have had its effects, in part or whole (files, other programs, the "
        "network). It was not run again. Look at what is there before you repeat it."
    )
    work.append(ToolReturned(call.id, ok=False, text=text, ending="unknown"))


# ── looking at the data ─────────────────────────────────────────────────────────────────────────────────────────────


async def _survey(work: Work) -> None:
    assert work.state.asked
    data, variables = work.state.asked.data, work.state.asked.variables
    try:
        await _kernel_ready(work)
        found = await survey(work.kernel, data, variables) if data or variables else _no_data(work)
    except KernelError as error:
        work.append(Stopped("input" if isinstance(error, KernelNotStarted) else "kernel", str(error)))
        return
    faults = [f"{t['path']}: {t['error']}" for t in found["tables"] if t.get("error") and t["path"] in data]
    if faults:
        work.append(Stopped("input", " ".join(faults)))
    else:
        work.append(Surveyed(found["text"], tuple(found["tables"])))


def _no_data(work: Work) -> dict[str, Any]:
    before = any(isinstance(e, Surveyed) and e.tables for e in work.log.events)
    text = "The same as before; the kernel has its variables." if before else "No data was named."
    return {"tables": [], "text": text}


async def _kernel_ready(work: Work) -> None:
    """Wait for the kernel; make a new one what the old one was.

    Raises:
        KernelError: it does not come up, or dies again.
    """
    await work.ready()
    async with work.rebuilding:
        if not work.fresh:
            return
        rebuilt = await rebuild(work.kernel, work.log.events, _limits(work))
        work.fresh = False
    work.log.show(Notice(str(rebuilt)))
    if not rebuilt.whole:
        work.note = str(rebuilt)


def _limits(work: Work) -> Limits:
    return Limits(wall=max(1.0, min(work.settings.cell_timeout, work.left)))


# ── the model ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def _ask(work: Work) -> None:
    """One turn of the model, or the reason why there is none."""
    concluding = work.state.stopped is not None
    seconds = work.settings.timeout - work.left
    if not concluding and (stopped := policy.limit(work.state, work.settings, seconds)):
        work.append(stopped)
        return
    messages = work.conversation.sent()
    if _too_long(work, tokens(messages)):
        _compact(work)
        return
    try:
        async with asyncio.timeout(max(work.left, 1.0)):
            asked = work.model.reply(messages, [t.schema for t in work.tools.values()], work.log.show)
            reply = await _watched(work, asked)
    except (ModelError, TimeoutError) as error:
        _no_reply(work, error)
        return
    if reply:
        calls = _own_ids(work, reply)
        said = (reply.text, calls, reply.usage, reply.finish, work.model.id, sha(messages), reply.reasoning)
        work.append(ModelReplied(*said))


def _no_reply(work: Work, error: Exception) -> None:
    if isinstance(error, ContextOverflow) and work.state.turns_since_compaction > 0:
        _compact(work)
    elif work.state.stopped:  # it was asked for the last word only
        work.append(Answered(partial(work.log.events), partial=True))
    elif isinstance(error, TimeoutError):
        work.append(
            Stopped(
                "time", f"The time limit of {work.settings.timeout:g} s was reached. Raise it with --timeout."
            )
        )
    else:
        reason = "context" if isinstance(error, ContextOverflow) else "model"
        work.append(Stopped("input" if isinstance(error, ModelRefused) else reason, str(error)))  # type: ignore[arg-type]


def _too_long(work: Work, size: int) -> bool:
    window = work.model.window
    return bool(window) and size > COMPACT_ABOVE * window and work.state.turns_since_compaction > 1


def _compact(work: Work) -> None:
    # without a known window, an overflow tells that what was sent is too long
    window = work.model.window or tokens(work.conversation.sent())
    work.append(Compacted(compact(work.log.events, int(window * COMPACT_TO * CHARACTERS_PER_TOKEN))))


def _own_ids(work: Work, reply: Reply) -> tuple[Call, ...]:
    """Calls with ids that are used nowhere else in the log: some providers count from one in every reply."""
    used = Counter(c.id for e in work.log.events if isinstance(e, ModelReplied) for c in e.calls)
    calls: list[Call] = []
    for call in reply.calls:
        calls.append(replace(call, id=f"{call.id}-{len(work.log.events)}") if used[call.id] else call)
        used[call.id] += 1
    return tuple(calls)


# ── calls ───────────────────────────────────────────────────────────────────────────────────────────────────────────


async def _run_calls(work: Work, calls: tuple[Call, ...]) -> None:
    """One call, or several that only look: those work together, and their facts stand in the order of the calls."""
    outcomes = await asyncio.gather(*(_outcome(work, call) for call in calls))
    for call, outcome in zip(calls, outcomes, strict=True):
        work.append(_with_remarks(work, call, outcome) if isinstance(outcome, ToolReturned) else outcome)


async def _outcome(work: Work, call: Call) -> Outcome | CallDecided:
    tool = work.tools.get(call.tool)
    if tool is None:
        return _refusal(call, f"There is no tool {call.tool!r}. The tools are: {', '.join(work.tools)}.")
    if objection := policy.objection(work.state, call, work.settings):
        return _refusal(call, objection)
    try:
        tool.parse(call.arguments)
        if tool.schema.kind == "act":
            decision = work.state.decided.get(call.id)
            if decision is None:
                return await _decide(work, call)
            if not decision.allowed:
                return _refusal(
                    call, f"Not allowed: {decision.reason}. Do it another way, or answer without it."
                )
        if tool.schema.kind != "steer":
            return await _in_kernel(work, tool, call)
        outcome = await tool.run(_desk(work), call)
    except BadArguments as error:
        return _refusal(call, f"{error}{_cut(work)}")
    if isinstance(outcome, Answered) and work.state.stopped:
        return replace(outcome, partial=True)
    return outcome


def _refusal(call: Call, text: str) -> ToolReturned:
    return ToolReturned(call.id, ok=False, text=text)


def _cut(work: Work) -> str:
    last = next(e for e in reversed(work.log.events) if isinstance(e, ModelReplied))
    return " Your reply was cut at its length limit: send a shorter one." if last.finish == "length" else ""


async def _decide(work: Work, call: Call) -> CallDecided:
    reasons = policy.reasons(call.code, work.settings.approve)
    if not reasons:
        return CallDecided(call.id, allowed=True)
    decided = await _watched(work, work.host.approve(call, reasons))
    return decided or CallDecided(call.id, allowed=False, by="person", reason="the run was interrupted")


async def _in_kernel(work: Work, tool: Tool, call: Call) -> Outcome:
    try:
        await _kernel_ready(work)
        outcome = await _watched(work, tool.run(_desk(work), call), work.kernel)
    except KernelDied:  # while nobody was looking: what it held can be had back, and the call tried then
        return _refusal(
            call, f"The kernel had died before this could run. {await _revive(work)} Send the call again."
        )
    except KernelError as error:
        return _refusal(call, f"The kernel could not do it: {error}")
    if outcome is None:
        killed = "Interrupted by the user; the code did not stop, so the kernel was killed."
        return ToolReturned(call.id, ok=False, text=killed, ending="interrupted")
    if isinstance(outcome, ToolReturned) and not work.kernel.alive:
        return replace(outcome, text=f"{outcome.text}\n[note] {await _revive(work)}")
    return outcome


async def _revive(work: Work) -> str:
    """A new kernel in place of the dead one, made what that was; what came of it, in words."""
    try:
        await work.kernel.restart()
        rebuilt = await rebuild(work.kernel, work.log.events, _limits(work))
    except KernelError as error:
        work.broken = f"The kernel could not be kept alive: {error}"
        return work.broken
    work.log.show(Notice(str(rebuilt)))
    return str(rebuilt)


def _desk(work: Work) -> Desk:
    vision, show = work.model.vision, work.log.show
    return Desk(work.kernel, work.log.events, _limits(work), vision, show, work.undo)


def _with_remarks(work: Work, call: Call, returned: ToolReturned) -> ToolReturned:
    """What the harness has to say goes with what the model reads next."""
    remarks = [
        work.note,
        policy.repetition(work.state, call, returned),
        None if work.state.returned else policy.nearly(work.state, work.settings),
    ]
    work.note = ""
    told = [f"[note] {r}" for r in remarks if r]
    return replace(returned, text="\n".join([returned.text, *told])) if told else returned


# ── being interrupted ───────────────────────────────────────────────────────────────────────────────────────────────


async def _watched(work: Work, doing: Coroutine[Any, Any, T], kernel: Kernel | None = None) -> T | None:
    """Await something that the user may interrupt; None when it did not come to an end because of that.

    A running cell is asked to stop first, so that what it showed until then is kept.
    """
    task = asyncio.ensure_future(doing)
    bell = asyncio.ensure_future(work.interrupted.wait())
    try:
        await asyncio.wait({task, bell}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done() and kernel:
            await kernel.interrupt()
            await asyncio.wait({task}, timeout=Limits().grace)
        if not task.done():
            task.cancel()
            await asyncio.wait({task})
        return None if task.cancelled() else task.result()
    finally:
        bell.cancel()
        if not task.done():
            task.cancel()
            await asyncio.wait({task})
