"""A notebook made of facts, and its parts."""

from __future__ import annotations

from typing import Any

import nbformat

from analyst.events import (
    Event,
)
from analyst.views.notebook import to_notebook


def made(events: list[Event], **options: Any) -> Any:
    """The notebook, valid, as (type, source) pairs are read from it."""
    notebook = to_notebook(events, **options)
    nbformat.validate(notebook)
    outputs = [o for cell in notebook.cells if cell.cell_type == "code" for o in cell.outputs]
    assert not [o for o in outputs if o.output_type == "error"]
    return notebook


def texts(notebook: Any) -> list[str]:
    return [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]


def codes(notebook: Any) -> list[str]:
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]
