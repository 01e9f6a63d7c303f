"""The agent's code in the panel: what waits for a yes, what runs and shows, what was taken back."""

from __future__ import annotations

import copy
from typing import Any, Literal

from ..events import Call, CallDecided, ToolReturned
from ..host import BEGIN
from ..magic.hosts import Choice, choices
from ..views import headline, legible, one_line
from .asides import Asking
from .outputs import shown, shown_one
from .question import Question
from .sheet import Sheet

Kernel = Literal["own", "sandbox", "gone"]
"""Where cells run: in the user's kernel, where they can be taken back; in a closed one, which has none of her variables;
or in one that is there no more."""
BEGINNING: dict[Choice, str] = {"allow": "Begin", "skip": "Do not begin"}
"""What can be chosen where a step waits for a yes."""
LIVE = 100
"""Outputs of a cell that are drawn while it runs; at its end the list is made anew."""


class Cells(Sheet):
    """The blocks that show code."""

    def __init__(self, **state: Any) -> None:
        """`state`: the state at the beginning."""
        super().__init__(**state)
        self.kernel: Kernel = "gone"
        """Where the cells of what comes next run."""
        self._cells: dict[int, str] = {}
        """The block of each cell that can be taken back, or could be, by its number in the user's kernel's log."""

    # ── a yes ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def _asking(self, q: Question, asking: Asking) -> None:
        call, id = asking.call, _approval(q, asking.call)
        if asking.choice:
            self._patch(id, decided="skipped" if asking.choice == "skip" else "allowed")
            self._phase("thinking", "Thinking")
            return
        self._put_approval(q, call, [one_line(r, 500) for r in asking.reasons])
        self._phase("waiting", "Needs your yes")

    def _put_approval(self, q: Question, call: Call, reasons: list[str]) -> None:
        code, goal, offered = legible(call.code), "", choices(call.code)
        if call.tool == BEGIN:
            code, goal, offered = "", code.removeprefix("# "), BEGINNING
        self._put(
            _approval(q, call), "approval", call_id=call.id, code=code, goal=goal, reasons=reasons,
            choices=[{"value": value, "label": label} for value, label in offered.items()], decided=None,
            step=q.step or None,
        )  # fmt: skip

    def _decided(self, q: Question, event: CallDecided) -> None:
        call = q.calls.get(event.call_id)
        if call is None:
            return
        id = _approval(q, call)
        if event.by == "person" and (id in self.blocks or not event.reason):
            if id not in self.blocks:
                self._put_approval(q, call, [])
            self._patch(id, decided="allowed" if event.allowed else "skipped")
        if event.allowed and call.code:
            q.running, q.live = _cell(q, call), []
            self._put_cell(q, call, "running")
            self._phase("running", "Running code")
        elif not event.allowed:
            q.calls.pop(call.id)
            self._put_cell(q, call, "refused", note=one_line(event.reason, 1_000))

    # ── it runs ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def _put_cell(self, q: Question, call: Call, state: str, **more: Any) -> None:
        self._put(
            _cell(q, call), "cell", step=q.step or None, number=None, code=legible(call.code.strip("\n")),
            state=state, attempt=q.failures + 1, outputs=[], changed=[], undoable=False, **more,
        )  # fmt: skip

    def _show(self, q: Question, output: Any) -> None:
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

    def _returned(self, q: Question, event: ToolReturned) -> None:
        call = q.calls.pop(event.call_id, None)
        if call is None or not call.code:
            return
        id = _cell(q, call)
        if id not in self.blocks:
            self._put_cell(q, call, "refused", note=one_line(event.text, 1_000))
        if not event.cell:
            if q.running == id:  # it was allowed, and did not come to its turn
                self._patch(id, state="interrupted", note=one_line(event.text, 1_000))
                q.running = ""
            return
        self._outputs(id, shown(event.outputs, headline(call.code)))
        changed = [
            {"name": v.name, "what": one_line(v.summary or v.type, 300)} for v in event.variables or ()
        ]
        state = "ok" if event.ok else "interrupted" if event.ending == "interrupted" else "error"
        own = self.kernel == "own"
        self._patch(id, state=state, number=event.cell, changed=changed, undoable=own)
        if self.kernel != "sandbox":
            self._cells[event.cell] = id
        if own and (step := self.blocks.get(q.step)) and step["undo"] is None:
            self._patch(q.step, undo=event.cell)
        q.failures = 0 if event.ok else q.failures + 1
        q.running, q.live = "", []
        self._phase("thinking", "Waiting for the model")

    def _outputs(self, id: str, outputs: list[dict[str, Any]]) -> None:
        """The outputs as they are at the end. Those that were seen while the code ran are not sent again."""
        before = self.blocks[id]["outputs"]
        new = {str(n): one for n, one in enumerate(outputs) if n >= len(before) or before[n] != one}
        self.blocks[id]["outputs"] = outputs
        if new or len(outputs) < len(before):
            self._op("outputs", id=id, new=new, count=len(outputs))

    # ── it is taken back ────────────────────────────────────────────────────────────────────────────────────────────

    def _undone(self, numbers: tuple[int, ...]) -> None:
        for number in numbers:
            if number in self._cells:
                self._patch(self._cells[number], undone=True, undoable=False)
        for id, block in self.blocks.items():
            if block["kind"] == "step" and block["undo"] in numbers:
                self._patch(id, undo=None)
            if block["kind"] == "answer" and (cells := {*block["undone"], *numbers} & {*block["cells"]}):
                self._patch(id, undone=sorted(cells))

    def _final(self) -> None:
        """No cell that is there can be taken back any more: what follows is another log."""
        for id in self._cells.values():
            self._patch(id, undoable=False)
        for id, block in self.blocks.items():
            if block["kind"] == "step":
                self._patch(id, undo=None)
            if block["kind"] == "answer":
                self._patch(id, cells=[])
        self._cells = {}


def _approval(q: Question, call: Call) -> str:
    return f"{q.id}-approval-{call.id}"


def _cell(q: Question, call: Call) -> str:
    return f"{q.id}-{call.id}"
