"""What a snippet may not do to the user's shell, front end and process, and what must be as it was afterwards."""

from __future__ import annotations

import builtins
import contextlib
import getpass
import io
import sys
from collections.abc import Callable, Iterator
from typing import Any

from ..collect import NO_INPUT
from .snippet import Snippet
from .swap import kept, swapped

__all__ = ["guarded", "state_kept"]

_LAST = ("last_type", "last_value", "last_traceback", "last_exc")
_SHELLS = ("_", "__", "___", "_i", "_ii", "_iii", "_ih", "_oh", "In", "Out", "get_ipython", "exit", "quit")
"""Names among the user's that are the shell's. Bound by anybody else, `for _ in …` will do, `_` is never set again."""


@contextlib.contextmanager
def guarded(shell: Any, snippet: Snippet) -> Iterator[None]:
    """No prompt, no debugger, no exit, no pager and no cell put into the user's notebook."""
    from IPython.core import interactiveshell  # noqa: PLC0415 - as below
    from IPython.core.error import StdinNotImplementedError  # noqa: PLC0415 - there only where there is a shell

    def refused(otherwise: Callable[..., Any]) -> Callable[..., Any]:
        def ask(*args: Any, **named: Any) -> Any:
            if snippet.mine:
                raise StdinNotImplementedError(NO_INPUT)
            return otherwise(*args, **named)

        return ask

    def stay() -> None:
        raise SystemExit("exit() ends the cell, not the kernel")

    def page(*args: Any, **_: Any) -> None:
        # called with and without the shell before the data
        data = next((arg for arg in args if isinstance(arg, str | dict)), "")
        snippet.take("display_data", {"data": data if isinstance(data, dict) else {"text/plain": data}})

    def next_input(text: str, replace: bool = False) -> None:  # noqa: ARG001 - the front end's signature
        snippet.say("stdout", text if text.endswith("\n") else f"{text}\n")

    def payload(data: dict[str, Any], single: bool = True) -> None:  # noqa: ARG001 - the manager's signature
        if data.get("source") == "page":
            page(data["data"])
        elif data.get("source") == "set_next_input":
            next_input(data["text"])

    def warn(message: str, *args: Any, **named: Any) -> None:
        if not message.startswith("To exit:"):  # what the shell says to a person who calls sys.exit()
            shell_warn(message, *args, **named)

    shell_warn: Callable[..., None] = vars(interactiveshell)["warn"]
    with contextlib.ExitStack() as stack:
        enter = stack.enter_context
        enter(swapped(interactiveshell, "warn", warn))
        enter(swapped(builtins, "input", refused(builtins.input)))
        enter(swapped(getpass, "getpass", refused(getpass.getpass)))
        enter(swapped(sys, "breakpointhook", refused(sys.breakpointhook)))
        enter(swapped(sys, "stdin", io.StringIO()))
        enter(swapped(shell, "debugger", refused(shell.debugger)))
        enter(swapped(shell, "ask_exit", stay))
        enter(swapped(shell, "set_next_input", next_input))
        enter(kept(shell.hooks, "show_in_pager"))
        shell.hooks.show_in_pager = page
        enter(swapped(shell.payload_manager, "write_payload", payload))
        yield


@contextlib.contextmanager
def state_kept(shell: Any) -> Iterator[None]:
    """What the shell and `sys` remember of the last cells and the last error: `_`, `%debug`, `%tb` are the user's own."""
    with (
        kept(sys, *_LAST, "excepthook"),
        kept(shell, "last_execution_succeeded", "last_execution_result", "custom_exceptions"),
        kept(shell, "keepkernel_on_exit", "exit_now", "showing_traceback", "_last_input_line"),
        kept(shell.displayhook, "exec_result"),
        kept(shell.InteractiveTB, "tb"),
        _names_kept(shell.user_ns),
    ):
        shell.custom_exceptions = ()
        yield


@contextlib.contextmanager
def _names_kept(names: dict[str, Any]) -> Iterator[None]:
    before = {name: names[name] for name in _SHELLS if name in names}
    try:
        yield
    finally:
        for name in _SHELLS:
            if name in before:
                names[name] = before[name]
            else:
                names.pop(name, None)
