"""Do what the state says comes next, and write down what happened. Stops anywhere; resumes anywhere."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from dataclasses import replace
from typing import Any

from analyst_kernels import KernelDied, KernelError, KernelNotAnswering, KernelNotStarted, SandboxUnavailable

from . import policy
from .answering import conclude, give
from .digest import compact
from .errors import ContextOverflow, ModelError, ModelRefused
from .events import (
    Answered,
    Call,
    CallDecided,
    Compacted,
    ContractSet,
    ModelReplied,
    Notice,
    PlanProposed,
    PlanRevised,
    StepFinished,
    StepStarted,
    Stopped,
    StopReason,
    Surveyed,
    ToolReturned,
)
from .host import BEGIN
from .interrupting import watched
from .messages import CHARACTERS_PER_TOKEN, sha, tokens
from .models import Reply
from .plans import Edit, edited, same, still_asked
from .state import (
    Answer,
    AskModel,
    Conclude,
    EndStep,
    GivePlan,
    Over,
    ReviewPlan,
    RunCalls,
    SetContract,
    StartStep,
    Stop,
    Survey,
)
from .tools import BadArguments, Desk, Outcome, Tool
from .tools.steer import named_values
from .tools.survey import survey
from .trust import contract
from .trust.ledger import ledger
from .work import Work, kernel_ready, limits, over_limit, permission, revive

COMPACT_ABOVE, COMPACT_TO = 0.7, 0.2
"""Shares of the model's window: a conversation above the first is put together in the second."""


async def run(work: Work) -> None:
    """Work until the question that was asked last is over.

    Raises:
        LogError: the log cannot be written.
    """
    _settle_doubt(work)
    while True:
        if work.interrupted.is_set() and not work.state.stopped and not work.state.answered:
            work.append(Stopped("interrupted", "The run was interrupted."))
        elif work.broken and not work.state.stopped and not work.state.answered:
            work.append(Stopped("kernel", work.broken))
        if work.edit:
            _replan(work, work.edit)
        match work.state.next():
            case Survey():
                await _survey(work)
            case SetContract(question, added, by):
                work.append(ContractSet(contract.settled(question, added, by), by))
            case GivePlan(steps):
                work.append(PlanProposed(steps))
            case AskModel():
                await _ask(work)
            case ReviewPlan():
                await _review(work)
            case StartStep(step_id):
                await _begin(work, step_id)
            case EndStep(step_id, ok, result):
                work.append(StepFinished(step_id, ok, result))
            case RunCalls(calls):
                await _run_calls(work, calls)
            case Answer(text):
                await give(work, Answered(text, named_values(text), partial=work.state.stopped is not None))
            case Stop(reason, detail):
                work.append(Stopped(reason, detail))
            case Conclude():
                await conclude(work)
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
        await kernel_ready(work)
        found = await survey(work.kernel, data, variables) if data or variables else _no_data(work)
    except KernelError as error:
        work.append(Stopped(_fault(error), str(error)))
        return
    faults = [f"{t['path']}: {t['error']}" for t in found["tables"] if t.get("error") and t["path"] in data]
    if faults:
        work.append(Stopped("input", " ".join(faults)))
    else:
        work.append(Surveyed(found["text"], tuple(found["tables"])))


def _fault(error: KernelError) -> StopReason:
    if isinstance(error, SandboxUnavailable):
        return "isolation"
    passing = isinstance(error, KernelNotAnswering) or not isinstance(error, KernelNotStarted)
    return "kernel" if passing else "input"


def _no_data(work: Work) -> dict[str, Any]:
    before = any(isinstance(e, Surveyed) and e.tables for e in work.log.events)
    text = "The same as before; the kernel has its variables." if before else "No data was named."
    return {"tables": [], "text": text}


async def _review(work: Work) -> None:
    decided = await watched(work.interrupted, work.host.review(work.state.plan))
    if decided:
        work.append(decided)


def _replan(work: Work, edit: Edit) -> None:
    """The user changed the plan. Between two turns only: a turn's prompt is what the log holds before it."""
    work.edit = None
    steps = edited(work.state, edit)
    if steps is None:
        work.log.show(Notice("The plan is another one by now, or over: your changes of it were not taken."))
    elif not same(steps, work.state.plan):
        work.append(PlanRevised(steps, "changed by the user", ""))


async def _begin(work: Work, step_id: str) -> None:
    step = next(s for s in work.state.plan if s.id == step_id)
    if not step.ask:
        work.append(StepStarted(step_id))
        return
    call = Call(f"{BEGIN}-{step_id}", BEGIN, json.dumps({"code": f"# {' '.join(step.goal.split())}"}))
    asked = work.host.approve(call, ("you want to be asked before this step",))
    decided = await watched(work.interrupted, asked)
    if decided and decided.allowed:
        work.append(StepStarted(step_id, decided.by))
    elif decided:
        work.append(StepFinished(step_id, ok=False, result=f"Not begun: {decided.reason}."))


# ── the model ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def _ask(work: Work) -> None:
    """One turn of the model, or the reason why there is none."""
    concluding = work.state.stopped is not None
    if not concluding and (stopped := over_limit(work)):
        work.append(stopped)
        return
    messages = work.conversation.sent()
    if _too_long(work, tokens(messages)):
        _compact(work)
        return
    try:
        async with asyncio.timeout(max(work.left, 1.0)):
            asked = work.model.reply(messages, [t.schema for t in work.tools.values()], work.log.show)
            reply = await watched(work.interrupted, asked)
    except (ModelError, TimeoutError) as error:
        await _no_reply(work, error)
        return
    if reply:
        calls = _own_ids(work, reply)
        said = (reply.text, calls, reply.usage, reply.finish, work.model.id, sha(messages), reply.reasoning)
        work.append(ModelReplied(*said))


async def _no_reply(work: Work, error: Exception) -> None:
    if isinstance(error, ContextOverflow) and work.state.turns_since_compaction > 0:
        _compact(work)
    elif work.state.stopped or work.state.draft:
        # it was asked for the last word only; or a check sent its answer back: that makes no answer worse
        await conclude(work)
    elif isinstance(error, TimeoutError):
        work.append(policy.out_of_time(work.settings))
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
        if isinstance(outcome, Answered):
            await give(work, outcome)
        else:
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
                return await permission(work, call)
            if not decision.allowed:
                return _refusal(
                    call, f"Not allowed: {decision.reason}. Do it another way, or answer without it."
                )
        if tool.schema.kind != "steer":
            return await _in_kernel(work, tool, call)
        outcome = await tool.run(_desk(work), call)
    except BadArguments as error:
        return _refusal(call, f"{error}{_cut(work)}")
    if isinstance(outcome, PlanRevised):
        return still_asked(work.state.plan, outcome)
    if isinstance(outcome, Answered) and work.state.stopped:
        return replace(outcome, partial=True)
    return outcome


def _refusal(call: Call, text: str) -> ToolReturned:
    return ToolReturned(call.id, ok=False, text=text)


def _cut(work: Work) -> str:
    last = next(e for e in reversed(work.log.events) if isinstance(e, ModelReplied))
    return " Your reply was cut at its length limit: send a shorter one." if last.finish == "length" else ""


async def _in_kernel(work: Work, tool: Tool, call: Call) -> Outcome:
    try:
        await kernel_ready(work)
        outcome = await watched(work.interrupted, tool.run(_desk(work), call), work.kernel)
    except KernelDied:  # while nobody was looking: what it held can be had back, and the call tried then
        return _refusal(
            call, f"The kernel had died before this could run. {await revive(work)} Send the call again."
        )
    except KernelError as error:
        return _refusal(call, f"The kernel could not do it: {error}")
    if outcome is None:
        killed = "Interrupted by the user; the code did not stop, so the kernel was killed."
        return ToolReturned(call.id, ok=False, text=killed, ending="interrupted")
    if isinstance(outcome, ToolReturned) and not work.kernel.alive:
        return replace(outcome, text=f"{outcome.text}\n[note] {await revive(work)}")
    return outcome


def _desk(work: Work) -> Desk:
    return Desk(work.kernel, work.log.events, limits(work), work.model.vision, work.log.show, work.undo)


def _with_remarks(work: Work, call: Call, returned: ToolReturned) -> ToolReturned:
    """What the harness has to say goes with what the model reads next."""
    if returned.cell:
        returned = replace(returned, ledger=ledger(work.log.events, call.code, returned))
    remarks = [
        *(finding.text for finding in returned.ledger),
        work.note,
        policy.repetition(work.state, call, returned),
        None if work.state.returned else policy.nearly(work.state, work.settings),
    ]
    work.note = ""
    told = [f"[note] {r}" for r in remarks if r]
    return replace(returned, text="\n".join([returned.text, *told])) if told else returned
