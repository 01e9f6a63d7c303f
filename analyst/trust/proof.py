"""The proof of an answer: its code, alone, in a kernel that knows nothing; what it comes to, held against what was shown.

First the cells that the answer needs are run. When something does not come again, every cell that worked is: so a cell
that was left out wrongly is not taken for a value that moves.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from analyst_kernels import Error, Kernel, Limits

from ..events import Asked, Claim, Event, Moved, Proved, Surveyed, ToolReturned, Variable
from ..story import Story, read
from ..tools.survey import survey
from .causes import causes
from .evidence import Evidence
from .proof_cells import Runnable, needed, prelude, rests_on, runnable
from .proof_values import Compared, claimed, figures, outputs, tables
from .receipts import receipts

MOVED = 20
"""Differences that are told one by one."""
Mode = Literal["values", "full"]

_FAILURES = {
    "FileNotFoundError": "a file that it reads is not there",
    "ModuleNotFoundError": "a library that it imports is not there",
    "MemoryError": "there was too little memory this time",
    "wall limit": "it took longer than a cell may",
    "died": "the kernel died: too little memory?",
}
"""What a cell ended with this time, and what that tells."""


@dataclass
class _Clean:
    """What came of a clean run."""

    cells: Sequence[Runnable]
    again: dict[int, ToolReturned] = field(default_factory=dict)
    surveyed: Surveyed | None = None
    broken: Moved | None = None
    """The cell that did not run to its end this time; nothing was run after it."""
    broken_cell: int = 0


async def prove(
    kernel: Kernel,
    events: Sequence[Event],
    mode: Mode,
    limits: Limits,
    outside: Callable[[str], object],
    given: Sequence[str] = (),
) -> Proved:
    """Run the code of a log again in a new kernel, which is started here and closed; compare.

    Args:
        kernel: one that was not started yet, in a folder of its own.
        events: the log.
        mode: values: what the answers need; full: all that worked.
        limits: of each cell.
        outside: what code does outside of its kernel, if anything: such a cell is not run again in silence.
        given: cells that the user ran in the kernel of the run: those that made what its cells use are run first.

    Raises:
        KernelError: the kernel does not start, or dies.
    """
    events = tuple(events)  # the log may grow while what takes long is read in a thread
    claims, shown, unnumbered = await asyncio.to_thread(_answers, events)
    cells = runnable(events)
    if effects := [cell.cell for cell in cells if outside(cell.code)]:
        numbers = ", ".join(map(str, effects))
        cause = f"cells with effects outside the kernel are not run a second time: {numbers}."
        return Proved(mode, (), 0, 0, cause=cause)
    if not cells:
        return Proved(mode, (), 0, 0, cause="no cell of the run worked, so there is nothing to run again.")
    before = [code for code in prelude(cells, given) if not outside(code)]
    chosen = cells if mode == "full" else needed(cells, shown)
    try:
        await kernel.start()
        clean = await _run(kernel, events, before, chosen, limits)
        proved = await asyncio.to_thread(_compare, events, claims, unnumbered, clean, mode)
        if not proved.ok and len(chosen) < len(cells):
            await kernel.restart()
            clean = await _run(kernel, events, before, cells, limits)
            proved = await asyncio.to_thread(_compare, events, claims, unnumbered, clean, mode)
        return proved
    finally:
        await kernel.close()


def _answers(events: Sequence[Event]) -> tuple[list[Claim], set[int], set[int]]:
    """The claims of all answers; the cells that they rest on; the last cells of answers that state no number."""
    claims: list[Claim] = []
    shown, unnumbered = set[int](), set[int]()
    stories = read(events)
    undone = {cell for story in stories for each in story.undone for cell in each.cells}
    for story in stories:
        own = [c for c in _claims(story, events) if not any(place.cell in undone for place in c.places)]
        claims += own
        places = {place.cell for claim in own for place in claim.places}
        shown |= places
        worked = [
            cell.returned.cell
            for cell in story.cells
            if cell.returned.ok and cell.returned.cell not in undone
        ]
        if story.answered and not places and worked:
            unnumbered.add(worked[-1])
    return claims, shown | unnumbered, unnumbered


def _claims(story: Story, events: Sequence[Event]) -> list[Claim]:
    if story.answered is None:
        return []
    last = next(n for n, event in enumerate(events) if event is story.answered)
    return [claim for claim in receipts(story.answered.text, events[:last]) if claim.places]


async def _run(
    kernel: Kernel, events: Sequence[Event], before: Sequence[str], cells: Sequence[Runnable], limits: Limits
) -> _Clean:
    clean = _Clean(cells)
    data = dict.fromkeys(path for story in read(events) for path in story.asked.data)
    if data:
        found = await survey(kernel, tuple(data), ())
        clean.surveyed = Surveyed(found["text"], tuple(found["tables"]))
    for code in before:
        await kernel.execute(code, None, limits)  # if it fails, what needs it will
    await kernel.evaluate("changes")  # what is there by now is not the cells' work
    for cell in cells:
        await kernel.evaluate("watch")
        execution = await kernel.execute(cell.code, None, limits)
        if not execution.ok:
            errors = [f"{o.ename}: {o.evalue}" for o in execution.outputs if isinstance(o, Error)]
            now = errors[0] if errors and execution.ending == "error" else execution.ending
            clean.broken = Moved(f"cell {cell.cell}", "ok", now[:200])
            clean.broken_cell = cell.cell
            return clean
        changes = await kernel.evaluate("changes")
        clean.again[cell.cell] = replace(
            cell.returned,
            outputs=execution.outputs,
            observed=tuple(changes["observed"]),
            variables=tuple(
                Variable(v["name"], v["type"], v["summary"], v.get("content")) for v in changes["variables"]
            ),
        )
    return clean


def _compare(
    events: Sequence[Event], claims: Sequence[Claim], unnumbered: set[int], clean: _Clean, mode: Mode
) -> Proved:
    before = {cell.cell: cell.returned for cell in clean.cells if cell.returned.ok}
    again = clean.again
    whole = set(before) if mode == "full" else unnumbered
    compared: list[Compared] = [
        *claimed(claims, Evidence.of(events), Evidence.of(_retold(events, clean))),
        *tables(before, again),
        *figures(before, again),
        *outputs(whole, before, again),
    ]
    if clean.broken:
        compared.insert(0, Compared(clean.broken, clean.broken_cell))
    moved = [c.moved for c in compared if c.moved]
    cells = {c.cell for c in compared if c.moved and c.cell}
    numbers = tuple(cell.cell for cell in clean.cells)
    cause = (
        _cause(events, clean, cells)
        if moved
        else ""
        if compared
        else "the answer states nothing that could be compared."
    )
    return Proved(mode, numbers, len(compared) - len(moved), len(compared), tuple(moved[:MOVED]), cause)


def _retold(events: Sequence[Event], clean: _Clean) -> list[Event]:
    """The log with what the clean run came to in place of what the run had shown."""
    told: list[Event] = []
    for event in events:
        if isinstance(event, Surveyed):
            told.append(clean.surveyed if clean.surveyed and event.tables else event)
        elif not isinstance(event, ToolReturned) or not event.cell:
            told.append(event)
        elif event.cell in clean.again:
            told.append(clean.again[event.cell])
    return told


def _cause(events: Sequence[Event], clean: _Clean, moved: Collection[int]) -> str:
    """The likely cause of a difference, by what the data and the code of the cells that moved tell."""
    surveyed = [e for e in events if isinstance(e, Surveyed) and e.tables]
    if clean.surveyed and surveyed and not _same_data(surveyed, clean.surveyed):
        return "Likely cause: the data is not what it was."
    if clean.broken and (name := re.search(r"NameError: name '(\w+)'", clean.broken.now)):
        return f"Likely cause: no cell of the run makes {name[1]}; it was there before."
    if clean.broken and (why := _FAILURES.get(clean.broken.now.partition(":")[0])):
        return f"Likely cause: {why}."
    first = min(moved, default=0)
    rest = [cell.code for cell in reversed(rests_on(clean.cells, {first}))]
    data = [path for e in events if isinstance(e, Asked) for path in e.data]
    found = causes(rest, [cell.code for cell in clean.cells], data)
    return f"Likely cause: {', or '.join(found)}." if found else "Nothing in the code tells why."


def _same_data(before: Sequence[Surveyed], now: Surveyed) -> bool:
    def by_path(tables: Sequence[Mapping[str, object]]) -> dict[tuple[str, str], str]:
        return {(str(t.get("path")), str(t.get("part", ""))): repr(t) for t in tables if "variable" not in t}

    was: dict[tuple[str, str], str] = {}
    for each in before:
        was |= by_path(each.tables)
    return was == by_path(now.tables)
