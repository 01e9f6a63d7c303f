"""The reviewer at work: asked once, its check run beside the user's variables, and again on what is answered after it.

Each stage is a fact, and one whose fact is there is not done again: a run that is cut off goes on in the middle.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from string import Template

from analyst_kernels import Execution, KernelError

from .. import policy
from ..digest import fenced
from ..errors import ModelError
from ..events import Answered, Call, Live, Notice, Reviewed, ReviewerReplied
from ..interrupting import watched
from ..messages import sha
from ..tools import BadArguments
from ..tools.python import python
from ..trust import review as trust
from ..work import Work, kernel_ready, limits, over_limit, permission, revive

_STOPPED = "it was stopped by the user"


async def review(work: Work, answered: Answered) -> None:
    """Have the reviewer's check run on an answer. Whatever comes in between, it ends in a `Reviewed`."""
    if work.state.reviewer is None and work.state.reviewed is None:
        reply = await _ask(work, answered)
        work.append(reply)
        if isinstance(reply, Reviewed):
            return
    said, again = work.state.reviewer, work.state.reviewed
    reviewed = await _held_against(work, said.call, answered) if said and said.call else _undecided(_NO_CHECK)
    if reviewed.verdict == "refuted" and not again and not over_limit(work):
        told = Template(work.conversation.prompts["refuted"]).substitute(
            code=fenced(reviewed.code), output=fenced(reviewed.output)
        )
        reviewed = replace(reviewed, told=told, draft=answered)
    work.append(reviewed)


_NO_CHECK = "the reviewer gave no check"


def _undecided(why: str, code: str = "") -> Reviewed:
    return Reviewed("undecided", code, why)


async def _ask(work: Work, answered: Answered) -> ReviewerReplied | Reviewed:
    """The reviewer's one turn, or why there was none."""
    if work.reviewer is None:
        return _undecided("there is no reviewer in this session")
    # turns and calls are the analyst's; money, tokens and time are the question's
    spent = replace(work.state, turns=0, calls=0)
    if stopped := policy.limit(spent, work.settings, work.settings.timeout - work.left):
        return _undecided(f"the reviewer was not asked: {stopped.detail}")
    work.log.show(Notice(f"A reviewer ({work.reviewer.id}) looks at the answer."))
    messages = trust.material(work.log.events, answered, work.conversation.prompts)

    def heard(live: Live) -> None:
        if isinstance(live, Notice):  # what it says is no answer to the user
            work.log.show(live)

    try:
        async with asyncio.timeout(max(work.left, 1.0)):
            asked = work.reviewer.reply(messages, [python.schema], heard)
            reply = await watched(work.interrupted, asked)
    except (ModelError, TimeoutError) as error:
        return _undecided(f"the reviewer could not be asked: {str(error) or 'the time limit was reached'}")
    if reply is None:
        return _undecided(_STOPPED)
    call = next((c for c in reply.calls if c.tool == python.schema.name), None)
    own = replace(call, id=f"review-{len(work.log.events)}") if call else None
    return ReviewerReplied(reply.text, own, reply.usage, work.reviewer.id, sha(messages))


async def _held_against(work: Work, call: Call, answered: Answered) -> Reviewed:
    """What the check says of this answer: it is run, if it is one and may run."""
    code = call.code
    try:
        python.parse(call.arguments)
    except BadArguments as error:
        return _undecided(str(error), code)
    if why := trust.fault(code) or _reaching(code):
        return _undecided(why, code)
    if call.id not in work.state.decided:
        work.append(await permission(work, call))
    decision = work.state.decided[call.id]
    if not decision.allowed:
        return _undecided(f"the check was not allowed: {decision.reason}", code)
    try:
        await kernel_ready(work)
        execution = await watched(work.interrupted, _beside(work, code, answered), work.kernel)
    except KernelError as error:
        reviewed = _undecided(f"the check could not be run: {error}", code)
    else:
        reviewed = trust.judged(code, execution) if execution else _undecided(_STOPPED, code)
    if not work.kernel.alive:
        await revive(work)
    return reviewed


async def _beside(work: Work, code: str, answered: Answered) -> Execution:
    """Run a check; the variables are afterwards what they were, whatever it does to them."""
    label = f"review/{len(work.log.events)}"
    await work.kernel.evaluate("snapshot", label)
    try:
        return await work.kernel.execute(trust.snippet(code, answered), None, limits(work))
    finally:
        if work.kernel.alive:
            await work.kernel.evaluate("restore", label)
            await work.kernel.evaluate("forget", [label])


def _reaching(code: str) -> str:
    """What a check may not do at all: it is run more than once, and is to leave nothing behind."""
    effects = ", ".join(sorted(policy.effects(code)))
    return f"the check would reach out of the kernel ({effects}), so it was not run" if effects else ""
