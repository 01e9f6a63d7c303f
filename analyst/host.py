"""The one way in: what the agent may ask a person while it works. Each answer becomes a fact in the log."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from .events import Call, CallDecided, PlanDecided, PlanStep

BEGIN = "begin_step"
"""The tool that a host is asked about before a step begins; no model can call it."""


class Host(Protocol):
    """Called by the loop, and only by it."""

    async def approve(self, call: Call, reasons: Sequence[str]) -> CallDecided:
        """May this call run? Asked when the policy says "ask"; `reasons` say why it does.

        Also asked before a step that the user wants to be asked about: as a call `BEGIN`, its goal as a comment.
        """
        ...

    async def review(self, steps: Sequence[PlanStep]) -> PlanDecided:
        """Take, change or refuse this plan. Asked when the user wanted to see plans first."""
        ...


class Nobody:
    """The host of a headless run: nobody is there to ask, so what needs a yes is refused, at once and with a reason."""

    async def approve(self, call: Call, reasons: Sequence[str]) -> CallDecided:
        """Refuse, and say how it could be allowed."""
        why = f"{'; '.join(reasons)}: that needs a person's yes, and nobody is there to ask"
        return CallDecided(call.id, allowed=False, reason=why)

    async def review(self, steps: Sequence[PlanStep]) -> PlanDecided:  # noqa: ARG002
        """Take the plan."""
        return PlanDecided(accepted=True)
