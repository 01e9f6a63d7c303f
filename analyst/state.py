"""Where we are, folded from the log; and what comes next. Pure: no clock, no network, no kernel."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from .attempts import attempt
from .coming import Answer as Answer
from .coming import AskModel as AskModel
from .coming import Conclude as Conclude
from .coming import EndStep as EndStep
from .coming import GivePlan as GivePlan
from .coming import Next as Next
from .coming import Over as Over
from .coming import ReviewPlan as ReviewPlan
from .coming import RunCalls as RunCalls
from .coming import SetContract as SetContract
from .coming import StartStep as StartStep
from .coming import Stop as Stop
from .coming import Survey as Survey
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
    StopReason,
    Surveyed,
    ToolReturned,
    Undone,
    Usage,
)

STEP_TURNS = 12
"""Most turns of the model within one step of a plan."""
REPEATS = 3
"""How often the same code may come to the same on the same state before the run is stopped."""
_WITHOUT_ANSWER: frozenset[StopReason] = frozenset({"plan only", "refused"})
_MODEL_MAY_CONCLUDE: frozenset[StopReason] = frozenset({"steps", "calls", "revisions", "failures", "loop"})
"""After these the model is asked once more, for the answer; after the others it cannot or must not be."""


@dataclass
class State:
    """What `next` needs to know of the question that was asked last. Nothing else belongs here."""

    max_failures: int = 5
    kinds: dict[str, str] = field(default_factory=dict)
    """Kind of each tool, by name."""
    asked: Asked | None = None
    surveyed: bool = False
    contract: Contract | None = None
    """What the answer must contain; None: not read from the question yet."""
    added: tuple[Contract, Literal["model", "person"]] | None = None
    """What was said since that it must contain, and by whom; it is written down next."""
    plan: tuple[PlanStep, ...] = ()
    planned: bool = False
    """There was a plan, whatever became of it."""
    unreviewed: bool = False
    refused: bool = False
    """The user refused the plan and did not say what another one should be like."""
    finished: dict[str, StepFinished] = field(default_factory=dict)
    active: str | None = None
    step_turns: int = 0
    waiting: tuple[Call, ...] = ()
    """Calls of the last reply that have not come to anything yet."""
    returned: int = 0
    """Calls of the last reply that have come back from a tool."""
    decided: dict[str, CallDecided] = field(default_factory=dict)
    said: str | None = None
    """What the model last said without a call, until something is done about it."""
    turns: int = 0
    calls: int = 0
    tokens: int = 0
    usd: float = 0.0
    unpriced: bool = False
    last_tokens: int = 0
    last_usd: float = 0.0
    turns_since_compaction: int = 0
    revisions: int = 0
    failures: int = 0
    """Failed calls in a row."""
    attempts: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """How often code came to an outcome and left the namespace in a state."""
    stopped: Stopped | None = None
    concluding: int = 0
    """Replies since the stop."""
    draft: Answered | None = None
    """The answer that the checks sent back; there is no second time."""
    checked: Checked | None = None
    """The checks of the answer that comes next."""
    reviewer: ReviewerReplied | None = None
    """What the reviewer said; it is asked once."""
    reviewed: Reviewed | None = None
    """What the last run of its check came to."""
    answered: Answered | None = None

    @classmethod
    def of(cls, events: Iterable[Event]) -> State:
        """Fold the log."""
        state = cls()
        for event in events:
            state.see(event)
        return state

    def see(self, event: Event) -> None:
        """Take one fact in."""
        match event:
            case Opened(tools=tools, settings=settings):
                self.kinds = {t.name: t.kind for t in tools}
                self.max_failures = int(settings.get("max_failures", self.max_failures))
            case Isolated() | Proved():
                pass  # what holds the code, and what came of the proof after the answer, change nothing here
            case Asked():
                # a new question starts afresh; the tools stay
                self.__init__(self.max_failures, self.kinds, asked=event)  # type: ignore[misc]
            case Surveyed():
                self.surveyed = True
            case ContractSet(contract):
                self.contract, self.added = contract, None
            case PlanProposed(steps, call_id, contract):
                self._answered(call_id)
                self.plan, self.planned, self.unreviewed = steps, True, bool(call_id)
                self.added = (contract, "model") if contract else None
            case PlanDecided(accepted, steps, note, contract):
                self.unreviewed, self.refused = False, not accepted and not note
                self.plan = (steps or self.plan) if accepted else ()
                self.added = (contract, "person") if contract else None
            case PlanRevised(steps, _, call_id):
                self._answered(call_id)
                self.plan, self.revisions = steps, self.revisions + bool(call_id)
                self.finished = {s.id: f for s in steps if (f := self.finished.get(s.id)) and f.ok}
                self.active = None if call_id else self.active  # the user changes only what is not begun
            case StepStarted(step_id):
                self.active, self.step_turns, self.failures = step_id, 0, 0
            case StepFinished(step_id, _, _, call_id):
                self._answered(call_id)
                self.finished[step_id] = event
                self.active, self.said, self.failures = None, None, 0
            case ModelReplied():
                self._replied(event)
            case CallDecided(call_id):
                self.decided[call_id] = event
            case ToolReturned():
                self._returned(event)
            case Compacted():
                self.turns_since_compaction = 0
            case Undone():
                self.attempts.clear()
            case Stopped():
                self.stopped, self.said, self.checked = event, None, None
            case Continued():
                self.stopped = self.answered = self.checked = self.draft = None
                self.concluding, self.failures = 0, 0
                self.attempts.clear()
            case ReviewerReplied(usage=usage):
                self.reviewer = event
                self._spend(usage)
            case Checked() | Reviewed():
                self._judged(event)
            case Answered(call_id=call_id):
                self._answered(call_id)
                self.answered, self.said = event, None

    def _answered(self, call_id: str) -> None:
        """A call came to its fact."""
        if call_id:
            self.waiting = tuple(c for c in self.waiting if c.id != call_id)
            self.calls += 1
            self.failures = 0

    def _judged(self, event: Checked | Reviewed) -> None:
        if isinstance(event, Checked):
            self.checked = event
        else:
            self.reviewed = event
        if event.draft:
            self._sent_back(event.draft)

    def _sent_back(self, draft: Answered) -> None:
        self._answered(draft.call_id)
        self.draft, self.said, self.checked = draft, None, None

    def _spend(self, usage: Usage) -> int:
        """Count what a model call used; gives its tokens."""
        used = usage.input + usage.output
        self.tokens += used
        self.usd += usage.usd or 0.0
        self.unpriced = self.unpriced or (usage.usd is None and used > 0)
        return used

    def _replied(self, event: ModelReplied) -> None:
        self.turns += 1
        self.returned = 0
        self.step_turns += 1
        self.turns_since_compaction += 1
        self.concluding += self.stopped is not None
        self.last_tokens, self.last_usd = self._spend(event.usage), event.usage.usd or 0.0
        self.waiting, self.said = event.calls, None if event.calls else event.text

    def _returned(self, event: ToolReturned) -> None:
        call = next(c for c in self.waiting if c.id == event.call_id)
        self.attempts[attempt(call, event)] += 1
        self.waiting = tuple(c for c in self.waiting if c.id != event.call_id)
        self.calls += 1
        self.returned += 1
        self.failures = 0 if event.ok else self.failures + 1

    # ── derived ──

    @property
    def open_steps(self) -> tuple[PlanStep, ...]:
        """Steps of the plan that have not ended."""
        return tuple(s for s in self.plan if s.id not in self.finished)

    @property
    def failed_step(self) -> StepFinished | None:
        """The step that was given up and waits for a revision of the plan."""
        return next((f for f in self.finished.values() if not f.ok), None)

    @property
    def in_doubt(self) -> Call | None:
        """A call that was allowed and has not returned: after a crash nobody knows whether it ran."""
        first = self.waiting[0] if self.waiting else None
        return first if first and (d := self.decided.get(first.id)) and d.allowed else None

    @property
    def to_review(self) -> bool:
        """Whether an answer that passed the checks is to be reviewed now: the first time, or after the review sent one back."""
        wanted = self.asked is not None and bool(self.asked.review) and not self.stopped
        return wanted and (self.reviewed is None or self.reviewed.draft is not None)

    # ── what comes next ──

    def next(self) -> Next:
        """What is to be done now."""
        if self.asked is None or self.answered:
            return Over()
        if self.stopped:
            return self._after_stop(self.stopped)
        if not self.surveyed:
            return Survey()
        if self.contract is None:
            given = self.asked.contract
            return SetContract(self.asked.question, given, "person" if given else "question")
        if self.added:
            return SetContract(self.asked.question, *self.added)
        if self.asked.steps and not self.planned:
            return GivePlan(self.asked.steps)
        if self.plan and self.asked.plan == "only":
            return Stop("plan only", "The plan is ready. Only the plan was wanted.")
        if self.unreviewed:
            return ReviewPlan()
        if self.refused:
            return Stop("refused", "The plan was refused.")
        if self.waiting:
            return self._start_step_for(self.waiting[0]) or RunCalls(self._batch())
        if self.said is not None:
            return self._take_words(self.said)
        if self.checked:  # the model could not be asked again: the answer that was sent back stands
            return Conclude()
        return self._give_up() or self._start_step() or AskModel()

    def _after_stop(self, stopped: Stopped) -> Next:
        if self.waiting:  # a conversation may not leave calls hanging: they are refused, but for an answer
            return RunCalls(self._batch())
        if stopped.reason in _WITHOUT_ANSWER:
            return Over()
        if self.said:
            return Answer(self.said)
        if self.checked:
            return Conclude()
        return AskModel() if stopped.reason in _MODEL_MAY_CONCLUDE and not self.concluding else Conclude()

    def _batch(self) -> tuple[Call, ...]:
        reads: list[Call] = []
        for call in self.waiting:
            if self.kinds.get(call.tool, "read") != "read":
                break
            reads.append(call)
        return tuple(reads) or self.waiting[:1]

    def _start_step(self) -> Next | None:
        if self.active or self.failed_step or not self.open_steps:
            return None
        return StartStep(self.open_steps[0].id)

    def _start_step_for(self, call: Call) -> Next | None:
        """A reply may end one step and go on with the next: the next starts before its first call runs."""
        return None if self.kinds.get(call.tool) == "steer" else self._start_step()

    def _take_words(self, text: str) -> Next:
        if self.active:
            return EndStep(self.active, ok=True, result=text)
        return Answer(text)

    def _give_up(self) -> Next | None:
        """Bounds on going nowhere."""
        if any(n >= REPEATS for n in self.attempts.values()):
            return Stop("loop", "The same code came to the same result again and again; it was stopped.")
        too_many = self.failures >= self.max_failures
        if self.active and (too_many or self.step_turns >= STEP_TURNS):
            why = (
                f"{self.failures} calls in a row failed"
                if too_many
                else f"{self.step_turns} turns were not enough"
            )
            return EndStep(self.active, ok=False, result=f"Given up: {why}.")
        if too_many:
            return Stop("failures", f"{self.failures} calls in a row failed; see the errors above.")
        return None
