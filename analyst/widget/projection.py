"""The panel's content as a fold over a run's facts: blocks and a state, JSON only. Pure: no clock, no kernel, no widget.

`see` takes in one fact, or something that is seen live only, and gives what changed as operations of the wire. The
facts alone give the same blocks, so a run from anywhere can be drawn; live text and outputs are there before their fact.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..events import (
    Answered,
    Asked,
    Call,
    CallDecided,
    Compacted,
    Continued,
    Isolated,
    Live,
    ModelReplied,
    Notice,
    Opened,
    OutputDelta,
    PlanDecided,
    PlanRevised,
    StepFinished,
    StepStarted,
    Stopped,
    TextDelta,
    ToolReturned,
    Undone,
)
from ..markup import prose
from ..story import Spent, Story
from ..views import WHY, headline, legible, one_line
from . import drawn
from .asides import Aside, Asking, Heard, Idle, Reviewing, Typed, Waiting
from .outputs import shown, shown_one
from .sheet import Op, Sheet

BEGINNING: Mapping[str, Any] = {
    "phase": "idle", "activity": "", "model": "", "model_reason": "", "usd": 0.0, "tokens": 0, "seconds": None,
    "context": 0.0, "connected": True, "sandbox": "", "models": [],
}  # fmt: skip
OWN = "Isolation: none (the code runs in your own kernel)"
LIVE = 100
"""Outputs of a cell that are drawn while it runs; at its end the list is made anew."""


@dataclass
class _Question:
    """The question that was asked last."""

    id: str
    story: Story
    began: float | None
    turns: int = 0
    notes: int = 0
    said: str = ""
    """The block that the model's words go to; "" between its replies."""
    spoken: str = ""
    """The block that the last reply's text stands in."""
    step: str = ""
    """The block of the step that is worked on."""
    step_began: float | None = None
    asked: frozenset[str] = frozenset()
    """Steps before whose cells a person is asked."""
    failures: int = 0
    """Failed cells since the last that worked, in this step."""
    calls: dict[str, Call] = field(default_factory=dict)
    running: str = ""
    """The block of the cell that runs."""
    live: list[dict[str, Any]] = field(default_factory=list)
    """What that cell has shown so far."""


class Projection(Sheet):
    """Blocks and state of one or more logs, one after the other. `own`: cells of what follows can be taken back."""

    def __init__(self, **state: Any) -> None:
        """`state`: further fields of the state, as they are at the beginning."""
        super().__init__(**{**BEGINNING, "history": [], **state})
        self.own = False
        self._asked = 0
        self._typed = False
        """The last question was only sent so far."""
        self._question: _Question | None = None
        self._cells: dict[int, str] = {}
        self._window = 0
        self._spent = Spent()
        self._at: float | None = None

    def see(self, event: Heard, at: float | None = None) -> list[Op]:
        """Take in what happened, at a time in seconds if it is known; what changed, in the words of the wire."""
        self._at = at
        match event:
            case Opened():
                self._opened(event)
            case Isolated(tier, holds):
                self._set_state(sandbox=one_line(f"Isolation: {tier} ({holds})", 1_000))
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
        for id in self._cells.values():
            self._patch(id, undoable=False)
        self._cells = {}
        self._set_state(
            model=one_line(event.model),
            model_reason=one_line(event.model_reason, 500),
            sandbox=OWN if self.own else "",
        )

    def _ask(self, event: Asked, at: float | None) -> None:
        self._asked += not self._typed
        self._question = _Question(f"q{self._asked}", Story(event, self.state["model"]), at)
        self._put(self._question.id, "question", text=legible(event.question))
        history = [h for h in self.state["history"] if h != event.question]
        self._set_state(history=[*history, event.question][-100:], seconds=0.0)
        self._phase("thinking", "Looking at the data")

    def _time(self, q: _Question, at: float | None) -> None:
        if at is not None and q.began is not None:
            self._set_state(seconds=round(at - q.began, 1))

    # ── it is worked on ─────────────────────────────────────────────────────────────────────────────────────────────

    def _heard(self, q: _Question, event: Heard) -> None:
        match event:
            case TextDelta(text):
                self._say(q, legible(text))
            case OutputDelta(_, output):
                self._show(q, output)
            case Notice(text):
                self._note(q, text)
            case Asking(call, reasons):
                self._approval(q, call, [one_line(r, 500) for r in reasons])
                self._phase("waiting", "Needs your yes")
            case Reviewing(over, asked):
                q.asked = asked
                self._patch(f"{q.id}-plan", review=not over, editable=not over)
                self._phase(
                    *(("thinking", "Waiting for the model") if over else ("waiting", "Look at the plan"))
                )
            case Waiting(over):
                busy = ("running", "Running code") if q.running else ("thinking", "Looking at the data")
                self._phase(*(busy if over else ("queued", "Waiting for your cell to end")))
            case Idle():
                self._idle(q)
            case ModelReplied():
                self._replied(q, event)
            case StepStarted(step_id):
                self._step(q, step_id)
            case StepFinished():
                self._finished(q, event)
            case CallDecided():
                self._decided(q, event)
            case ToolReturned():
                self._returned(q, event)
            case Undone(cells=numbers):
                self._undone(numbers)
            case PlanDecided(accepted=False, note=note):
                self._note(q, f"The plan was refused. {note}".strip())
            case PlanRevised(reason=reason):
                self._note(q, f"The plan was revised: {reason}")
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

    def _say(self, q: _Question, text: str) -> None:
        if not q.said:
            q.turns += 1
            q.said = f"{q.id}-said-{q.turns}"
            self._put(q.said, "said", text="", streaming=True, step=q.step or None)
            self._phase("streaming", "The model is writing")
        self.blocks[q.said]["text"] += text
        self._op("append", id=q.said, text=text)

    def _replied(self, q: _Question, event: ModelReplied) -> None:
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
        self._spent = self._spent.plus(event.usage)
        context = (event.usage.input + event.usage.output) / self._window if self._window else 0.0
        usd = round(self._spent.usd, 6) if self._spent.priced else None
        self._set_state(usd=usd, tokens=self._spent.tokens, context=round(min(context, 1.0), 3))
        self._phase("thinking", f"Calling {one_line(event.calls[0].tool, 40)}" if event.calls else "Thinking")

    def _note(self, q: _Question | None, text: str) -> None:
        step = q.step or None if q else None
        self._put(self._next(q, "note"), "notice", text=legible(text[:20_000]), step=step)

    # ── the plan and its steps ──────────────────────────────────────────────────────────────────────────────────────

    def _plan(self, q: _Question) -> None:
        """The plan as the story tells it; drawn again when it is another."""
        if not q.story.plan:
            return
        id = f"{q.id}-plan"
        before = self.blocks.get(id)
        active = self.blocks[q.step]["step_id"] if q.step else ""
        steps = drawn.plan(q.story, active, before["steps"] if before else (), q.asked)
        if before is None:
            note = "Refused" if q.story.refused else ""
            self._put(id, "plan", steps=steps, review=False, editable=False, note=note)
        elif before["steps"] != steps:
            self._patch(id, steps=steps)

    def _step(self, q: _Question, step_id: str) -> None:
        number, goal = next(
            ((n, s.goal) for n, s in enumerate(q.story.plan, 1) if s.id == step_id), (0, step_id)
        )
        q.step, q.step_began, q.failures = self._next(q, "step"), self._at, 0
        self._put(
            q.step, "step", title=one_line(goal, 500), number=number, state="active", summary="", seconds=None,
            open=True, step_id=step_id,
        )  # fmt: skip
        self._phase("thinking", "Waiting for the model")

    def _finished(self, q: _Question, event: StepFinished) -> None:
        if not q.step or self.blocks[q.step]["step_id"] != event.step_id:
            self._step(q, event.step_id)
        state = "done" if event.ok else "failed"
        known = self._at is not None and q.step_began is not None
        seconds = round((self._at or 0.0) - (q.step_began or 0.0), 1) if known else None
        self._patch(
            q.step, state=state, summary=prose.plain(legible(event.result)), seconds=seconds, open=False
        )
        q.step = ""

    # ── code ────────────────────────────────────────────────────────────────────────────────────────────────────────

    def _approval(self, q: _Question, call: Call, reasons: list[str]) -> None:
        id = f"{q.id}-approval-{call.id}"
        code = legible(call.code)
        self._put(
            id, "approval", call_id=call.id, code=code, reasons=reasons, decided=None, step=q.step or None
        )

    def _decided(self, q: _Question, event: CallDecided) -> None:
        call = q.calls.get(event.call_id)
        if call is None:
            return
        approval = f"{q.id}-approval-{call.id}"
        if event.by == "person" and (approval in self.blocks or not event.reason):
            if approval not in self.blocks:
                self._approval(q, call, [])
            self._patch(approval, decided="allowed" if event.allowed else "skipped")
        if event.allowed and call.code:
            q.running, q.live = f"{q.id}-{call.id}", []
            self._cell(q, call, "running")
            self._phase("running", "Running code")
        elif not event.allowed:
            q.calls.pop(call.id)
            self._cell(q, call, "refused", note=one_line(event.reason, 1_000))

    def _cell(self, q: _Question, call: Call, state: str, **more: Any) -> None:
        self._put(
            f"{q.id}-{call.id}", "cell", step=q.step or None, number=None, code=legible(call.code.strip("\n")),
            state=state, attempt=q.failures + 1, outputs=[], changed=[], undoable=False, **more,
        )  # fmt: skip

    def _show(self, q: _Question, output: Any) -> None:
        cell = self.blocks.get(q.running)
        if cell is None or len(q.live) >= LIVE:
            return
        one = shown_one(output, headline(cell["code"]))
        if one is None:
            return
        last = q.live[-1] if q.live else {}
        if one["type"] == "text" == last.get("type") and one["stream"] == last["stream"]:
            last["text"] += one["text"]
        else:
            q.live.append(copy.copy(one))
        cell["outputs"] = q.live
        self._op("output", id=q.running, output=one)

    def _returned(self, q: _Question, event: ToolReturned) -> None:
        call = q.calls.pop(event.call_id, None)
        if call is None or not call.code:
            return
        id = f"{q.id}-{call.id}"
        if id not in self.blocks:
            self._cell(q, call, "refused", note=one_line(event.text, 1_000))
        if not event.cell:
            if q.running == id:  # it was allowed, and did not come to its turn
                self._patch(id, state="interrupted", note=one_line(event.text, 1_000))
                q.running = ""
            return
        outputs = shown(event.outputs, headline(call.code))
        same = {} if self.blocks[id]["outputs"] == outputs else {"outputs": outputs}
        changed = [
            {"name": v.name, "what": one_line(v.summary or v.type, 300)} for v in event.variables or ()
        ]
        state = "ok" if event.ok else "interrupted" if event.ending == "interrupted" else "error"
        self._patch(id, state=state, number=event.cell, changed=changed, undoable=self.own, **same)
        self._cells[event.cell] = id
        q.failures = 0 if event.ok else q.failures + 1
        q.running, q.live = "", []
        self._phase("thinking", "Waiting for the model")

    def _undone(self, numbers: tuple[int, ...]) -> None:
        for number in numbers:
            if number in self._cells:
                self._patch(self._cells[number], undone=True, undoable=False)
        for id, block in self.blocks.items():
            if block["kind"] == "answer" and (cells := {*block["undone"], *numbers} & {*block["cells"]}):
                self._patch(id, undone=sorted(cells))

    # ── the end ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def _answer(self, q: _Question, event: Answered) -> None:
        spoken = self.blocks.get(q.spoken, {})
        id = q.spoken if spoken.get("text") == legible(event.text) else self._next(q, "answer")
        cells = [b["number"] for i, b in self.blocks.items() if i.startswith(f"{q.id}-") and b.get("number") and b["kind"] == "cell"]  # fmt: skip
        self._put(id, "answer", **drawn.answer(event, q.story.checked), cells=cells, undone=[])
        q.step = ""

    def _idle(self, q: _Question) -> None:
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
            if block["kind"] == "plan" and block["review"]:
                self._patch(id, review=False, editable=False)
        self._phase("idle", "")

    def _next(self, q: _Question | None, what: str) -> str:
        """An id that is not used yet."""
        head = f"{q.id if q else 'q0'}-{what}"
        return next(id for n in range(1, len(self.blocks) + 2) if (id := f"{head}-{n}") not in self.blocks)

    def _set_state(self, **fields: Any) -> None:
        if model := fields.get("model"):  # one that is in use can be chosen again
            fields["models"] = list(dict.fromkeys([*self.state["models"], model]))
        super()._set_state(**fields)

    def _phase(self, phase: str, activity: str) -> None:
        self._set_state(phase=phase, activity=activity)
