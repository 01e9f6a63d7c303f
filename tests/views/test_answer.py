from __future__ import annotations

import io
import re
from typing import Any

import pytest

from analyst.events import Answered, Stopped
from analyst.views.console import render_answer

HOSTILE = ["[red]x[/red] [/]", "\x1b[31mred\x1b]0;title\x07", "a\r\b\x9b2Jb", "\u202eabc", "\ud800", ""]


def answer(event: Answered, stopped: Stopped | None = None, stream: Any = None) -> str:
    stream = stream or io.StringIO()
    render_answer(event, stopped, stream)
    return str(stream.getvalue())


def test_the_answer_as_plain_text_is_what_was_said() -> None:
    assert answer(Answered("**b** is [red]heaviest[/red]\n\n- 1\x1b[2J\n")) == (
        "**b** is [red]heaviest[/red]\n\n- 1\\x1b[2J\n"
    )


def test_a_partial_answer_says_so_in_its_first_line() -> None:
    stopped = Stopped("time", "1800 s are over.")
    assert answer(Answered("half", partial=True), stopped) == (
        "Partial answer (limit reached: time): 1800 s are over.\n\nhalf\n"
    )
    assert answer(Answered("half", partial=True)) == "Partial answer\n\nhalf\n"
    assert answer(Answered("whole"), stopped) == "whole\n"


def test_the_answer_on_a_terminal_is_rendered(terminal: Any) -> None:
    text = (
        "# Result\n\n**b** is `heaviest`: List<int> [red]x[/red] ![chart](http://evil/x.png)\n\n[a](http://a)"
    )
    answer(Answered(text, partial=True), Stopped("budget", "It is spent."), terminal)
    assert terminal.text().startswith("Partial answer (limit reached: money): It is spent.\n")
    assert "**" not in terminal.text()
    assert "List<int> [red]x[/red]" in terminal.text()
    assert "http://a" in terminal.text()  # where a link leads is seen
    assert "\x1b]8" not in terminal.getvalue()


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_answer_on_a_terminal(terminal: Any, text: str) -> None:
    answer(Answered(f"# {text}\n\n| {text} |\n| - |\n| {text} |\n\n```{text}\n{text}"), None, terminal)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\ud800]", terminal.text())
