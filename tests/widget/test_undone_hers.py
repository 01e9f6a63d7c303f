"""Undo takes back what the agent did, and leaves what she did meanwhile."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from analyst.models.scripted_server import ScriptedServer
from tests.scripts import answers, runs

from .front import Front

pytestmark = pytest.mark.timeout(300)

Open = Callable[..., Front]


def test_undo_leaves_what_she_did_since(front: Open) -> None:
    """New names, frames and lists of hers stay; a table that both changed goes back to what it was before the agent's cell."""
    script = [runs("c1", "agents = frame.a.sum()\nboth['b'] = 1\ntaken.append(1)"), answers("a", "Done")]
    with ScriptedServer(script) as server:
        page = front(server)
        page.run(
            "import pandas as pd\nframe, both = pd.DataFrame({'a': [1]}), pd.DataFrame({'a': [1]})\nlisted, taken, gone = [1], [], 1"
        )
        page.answer("Sum it")
        page.run(
            "frame['mine'] = 2\nboth['mine'] = 2\nlisted.append(2)\nnew = [agents]\nalias = taken\ndel gone"
        )
        page.say(do="undo", cell=1)
        page.wait(lambda: page.of("cell")[0].get("undone"))
        page.idle()
    look = "(list(frame), list(both), listed, taken, alias is taken, new, 'agents' in dir(), 'gone' in dir())"
    assert page.value(look) == "(['a', 'mine'], ['a'], [1, 2], [], True, [np.int64(1)], False, False)"


def test_what_she_did_stays_hers_when_cells_are_undone_one_by_one(front: Open) -> None:
    script = [runs("c1", "first = 1"), runs("c2", "second = 2"), answers("a", "Done")]
    with ScriptedServer(script) as server:
        page = front(server)
        page.answer("Go on")
        page.run("mine = 3")
        for cell in (2, 1):
            page.say(do="undo", cell=cell)
            page.wait(lambda cell=cell: page.of("cell")[cell - 1].get("undone"))
            page.wait(lambda cell=cell: f"cell {cell}" in str(page.of("notice")))
        assert page.value("(mine, 'first' in dir(), 'second' in dir())") == "(3, False, False)"
