"""`python`: run code in the kernel. The one tool that acts on the world."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from analyst_kernels import Execution, Output
from analyst_kernels.reading import read

from ..events import Call, Event, Notice, OutputDelta, ToolReturned, Variable
from . import Desk, tool
from .snapshots import keep


@tool("act")
async def python(desk: Desk, call: Call, *, code: str) -> ToolReturned:
    """Run Python code as a cell in a live Jupyter kernel, and see what it prints, shows and raises.

    Variables stay from one cell to the next: do not load or compute again what is there. Keep cells short, with one
    purpose, and print what you need to decide. The value of the last expression is shown. Figures are shown as they
    are; give them a title and axis labels. Files you write go to the current folder. Nobody can type: no input().
    """

    def heard(output: Output) -> None:
        desk.show(OutputDelta(call.id, output))

    cell = cells(desk.events) + 1
    if desk.undo:
        await keep(desk.kernel, desk.undo, cell)
    await desk.kernel.evaluate("watch")
    execution = await desk.kernel.execute(code, heard, desk.limits)
    changes: dict[str, Any] = {} if execution.state_lost else await desk.kernel.evaluate("changes")
    variables = tuple(
        Variable(v["name"], v["type"], v["summary"], v.get("content")) for v in changes.get("variables", ())
    )
    gone = tuple(changes.get("gone", ()))
    reading = read(execution.outputs, cell=cell, vision=desk.vision)
    noticed = _noticed(changes.get("noticed", {}))
    if noticed:
        desk.show(Notice(noticed))
    told = (f"[cell {cell}] {_ending(execution, desk)}", reading.text, _ledger(variables, gone), noticed)
    return ToolReturned(
        call.id,
        ok=execution.ok,
        text="\n".join(filter(None, told)),
        outputs=execution.outputs,
        images=reading.images,
        cell=cell,
        ending=execution.ending,
        variables=variables,
        gone=gone,
        state=changes.get("state", ""),
        observed=tuple(changes.get("observed", ())),
    )


def _noticed(found: Mapping[str, Any]) -> str:
    """What the code did outside of the kernel as far as Python's own audit events tell; "" when it did nothing."""
    told = [f"{e['effect']}: {e['what']}" for e in found.get("events", ())][:_NOTICED]
    more = len(found.get("events", ())) + int(found.get("more", 0)) - len(told)
    if not told:
        return ""
    rest = f"; and {more} more" if more > 0 else ""
    return f"While it ran, this cell reached out of the kernel: {'; '.join(told)}{rest}."


def cells(events: Sequence[Event]) -> int:
    """How many cells were run so far, over the whole log."""
    return sum(isinstance(e, ToolReturned) and e.cell > 0 for e in events)


def _ending(execution: Execution, desk: Desk) -> str:
    limits = {
        "wall limit": f"stopped: it ran longer than {desk.limits.wall:.0f} s",
        "silence limit": f"stopped: no output for {desk.limits.silence or 0:.0f} s",
        "died": "the kernel died: out of memory, or the code ended the process",
        "interrupted": "interrupted by the user",
        "error": "error",
        "ok": "ok",
    }
    killed = (
        " and did not listen, so the kernel was killed"
        if execution.state_lost and execution.ending != "died"
        else ""
    )
    return limits[execution.ending] + killed


_SHOWN = 12
_NOTICED = 5


def _ledger(variables: Sequence[Variable], gone: Sequence[str]) -> str:
    """The namespace's changes in a few lines: what the model need not print to know."""
    told = [v for v in variables if v.type != "module"]
    lines = [f"{v.name}: {v.summary or v.type}" for v in told[:_SHOWN]]
    if len(told) > _SHOWN:
        lines.append(f"… and {len(told) - _SHOWN} more")
    if gone:
        lines.append(f"gone: {', '.join(gone[:_SHOWN])}")
    return "\n".join(["[new or changed variables]", *lines]) if lines else ""
