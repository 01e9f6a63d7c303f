"""A log in a few words: for the model when the conversation has become too long, and for a person when a run stops early. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from analyst_kernels.reading import full_text

from .events import (
    Answered,
    Asked,
    Call,
    Contract,
    Event,
    ModelReplied,
    PlanDecided,
    PlanProposed,
    PlanRevised,
    PlanStep,
    StepFinished,
    Stopped,
    Surveyed,
    ToolReturned,
    Undone,
    Variable,
)

_MARK = re.compile(r"<(?=/?(?:question|context|data)\b)")
"""What begins or ends a block of the prompt."""


@dataclass
class Digest:
    """What matters of a log."""

    question: str = ""
    survey: str = ""
    plan: tuple[PlanStep, ...] = ()
    finished: dict[str, StepFinished] = field(default_factory=dict)
    cells: list[tuple[Call, ToolReturned]] = field(default_factory=list)
    variables: dict[str, Variable] = field(default_factory=dict)
    answers: list[str] = field(default_factory=list)
    """Answers to earlier questions, each with its question."""
    stopped: Stopped | None = None

    @classmethod
    def of(cls, events: Iterable[Event]) -> Digest:
        """Fold the log."""
        digest, calls = cls(), dict[str, Call]()
        for event in events:
            match event:
                case Asked(question=question):
                    digest.question, digest.plan, digest.finished, digest.stopped = question, (), {}, None
                case Surveyed(text=text):
                    digest.survey = text
                case PlanProposed(steps=steps) | PlanRevised(steps=steps):
                    digest.plan = steps
                case PlanDecided(accepted=True, steps=steps) if steps:
                    digest.plan = steps
                case StepFinished(step_id=step_id):
                    digest.finished[step_id] = event
                case ModelReplied():
                    calls.update((c.id, c) for c in event.calls)
                case ToolReturned(cell=cell) if cell:
                    digest.cells.append((calls[event.call_id], event))
                    digest._namespace(event)
                case Answered():
                    digest.answers.append(f"{digest.question}\n{event.text}")
                case Undone():
                    digest._take_back(event)
                case Stopped():
                    digest.stopped = event
                case _:
                    pass
        return digest

    def _namespace(self, event: ToolReturned) -> None:
        self.variables.update((v.name, v) for v in event.variables or ())
        for name in event.gone:
            self.variables.pop(name, None)

    def _take_back(self, event: Undone) -> None:
        self.cells = [(call, r) for call, r in self.cells if r.cell not in event.cells]
        for name in event.removed:
            self.variables.pop(name, None)

    def ticks(self) -> Iterator[str]:
        """The plan as a list, with what came of each step."""
        for step in self.plan:
            end = self.finished.get(step.id)
            mark = "○" if end is None else "✓" if end.ok else "✗"
            yield f"- {mark} {step.goal}" + (f": {end.result}" if end else "")


def steps_text(steps: Sequence[PlanStep]) -> str:
    """A plan as the model reads it."""
    return "\n".join(
        f"{s.id}: {s.goal}" + (f" (ends when: {s.evidence})" if s.evidence else "") for s in steps
    )


def contract_text(contract: Contract) -> str:
    """The contract as a person reads it, a line for each part; "" when the question leaves the form open."""
    named = ", ".join(
        w.name + (f" ({decimals_text(w.decimals)})" if w.decimals is not None else "")
        for w in contract.values
    )
    parts = {
        "values": named,
        "quantities": ", ".join(contract.quantities),
        "rows": "; ".join(contract.filters),
        "grouped by": ", ".join(contract.grouping),
        "units": ", ".join(contract.units),
        "rounded": decimals_text(contract.decimals) if contract.decimals is not None else "",
        "files": ", ".join(contract.files),
    }
    return "\n".join(f"- {name}: {said}" for name, said in parts.items() if said)


def decimals_text(decimals: int | None) -> str:
    """A rounding in words."""
    return "whole numbers" if decimals == 0 else f"{decimals} decimal{'s' if decimals != 1 else ''}"


def compact(events: Sequence[Event], room: int) -> str:
    """The conversation in at most about `room` characters.

    Kept first: the question, the plan, variables, the code that worked, errors; outputs only of the last cells. What
    had to be left out is said.
    """
    d = Digest.of(events)
    fixed = [
        _section("Question", d.question),
        _section("Answers to earlier questions", "\n\n".join(d.answers)[-room // 8 :]),
        _section("Data", d.survey[: room // 4]),
        _section("Plan", "\n".join(d.ticks())),
        _section(
            "Variables in the kernel",
            "\n".join(f"{v.name}: {v.summary or v.type}" for v in d.variables.values())[: room // 6],
        ),
        _section("What failed, and how", _failures(d)[-room // 10 :]),
    ]
    left = room - sum(map(len, fixed))
    last = _section("The last outputs", "\n".join(r.text for _, r in d.cells[-2:])[-max(0, left // 3) :])
    code = _section("Cells that ran", _code(d, left - len(last)))
    return "\n\n".join(filter(None, [*fixed, code, last]))


def work_text(events: Sequence[Event], room: int) -> str:
    """Variables, the code that worked and what it showed last, in at most about `room` characters."""
    d = Digest.of(events)
    variables = "\n".join(f"{v.name}: {v.summary or v.type}" for v in d.variables.values())[: room // 4]
    last = "\n".join(r.text for _, r in d.cells[-2:] if r.ok)[-room // 3 :]
    return "\n\n".join(filter(None, (variables, _code(d, room - len(variables) - len(last)), last)))


def partial(events: Sequence[Event]) -> str:
    """The best honest answer that a stopped run can give: what is known, what is not, and why it stopped."""
    d = Digest.of(events)
    why = d.stopped.detail if d.stopped else "The run did not come to its end."
    shown = [(r.cell, text) for _, r in d.cells if r.ok and (text := full_text(r.outputs))]
    if not shown and not d.finished:
        return why
    parts = [f"**This is not a full answer.** {why}"]
    if d.plan:
        parts.append("How far the plan came:\n" + "\n".join(d.ticks()))
    if shown:
        cell, text = shown[-1]
        parts.append(f"The last output (cell {cell}):\n{fenced(text[:2000])}")
    return "\n\n".join(parts)


def inside(text: str) -> str:
    """Text that stays in its block, whatever it holds: who wrote the data must not be able to end it."""
    return _MARK.sub("‹", text)


def fenced(text: str) -> str:
    """Text in a Markdown fence that nothing in it can close."""
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}\n{text}\n{fence}"


def _section(title: str, text: str) -> str:
    return f"## {title}\n{text}" if text.strip() else ""


def _failures(d: Digest) -> str:
    return "\n".join(
        f"cell {r.cell}: {r.text.strip().splitlines()[-1][:300]}" for _, r in d.cells if not r.ok
    )


def _code(d: Digest, room: int) -> str:
    """Code of the cells that worked, the newest whole; older ones by their first line when there is no room."""
    texts: list[str] = []
    for call, returned in reversed([c for c in d.cells if c[1].ok]):
        whole = f"# cell {returned.cell}\n{call.code.strip()}"
        short = f"# cell {returned.cell}: {(call.code.strip().splitlines() or [''])[0][:80]} […]"
        text = whole if len(whole) <= room else short
        room -= len(text)
        if room < 0:
            texts.append("# earlier cells are left out here; their variables are in the kernel")
            break
        texts.append(text)
    return "\n".join(reversed(texts))
