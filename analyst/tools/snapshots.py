"""Snapshots of the user's variables, one before each cell, and the way back to them.

The kernel holds them (`analyst_kernels/probe/snapshots.py`), under a label that is used once.
"""

from __future__ import annotations

from analyst_kernels import Kernel

from ..events import Undone

KEPT = 30
"""Cells that can be undone; older snapshots are let go, so that what they hold can be freed."""


def label(run: str, cell: int) -> str:
    """The name of the snapshot before a cell of a run."""
    return f"{run}/{cell}"


async def keep(kernel: Kernel, run: str, cell: int) -> None:
    """Keep the variables as they are before a cell runs.

    Raises:
        KernelError: the kernel could not be asked.
    """
    await kernel.evaluate("snapshot", label(run, cell))
    if cell > KEPT:
        await kernel.evaluate("forget", [label(run, cell - KEPT)])


async def back(kernel: Kernel, run: str, cells: tuple[int, ...]) -> Undone:
    """Make the variables what they were before the first of these cells, which are the last that ran.

    Raises:
        KernelError: there is no such snapshot any more, or the kernel could not be asked.
    """
    found = await kernel.evaluate("restore", label(run, min(cells)))
    await kernel.evaluate("forget", [label(run, cell) for cell in cells])
    return Undone(
        cells=tuple(sorted(cells, reverse=True)),
        restored=tuple(found["restored"]),
        removed=tuple(found["removed"]),
        lost=dict(found["lost"]),
    )
