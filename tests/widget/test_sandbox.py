"""Code in a sandbox, chosen in the panel: what holds it is said, her variables are not in sight, and nothing of hers is undone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from analyst.models.scripted_server import ScriptedServer
from tests.scripts import answers, runs
from tests.security.without import NOTHING

from .front import Front

pytestmark = pytest.mark.timeout(300)

Open = Callable[..., Front]


def chosen(page: Front, kernel: str) -> None:
    page.say(do="set", kernel=kernel)
    page.wait(lambda: page.state["kernel"] == kernel)


def test_from_her_kernel_to_a_sandbox_and_back(front: Open, tmp_path: Path) -> None:
    (tmp_path / "paid.csv").write_text("region,paid\nN,10\nS,20\n")
    look = f"import pandas as pd\nprint('mine' in globals(), pd.read_csv({str(tmp_path / 'paid.csv')!r}).paid.sum())"
    script = [runs("c1", "first = mine"), answers("a", "One."), runs("c2", look), answers("b", "Looked."), runs("c3", "second = mine"), answers("c", "Two.")]  # fmt: skip
    with ScriptedServer(script) as server:
        page = front(server)
        page.run("mine = 1")
        page.answer("Look")
        assert "your own kernel" in page.state["sandbox"]
        chosen(page, "sandbox")
        page.answer("Look into paid.csv")
        assert page.state["sandbox"].startswith("Isolation: ")
        assert "your own kernel" not in page.state["sandbox"]
        own, closed = page.of("cell")
        assert (own["undoable"], closed["undoable"]) == (True, False)
        assert "False 30" in str(closed["outputs"])
        assert "mine" not in str(server.requests[2]["messages"][-1]["content"])
        assert page.value("'pd' in dir()") == "False"
        chosen(page, "own")
        page.answer("Look again")
        assert "your own kernel" in page.state["sandbox"]
        page.say(do="undo", cell=1)
        page.wait(lambda: [answer["undone"] for answer in page.of("answer")] == [[1], [], [2]])
        page.idle()
    assert [bool(cell.get("undone")) for cell in page.of("cell")] == [True, False, True]
    assert page.value("(mine, 'first' in dir(), 'second' in dir())") == "(1, False, False)"
    assert len(page.of("question")) == 3


def test_where_there_is_no_sandbox_the_choices_are_told(front: Open) -> None:
    with ScriptedServer([answers("a", "In your kernel.")]) as server:
        page = front(server)
        page.run(NOTHING)
        page.run("%config AgentMagics.kernel = 'sandbox'")
        page.ask("What is here?")
        page.wait(lambda: "Isolation is not available" in page.text())
        page.idle()
        assert "in the settings below the question" in page.text()
        assert "--kernel" not in page.text()
        assert server.requests == []
        chosen(page, "own")
        assert page.answer("What is here?")["text"] == "In your kernel."
