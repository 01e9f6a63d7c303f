"""Tools that only look: at a variable or a file, and at the full text of an output that was cut."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from analyst_kernels.reading import full_text

from ..events import Call, ToolReturned
from . import Desk, tool

MOST = 6_000
"""Characters that one look may bring back."""


@tool("read")
async def inspect(desk: Desk, call: Call, *, target: str) -> ToolReturned:
    """Look at a variable of the kernel by name, or at a data file by path: type, schema, missing values, first rows."""
    found = await desk.kernel.evaluate("describe", target)
    return ToolReturned(call.id, ok=True, text=str(found["text"])[:MOST])


@tool("read")
async def search_output(
    desk: Desk, call: Call, *, cell: int, pattern: str, lines_around: int = 2
) -> ToolReturned:
    """Find a regular expression in the full text of a cell's output, also in what was cut. Shows the lines around."""
    returned = next((e for e in desk.events if isinstance(e, ToolReturned) and e.cell == cell), None)
    if returned is None:
        numbers = [e.cell for e in desk.events if isinstance(e, ToolReturned) and e.cell]
        return ToolReturned(
            call.id, ok=False, text=f"There is no cell {cell}. Cells so far: {numbers or 'none'}."
        )
    try:
        wanted = re.compile(pattern)
    except re.error as error:
        return ToolReturned(call.id, ok=False, text=f"The pattern is no regular expression: {error}.")
    text = "\n".join(_matches(full_text(returned.outputs).splitlines(), wanted, max(0, lines_around)))
    return ToolReturned(call.id, ok=True, text=text or f"Nothing in the output of cell {cell} matches.")


def _matches(lines: Sequence[str], wanted: re.Pattern[str], around: int) -> Iterator[str]:
    """Matching lines with their numbers and neighbours, up to `MOST` characters."""
    room, last = MOST, 0
    hits = [n for n, line in enumerate(lines) if wanted.search(line)]
    for done, hit in enumerate(hits):
        if room <= 0:
            yield f"[… {len(hits) - done:,} more matching lines: narrow the pattern …]"
            return
        for n in range(max(last, hit - around), min(len(lines), hit + around + 1)):
            text = f"{n + 1}: {lines[n][:500]}"
            room -= len(text)
            last = n + 1
            yield text
