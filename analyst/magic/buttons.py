"""Buttons in the cell, for front ends that send clicks while the kernel is busy (JupyterLab, Notebook 7)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import ipywidgets as widgets  # type: ignore[import-untyped]  # it has no stubs

from ..events import PlanStep
from .hosts import WORDS, Choice, from_text, to_text

LINES = 12
"""Most lines of a plan's text box."""


class Buttons:
    """Asks with widgets; each is taken out of the cell when it was answered."""

    def __init__(self, show: Callable[[Any], None], say: Callable[[str], None]) -> None:
        """`show` displays a widget in the cell, `say` a line of text."""
        self._show = show
        self._say = say

    async def choose(self, code: str, reasons: Sequence[str]) -> Choice:
        """Show the code and its reasons, and wait for one of three buttons."""
        about = widgets.Label(f"This needs your yes: {'; '.join(reasons)}.")
        shown = widgets.Textarea(code.rstrip(), disabled=True, rows=min(LINES, code.count("\n") + 2))
        shown.layout.width = "100%"
        choice: Choice = await self._pressed([about, shown], list(WORDS.items()))
        self._say(f"{WORDS[choice]}: {'; '.join(reasons)}.")
        return choice

    async def edit(self, steps: Sequence[PlanStep]) -> Sequence[PlanStep] | None:
        """Show the plan in a text box, one step on each line."""
        text = widgets.Textarea(to_text(steps), rows=min(LINES, len(steps) + 2))
        text.layout.width = "100%"
        about = widgets.Label("The plan, one step on each line. Change it, then run it.")
        while True:
            pressed = await self._pressed([about, text], [("run", "Run the plan"), ("refuse", "Refuse")])
            plan = from_text(text.value, steps)
            if pressed == "refuse" or plan:
                return plan if pressed == "run" else None

    async def _pressed(self, above: Sequence[Any], buttons: Sequence[tuple[Any, str]]) -> Any:
        loop, answer = asyncio.get_running_loop(), asyncio.get_running_loop().create_future()

        def button(value: Any, words: str) -> Any:
            made = widgets.Button(description=words, layout=widgets.Layout(width="auto"))
            _from_any_shell(made)

            # called in a thread of the kernel's: it only hands the answer over
            made.on_click(lambda _: loop.call_soon_threadsafe(_answer, answer, value))
            return made

        row = widgets.HBox([button(value, words) for value, words in buttons])
        for part in above:
            _from_any_shell(part)
        box = widgets.VBox([*above, row])
        self._show(box)
        try:
            return await answer
        finally:
            for widget in (*row.children, row, *above, box):
                widget.close()


def _answer(future: asyncio.Future[Any], value: Any) -> None:
    if not future.done():
        future.set_result(value)


def _from_any_shell(widget: Any) -> None:
    """ipykernel 7.4 hands a message to the shell that last published on its comm, which is busy here: any will do."""
    if hasattr(widget.comm, "_reply_subshell_for"):
        widget.comm._reply_subshell_for = lambda _, default: default
