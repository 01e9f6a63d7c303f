"""A plan, and what its answer must contain, as text that a person edits: one numbered step on each line, then a line for
each part of what is wanted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import fields

from ..digest import contract_text
from ..errors import BadInput
from ..events import Contract, PlanStep, Wanted

WANTED = "Asked for:"
"""The line between the two."""
PARTS = {
    "values": "values",
    "quantities": "quantities",
    "rows": "filters",
    "grouped by": "grouping",
    "units": "units",
    "rounded": "decimals",
    "files": "files",
}
"""The fields of a contract, by the words that `contract_text` has for them."""
_PART = re.compile(rf"\s*(?:[-*]\s*)?({'|'.join(PARTS)})\s*:\s*(.*)", re.I)
_PLACES = re.compile(r"(?:(\d+) decimals?|(whole) numbers?)", re.I)


def plan_text(steps: Sequence[PlanStep], wanted: Contract) -> str:
    """Both, to be edited."""
    return f"{steps_text(steps)}\n\n{WANTED}\n{contract_text(wanted)}".rstrip()


def read_plan_text(text: str, steps: Sequence[PlanStep], wanted: Contract) -> tuple[list[PlanStep], Contract]:
    """Both, as the text tells them. What is unchanged stays what it was.

    Raises:
        BadInput: a line of what is wanted cannot be understood; says how it is written.
    """
    above, _, below = text.partition(WANTED)
    return read_steps(above, steps), read_contract(below, wanted)


def steps_text(steps: Sequence[PlanStep]) -> str:
    """A plan with one numbered step on each line."""
    return "\n".join(f"{number}. {step.goal}" for number, step in enumerate(steps, 1))


def read_steps(text: str, steps: Sequence[PlanStep]) -> list[PlanStep]:
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


def read_contract(text: str, wanted: Contract) -> Contract:
    """What the lines say that the answer must contain; parts that are not there are not wanted.

    Raises:
        BadInput: a line cannot be understood; says how it is written.
    """
    if text.strip() == contract_text(wanted):
        return wanted
    unchanged = contract_text(wanted).splitlines()
    found = dict[str, object]()
    for line in filter(None, map(str.strip, text.splitlines())):
        match = _PART.fullmatch(line)
        if match is None:
            raise BadInput(
                f"{line!r} names no part. Write one of: {', '.join(f'{name}: …' for name in PARTS)}."
            )
        name = PARTS[match[1].lower()]
        found[name] = getattr(wanted, name) if line in unchanged else _read(name, match[2].strip())
    kept = {f.name: found[f.name] for f in fields(Contract) if found.get(f.name)}
    return Contract(**{**kept, **({"decimals": found["decimals"]} if "decimals" in found else {})})  # type: ignore[arg-type]  # by name


def _read(name: str, said: str) -> object:
    if name == "decimals":
        return _places(said) if said else None
    items = [item.strip() for item in said.split(";" if name == "filters" else ",")]
    return tuple(_wanted(item) if name == "values" else item for item in filter(None, items))


def _wanted(item: str) -> Wanted:
    value, _, places = item.partition("(")
    return Wanted(value.strip(), _places(places.rstrip(") ")) if places else None)


def _places(said: str) -> int:
    match = _PLACES.fullmatch(said.strip())
    if match is None:
        raise BadInput(f"{said!r} is no rounding. Write: 2 decimals, or: whole numbers.")
    return 0 if match[2] else int(match[1])


def changed(steps: Sequence[PlanStep], wanted: Contract, typed: str) -> tuple[Sequence[PlanStep], Contract]:
    """Both, after one line of editing: `2 goal`, `2 -`, `+ goal`, `rows: only adults`, `rows: -`.

    Raises:
        BadInput: the line says nothing of this.
    """
    goals = [step.goal for step in steps]
    if match := _PART.fullmatch(typed):
        name = match[1].lower()
        others = [line for line in contract_text(wanted).splitlines() if not line.startswith(f"- {name}:")]
        said = [] if match[2].strip() in ("", "-") else [f"- {name}: {match[2].strip()}"]
        return steps, read_contract("\n".join([*others, *said]), wanted)
    if typed.startswith("+") and typed[1:].strip():
        goals.append(typed[1:].strip())
    elif (match := re.match(r"(\d+)[.)]?\s+(.+)", typed)) and 1 <= int(match[1]) <= len(goals):
        goals[int(match[1]) - 1] = "" if match[2].strip() == "-" else match[2].strip()
    else:
        raise BadInput(f"{typed!r} is no change of the plan, nor of what is wanted.")
    return read_steps("\n".join(goals), steps), wanted
