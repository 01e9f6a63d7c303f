"""The first look, before any turn of the model: the files and the kernel's variables that a question is about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from analyst_kernels import Kernel


async def survey(kernel: Kernel, paths: Sequence[str], variables: Sequence[str]) -> dict[str, Any]:
    """What is there, as the probe's `survey` tells it: `tables` for a program, `text` for a model.

    A frame of the kernel is a table whose `read` is its name. Of any other variable only the text is told.

    Raises:
        KernelError: the kernel could not be asked.
    """
    found: dict[str, Any] = await kernel.evaluate("survey", list(paths), list(variables))
    frames = {table.get("variable") for table in found["tables"]}
    told = [str(found["text"])]
    for name in variables:
        if name not in frames:
            described = await kernel.evaluate("describe", name)
            told.append(f"variable {described['text']}")
    return {"tables": found["tables"], "text": "\n".join(filter(None, told))}
