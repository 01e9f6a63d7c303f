"""Which variables a cell can have reached, and that an undo names no others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from analyst.magic.reach import reached
from analyst.models.scripted_server import ScriptedServer
from tests.scripts import answers, runs

from .conftest import Typist

SETUP = """
a, b = object(), object()
held = {"a": [a]}
def writes(): return b
def calls(): return writes()
class Kept:
    def of(self): return a
kept = Kept()
kept.other = b
def made():
    inner = a
    return lambda: inner
closed = made()
"""


@pytest.mark.parametrize(("code", "names"), [
    ("x = 1", ""), ("print(a)", "a"), ("held['a'].clear()", "a"), ("writes()", "b"), ("calls()", "b"),
    ("kept.of()", "a b"), ("closed()", "a"), ("def f():\n    return b\nf()", "b"),
    ("eval('b')", "a b"), ("get_ipython().run_line_magic('time', 'b')", "a b"), ("import __main__", "a b"), ("1 +", "a b"),
])  # fmt: skip
def test_what_code_can_reach(code: str, names: str) -> None:
    user: dict[str, Any] = {"__name__": "__main__"}
    exec(SETUP, user)
    assert sorted(reached([code], user) & {"a", "b"}) == names.split()


def test_an_undo_names_only_what_its_cells_can_have_reached(kernel: Callable[..., Typist]) -> None:
    with ScriptedServer([runs("c1", "used.write('text')\nn = 2"), answers("c2", "Done.")]) as server:
        typist = kernel(server)
        typist.run("used, unused = open('a.txt', 'w'), open('b.txt', 'w')")
        assert typist.run("%%agent\nWrite").status == "ok"
        told = typist.run("%agent undo").text
        assert "Not restored: used (" in told
        assert "unused" not in told
