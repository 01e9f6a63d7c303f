"""Every tool that the model is given, by name. The order is the order in the prompt."""

from __future__ import annotations

from . import Tool
from .look import inspect, search_output
from .python import python
from .steer import answer, finish_step, propose_plan, revise_plan

TOOLS: dict[str, Tool] = {
    t.schema.name: t for t in (python, inspect, search_output, propose_plan, revise_plan, finish_step, answer)
}
