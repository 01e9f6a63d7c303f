"""The work of a question as the report shows it: stretches of cells, what was remarked between them, and what limits the answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ...events import Call, PlanStep, StepFinished
from ...story import Cell, Story, Turn, Unrun
from ...trust.limits import limits as stated
from .. import headline, taken_back


@dataclass
class Stretch:
    """Cells that nothing was remarked between: a step of the plan up to a first remark, or (without a goal) others."""

    goal: str = ""
    finished: StepFinished | None = None
    cells: list[Cell] = field(default_factory=list)

    def repaired(self, cell: Cell) -> bool:
        """Whether a later cell of this stretch did work."""
        return any(c.returned.ok for c in self.cells if c.returned.cell > cell.returned.cell)


def work(story: Story) -> Iterator[Stretch | str]:
    """Stretches, and remarks between them; then the steps that were not begun."""
    for stretch in _stretches(story):
        if isinstance(stretch, str) or stretch.goal or stretch.cells:
            yield stretch


def limits(story: Story) -> Iterator[str]:
    """What a reader should know before relying on the answer."""
    yield from stated(story)
    for part in story.parts:
        for entry in part.entries:
            if limit := _limit(entry):
                yield limit
        if part.finished and not part.finished.ok:
            yield f"Not reached: {_goal(part.step)}. {part.finished.result}"
    yield from map(taken_back, story.undone)


def _stretches(story: Story) -> Iterator[Stretch | str]:
    stretch = Stretch()
    for part in story.parts:
        if part.step or stretch.goal:
            yield stretch
            stretch = Stretch(_goal(part.step), part.finished)
        for entry in part.entries:
            if isinstance(entry, Cell):
                stretch.cells.append(entry)
            elif isinstance(entry, Turn) and (words := _between(entry)):
                yield stretch
                yield words
                stretch = Stretch()
    yield stretch
    yield from (Stretch(step.goal) for step in story.not_begun)


def _goal(step: PlanStep | None) -> str:
    return (step.goal or "Step") if step else ""


def _between(turn: Turn) -> str:
    """A turn in words; "" for what is told among the limits."""
    match turn.kind:
        case "plan refused":
            return f"The plan was refused. {turn.why}"
        case "plan revised":
            return f"Plan revised: {turn.why}"
        case "sent back":
            return f"The answer went back once. {turn.why}"
        case "continued":
            return "The run stopped here and was continued" + (f": {turn.why}" if turn.why else ".")
        case "compacted":
            return ""


def _limit(entry: Cell | Unrun | Turn) -> str:
    match entry:
        case Unrun(call, "refused", why):
            return f"Refused to run: {_named(call)}. {why}"
        case Unrun(call, "in doubt", why):
            return f"Not known to have run: {_named(call)}. {why}"
        case Turn("compacted"):
            return "The conversation was shortened on the way to fit the model's window."
        case _:
            return ""


def _named(call: Call) -> str:
    return f"{call.tool} ({headline(call.code)})" if call.code else call.tool
