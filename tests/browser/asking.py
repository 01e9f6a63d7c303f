"""A notebook with the extension loaded and a scripted model behind it, as cells of its own."""

from __future__ import annotations

from analyst.models.scripted_server import ScriptedServer

from .lab import Lab

MODEL = """import os
os.environ.update({env!r})
%load_ext analyst"""


def load(server: ScriptedServer | None = None, **env: str) -> str:
    """The code of the cell that loads the extension; without a server the built-in analyst is asked."""
    model = {"ANALYST_MODEL": "rules"}
    if server is not None:
        model = {
            "ANALYST_MODEL": "openai/gpt-4o-mini",
            "OPENAI_BASE_URL": server.url,
            "OPENAI_API_KEY": "none",
        }
    return MODEL.format(env=model | env)


def ask(question: str, **options: str) -> str:
    """The code of a cell that asks."""
    return f"%%agent {' '.join(f'--{name} {value}' for name, value in options.items())}\n{question}"


def press(lab: Lab, cell: int, button: str) -> None:
    """Press one of the buttons that a cell shows."""
    lab.output(cell).get_by_role("button", name=button, exact=True).click()
