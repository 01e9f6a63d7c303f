"""Where the conversation stands: the question that is open, the data, the plan, and what each cell has printed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from .. import Message
from .survey import Survey, parse

PlanMode = Literal["auto", "always", "never"]


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell that was run for this question."""

    code: str
    step: str
    """Id of the plan's step it belongs to; "" without a plan."""
    text: str = ""
    ok: bool = False
    ran: bool = False
    """False when the call was refused or never came to anything."""

    @property
    def raised(self) -> bool:
        """Whether the code itself failed, and was not stopped by a limit or a person."""
        return self.text.partition("\n")[0].partition("] ")[2].startswith("error")

    @property
    def printed(self) -> str:
        """What it printed, without the line that says how it ended."""
        return self.text.partition("\n")[2]

    @property
    def error(self) -> str:
        """The line that says what went wrong."""
        lines = [x for x in self.text.splitlines() if x.strip()]
        named = [x for x in lines if re.match(r"[A-Za-z_.]*(Error|Exception|Interrupt)\b", x)]
        return (named or lines or ["it gave no result"])[-1].strip()


@dataclass(slots=True)
class Turn:
    """One question and all that was done for it."""

    question: str
    plan: PlanMode = "auto"
    goals: dict[str, str] = field(default_factory=dict)
    """The plan: goal by step id, in order; empty without a plan."""
    evidence: dict[str, str] = field(default_factory=dict)
    """What ends a step, by step id, where a plan of our own says it."""
    finished: list[str] = field(default_factory=list)
    cells: list[Cell] = field(default_factory=list)
    now: str = ""
    """The step that the harness named last."""
    failed: str = ""
    """A step that was not reached and waits for a revised plan."""
    limit: bool = False
    """The run is being stopped: nothing may be run any more."""
    taken: frozenset[str] = frozenset()
    """Names in the kernel that are the user's."""

    @property
    def step(self) -> str:
        """Id of the step at work: the one that was named, else the first that is not finished."""
        if self.now in self.goals and self.now not in self.finished:
            return self.now
        return next((s for s in self.goals if s not in self.finished), "")

    def cells_of(self, step: str) -> list[Cell]:
        """The cells of a step, in order."""
        return [c for c in self.cells if c.step == step]


@dataclass(frozen=True, slots=True)
class Conversation:
    """All turns, and the data as it was last surveyed."""

    turns: tuple[Turn, ...]
    survey: Survey
    surveyed: bool


def read(messages: Sequence[Message]) -> Conversation:
    """Fold the messages. Anything that is not recognised is passed over."""
    turns: list[Turn] = []
    survey, surveyed = Survey(), False
    open_calls: dict[str, tuple[Turn, int]] = {}
    for message in messages:
        text = _text(message)
        if message["role"] == "user":
            question = _between(text, "question")
            if question is not None:
                turns.append(Turn(question, _plan_mode(_outside(text))))
            if turns:
                _heed(turns[-1], _outside(text))
            data = _between(text, "data")
            if data is not None:
                found = parse(data)
                survey = found if found.tables or not survey.tables else survey
                surveyed = True
        elif message["role"] == "assistant" and turns:
            for call_id, name, arguments in _calls(message):
                _note(turns[-1], call_id, name, arguments, open_calls)
        elif message["role"] == "tool":
            _take_result(message.get("tool_call_id", ""), text, open_calls)
    return Conversation(tuple(turns), survey, surveyed)


def _text(message: Message) -> str:
    content = message["content"]
    if isinstance(content, str):
        return content
    return "\n".join(str(p.get("text", "")) for p in content or () if p.get("type") == "text")


def _between(text: str, tag: str) -> str | None:
    """What stands between a line `<tag>` and the next line `</tag>`."""
    match = re.search(rf"^<{tag}>[ \t]*\n(.*?)^</{tag}>[ \t]*$", text, re.S | re.M)
    return match[1].strip() if match else None


def _outside(text: str) -> str:
    """The harness's own words: all but the question and the data."""
    return re.sub(r"^<(question|data)>[ \t]*\n.*?^</\1>[ \t]*$", "", text, flags=re.S | re.M)


def _plan_mode(text: str) -> PlanMode:
    if re.search(r"^Propose a plan first", text, re.M):
        return "always"
    return "never" if re.search(r"^Do not plan", text, re.M) else "auto"


def _heed(turn: Turn, text: str) -> None:
    """A message of the harness within a turn."""
    if re.search(r"^The user refused the plan", text, re.M):
        turn.plan, turn.goals = "never", {}
    if re.search(r"^(The user changed the plan|Work by this plan)", text, re.M):
        turn.goals = {s: turn.goals.get(s, "") for s in turn.finished}
    step = re.search(r"^Now step ([\w.-]+?)(?::[ \t]*(.*))?\.?$", text, re.M)
    if step:
        turn.goals[step[1]] = (step[2] or "").strip() or turn.goals.get(step[1], "")
        turn.now = step[1]
    if taken := re.search(r"^Names that are the user's: (.*)$", text, re.M):
        turn.taken = frozenset(taken[1].split(", "))
    failed = re.search(r"^Step ([\w.-]+) was not reached", text, re.M)
    turn.failed = failed[1] if failed else ""
    if re.search(r"^(The run ends here|A limit was reached)", text, re.M):
        turn.limit = True


def _calls(message: Message) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for call in message.get("tool_calls", []):
        function = call.get("function", {})
        try:
            arguments = json.loads(function.get("arguments") or "{}")
        except ValueError:
            arguments = {}
        yield str(call.get("id", "")), str(function.get("name", "")), arguments


def _note(
    turn: Turn,
    call_id: str,
    name: str,
    arguments: Mapping[str, Any],
    open_calls: dict[str, tuple[Turn, int]],
) -> None:
    """One of our own calls."""
    if name in ("propose_plan", "revise_plan"):
        turn.failed = ""
        steps = arguments.get("steps", ())
        turn.goals = {str(s["id"]): str(s["goal"]) for s in steps}
        turn.evidence = {str(s["id"]): str(s.get("evidence", "")) for s in steps}
    elif name == "finish_step" and turn.step:
        turn.finished.append(turn.step)
    elif name == "python":
        open_calls[call_id] = (turn, len(turn.cells))
        turn.cells.append(Cell(str(arguments.get("code", "")), turn.step))


def _take_result(call_id: str, text: str, open_calls: dict[str, tuple[Turn, int]]) -> None:
    if call_id not in open_calls:
        return
    turn, index = open_calls.pop(call_id)
    cell = turn.cells[index]
    head = re.match(r"\[cell \d+\] (\w+)", text)
    turn.cells[index] = Cell(
        cell.code, cell.step, text, ok=bool(head and head[1] == "ok"), ran=head is not None
    )
