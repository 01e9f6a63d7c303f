"""The log read for the notebook: each question with its plan, its parts and the cells that were run in them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ...events import (
    Answered,
    Asked,
    Call,
    CallDecided,
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
    ToolReturned,
)
from ...safe import code_span, safe_line
from .. import Spent, headline

_PARAGRAPH = 1_000


@dataclass(frozen=True, slots=True)
class Attempt:
    """A cell that was run."""

    code: str
    returned: ToolReturned


@dataclass
class Part:
    """A step of the plan, or (without a title) what was done outside of one."""

    step_id: str = ""
    title: str = ""
    finished: StepFinished | None = None
    entries: list[Attempt | str] = field(default_factory=list)
    """Cells, and Markdown between them."""


@dataclass
class Inquiry:
    """One question and what came of it."""

    asked: Asked
    model: str
    plan: tuple[PlanStep, ...] = ()
    ended: dict[str, bool] = field(default_factory=dict)
    """Steps that ended, by id: whether they were reached."""
    parts: list[Part] = field(default_factory=lambda: [Part()])
    spent: Spent = Spent()
    stopped: Stopped | None = None
    answered: Answered | None = None
    _calls: dict[str, Call] = field(default_factory=dict)
    """Calls of the last reply that have not returned."""
    _running: dict[str, Call] = field(default_factory=dict)
    """Those of them that were allowed to run."""

    @property
    def status(self) -> str:
        """How it ended, in a word."""
        if self.answered:
            return "partial" if self.answered.partial else "answered"
        return "stopped" if self.stopped else "unfinished"

    def see(self, event: Event) -> None:
        """Take one fact in."""
        match event:
            case PlanProposed(steps=steps):
                self.plan = steps
            case PlanDecided(accepted, steps, note):
                self.plan = (steps or self.plan) if accepted else ()
                if not accepted:
                    self._note(f"The plan was refused. {safe_line(note, _PARAGRAPH)}")
            case PlanRevised(steps, reason, _):
                self.plan = steps
                self.ended = {step: ok for step, ok in self.ended.items() if ok}
                self._note(f"**Plan revised.** {safe_line(reason, _PARAGRAPH)}")
            case StepStarted(step_id):
                self.parts.append(Part(step_id, self._title(step_id)))
            case StepFinished():
                self._finished(event)
            case ModelReplied(_, calls, usage, _, model):
                self.model, self.spent = model or self.model, self.spent.plus(usage)
                self._calls = {call.id: call for call in calls}
            case CallDecided():
                self._decided(event)
            case ToolReturned():
                self._returned(event)
            case Stopped():
                self.stopped = event
            case Continued():
                self._continued()
            case Answered():
                self.answered = event
            case _:
                pass

    def end(self) -> None:
        """Name what was still running."""
        for call in self._running.values():
            self._note(f"Not known to have run: {_named(call)}. The run ended before it returned.")
        self._running.clear()

    def _note(self, text: str) -> None:
        self.parts[-1].entries.append(text.rstrip())

    def _title(self, step_id: str) -> str:
        for number, step in enumerate(self.plan, 1):
            if step.id == step_id:
                return f"Step {number}: {safe_line(step.goal, 500)}"
        return f"Step {safe_line(step_id)}"

    def _finished(self, event: StepFinished) -> None:
        self.ended[event.step_id] = event.ok
        if self.parts[-1].step_id != event.step_id:
            self.parts.append(Part(event.step_id, self._title(event.step_id)))
        self.parts[-1].finished = event
        self.parts.append(Part())

    def _decided(self, event: CallDecided) -> None:
        call = self._calls.get(event.call_id)
        if call and event.allowed:
            self._running[call.id] = call
        elif call:
            del self._calls[call.id]  # what is returned for it only says so again
            self._note(f"Refused: {_named(call)}. {safe_line(event.reason, _PARAGRAPH)}")

    def _returned(self, event: ToolReturned) -> None:
        self._running.pop(event.call_id, None)
        call = self._calls.pop(event.call_id, None)
        if call is None or not call.code:
            return  # it only looked
        if event.cell:
            self.parts[-1].entries.append(Attempt(call.code.strip("\n"), event))
        elif not event.ok:
            self._note(f"Not known to have run: {_named(call)}. {safe_line(event.text, _PARAGRAPH)}")

    def _continued(self) -> None:
        self.end()
        why = f": {safe_line(self.stopped.detail, _PARAGRAPH)}" if self.stopped else "."
        self._note(f"The run stopped here and was continued{why}")
        self.stopped = self.answered = None


def read(events: Iterable[Event]) -> list[Inquiry]:
    """The questions of a log, in order."""
    inquiries: list[Inquiry] = []
    model = ""
    for event in events:
        if isinstance(event, Opened):
            model = event.model
        elif isinstance(event, Asked):
            inquiries.append(Inquiry(event, model))
        elif inquiries:
            inquiries[-1].see(event)
    for inquiry in inquiries:
        inquiry.end()
    return inquiries


def _named(call: Call) -> str:
    return f"{code_span(call.tool)} ({code_span(headline(call.code))})" if call.code else code_span(call.tool)
