"""Logs built by hand, as the loop would write them."""

from __future__ import annotations

import json
from typing import Any

from analyst_kernels import Error, Output

from analyst.events import (
    Answered,
    Asked,
    Call,
    CallDecided,
    Event,
    ModelReplied,
    Opened,
    PlanProposed,
    PlanRevised,
    PlanStep,
    StepFinished,
    StepStarted,
    Stopped,
    StopReason,
    Surveyed,
    ToolReturned,
    Usage,
    Variable,
)

TABLE = {"path": "/data/penguins.csv", "rows": 1344, "columns": [{"column": "species"}, {"column": "mass"}]}
CHEAP = Usage(1000, 100, usd=0.001)


class Story:
    """Tell what happened; `events` is the log."""

    def __init__(self, model: str = "openai/gpt-5") -> None:
        self.events: list[Event] = [
            Opened("", (), {}, model, "a key was there", 0, False, {"python": "3.11"}, {})
        ]
        self.model = model
        self._calls = 0
        self._cells = 0

    def ask(self, question: str, *data: str) -> Story:
        return self.add(Asked(question, data), Surveyed("one table", (TABLE,) if data else ()))

    def add(self, *events: Event) -> Story:
        self.events += events
        return self

    def call(self, tool: str = "python", usage: Usage = CHEAP, **arguments: Any) -> str:
        self._calls += 1
        call = Call(f"call-{self._calls}", tool, json.dumps(arguments))
        self.add(ModelReplied("", (call,), usage, "tool_calls", self.model, "sha"))
        return call.id

    def cell(self, code: str, *outputs: Output, variables: tuple[str, ...] = (), ending: str = "") -> Story:
        """A cell that ran; it failed if an output is an error."""
        call_id = self.call(code=code)
        ok = not any(isinstance(output, Error) for output in outputs) and ending in ("", "ok")
        self._cells += 1
        names = tuple(Variable(name, "int", "1") for name in variables)
        ending = ending or ("ok" if ok else "error")
        returned = ToolReturned(
            call_id, ok, "text", outputs, cell=self._cells, ending=ending, variables=names
        )
        return self.add(CallDecided(call_id, True), returned)

    def refuse(self, code: str, reason: str) -> Story:
        call_id = self.call(code=code)
        return self.add(
            CallDecided(call_id, False, "person", reason), ToolReturned(call_id, False, f"Refused: {reason}")
        )

    def plan(self, *goals: str) -> Story:
        steps = tuple(PlanStep(f"s{n}", goal) for n, goal in enumerate(goals, 1))
        return self.add(PlanProposed(steps, self.call("propose_plan")))

    def revise(self, reason: str, **goals: str) -> Story:
        steps = tuple(PlanStep(name, goal) for name, goal in goals.items())
        return self.add(PlanRevised(steps, reason, self.call("revise_plan")))

    def start(self, step_id: str) -> Story:
        return self.add(StepStarted(step_id))

    def finish(self, step_id: str, result: str, ok: bool = True) -> Story:
        return self.add(StepFinished(step_id, ok, result, self.call("finish_step")))

    def stop(self, reason: StopReason, detail: str) -> Story:
        return self.add(Stopped(reason, detail))

    def answer(self, text: str, partial: bool = False) -> Story:
        return self.add(Answered(text, partial=partial, call_id="" if partial else self.call("answer")))


def failure(ename: str, evalue: str, line: int = 1) -> Error:
    """An error as IPython 9 reports it, colours and all."""
    frame = f"\x1b[36mCell\x1b[39m\x1b[36m \x1b[39m\x1b[32mIn[1]\x1b[39m\x1b[32m, line {line}\x1b[39m\n  code"
    return Error(
        ename,
        evalue,
        ("\x1b[31m-----\x1b[39m", f"{ename} Traceback", frame, f"\x1b[31m{ename}\x1b[39m: {evalue}"),
    )
