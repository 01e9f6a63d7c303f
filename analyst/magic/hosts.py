"""Who is asked for a yes in a notebook: a person at buttons, a person at a prompt, or nobody. Never waits without end:
Stop ends every question, and where nobody can answer nothing is asked.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Literal, Protocol

from ..events import Call, CallDecided, PlanDecided, PlanStep
from ..host import Host, Nobody

Choice = Literal["allow", "skip", "always"]
WORDS: dict[Choice, str] = {"allow": "Allow", "skip": "Skip", "always": "Always in this run"}


def decision(call: Call, choice: Choice) -> CallDecided:
    """A person's choice as a fact. What is always allowed is not asked for again in this run (`risk.Consent`)."""
    if choice == "skip":
        return CallDecided(call.id, allowed=False, by="person", reason="the user said no")
    return CallDecided(call.id, allowed=True, by="person", scope="run" if choice == "always" else "once")


class Desk(Protocol):
    """The way to the person: buttons or a prompt."""

    async def choose(self, code: str, reasons: Sequence[str]) -> Choice:
        """Have one of three chosen for this code."""
        ...

    async def edit(self, steps: Sequence[PlanStep]) -> Sequence[PlanStep] | None:
        """Have the plan looked at and changed; None: it is refused."""
        ...


class Person:
    """The host of a run that a person watches."""

    def __init__(self, desk: Desk, *, edit: bool, waits: Callable[[], None]) -> None:
        """`edit`: plans are shown before they are worked by; `waits` is called before each question."""
        self._desk = desk
        self._edit = edit
        self._waits = waits

    async def approve(self, call: Call, reasons: Sequence[str]) -> CallDecided:
        """Ask."""
        self._waits()
        return decision(call, await self._desk.choose(call.code, reasons))

    async def review(self, steps: Sequence[PlanStep]) -> PlanDecided:
        """Show the plan if that is wanted."""
        if not self._edit:
            return PlanDecided(accepted=True)
        self._waits()
        wanted = await self._desk.edit(steps)
        if wanted is None:
            return PlanDecided(accepted=False)
        return PlanDecided(accepted=True, steps=() if tuple(wanted) == tuple(steps) else tuple(wanted))


def host(desk: Desk | None, *, edit: bool, waits: Callable[[], None]) -> Host:
    """A person at this desk, or nobody."""
    return Person(desk, edit=edit, waits=waits) if desk is not None else Nobody()


# ── a plan as text that can be edited ──


def to_text(steps: Sequence[PlanStep]) -> str:
    """A plan with one numbered step on each line."""
    return "\n".join(f"{number}. {step.goal}" for number, step in enumerate(steps, 1))


def from_text(text: str, steps: Sequence[PlanStep]) -> list[PlanStep]:
    """The plan that the text tells. A step whose goal is unchanged stays what it was; numbers need not be right."""
    goals = [re.sub(r"^\s*(?:\d+[.):]|[-*])\s*", "", line).strip() for line in text.splitlines()]
    known = {step.goal: step for step in steps}
    taken = {step.id for step in steps}
    plan = list[PlanStep]()
    for goal in filter(None, goals):
        step = known.pop(goal, None)
        if step is None:
            number = next(n for n in range(1, 1000) if f"s{n}" not in taken)
            step = PlanStep(f"s{number}", goal)
            taken.add(step.id)
        plan.append(step)
    return plan


# ── at a prompt ──


class Prompt:
    """Asks with `input()`, over the front end's own prompt or the terminal."""

    def __init__(self, read: Callable[[str], Awaitable[str]], say: Callable[[str], None]) -> None:
        """`read` shows a prompt and gives the line that was typed; `say` prints."""
        self._read = read
        self._say = say

    async def choose(self, code: str, reasons: Sequence[str]) -> Choice:
        """y, n or a; anything else is asked again."""
        self._say(f"{code.rstrip()}\n\nThis needs your yes: {'; '.join(reasons)}.")
        keys: dict[str, Choice] = {"y": "allow", "yes": "allow", "a": "always", "n": "skip", "": "skip"}
        while True:
            typed = await self._read("Run it? [y: allow, n: skip, a: always in this run] ")
            if (key := typed.strip().lower()) in (*keys, "no", "always", "skip", "allow"):
                return keys.get(key) or (
                    "allow" if key == "allow" else "always" if key == "always" else "skip"
                )

    async def edit(self, steps: Sequence[PlanStep]) -> Sequence[PlanStep] | None:
        """Enter takes the plan, n refuses it; `2 new goal` changes a step, `2 -` takes it out, `+ goal` adds one."""
        plan = list(steps)
        while True:
            self._say(to_text(plan))
            typed = (
                await self._read(
                    "Plan [Enter: work by it, n: refuse, 2 text: change, 2 -: drop, + text: add] "
                )
            ).strip()
            if typed in ("", "y", "yes") and plan:
                return plan
            if typed in ("n", "no"):
                return None
            plan = changed(plan, typed)


def changed(plan: Sequence[PlanStep], typed: str) -> list[PlanStep]:
    """The plan after one line of editing; unchanged if the line says nothing."""
    goals = [step.goal for step in plan]
    if typed.startswith("+"):
        goals.append(typed[1:].strip())
    elif (match := re.match(r"(\d+)[.)]?\s+(.+)", typed)) and 1 <= int(match[1]) <= len(goals):
        goals[int(match[1]) - 1] = "" if match[2].strip() == "-" else match[2].strip()
    return from_text("\n".join(goals), plan)
