"""What a cell completed before it failed. A notebook that leaves the cell out may need the names it bound. Pure."""

from __future__ import annotations

import ast
import re

from analyst_kernels import Error

from ..events import ToolReturned

_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_FRAME = re.compile(r"In ?\[[^\]]*\],(?: line| in <cell line:) (\d+)")
"""IPython's words for a line of a cell: `Cell In[3], line 2`; 8.0 to 8.4: `Input In [3], in <cell line: 2>()`."""


def completed(code: str, returned: ToolReturned, repair: str) -> str:
    """The statements of a failed cell that ran to their end; "" when none bound a name or `repair` repeats them all.

    Where it failed is read from the traceback: the first frame that lies in a cell is the failed cell's own, outside
    of any function. Names that the failing statement itself bound, in a loop say, cannot be brought back.
    """
    line = _failing_line(returned)
    done = [s for s in statements(code) if (s.end_lineno or 0) < line]
    if not done or not (returned.variables or any(not isinstance(s, ast.Expr) for s in done)):
        return ""
    repeated = {ast.dump(s) for s in statements(repair)}
    if all(ast.dump(s) in repeated for s in done):
        return ""
    return "\n".join(code.split("\n")[: done[-1].end_lineno])


def _failing_line(returned: ToolReturned) -> int:
    """Counted from 1; 0 when it is not known, or when nothing is left of what ran."""
    if returned.ending == "died":
        return 0
    for output in returned.outputs:
        if isinstance(output, Error) and (frame := _FRAME.search(_ANSI.sub("", "\n".join(output.traceback)))):
            return int(frame[1])
    return 0


def statements(code: str) -> list[ast.stmt]:
    """The statements of a cell, line magics and shell commands as `pass`; none when it is no Python."""
    try:
        return ast.parse(re.sub(r"(?m)^[ \t]*[%!](?!%).*$", "pass", code)).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
