"""The run's host in the panel: a person who clicks, now or much later; nobody, where no panel is open."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Literal

from ..events import Call, CallDecided, PlanDecided, PlanStep
from ..host import Nobody
from ..magic.hosts import Choice, decision
from ..policy import reasons as reasons_of
from ..risk import Consent
from . import messages
from .asides import Aside, Asking, Reviewing


class Door:
    """One for each question. All of it lives on the agent's loop."""

    def __init__(
        self,
        tell: Callable[[Aside], None],
        there: Callable[[], bool],
        active: Callable[[], str],
        *,
        approve: Literal["ask", "risky", "auto"],
        edit: bool,
    ) -> None:
        """Ask a person.

        Args:
            tell: shows what is asked.
            there: whether a front end is there to answer.
            active: the id of the step that is worked on.
            approve: which code the person wants to be asked for.
            edit: plans are looked at first; the session asks for every cell then, since a step may want it.
        """
        self._tell, self._there, self._active = tell, there, active
        self._approve, self._edit = approve, edit
        self._consent = Consent(untrusted=True)  # what was read before is not seen from here
        self._call: Call | None = None
        self._choice: asyncio.Future[Choice] | None = None
        self._plan: asyncio.Future[messages.Plan | None] | None = None
        self._wanted: set[str] = set()

    # ── the host ────────────────────────────────────────────────────────────────────────────────────────────────────

    async def approve(self, call: Call, reasons: Sequence[str]) -> CallDecided:
        """See `Host`."""
        if self._edit and self._active() not in self._wanted:
            reasons = reasons_of(call.code, self._approve, self._consent)
            if not reasons:
                return CallDecided(call.id, allowed=True)
        if not self._there():
            return await Nobody().approve(call, reasons)
        choice = await self._chosen(call, reasons)
        decided = decision(call, choice)
        self._consent = self._consent.told(call.code, decided.scope)
        return decided

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
        plan = _steps(said.steps, steps) if said else []
        rows = said.steps if said else []
        self._wanted = {step.id for step, row in zip(plan, rows, strict=True) if row.ask}
        self._tell(Reviewing(over=True, asked=frozenset(self._wanted)))
        if said is None or not said.accepted:
            return PlanDecided(accepted=False, note=said.note if said else "The panel was closed.")
        changed = bool(plan) and tuple(plan) != tuple(steps)
        return PlanDecided(accepted=True, steps=tuple(plan) if changed else (), note=said.note)

    async def _chosen(self, call: Call, reasons: Sequence[str]) -> Choice:
        self._call, self._choice = call, asyncio.get_running_loop().create_future()
        self._tell(Asking(call, tuple(reasons)))
        try:
            return await self._choice
        finally:
            self._choice = None

    # ── what the person does ────────────────────────────────────────────────────────────────────────────────────────

    def decided(self, said: messages.Decide) -> bool:
        """Take a click; whether it was waited for."""
        if self._choice is None or self._choice.done() or not self._call or said.call_id != self._call.id:
            return False
        self._choice.set_result(said.choice)
        return True

    def planned(self, said: messages.Plan) -> bool:
        """Take an edited plan; whether it was waited for."""
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


def _steps(rows: Sequence[messages.Step], before: Sequence[PlanStep]) -> list[PlanStep]:
    """The steps of an edited plan: those without an id, or with one that came before, get one that nothing had."""
    taken, plan = {row.id for row in rows} | {step.id for step in before}, list[PlanStep]()
    used = set[str]()
    for row in rows:
        id = row.id
        if not id or id in used:
            id = next(f"s{n}" for n in range(1, 1_000) if f"s{n}" not in taken)
            taken.add(id)
        used.add(id)
        plan.append(PlanStep(id, row.goal.strip() or "(no goal)", row.evidence.strip()))
    return plan
