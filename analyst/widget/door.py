"""The run's host in the panel: a person who clicks, now or much later; nobody, where no panel is open."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence

from ..events import Call, CallDecided, PlanDecided, PlanStep
from ..host import Nobody
from ..magic.hosts import Choice, decision
from ..plans import same
from . import messages
from .asides import Aside, Asking, Reviewing


class Door:
    """One for each question. All of it lives on the agent's loop."""

    def __init__(self, tell: Callable[[Aside], None], there: Callable[[], bool], *, edit: bool) -> None:
        """`tell` shows what is asked, `there` says whether a front end is there to answer; `edit`: plans are looked at."""
        self._tell, self._there, self._edit = tell, there, edit
        self._call: Call | None = None
        self._choice: asyncio.Future[Choice] | None = None
        self._plan: asyncio.Future[messages.Plan | None] | None = None

    # ── the host ────────────────────────────────────────────────────────────────────────────────────────────────────

    async def approve(self, call: Call, reasons: Sequence[str]) -> CallDecided:
        """See `Host`."""
        if not self._there():
            return await Nobody().approve(call, reasons)
        self._call, self._choice = call, asyncio.get_running_loop().create_future()
        self._tell(Asking(call, tuple(reasons)))
        try:
            choice = await self._choice
        finally:
            self._choice = None
        self._tell(Asking(call, tuple(reasons), choice))
        return decision(call, choice)

    async def review(self, steps: Sequence[PlanStep]) -> PlanDecided:
        """See `Host`."""
        if not (self._edit and self._there()):
            return PlanDecided(accepted=True)
        self._plan = asyncio.get_running_loop().create_future()
        self._tell(Reviewing())
        try:
            said = await self._plan
        finally:
            self._plan = None
        self._tell(Reviewing(over=True))
        if said is None or not said.accepted:
            return PlanDecided(accepted=False, note=said.note if said else "The panel was closed.")
        plan = plan_of(said.steps, [step.id for step in steps]) or tuple(steps)
        return PlanDecided(accepted=True, steps=() if same(plan, steps) else plan, note=said.note)

    # ── what the person does ────────────────────────────────────────────────────────────────────────────────────────

    def decided(self, said: messages.Decide) -> bool:
        """Take a click; whether it was waited for."""
        if self._choice is None or self._choice.done() or not self._call or said.call_id != self._call.id:
            return False
        self._choice.set_result(said.choice)
        return True

    def planned(self, said: messages.Plan) -> bool:
        """Take a plan that was looked at; whether it was waited for."""
        if self._plan is None or self._plan.done():
            return False
        self._plan.set_result(said)
        return True

    def closed(self) -> None:
        """Nobody is there any more: what is asked is refused."""
        if self._choice is not None and not self._choice.done():
            self._choice.set_result("skip")
        if self._plan is not None and not self._plan.done():
            self._plan.set_result(None)


def plan_of(rows: Sequence[messages.Step], known: Collection[str]) -> tuple[PlanStep, ...]:
    """The plan that was typed: a step without an id, or with one that stands before it, gets one that nothing had."""
    taken, plan = {row.id for row in rows} | set(known), list[PlanStep]()
    used = set[str]()
    for row in rows:
        id = row.id
        if not id or id in used:
            id = next(f"s{n}" for n in range(1, 1_000) if f"s{n}" not in taken)
            taken.add(id)
        used.add(id)
        plan.append(PlanStep(id, row.goal.strip() or "(no goal)", row.evidence.strip(), row.ask))
    return tuple(plan)
