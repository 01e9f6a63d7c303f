"""The notebook analyst: ask a question about data; get an answer that its code computed in a live Jupyter kernel.

`analyst.run("Which species is heaviest?", "penguins.csv")` answers one question. `analyst.Session` holds a conversation.
In a notebook, `%load_ext analyst` gives `%%agent`, which works on the variables that are there, and `analyst.chat()` a
panel beside it.
Importing this does nothing and imports no provider; the names below are loaded when they are used first.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .errors import AnalystError
    from .events import Event
    from .headless import run
    from .host import Host
    from .log import read as read_log
    from .models import Model
    from .result import Result
    from .session import Session
    from .settings import Settings
    from .tools import Tool, tool
    from .views.notebook import to_notebook
    from .widget import chat

_HOME = {
    "AnalystError": "errors",
    "Event": "events",
    "Host": "host",
    "Model": "models",
    "Result": "result",
    "Session": "session",
    "Settings": "settings",
    "Tool": "tools",
    "chat": "widget",
    "read_log": "log",
    "run": "headless",
    "to_notebook": "views.notebook",
    "tool": "tools",
}

__all__ = [
    "AnalystError",
    "Event",
    "Host",
    "Model",
    "Result",
    "Session",
    "Settings",
    "Tool",
    "chat",
    "read_log",
    "run",
    "to_notebook",
    "tool",
]


def load_ipython_extension(shell: Any) -> None:
    """`%load_ext analyst`: `%%agent` and `%agent`."""
    import_module("analyst.magic").load(shell)


def unload_ipython_extension(shell: Any) -> None:
    """`%unload_ext analyst`: as if it had never been loaded."""
    import_module("analyst.magic").unload(shell)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'analyst' has no attribute {name!r}")
    return getattr(import_module(f"analyst.{_HOME[name]}"), "read" if name == "read_log" else name)


def __dir__() -> list[str]:
    return sorted(__all__)
