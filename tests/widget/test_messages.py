"""What the front end may say."""

from __future__ import annotations

import pytest

from analyst.errors import BadInput
from analyst.widget import messages

STRANGE = [
    {}, None, "hello", 7, [["do", "hello"]], {"do": "rm"}, {"do": "send"}, {"do": "stop", "more": 1}, {"do": ["hello"]},
    {"do": "send", "text": "x" * 300_000, "id": "1"}, {"do": "undo", "cell": -1}, {"do": "undo", "cell": "1"},
    {"do": "undo", "cell": True}, {"do": "set", "kernel": "x"}, {"do": "set", "budget": -1}, {"do": "set", "approve": "x"},
    {"do": "set", "budget": float("nan")}, {"do": "set", "budget": 0}, {"do": "set", "budget": True}, {"do": "set", "budget": "1"},
    {"do": "set", "model": None}, {"do": "set", "model": ""}, {"do": "set", "approve": None}, {"do": "set", "plan": None},
    {"do": "revise"}, {"do": "revise", "steps": [], "seen": [None]}, {"do": "revise", "steps": [{"id": "s1"}], "seen": []},
    {"do": "decide", "call_id": "?", "choice": "no"}, {"do": "insert", "cell": "x"},
    {"do": "plan", "accepted": True, "steps": [{"goal": "x" * 5_000}]}, {"do": "plan", "accepted": True, "steps": [{"goal": "x"}] * 101},
    {"do": "export", "to": "../x"}, {"do": "complete", "text": "x" * 9_000, "id": ""}, {"do": "hello", 1: 2},
]  # fmt: skip


@pytest.mark.parametrize("message", STRANGE, ids=repr)
def test_what_it_cannot_say_is_refused(message: object) -> None:
    with pytest.raises(BadInput, match="nothing was done"):
        messages.read(message)


def test_what_it_can_say() -> None:
    plan = {"do": "plan", "accepted": True, "steps": [{"id": "", "goal": "look", "ask": True}]}
    assert messages.read(plan) == messages.Plan(
        do="plan", accepted=True, steps=[messages.Step(goal="look", ask=True)]
    )
    setting = messages.read({"do": "set", "budget": None})
    assert isinstance(setting, messages.Set)
    assert messages.changes(setting) == {"budget": None}
    assert messages.changes(messages.Set(do="set", budget=2)) == {"budget": 2}
