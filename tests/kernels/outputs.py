"""Outputs, as a person reads them."""

from __future__ import annotations

from analyst_kernels import DisplayData, ExecuteResult, Execution, Stream


def read(execution: Execution) -> str:
    """Everything that can be read in the outputs."""
    parts = []
    for output in execution.outputs:
        if isinstance(output, Stream):
            parts.append(output.text)
        elif isinstance(output, DisplayData | ExecuteResult):
            parts.append(str(output.data["text/plain"]))
        else:
            parts.append(f"{output.ename}: {output.evalue}")
    return "".join(parts)
