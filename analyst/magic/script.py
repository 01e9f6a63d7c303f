"""The code of a run as one tidy script: the cells that worked, their imports once and at the top."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from ..events import Asked, Event, ToolReturned
from ..rebuild import cells


def script(events: Sequence[Event]) -> str:
    """The cells that ran to their end and were not undone, each once, below the question it was for."""
    imports = dict[str, None]()
    parts = list[str]()
    answered = {returned.cell: call.code for call, returned in cells(events) if returned.ok}
    question = ""
    for event in events:
        if isinstance(event, Asked):
            question = event.question
        if not isinstance(event, ToolReturned) or event.cell not in answered:
            continue
        code = _without_imports(answered[event.cell], imports)
        if code in parts:
            continue  # run again unchanged
        if question:
            parts.append("\n".join(f"# {line}" for line in question.splitlines()))
            question = ""
        parts += [code] if code else []
    head = "\n".join(
        sorted(
            imports, key=lambda line: (not line.startswith("from __future__"), line.startswith("from"), line)
        )
    )
    return "\n\n".join(filter(None, [head, *parts])) + "\n" if parts or head else ""


def _without_imports(code: str, imports: dict[str, None]) -> str:
    """The code without the imports that stand at its top level; they go to `imports`."""
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return code.strip("\n")  # magics and such: as it is
    lines = code.splitlines()
    for node in reversed(tree.body):
        alone = node.end_lineno is not None and not any(
            other is not node
            and other.lineno <= (node.end_lineno or 0)
            and node.lineno <= (other.end_lineno or 0)
            for other in tree.body
        )
        if isinstance(node, ast.Import | ast.ImportFrom) and alone:
            del lines[node.lineno - 1 : node.end_lineno]
            imports |= dict.fromkeys(_plain(node))
    return "\n".join(lines).strip("\n")


def _plain(node: ast.Import | ast.ImportFrom) -> list[str]:
    if isinstance(node, ast.ImportFrom):
        return [ast.unparse(node)]
    return [ast.unparse(ast.Import([alias])) for alias in node.names]
