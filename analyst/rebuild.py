"""A fresh kernel made what the old one was: the cells of the log are run again, in their order.

Cells that ended in an error too: what they did before it is part of what the old kernel was. Cells with effects outside the kernel are not run a second time in silence: they are left out, and named.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analyst_kernels import Kernel, Limits

from .events import Call, Event, ModelReplied, ToolReturned, Undone
from .policy import effects


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What came back."""

    ran: tuple[int, ...] = ()
    """Numbers of the cells that were run again."""
    left_out: tuple[int, ...] = ()
    failed: tuple[int, ...] = ()
    missing: tuple[str, ...] = ()
    """Variables that were there before and are not now."""

    @property
    def whole(self) -> bool:
        """Whether everything is as it was."""
        return not (self.left_out or self.failed or self.missing)

    def __str__(self) -> str:
        told = [f"The kernel was started afresh; cells run again: {_list(self.ran)}."]
        if self.left_out:
            told.append(f"Not run again because of their effects outside the kernel: {_list(self.left_out)}.")
        if self.failed:
            told.append(f"Ended otherwise this time: {_list(self.failed)}.")
        if self.missing:
            told.append(f"Variables that are gone: {', '.join(self.missing)}.")
        return " ".join(told)


def _list(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers)) or "none"


async def rebuild(kernel: Kernel, events: Sequence[Event], limits: Limits) -> Rebuilt:
    """Run the cells of the log again in a kernel that is empty.

    Raises:
        KernelError: the kernel died again.
    """
    ran, left_out, failed = list[int](), list[int](), list[int]()
    before: set[str] = set()
    for call, returned in cells(events):
        before |= {v.name for v in returned.variables or ()}
        before -= set(returned.gone)
        if effects(call.code):
            left_out.append(returned.cell)
            continue
        execution = await kernel.execute(call.code, None, limits)
        (ran if execution.ending == returned.ending else failed).append(returned.cell)
    now = {v["name"] for v in (await kernel.evaluate("changes")).get("variables", ())}
    return Rebuilt(tuple(ran), tuple(left_out), tuple(failed), tuple(sorted(before - now)))


def cells(events: Sequence[Event]) -> list[tuple[Call, ToolReturned]]:
    """The cells that ran to their end or to an error and were not undone, with their calls."""
    calls = {c.id: c for e in events if isinstance(e, ModelReplied) for c in e.calls}
    undone = {number for e in events if isinstance(e, Undone) for number in e.cells}
    return [
        (calls[e.call_id], e)
        for e in events
        if isinstance(e, ToolReturned) and e.ending in ("ok", "error") and e.cell not in undone
    ]
