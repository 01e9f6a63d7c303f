"""The log as a person would tell it: each question with its plan, the work in order, and what came of it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from .events import (
    Answered,
    Asked,
    Call,
    CallDecided,
    Checked,
    Compacted,
    Continued,
    Contract,
    ContractSet,
    Event,
    Isolated,
    ModelReplied,
    Opened,
    PlanDecided,
    PlanProposed,
    PlanRevised,
    PlanStep,
    Proved,
    Reviewed,
    ReviewerReplied,
    StepFinished,
    StepStarted,
    Stopped,
    Surveyed,
    ToolReturned,
    Undone,
    Usage,
)


@dataclass(frozen=True, slots=True)
class Spent:
    """What the model calls of one question used."""

    calls: int = 0
    tokens: int = 0
    usd: float = 0.0
    priced: bool = True
    """False once a call had no known price."""

    def plus(self, usage: Usage) -> Spent:
        """With one model call more."""
        tokens = usage.input + usage.output
        return Spent(
            self.calls + 1,
            self.tokens + tokens,
            self.usd + (usage.usd or 0.0),
            self.priced and (usage.usd is not None or tokens == 0),
        )

    @property
    def price(self) -> str:
        """In US dollars; "free" for what costs nothing (rules, a local model)."""
        if not self.priced:
            return "price unknown"
        if self.usd == 0:
            return "free"
        return f"{self.usd:.4f} USD" if self.usd >= 0.0001 else "under 0.0001 USD"

    def __str__(self) -> str:
        calls = f"{self.calls:,} model {'call' if self.calls == 1 else 'calls'}"
        return f"{calls} · {self.tokens:,} tokens · {self.price}"


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell that was run."""

    code: str
    returned: ToolReturned
    by_person: bool = False
    """A person was asked, and allowed it."""


@dataclass(frozen=True, slots=True)
class Unrun:
    """A call with code that, as far as is known, was not run."""

    call: Call
    fate: Literal["refused", "declined", "in doubt"]
    """Not allowed; back without a decision, since it was wrong or came at the wrong time; allowed, and never heard of."""
    why: str


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn that the work took."""

    kind: Literal["plan refused", "plan revised", "sent back", "compacted", "continued"]
    why: str = ""


@dataclass
class Part:
    """A step of the plan, or (without a step) what was done outside of one."""

    step: PlanStep | None = None
    number: int = 0
    """The step's place in the plan, counted from 1; 0 when it did not stand there."""
    finished: StepFinished | None = None
    entries: list[Cell | Unrun | Turn] = field(default_factory=list)


@dataclass
class Story:
    """One question and what came of it."""

    asked: Asked
    model: str
    isolated: Isolated | None = None
    """What held the code; None: a kernel that the user gave."""
    tables: tuple[Mapping[str, Any], ...] = ()
    """What the survey found."""
    contract: Contract = Contract()
    """What the answer must contain."""
    plan: tuple[PlanStep, ...] = ()
    refused: bool = False
    """The plan was refused, so nothing was done by it."""
    finished: dict[str, StepFinished] = field(default_factory=dict)
    """How steps ended, by id; a revision of the plan opens again what was given up."""
    parts: list[Part] = field(default_factory=lambda: [Part()])
    spent: Spent = Spent()
    seconds: float | None = None
    """From the question to its answer; None when the log's times are not known."""
    stopped: Stopped | None = None
    checked: Checked | None = None
    """What is on record for the answer; None when that was not looked into."""
    reviewer: str = ""
    """The model that reviewed the answer; "": none was asked."""
    reviewing: Spent = Spent()
    """What the reviewer used; `spent` has it in it."""
    reviews: tuple[Reviewed, ...] = ()
    """What the reviewer's check came to: the last is about the answer."""
    answered: Answered | None = None
    proved: Proved | None = None
    undone: tuple[Undone, ...] = ()
    """What was taken back after this question, of cells of earlier questions too."""
    _calls: dict[str, Call] = field(default_factory=dict)
    """Calls of the last reply that have not returned."""
    _running: dict[str, Call] = field(default_factory=dict)
    """Those of them that were allowed to run."""
    _by_person: set[str] = field(default_factory=set)
    """Ids of those that a person allowed."""

    @property
    def cells(self) -> list[Cell]:
        """All cells, in the order in which they ran."""
        return [entry for part in self.parts for entry in part.entries if isinstance(entry, Cell)]

    @property
    def not_begun(self) -> Iterator[PlanStep]:
        """Steps of the plan that no part is about."""
        begun = {part.step.id for part in self.parts if part.step}
        return (step for step in self.plan if not self.refused and step.id not in begun)

    def see(self, event: Event) -> None:
        """Take one fact in."""
        match event:
            case Surveyed(tables=tables):
                self.tables = tables
            case ContractSet(contract):
                self.contract = contract
            case PlanProposed(steps=steps):
                self.plan, self.refused = steps, False
            case PlanDecided(accepted, steps, note):
                self.plan, self.refused = (accepted and steps) or self.plan, not accepted
                if not accepted:
                    self._add(Turn("plan refused", note))
            case PlanRevised(steps, reason, _):
                self.plan, self.refused = steps, False
                self.finished = {id: end for id, end in self.finished.items() if end.ok}
                self._add(Turn("plan revised", reason))
            case StepStarted(step_id):
                self._begin(step_id)
            case StepFinished():
                self._finish(event)
            case ModelReplied(_, calls, usage, _, model):
                self.model, self.spent = model or self.model, self.spent.plus(usage)
                self._calls = {call.id: call for call in calls}
                self._by_person.clear()
            case CallDecided():
                self._decided(event)
            case ToolReturned():
                self._returned(event)
            case Compacted():
                self._add(Turn("compacted"))
            case Undone():
                self.undone += (event,)
            case Stopped():
                self.stopped = event
            case Continued():
                self.cut_off()
                self._add(Turn("continued", self.stopped.detail if self.stopped else ""))
                self.stopped = self.checked = self.answered = self.proved = None
            case Checked():
                self._checked(event)
            case ReviewerReplied(usage=usage, model=model):
                self.reviewer = model
                self.spent, self.reviewing = self.spent.plus(usage), self.reviewing.plus(usage)
            case Reviewed():
                self.reviews += (event,)
                if event.draft:
                    self._calls.pop(event.draft.call_id, None)
                    self._add(Turn("sent back", f"A reviewer's check failed: {event.output}"))
            case Answered():
                self.answered = event
            case Proved():
                self.proved = event
            case Isolated():
                self.isolated = event
            case Opened() | Asked():
                pass

    def cut_off(self) -> None:
        """The run ended here: what was still running is in doubt."""
        for call in self._running.values():
            self._add(Unrun(call, "in doubt", "The run ended before it returned."))
        self._running.clear()

    def _add(self, entry: Cell | Unrun | Turn) -> None:
        if self.parts[-1].finished:
            self.parts.append(Part())
        self.parts[-1].entries.append(entry)

    def _begin(self, step_id: str) -> Part:
        places = ((number, step) for number, step in enumerate(self.plan, 1) if step.id == step_id)
        number, step = next(places, (0, PlanStep(step_id, step_id)))
        self.parts.append(Part(step, number))
        return self.parts[-1]

    def _finish(self, event: StepFinished) -> None:
        begun = (p for p in reversed(self.parts) if p.step and p.step.id == event.step_id and not p.finished)
        part = next(begun, None) or self._begin(event.step_id)
        part.finished = self.finished[event.step_id] = event

    def _checked(self, event: Checked) -> None:
        if event.draft:
            self._calls.pop(event.draft.call_id, None)
            loose = ", ".join(dict.fromkeys(c.text for c in event.claims if c.status == "unsupported"))
            self._add(
                Turn(
                    "sent back", " ".join([*([f"No output shows {loose}."] if loose else []), *event.unkept])
                )
            )
        else:
            self.checked = event

    def _decided(self, event: CallDecided) -> None:
        call = self._calls.get(event.call_id)
        if call and event.allowed:
            self._running[call.id] = call
            if event.by == "person":
                self._by_person.add(call.id)
        elif call:
            del self._calls[call.id]  # what is returned for it only says so again
            self._add(Unrun(call, "refused", event.reason))

    def _returned(self, event: ToolReturned) -> None:
        begun = self._running.pop(event.call_id, None)
        call = self._calls.pop(event.call_id, None)
        if call is None or not call.code:
            return  # it only looked
        if event.cell:
            self._add(Cell(call.code.strip("\n"), event, event.call_id in self._by_person))
        elif not event.ok:
            self._add(Unrun(call, "in doubt" if begun else "declined", event.text))


def read(events: Iterable[Event], at: Sequence[float] = ()) -> list[Story]:
    """The questions of a log, in order; `at` are the times of its lines in seconds, where they are known."""
    stories: list[Story] = []
    model, isolated, last = "", None, 0.0
    for number, event in enumerate(events):
        if isinstance(event, Opened):
            model = event.model
        elif isinstance(event, Asked):
            stories.append(Story(event, model, isolated, seconds=0.0 if at else None))
        elif stories:
            stories[-1].see(event)
            if at and not isinstance(event, Continued):
                # the time between a stop and its continuation is nobody's
                stories[-1].seconds = (stories[-1].seconds or 0.0) + max(0.0, at[number] - last)
        if isinstance(event, Isolated):
            isolated = event
        last = at[number] if at else 0.0
    for story in stories:
        story.cut_off()
    return stories
