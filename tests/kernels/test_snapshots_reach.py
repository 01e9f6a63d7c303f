"""Which variables code can have reached."""

from __future__ import annotations

from typing import Any

import pytest
from analyst_kernels.probe.unchanged import reached

SETUP = """
a, b = object(), object()
held = {"a": [a]}
def writes(): return b
def calls(): return writes()
def later(*, what=b): return what
class Kept:
    def of(self): return a
kept = Kept()
kept.other = b
def made():
    inner = a
    return lambda: inner
closed = made()
def empty():
    def of(): return unbound
    return of
    unbound = 1
unbound = empty()
class Shy:
    def __getattribute__(self, name): raise AssertionError("touched")
shy = Shy()
object.__setattr__(shy, "of", a)
_hidden = [b]
"""


@pytest.mark.parametrize(("code", "names"), [
    ("x = 1", ""), ("print(a)", "a"), ("held['a'].clear()", "a"), ("writes()", "b"), ("calls()", "b"), ("later()", "b"),
    ("kept.of()", "a b"), ("closed()", "a"), ("unbound()", ""), ("def f():\n    return b\nf()", "b"), ("shy", "a"),
    ("_hidden.clear()", "b"), ("del a", "a"), ("eval('b')", "a b"),
    ("get_ipython().run_line_magic('time', 'b')", "a b"), ("import __main__", "a b"), ("from __main__ import a as x", "a b"), ("1 +", "a b"), ("\0", "a b"),
])  # fmt: skip
def test_what_code_can_reach(code: str, names: str) -> None:
    user: dict[str, Any] = {"__name__": "__main__"}
    exec(SETUP, user)
    before = {name: user[name] for name in user if not name.startswith("_")}
    assert sorted(reached([code], user, before) & {"a", "b"}) == names.split()


def test_what_a_name_stood_for_before_counts_too() -> None:
    old, new = object(), object()
    assert reached(["it.close()"], {"it": [new], "new": new}, {"it": [old], "old": old, "new": new}) == {
        "it",
        "old",
        "new",
    }
