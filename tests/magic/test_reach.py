"""An undo names as lost only what its cells can have reached: to the user, to the model, and in the log."""

from __future__ import annotations

from collections.abc import Callable

from analyst.events import Undone
from analyst.log import read
from analyst.models.scripted_server import ScriptedServer
from tests.scripts import answers, runs

from .conftest import Typist


def undone(typist: Typist) -> list[Undone]:
    (log,) = typist.folder.glob(".analyst/runs/*/*")
    return [line.event for line in read(log) if isinstance(line.event, Undone)]


def test_an_undo_names_only_what_its_cells_can_have_reached(kernel: Callable[..., Typist]) -> None:
    script = [
        runs("c1", "used.write('text')\nn = 2"),
        runs("c2", "later.write('text')"),
        answers("c3", "Done."),
        answers("c4", "Never mind."),
    ]
    with ScriptedServer(script) as server:
        typist = kernel(server)
        typist.run("used, later, own, unused = (open(f'{n}.txt', 'w') for n in range(4))")
        heard = typist.value("len(get_ipython().events.callbacks['pre_run_cell'])")
        assert typist.run("%%agent\nWrite").status == "ok"
        typist.run("own.write('text')")  # what the user did is not the agent's to undo
        told = typist.run("%agent undo 1").text
        assert "Not restored: later (" in told
        assert "Not restored: used (" in typist.run("%agent undo").text
        last, first = undone(typist)
        assert (set(last.lost), set(first.lost)) == ({"later"}, {"used"})
        assert typist.value("len(get_ipython().events.callbacks['pre_run_cell'])") == heard
        typist.run("%%agent --replay never\nWhat now?")
        messages = str(server.requests[-1]["messages"])
        assert "later" in messages
        assert "unused (" not in messages.partition("undid")[2]
