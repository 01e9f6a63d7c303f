"""The log read for the report: each question with its data, its work in order, and what limits its answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...events import (
    Answered,
    Asked,
    Call,
    CallDecided,
    Compacted,
    Continued,
    Event,
    ModelReplied,
    Opened,
    PlanDecided,
    PlanProposed,
    PlanRevised,
    PlanStep,
    StepFinished,
    StepStarted,
    Stopped,
    Surveyed,
    ToolReturned,
)
from .. import Spent, headline
from . import survey


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell that was run."""

    code: str
    returned: ToolReturned


@dataclass
class Part:
    """A step of the plan, or (without a goal) what was done outside of one."""

    step_id: str = ""
    goal: str = ""
    finished: StepFinished | None = None
    cells: list[Cell] = field(default_factory=list)

    def repaired(self, cell: Cell) -> bool:
        """Whether a later cell of this part did work."""
        return any(c.returned.ok for c in self.cells if c.returned.cell > cell.returned.cell)


@dataclass
class Story:
    """One question and what came of it."""

    asked: Asked
    model: str
    tables: tuple[Mapping[str, Any], ...] = ()
    """What the survey found."""
    plan: tuple[PlanStep, ...] = ()
    work: list[Part | str] = field(default_factory=lambda: list[Part | str]([Part()]))
    """Parts, and remarks between them."""
    limits: list[str] = field(default_factory=list)
    """What a reader should know before relying on the answer."""
    spent: Spent = Spent()
    seconds: float | None = None
    """From the question to its answer; None when the log's times are not known."""
    stopped: Stopped | None = None
    answered: Answered | None = None
    _calls: dict[str, Call] = field(default_factory=dict)
    """Calls that were made and have not returned."""
    _running: dict[str, Call] = field(default_factory=dict)
    """Those of them that were allowed to run."""

    @property
    def parts(self) -> list[Part]:
        """The work without the remarks."""
        return [part for part in self.work if isinstance(part, Part)]

    @property
    def cells(self) -> list[Cell]:
        """All cells, in the order in which they ran."""
        return [cell for part in self.parts for cell in part.cells]

    def see(self, event: Event) -> None:
        """Take one fact in."""
        match event:
            case Surveyed(tables=tables):
                self.tables = tables
            case PlanProposed(steps=steps):
                self.plan = steps
            case PlanDecided(accepted, steps, note):
                self._decided_on_plan(accepted, steps, note)
            case PlanRevised(steps, reason, _):
                self.plan = steps
                self.work.append(f"Plan revised: {reason}")
            case StepStarted(step_id):
                self.work.append(self._part(step_id))
            case StepFinished():
                self._finished(event)
            case ModelReplied(_, calls, usage, _, model):
                self.model, self.spent = model or self.model, self.spent.plus(usage)
                self._calls = {call.id: call for call in calls}
            case CallDecided():
                self._decided(event)
            case ToolReturned():
                self._returned(event)
            case Compacted():
                self.limits.append("The conversation was shortened on the way to fit the model's window.")
            case Stopped():
                self.stopped = event
            case Continued():
                self._continued()
            case Answered():
                self.answered = event
            case Opened() | Asked():
                pass

    def end(self) -> None:
        """Close the story: what never began, what was still running, what the data had to say."""
        begun = {part.step_id for part in self.parts}
        self.work += [Part(step.id, step.goal) for step in self.plan if step.id not in begun]
        self.work = [part for part in self.work if isinstance(part, str) or part.goal or part.cells]
        self.limits[:0] = list(_remarks(self.tables))
        self._cut_off()

    def _cut_off(self) -> None:
        for call in self._running.values():
            self.limits.append(f"Not known to have run: {_named(call)}. The run ended before it returned.")
        self._running.clear()

    def _part(self, step_id: str) -> Part:
        return Part(step_id, next((s.goal for s in self.plan if s.id == step_id), step_id) or "Step")

    def _here(self) -> Part:
        """The part that goes on; after a remark or the end of a step, work outside of steps."""
        if not self.work or isinstance(self.work[-1], str) or self.work[-1].finished:
            self.work.append(Part())
        return self.parts[-1]

    def _decided_on_plan(self, accepted: bool, steps: tuple[PlanStep, ...], note: str) -> None:
        self.plan = (steps or self.plan) if accepted else ()
        if not accepted:
            self.work.append(f"The plan was refused. {note}")

    def _finished(self, event: StepFinished) -> None:
        part = next((p for p in reversed(self.parts) if p.step_id == event.step_id and not p.finished), None)
        if part is None:
            part = self._part(event.step_id)
            self.work.append(part)
        part.finished = event
        if not event.ok:
            self.limits.append(f"Not reached: {part.goal}. {event.result}")

    def _decided(self, event: CallDecided) -> None:
        call = self._calls.get(event.call_id)
        if call and event.allowed:
            self._running[call.id] = call
        elif call:
            del self._calls[call.id]  # what is returned for it only says so again
            self.limits.append(f"Refused to run: {_named(call)}. {event.reason}")

    def _returned(self, event: ToolReturned) -> None:
        begun = self._running.pop(event.call_id, None)
        call = self._calls.pop(event.call_id, None)
        if call is None or not call.code:
            return  # it only looked
        if event.cell:
            self._here().cells.append(Cell(call.code.strip("\n"), event))
        elif begun and not event.ok:
            self.limits.append(f"Not known to have run: {_named(call)}. {event.text}")

    def _continued(self) -> None:
        self._cut_off()
        why = f": {self.stopped.detail}" if self.stopped else "."
        self.work.append(f"The run stopped here and was continued{why}")
        self.stopped = self.answered = None


def read(events: Iterable[Event], at: Sequence[float] = ()) -> list[Story]:
    """The questions of a log, in order; `at` are the times of its lines in seconds, where they are known."""
    stories: list[Story] = []
    model, last = "", 0.0
    for number, event in enumerate(events):
        if isinstance(event, Opened):
            model = event.model
        elif isinstance(event, Asked):
            stories.append(Story(event, model, seconds=0.0 if at else None))
        elif stories:
            stories[-1].see(event)
            if at and not isinstance(
                event, Continued
            ):  # the time between a stop and its continuation is nobody's
                stories[-1].seconds = (stories[-1].seconds or 0.0) + max(0.0, at[number] - last)
        last = at[number] if at else 0.0
    for story in stories:
        story.end()
    return stories


def _remarks(tables: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for table in tables:
        name = survey.name(table)
        if table.get("error"):
            yield f"{name} could not be read: {table['error']}"
        if not table.get("rows_exact", True):
            yield f"{name}: the number of rows is an estimate."
        for note in survey.notes(table):
            yield f"{name}: {note}"


def _named(call: Call) -> str:
    return f"{call.tool} ({headline(call.code)})" if call.code else call.tool
