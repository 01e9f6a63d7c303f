"""What to do now: propose a plan, run a cell, finish a step, or answer. A pure function of the conversation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from . import answering, code, profile
from .conversation import Cell, Conversation, Turn
from .intents import Intent
from .kinds import BY_NAME
from .outputs import Output
from .pipeline import Pipeline
from .survey import Survey, Table
from .understand import Reading, leaves_behind, understand

PLANNED = 3
"""A question of at least so many parts gets a plan, when the user leaves that open."""
ATTEMPTS = 2
"""Each cell is tried once more, in a more careful form."""


@dataclass(frozen=True, slots=True)
class Move:
    """What to say and which tools to call."""

    text: str = ""
    calls: tuple[tuple[str, Mapping[str, Any]], ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """A piece of work that is one cell."""

    goal: str
    evidence: str
    tables: tuple[Table, ...]
    intents: tuple[Intent, ...] = ()
    topic: str = ""
    """A step of the profile; "" for intents."""
    pipeline: Pipeline | Output | None = None

    def code(self, *, load: bool, careful: bool) -> str:
        """The cell. Careful: the more defensive form, for the second attempt."""
        return code.cell(self.tables if load else (), self.sections(careful=careful), careful=careful)

    def sections(self, *, careful: bool) -> list[list[str]]:
        """The lines of the cell after loading, in blocks."""
        if self.pipeline:
            return [list(self.pipeline.lines)]
        if self.topic:
            return [profile.sections(self.tables[0])[self.topic]]
        return [_section(i, careful=careful) for i in self.intents]


def _section(intent: Intent, *, careful: bool) -> list[str]:
    kind = BY_NAME[intent.kind]
    body = kind.code(intent, code.rows_of(intent, careful=careful))
    return code.section(intent, kind.title(intent), body, careful=careful)


def next_move(conversation: Conversation, tools: frozenset[str]) -> Move:
    """Decide by what has happened since the last question."""
    if not conversation.turns:
        return Move("I was not asked anything yet.")
    *earlier, turn = conversation.turns
    survey = conversation.survey
    reading = understand(turn.question, survey, _before(earlier, survey))
    if not survey.tables:
        return _say(answering.nothing_to_read(survey), {}, tools)
    work = _work(reading)
    if turn.limit or not work:
        return _conclude(turn, reading, survey, tools)
    if turn.failed and "revise_plan" in tools:
        return _revise(turn)
    if not turn.goals and _plans(turn, reading, work, tools):
        return _propose(work)
    if turn.goals:
        return _planned(turn, reading, work, survey, tools)
    return _unplanned(turn, reading, work, survey, tools)


def _before(earlier: Sequence[Turn], survey: Survey) -> tuple[Intent, ...]:
    """What the last question before asked that was understood; each question is read in the light of those before it."""
    before: tuple[Intent, ...] = ()
    for turn in earlier:
        before = leaves_behind(turn.question, survey, before) or before
    return before


def _work(reading: Reading) -> list[Step]:
    if reading.open and reading.table:
        return [Step(*profile.GOALS[topic], (reading.table,), topic=topic) for topic in profile.GOALS]
    found = reading.pipeline or reading.output
    whole = f"Compute: {found.title}" if found else ""
    return [
        *([Step(whole, "the printed results", (found.table,), pipeline=found)] if found else []),
        *(
            Step(f"Compute: {answering.title(i)}", "the printed result", (i.table,), intents=(i,))
            for i in reading.intents
        ),
    ]


def _together(work: Sequence[Step], *, careful: bool) -> str:
    """All steps as one cell."""
    tables = tuple(dict.fromkeys(t for s in work for t in s.tables))
    sections = [lines for step in work for lines in step.sections(careful=careful)]
    return code.cell(tables, sections, careful=careful)


# ── without a plan ──────────────────────────────────────────────────────────────────────────────────────────────────


def _unplanned(
    turn: Turn, reading: Reading, work: Sequence[Step], survey: Survey, tools: frozenset[str]
) -> Move:
    cells = turn.cells
    if not cells:
        return Move(calls=(("python", {"code": _together(work, careful=False)}),))
    if _repairable(cells):
        text = f"The cell failed ({cells[-1].error}); I try a more careful form."
        return Move(text, (("python", {"code": _together(work, careful=True)}),))
    return _conclude(turn, reading, survey, tools)


def _repairable(cells: Sequence[Cell]) -> bool:
    """Failed with an error of the code, and not tried again yet. Refused or interrupted code is left alone."""
    last = cells[-1]
    return not last.ok and last.ran and last.raised and len(cells) < ATTEMPTS


def _conclude(turn: Turn, reading: Reading, survey: Survey, tools: frozenset[str]) -> Move:
    printed = "\n".join(c.printed for c in turn.cells)
    last = {cell.step: cell for cell in turn.cells}
    failed = [cell.error for cell in last.values() if not cell.ok]
    if reading.open and reading.table:
        return _say(answering.open_answer(reading.table, printed, failed), {}, tools)
    text, named = answering.answer(reading, printed, failed, survey)
    return _say(text, named, tools)


def _say(text: str, named: Mapping[str, str], tools: frozenset[str]) -> Move:
    if "answer" not in tools:
        return Move(text)
    return Move(calls=(("answer", {"text": text, **({"named": dict(named)} if named else {})}),))


# ── with a plan ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _plans(turn: Turn, reading: Reading, work: Sequence[Step], tools: frozenset[str]) -> bool:
    if "propose_plan" not in tools or turn.cells or turn.plan == "never":
        return False
    return turn.plan == "always" or reading.open or len(work) >= PLANNED


def _propose(work: Sequence[Step]) -> Move:
    steps = [{"id": f"s{n}", "goal": s.goal, "evidence": s.evidence} for n, s in enumerate(work, 1)]
    return Move(calls=(("propose_plan", {"steps": steps}),))


def _revise(turn: Turn) -> Move:
    """Take out the step that was not reached; the others stand as they were."""
    left = {s: g for s, g in turn.goals.items() if s != turn.failed}
    steps = [{"id": s, "goal": g, "evidence": turn.evidence.get(s, "")} for s, g in left.items()]
    if not steps:
        steps = [{"id": "report", "goal": "Say what could not be found out"}]
    return Move(calls=(("revise_plan", {"steps": steps, "reason": f"Step {turn.failed} was not reached."}),))


def _planned(
    turn: Turn, reading: Reading, work: Sequence[Step], survey: Survey, tools: frozenset[str]
) -> Move:
    step_id = turn.step
    if not step_id:
        return _conclude(turn, reading, survey, tools)
    cells = turn.cells_of(step_id)
    if not cells:
        run = _run(turn, step_id, work, survey)
        return run or Move(calls=(_finish("I do not know how to work on this step.", reached=False),))
    if _repairable(cells):
        again = _run(turn, step_id, work, survey, careful=True)
        if again:
            return Move(f"The cell failed ({cells[-1].error}); I try a more careful form.", again.calls)
    return _finish_and_go_on(turn, step_id, work, reading, survey)


def _step(turn: Turn, step_id: str, work: Sequence[Step], survey: Survey) -> Step | None:
    """The work behind a step: ours by its goal, else the goal is read as a question of its own."""
    goal = turn.goals.get(step_id, "")
    own = next((s for s in work if goal == s.goal), None)
    if own:
        return own
    found = _work(understand(goal, survey))
    intents = tuple(i for s in found for i in s.intents)
    tables = tuple(dict.fromkeys(i.table for i in intents))
    return Step(goal, "", tables, intents) if intents else (found[0] if found else None)


def _run(
    turn: Turn, step_id: str, work: Sequence[Step], survey: Survey, *, careful: bool = False
) -> Move | None:
    step = _step(turn, step_id, work, survey)
    if step is None:
        return None
    loaded = any(c.ok and all(t.read in c.code for t in step.tables) for c in turn.cells)
    return Move(calls=(("python", {"code": step.code(load=careful or not loaded, careful=careful)}),))


def _finish(result: str, *, reached: bool) -> tuple[str, Mapping[str, Any]]:
    return "finish_step", {"result": result, "reached": reached}


def _finish_and_go_on(
    turn: Turn, step_id: str, work: Sequence[Step], reading: Reading, survey: Survey
) -> Move:
    """End the step with what its cell printed; the next step's cell goes into the same reply."""
    cell = turn.cells_of(step_id)[-1]
    if not cell.ok:
        return Move(calls=(_finish(f"The code failed: {cell.error}", reached=False),))
    finish = _finish(_result(cell, reading, _step(turn, step_id, work, survey)), reached=True)
    later = [s for s in turn.goals if s not in turn.finished and s != step_id]
    run = _run(turn, later[0], work, survey) if later else None
    return Move(calls=(finish, *(run.calls if run else ())))


def _result(cell: Cell, reading: Reading, step: Step | None) -> str:
    found = answering.sections(cell.printed)
    if step and step.intents:
        results = (answering.finding(i, found, reading) for i in step.intents)
        return " ".join(f.text for f in results if f) or "Nothing was printed."
    lines = [x.removeprefix("- ") for s in found.values() for x in s.lines if x.startswith("- ")]
    return "; ".join(lines) or "Nothing notable was found."
