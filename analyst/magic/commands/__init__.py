"""`%agent …`: one small function for each command. A new command is a function in a file here and its name below."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from difflib import get_close_matches
from typing import Any

from ...errors import BadInput
from ..notebook import Notebook
from .looking import chat, code, cost, export, history, insert, sent, show, version, why
from .setting import config, model, reset
from .working import fix, plan, run, stop, undo, verify

__all__ = ["command"]

Todo = Coroutine[Any, Any, None] | None
Command = Callable[[Notebook, str], Todo]


def usage(notebook: Notebook, _: str) -> None:
    """help — this list"""
    lines = [f"  %agent {(function.__doc__ or '').splitlines()[0]}" for function in COMMANDS.values()]
    notebook.say("\n".join(["Ask with %%agent (its options: %%agent?). Then:", *lines]))


COMMANDS: Mapping[str, Command] = {
    "help": usage,
    "chat": chat,
    "plan": plan,
    "run": run,
    "stop": stop,
    "undo": undo,
    "verify": verify,
    "fix": fix,
    "show": show,
    "code": code,
    "insert": insert,
    "export": export,
    "history": history,
    "cost": cost,
    "why": why,
    "sent": sent,
    "model": model,
    "config": config,
    "reset": reset,
    "version": version,
}


def command(notebook: Notebook, line: str) -> Todo:
    """Do what the line says; a coroutine where the kernel or a model is needed.

    Raises:
        BadInput: there is no such command, or what follows it cannot be used.
    """
    name, _, rest = line.strip().partition(" ")
    if name and name not in COMMANDS:
        near = get_close_matches(name, COMMANDS, n=1)
        meant = f"Did you mean %agent {near[0]}?" if near else "%agent help lists them; ask with %%agent."
        raise BadInput(f"There is no command {name}. {meant}")
    return COMMANDS[name or "help"](notebook, rest.strip())
