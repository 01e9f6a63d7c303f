"""Who is asked for a yes in a notebook: a person at buttons, a person at a prompt, or nobody. Never waits without end:
Stop ends every question, and where nobody can answer nothing is asked.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Literal, Protocol

from ..errors import BadInput
from ..events import Call, CallDecided, Contract, PlanDecided, PlanStep
from ..host import Host, Nobody
from ..risk import WORDS as EFFECTS
from ..risk import always, for_every_run
from ..settings import always_file
from .editing import changed, plan_text

Choice = Literal["allow", "skip", "always", "every"]
Edited = tuple[Sequence[PlanStep], Contract]
"""A plan and what its answer must contain, as a person left them."""
EDIT = "Enter: work by it, n: refuse, 2 text: change, 2 -: drop, + text: add, rows: text: wanted"
WORDS: dict[Choice, str] = {"allow": "Allow", "skip": "Skip", "always": "Always in this run"}


def choices(code: str) -> dict[Choice, str]:
    """What can be chosen for this code, with the words for it."""
    kinds = ", ".join(EFFECTS[effect] for effect in sorted(for_every_run(code)))
    return {**WORDS, "every": f"Always in every run ({kinds})"} if kinds else dict(WORDS)


def decision(call: Call, choice: Choice) -> CallDecided:
    """A person's choice as a fact. What is always allowed is not asked for again in this run (`risk.Consent`); what is
    allowed in every run is kept beside the settings too (`risk.always`)."""
    if choice == "skip":
        return CallDecided(call.id, allowed=False, by="person", reason="the user said no")
    if choice == "every" and (effects := for_every_run(call.code)):
        try:
            always.keep(always_file(), effects)
        except BadInput as error:
            return CallDecided(call.id, allowed=True, by="person", scope="run", reason=str(error))
        return CallDecided(call.id, allowed=True, by="person", scope="always")
    return CallDecided(call.id, allowed=True, by="person", scope="run" if choice == "always" else "once")


class Desk(Protocol):
    """The way to the person: buttons or a prompt."""

    async def choose(self, code: str, reasons: Sequence[str]) -> Choice:
        """Have one of `choices(code)` chosen."""
        ...

    async def edit(self, steps: Sequence[PlanStep], wanted: Contract) -> Edited | None:
        """Have the plan, and what is wanted of its answer, looked at and changed; None: it is refused."""
        ...


class Person:
    """The host of a run that a person watches."""

    def __init__(
        self,
        desk: Desk,
        *,
        edit: bool,
        waits: Callable[[], None],
        wanted: Callable[[], Contract] = Contract,
    ) -> None:
        """Ask at a desk.

        `edit`: plans are shown before they are worked by; `waits` is called before each question; `wanted` gives what the
        answer must contain as far as it is known.
        """
        self._desk = desk
        self._edit = edit
        self._waits = waits
        self._wanted = wanted

    async def approve(self, call: Call, reasons: Sequence[str]) -> CallDecided:
        """Ask."""
        self._waits()
        return decision(call, await self._desk.choose(call.code, reasons))

    async def review(self, steps: Sequence[PlanStep]) -> PlanDecided:
        """Show the plan, and what is wanted of its answer, where plans are to be shown."""
        if not self._edit:
            return PlanDecided(accepted=True)
        self._waits()
        before = self._wanted()
        edited = await self._desk.edit(steps, before)
        if edited is None:
            return PlanDecided(accepted=False)
        plan, wanted = edited
        return PlanDecided(
            accepted=True,
            steps=() if tuple(plan) == tuple(steps) else tuple(plan),
            contract=None if wanted == before else wanted,
        )


def host(
    desk: Desk | None, *, edit: bool, waits: Callable[[], None], wanted: Callable[[], Contract] = Contract
) -> Host:
    """A person at this desk, or nobody."""
    return Person(desk, edit=edit, waits=waits, wanted=wanted) if desk is not None else Nobody()


# ── at a prompt ──


class Prompt:
    """Asks with `input()`, over the front end's own prompt or the terminal."""

    def __init__(self, read: Callable[[str], Awaitable[str]], say: Callable[[str], None]) -> None:
        """`read` shows a prompt and gives the line that was typed; `say` prints."""
        self._read = read
        self._say = say

    async def choose(self, code: str, reasons: Sequence[str]) -> Choice:
        """y, n, a, and e where that is offered; anything else is asked again."""
        self._say(f"{code.rstrip()}\n\nThis needs your yes: {'; '.join(reasons)}.")
        offered = choices(code)
        keys: dict[str, Choice] = {
            "y": "allow",
            "yes": "allow",
            "a": "always",
            "n": "skip",
            "no": "skip",
            "": "skip",
        }
        every = f", e: {offered['every'].lower()}" if "every" in offered else ""
        while True:
            typed = await self._read(f"Run it? [y: allow, n: skip, a: always in this run{every}] ")
            key = typed.strip().lower()
            choice = next((c for c in offered if key == c or c == "every" and key == "e"), keys.get(key))
            if choice is not None:
                return choice

    async def edit(self, steps: Sequence[PlanStep], wanted: Contract) -> Edited | None:
        """Enter takes both, n refuses; `2 goal` changes a step, `2 -` drops it, `+ goal` adds one; `rows: only adults`
        changes what is wanted, `rows: -` drops it.
        """
        plan: Edited = steps, wanted
        while True:
            self._say(plan_text(*plan))
            typed = (await self._read(f"Plan [{EDIT}] ")).strip()
            if typed in ("", "y", "yes") and plan[0]:
                return plan
            if typed in ("n", "no"):
                return None
            try:
                plan = changed(*plan, typed)
            except BadInput as error:
                self._say(str(error))
