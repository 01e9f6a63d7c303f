"""One question in the panel: what stands where, while it is worked on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ..events import Call
from ..story import Story


@dataclass
class Question:
    """The question that was asked last."""

    id: str
    story: Story
    began: float | None
    turns: int = 0
    said: str = ""
    """The block that the model's words go to; "" between its replies."""
    spoken: str = ""
    """The block that the last reply's text stands in."""
    step: str = ""
    """The block of the step that is worked on."""
    step_began: float | None = None
    failures: int = 0
    """Failed cells since the last that worked, in this step."""
    calls: dict[str, Call] = field(default_factory=dict)
    running: str = ""
    """The block of the cell that runs."""
    live: list[dict[str, Any]] = field(default_factory=list)
    """What that cell has shown so far."""
