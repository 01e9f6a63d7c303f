"""`%%agent` is awaited on the kernel's own loop: an input transformer puts the `await` in front of it.

Not where an `await` cannot stand: below `%%time` or `%%capture` (the cell is run from inside another), with `%autoawait
off`, or in the middle of other code. There the magic drives itself.
"""

from __future__ import annotations

from typing import Any

CELL = "get_ipython().run_cell_magic('agent', "
LINE = "get_ipython().run_line_magic('agent', "
_INSTANCE = "get_ipython().find_cell_magic('agent').__self__"


class Rewriter:
    """A transformer for `shell.input_transformers_post`."""

    def __init__(self, shell: Any) -> None:
        self._shell = shell

    def __call__(self, lines: list[str]) -> list[str]:
        """The cell's lines, awaited if the whole cell is one magic of ours."""
        code = [number for number, line in enumerate(lines) if line.strip()]
        # a cell is run already; before IPython 9 there is no `is_active`
        inside = self._shell.display_trap._nested_level > 0
        if not code or not self._shell.autoawait or inside:
            return lines
        first = lines[code[0]]
        if first.startswith(CELL):
            new = f"await {_INSTANCE}.awaited_cell({first.removeprefix(CELL)}"
        elif first.startswith(LINE) and len(code) == 1:
            new = f"await {_INSTANCE}.awaited_line({first.removeprefix(LINE)}"
        else:
            return lines
        return [*lines[: code[0]], new, *lines[code[0] + 1 :]]


def asks(lines: list[str]) -> list[str]:
    """A transformer for the first pass: `%agent run …?` asks, where IPython would take the question mark for its help."""
    text = "".join(lines).strip()
    line = text.removeprefix("%agent ")
    if line == text or "\n" in text or not text.endswith("?") or len(line.split()) < 2:
        return lines
    return [f"{LINE}{line!r})\n"]
