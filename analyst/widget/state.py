"""What the panel's state says beside the run: what can be chosen, and which variables are in sight."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analyst_kernels.probe.brief import kind, type_name
from analyst_kernels.probe.namespace import summary

from ..safe import one_line
from .panel import Panel

MOST = 100
"""Variables that are told of."""

COMMANDS = {
    "/help": "this list",
    "/clear": "begin a new conversation; your variables stay, the old log too",
    "/vars": "your variables that the agent sees",
    "/plan": "/plan QUESTION: make a plan and stop; /plan auto|always|never|edit: how to work from now on",
    "/stop": "end what the agent does; what was found is kept",
    "/undo": "/undo [N]: take back what the last question's cells did to your variables, or the last N cells",
    "/cost": "tokens and money of each question",
    "/model": "/model [ID]: the model that is asked, or the one to ask from now on",
    "/export": "/export ipynb|html|md|json: the conversation as a document",
    "/history": "the questions of this conversation and what came of them",
    "/why": "/why NUMBER: the cells whose output shows this number",
    "/code": "all code of the conversation that worked, as one script",
}
CHOICES: Mapping[str, Any] = {
    "approves": [
        {"value": "ask", "label": "Ask for each cell"},
        {"value": "risky", "label": "Ask for risky code"},
        {"value": "auto", "label": "Do not ask"},
    ],
    "plans": [
        {"value": "auto", "label": "Plan when it helps"},
        {"value": "always", "label": "Always plan first"},
        {"value": "edit", "label": "Show me the plan first"},
        {"value": "never", "label": "Never plan"},
    ],
    "kernels": [
        {"value": "own", "label": "In your kernel"},
        {"value": "sandbox", "label": "In a sandbox"},
    ],
    "models": ["rules"],
    "commands": [{"name": name, "about": about} for name, about in COMMANDS.items()],
}


def seen(user: Mapping[str, Any]) -> list[dict[str, str]]:
    """The user's variables, each in a line. On the main thread: they are looked at."""
    shown = [n for n, value in user.items() if kind(value) != "module" and not isinstance(value, Panel)][
        :MOST
    ]
    return [{"name": n, "type": type_name(user[n]), "about": one_line(summary(user[n]), 160)} for n in shown]
