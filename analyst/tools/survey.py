"""The first look, before any turn of the model: the files and the kernel's variables that a question is about."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from analyst_kernels import Kernel

_SHAPE = re.compile(r"^(?P<name>\w+): (?P<type>[\w.…]+), (?P<rows>[\d,]+) rows × (?P<columns>[\d,]+) columns")


async def survey(kernel: Kernel, paths: Sequence[str], variables: Sequence[str]) -> dict[str, Any]:
    """What is there, as the probe's `survey` tells it: `tables` for a program, `text` for a model.

    A frame of the kernel is a table whose `read` is its name. Of any other variable only the text is told.

    Raises:
        KernelError: the kernel could not be asked.
    """
    found: dict[str, Any] = (
        await kernel.evaluate("survey", list(paths)) if paths else {"tables": [], "text": ""}
    )
    tables, told = list(found["tables"]), [str(found["text"])]
    for name in variables:
        described = str((await kernel.evaluate("describe", name))["text"])
        table = _table(described)
        tables += [table] if table else []
        told.append(_as_table(described, table) if table else f"variable {described}")
    return {"tables": tables, "text": "\n".join(filter(None, told))}


def _table(described: str) -> dict[str, Any] | None:
    """A frame's description as a table; None for what is no frame."""
    head = _SHAPE.match(described)
    if head is None:
        return None
    rows = int(head["rows"].replace(",", ""))
    return {
        "path": head["name"],
        "variable": head["name"],
        "format": head["type"],
        "read": head["name"],
        "rows": rows,
        "rows_exact": True,
        "columns": [fact for line in described.splitlines() if "column" in (fact := _object(line))],
        "notes": [],
    }


def _as_table(described: str, table: dict[str, Any]) -> str:
    """The description with a header as files have it: a variable needs no reading."""
    header = {key: table[key] for key in ("variable", "read", "rows")}
    first, _, rest = described.partition("\n")
    index = first.partition("columns, ")[2]
    return f"{json.dumps({**header, 'note': f'a DataFrame in the kernel; {index}'}, ensure_ascii=False)}\n{rest}"


def _object(line: str) -> dict[str, Any]:
    try:
        value = json.loads(line) if line.startswith("{") else {}
    except ValueError:  # the last line of a description that was cut
        return {}
    return value if isinstance(value, dict) else {}
