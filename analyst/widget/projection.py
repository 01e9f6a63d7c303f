"""The panel's content as a fold over a run's facts: blocks and a state, JSON only. Pure: no clock, no kernel, no widget.

`see` takes in one fact, or something that is seen live only, and gives what changed as operations of the wire. The
facts alone give the same blocks, so a run from anywhere can be drawn; live text and outputs are there before their fact.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..events import (
    Answered,
    Asked,
    CallDecided,
    Compacted,
    Continued,
    ContractSet,
    Isolated,
    Live,
    ModelReplied,
    Notice,
    Opened,
    OutputDelta,
    PlanDecided,
    PlanRevised,
    Reviewed,
    ReviewerReplied,
    StepFinished,
    StepStarted,
    Stopped,
    TextDelta,
    ToolReturned,
    Undone,
    Usage,
)
from ..markup import prose
from ..story import Spent, Story
from ..views import WHY, legible, one_line, review, wanted
from . import drawn
from .asides import Aside, Asking, Heard, Idle, Reviewing, Typed, Waiting
from .cells import Cells, Kernel
from .question import Question
from .sheet import Op

BEGINNING: Mapping[str, Any] = {
    "phase": "idle", "activity": "", "model": "", "model_reason": "", "usd": 0.0, "tokens": 0, "seconds": None,
    "context": 0.0, "connected": True, "sandbox": "", "models": [],
}  # fmt: skip
OWN = "Isolation: none (the code runs in your own kernel)"
CLOSED = "Isolation: a closed kernel, which does not see your variables"


class Projection(Cells):
    """Blocks and state of one or more logs, one after the other."""

    def __init__(self, **state: Any) -> None:
        """`state`: further fields of the state, as they are at the beginning."""
        super().__init__(**{**BEGINNING, "history": [], **state})
        self._asked = 0
        self._typed = False
        """The last question was only sent so far."""
        self._question: Question | None = None
        self._window = 0
        self._spent = Spent()
        self._at: float | None = None
        self._tier = CLOSED
        """What holds the closed kernel, in words."""

    def runs_in(self, kernel: Kernel) -> list[Op]:
        """What comes next runs in this kind of kernel."""
        self.kernel = kernel
        self._set_state(sandbox={"own": OWN, "sandbox": self._tier, "gone": ""}[kernel])
        return self.taken()

    def see(self, event: Heard, at: float | None = None) -> list[Op]:
        """Take in what happened, at a time in seconds if it is known; what changed, in the words of the wire."""
        self._at = at
        match event:
            case Opened():
                self._opened(event)
            case Isolated(tier, holds):
                self._tier = one_line(f"Isolation: {tier} ({holds})", 1_000)
                self._set_state(sandbox=self._tier)
            case Typed(text):
                self._typed = (
                    False  # one that was never asked, since it could not be understood, keeps its place
                )
                self._ask(Asked(text), at)
                self._typed = True
            case Asked():
                self._ask(event, at)
                self._typed = False
            case _ if self._question is not None:
                self._heard(self._question, event)
                if not isinstance(event, Live | Aside):
                    self._question.story.see(event)
                    self._plan(self._question)
                    self._time(self._question, at)
            case Notice(text):
                self._note(None, text)
            case _:
                pass
        return self.taken()

    def clear(self) -> None:
        """Take all blocks away; what comes next goes on counting."""
        self.blocks.clear()
        self._cells.clear()

    # ── a question begins ───────────────────────────────────────────────────────────────────────────────────────────

    def _opened(self, event: Opened) -> None:
        self._window = event.window
        if self.kernel != "sandbox":  # what was done in the user's kernel can still be taken back
            self._final()
        self._set_state(model=one_line(event.model), model_reason=one_line(event.model_reason, 500))

    def _ask(self, event: Asked, at: float | None) -> None:
        if self._question is not None:
            self._over(self._question)
        self._asked += not self._typed
        self._question = Question(f"q{self._asked}", Story(event, self.state["model"]), at)
        self._put(self._question.id, "question", text=legible(event.question))
        history = [h for h in self.state["history"] if h != event.question]
        self._set_state(history=[*history, event.question][-100:], seconds=0.0)
        self._phase("thinking", "Looking at the data")

    def _time(self, q: Question, at: float | None) -> None:
        if at is not None and q.began is not None:
            self._set_state(seconds=round(at - q.began, 1))

    # ── it is worked on ─────────────────────────────────────────────────────────────────────────────────────────────

    def _heard(self, q: Question, event: Heard) -> None:
        match event:
            case TextDelta(text):
                self._say(q, legible(text))
            case OutputDelta(_, output):
                self._show(q, output)
            case Notice(text):
                self._note(q, text)
            case Asking():
                self._asking(q, event)
            case Reviewing(over):
                self._patch(f"{q.id}-plan", review=not over)
                self._phase(
                    *(("thinking", "Waiting for the model") if over else ("waiting", "Look at the plan"))
                )
            case Waiting(over):
                busy = ("running", "Running code") if q.running else ("thinking", "Looking at the data")
                self._phase(*(busy if over else ("queued", "Waiting for your cell to end")))
            case Idle():
                self._over(q)
                self._phase("idle", "")
            case ModelReplied():
                self._replied(q, event)
            case StepStarted(step_id):
                self._step(q, step_id)
            case StepFinished():
                self._finished(q, event)
            case CallDecided(call_id, allowed) if (
                call_id not in q.calls and (asked := f"{q.id}-approval-{call_id}") in self.blocks
            ):  # a reviewer's check
                self._patch(asked, decided="allowed" if allowed else "skipped")
            case CallDecided():
                self._decided(q, event)
            case ReviewerReplied(usage=usage):
                self._pay(usage)
            case Reviewed():
                self._note(q, review([*q.story.reviews, event], q.story.reviewer, q.story.reviewing))
            case ToolReturned():
                self._returned(q, event)
            case Undone(cells=numbers):
                self._undone(numbers)
            case PlanDecided(accepted=False, note=note):
                self._note(q, f"The plan was refused. {note}".strip())
            case PlanRevised(reason=reason, call_id=call_id):
                self._note(q, f"The plan was revised: {reason}" if call_id else "You changed the plan.")
            case ContractSet(contract) if said := wanted(contract):
                self._note(q, said)
            case Continued():
                self._note(q, "The run goes on from where it had stopped.")
            case Compacted():
                self._note(q, "The conversation was shortened to fit the model's window.")
            case Stopped(reason, detail):
                self._put(
                    self._next(q, "stopped"), "stopped", reason=WHY[reason], detail=one_line(detail, 2_000)
                )
            case Answered():
                self._answer(q, event)
            case _:
                pass

    def _say(self, q: Question, text: str) -> None:
        if not q.said:
            q.turns += 1
            q.said = f"{q.id}-said-{q.turns}"
            self._put(q.said, "said", text="", streaming=True, step=q.step or None)
            self._phase("streaming", "The model is writing")
        self.blocks[q.said]["text"] += text
        self._op("append", id=q.said, text=text)

    def _replied(self, q: Question, event: ModelReplied) -> None:
        text = legible(event.text)
        if q.said:
            whole = {} if self.blocks[q.said]["text"] == text else {"text": text}
            self._patch(q.said, streaming=False, **whole)
        else:
            q.turns += 1
            if text:
                self._put(f"{q.id}-said-{q.turns}", "said", text=text, streaming=False, step=q.step or None)
        q.spoken, q.said = f"{q.id}-said-{q.turns}", ""
        q.calls |= {call.id: call for call in event.calls}
        self._pay(event.usage)
        context = (event.usage.input + event.usage.output) / self._window if self._window else 0.0
        self._set_state(context=round(min(context, 1.0), 3))
        self._phase("thinking", f"Calling {one_line(event.calls[0].tool, 40)}" if event.calls else "Thinking")

    def _pay(self, usage: Usage) -> None:
        self._spent = self._spent.plus(usage)
        usd = round(self._spent.usd, 6) if self._spent.priced else None
        self._set_state(usd=usd, tokens=self._spent.tokens)

    def _note(self, q: Question | None, text: str) -> None:
        step = q.step or None if q else None
        self._put(self._next(q, "note"), "notice", text=legible(text[:20_000]), step=step)

    # ── the plan and its steps ──────────────────────────────────────────────────────────────────────────────────────

    def _plan(self, q: Question) -> None:
        """The plan as the story tells it; drawn again when it is another."""
        if not q.story.plan:
            return
        id = f"{q.id}-plan"
        before = self.blocks.get(id)
        active = self.blocks[q.step]["step_id"] if q.step else ""
        steps = drawn.plan(q.story, active, before["steps"] if before else ())
        ended = q.story.refused or q.story.stopped or q.story.answered
        now = {"steps": steps, "editable": not ended, "note": "Refused" if q.story.refused else ""}
        if before is None:
            self._put(id, "plan", **now, review=False)
        else:
            self._patch(id, **now)

    def _step(self, q: Question, step_id: str) -> None:
        number, goal = next(
            ((n, s.goal) for n, s in enumerate(q.story.plan, 1) if s.id == step_id), (0, step_id)
        )
        q.step, q.step_began, q.failures = self._next(q, "step"), self._at, 0
        self._put(
            q.step, "step", title=one_line(goal, 500), number=number, state="active", summary="", seconds=None,
            open=True, step_id=step_id, undo=None,
        )  # fmt: skip
        self._phase("thinking", "Waiting for the model")

    def _finished(self, q: Question, event: StepFinished) -> None:
        if not q.step or self.blocks[q.step]["step_id"] != event.step_id:
            self._step(q, event.step_id)
        state = "done" if event.ok else "failed"
        known = self._at is not None and q.step_began is not None
        seconds = round((self._at or 0.0) - (q.step_began or 0.0), 1) if known else None
        self._patch(
            q.step, state=state, summary=prose.plain(legible(event.result)), seconds=seconds, open=False
        )
        q.step = ""

    # ── the end ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def _answer(self, q: Question, event: Answered) -> None:
        spoken = self.blocks.get(q.spoken, {})
        id = q.spoken if spoken.get("text") == legible(event.text) else self._next(q, "answer")
        cells = [n for n, cell in self._cells.items() if cell.startswith(f"{q.id}-")]
        self._put(id, "answer", **drawn.answer(event, q.story), cells=cells, undone=[])
        q.step = ""

    def _over(self, q: Question) -> None:
        """Whatever was going on is over, also where no fact says so: the kernel may have been restarted."""
        if q.said:
            self._patch(q.said, streaming=False)
            q.said = ""
        if q.running:
            self._patch(q.running, state="interrupted")
            q.running = ""
        for id, block in self.blocks.items():
            if block["kind"] == "approval" and block["decided"] is None:
                self._patch(id, decided="skipped")
            if block["kind"] == "step" and block["state"] == "active":
                self._patch(id, state="failed", open=False)
            if block["kind"] == "plan" and (block["review"] or block["editable"]):
                self._patch(id, review=False, editable=False)

    def _next(self, q: Question | None, what: str) -> str:
        """An id that is not used yet."""
        head = f"{q.id if q else 'q0'}-{what}"
        return next(id for n in range(1, len(self.blocks) + 2) if (id := f"{head}-{n}") not in self.blocks)

    def _set_state(self, **fields: Any) -> None:
        if model := fields.get("model"):  # one that is in use can be chosen again
            fields["models"] = list(dict.fromkeys([*self.state["models"], model]))
        super()._set_state(**fields)
