"""Buttons in the cell, for front ends that send clicks while the kernel is busy (JupyterLab, Notebook 7)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import anywidget
from markupsafe import Markup
from traitlets import List, Unicode

from .. import markup
from ..errors import BadInput
from ..events import Contract, PlanStep
from ..markup.prose import HIGHLIGHT, NO_MATHS
from .editing import PARTS, plan_text, read_plan_text
from .hosts import Choice, Edited, choices

VIEW = "application/vnd.jupyter.widget-view+json"
_VERSION = {"version_major": 2, "version_minor": 0}
_ASKED = Markup('<div class="analyst-block {}"><p role="status"><strong>{}</strong></p>{}</div>')
"""It is read out where a screen is read, and looks as the blocks of the run do."""
_CODE = Markup('<ul>{}</ul><div class="{}"><pre tabindex="0" style="{}">{}</pre></div>')
_REASON = Markup("<li>{}</li>")
_EDITED = Markup(
    '<p class="note">Each line is a step: reword, move, add or take out lines. Below stands what the answer must contain, '
    "a line for each part: {}.</p>"
).format(", ".join(PARTS))
_PROBLEM = Markup('<p class="why" role="alert">{}</p>')


class Question(anywidget.AnyWidget):
    """What is asked, and what can be pressed; the front end sends back `choice` and `text` in one message."""

    _esm = Path(__file__).with_name("question.js").read_text(encoding="utf-8")
    html = Unicode().tag(sync=True)
    text = Unicode().tag(sync=True)
    """A text that can be edited; empty: there is none."""
    choices: List[tuple[str, str]] = List().tag(sync=True)
    """Pairs: what is sent, and the words on the button."""


class Buttons:
    """Asks with a widget, which is taken out of the cell when it was answered."""

    def __init__(self, show: Callable[[Mapping[str, Any]], AbstractContextManager[None]]) -> None:
        """`show` has something stand in the cell for a while."""
        self._show = show

    async def choose(self, code: str, reasons: Sequence[str]) -> Choice:
        """Show the code and its reasons, and wait for a button."""
        offered = choices(code)
        listed = Markup("").join(map(_REASON.format, reasons))
        shown = _CODE.format(
            listed, HIGHLIGHT, "max-height: 20em; overflow: auto", markup.code(code.strip("\n"))
        )
        html = _ASKED.format(NO_MATHS, "This code needs your yes:", shown)
        answer = await self._answer(Question(html=html, choices=list(offered.items())))
        return next(choice for choice in offered if choice == answer["choice"])

    async def edit(self, steps: Sequence[PlanStep], wanted: Contract) -> Edited | None:
        """Show the plan and what is wanted in a text box; a text that cannot be understood is shown again, with why."""
        text, problem = plan_text(steps, wanted), Markup("")
        pressed = [("run", "Run the plan"), ("refuse", "Refuse")]
        while True:
            html = _ASKED.format(NO_MATHS, "Work by this plan?", _EDITED + problem)
            answer = await self._answer(Question(html=html, text=text, choices=pressed))
            if answer["choice"] == "refuse":
                return None
            typed = str(answer["text"])
            try:
                plan, contract = read_plan_text(typed, steps, wanted)
            except BadInput as error:
                text, problem = typed, _PROBLEM.format(error)
                continue
            if plan:
                return plan, contract

    async def _answer(self, question: Question) -> Mapping[str, Any]:
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Mapping[str, Any]] = loop.create_future()

        def answered(_: object, content: Mapping[str, Any], __: object) -> None:
            # called in a thread of the kernel's: it only hands the answer over
            loop.call_soon_threadsafe(_settle, answer, content)

        _from_any_shell(question)
        question.on_msg(answered)
        with self._show(
            {VIEW: {"model_id": question.model_id, **_VERSION}, "text/plain": "Waiting for you."}
        ):
            try:
                return await answer
            finally:
                question.close()


def _settle(answer: asyncio.Future[Mapping[str, Any]], content: Mapping[str, Any]) -> None:
    if not answer.done():
        answer.set_result(content)


def _from_any_shell(question: Question) -> None:
    """ipykernel 7.4 hands a message to the shell that last published on its comm, which is busy here: any will do."""
    if hasattr(question.comm, "_reply_subshell_for"):
        question.comm._reply_subshell_for = lambda _, default: default
