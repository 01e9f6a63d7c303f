"""`--kernel sandbox`: the agent works in a closed kernel; where there is none it stops and offers what is left."""

from __future__ import annotations

from collections.abc import Callable

from analyst.models.scripted_server import ScriptedServer
from tests.magic.conftest import Typist
from tests.scripts import answers, runs
from tests.security.without import NOTHING


def test_it_works_in_a_closed_kernel(kernel: Callable[..., Typist]) -> None:
    look = "import os\nmine = 42\nprint('mine' in globals(), os.path.exists('/etc/shadow'), os.getcwd())"
    with ScriptedServer([runs("1", look), answers("2", "Done.")]) as server:
        typist = kernel(server)
        typist.run("x = 1")
        cell = typist.run("%%agent --kernel sandbox\nWhat is here?")
        assert (cell.status, cell.error) == ("ok", None), cell.text
        assert "True False" in str(server.requests[1]["messages"])
        assert typist.value("'mine' in globals()") == "False"


def test_where_there_is_none_it_stops_and_offers_the_choices(kernel: Callable[..., Typist]) -> None:
    with ScriptedServer([answers("1", "Never.")]) as server:
        typist = kernel(server)
        assert typist.run(NOTHING).error is None
        cell = typist.run("%%agent --kernel sandbox\nWhat is here?")
        assert cell.status == "error"
        assert "Isolation is not available" in cell.stderr
        assert "--kernel own" in cell.stderr
        assert server.requests == []
