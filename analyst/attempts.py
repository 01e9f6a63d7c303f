"""What was tried and what it came to, so that trying the same again is noticed. Pure."""

from __future__ import annotations

import ast
import hashlib
import json
import re

from analyst_kernels import Error

from .events import Call, ToolReturned


def attempt(call: Call, returned: ToolReturned) -> tuple[str, str, str]:
    """What was tried, what it came to and how it left the namespace: equal for attempts that teach nothing new."""
    return normalised(call), signature(returned), returned.state


def normalised(call: Call) -> str:
    """A hash of what a call does: the code's syntax tree (comments and layout do not count), else its text."""
    code = call.code
    try:
        text = ast.dump(ast.parse(code)) if code else json.dumps(json.loads(call.arguments), sort_keys=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        text = " ".join((code or call.arguments).split())
    return f"{call.tool}:{hashlib.sha256(text.encode()).hexdigest()[:16]}"


def signature(returned: ToolReturned) -> str:
    """What a call came to, without what changes from one time to the next (addresses, counters)."""
    error = next((o for o in returned.outputs if isinstance(o, Error)), None)
    if error:
        return f"{error.ename}: {re.sub(r'0x[0-9a-f]+|[0-9]+', '#', error.evalue)}"
    if returned.cell == 0:
        return hashlib.sha256(returned.text.encode()).hexdigest()[:16]
    return returned.ending
