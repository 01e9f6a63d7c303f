"""Run All costs nothing: unchanged cells run their recorded code; what changed is said, and the model asked."""

from __future__ import annotations

from collections.abc import Callable

from analyst.models.scripted_server import ScriptedServer
from tests.scripts import answers, runs

from .conftest import Typist

ASK = "%%agent\nWhat is the total of df?"
SUM = runs("c1", "total = df['a'].sum()\nprint('total', total)")


def test_an_unchanged_cell_costs_nothing_in_a_new_kernel(kernel: Callable[..., Typist]) -> None:
    with ScriptedServer([SUM, answers("c2", "The total is 6.")]) as server:
        typist = kernel(server)
        typist.run("import pandas as pd\ndf = pd.DataFrame({'a': [1, 2, 3]})")
        assert "The total is 6" in typist.run(ASK).text
        asked = len(server.requests)
        assert asked == 2
        again = kernel(server)
        again.run("import pandas as pd\ndf = pd.DataFrame({'a': [1, 2, 3]})")
        cell = again.run(ASK)
        assert "Recorded" in cell.text
        assert "The total is 6" in cell.text
        assert "free" in cell.text
        assert again.value("int(total)") == "6"
        assert len(server.requests) == asked


def test_changed_data_is_said_and_the_model_is_asked(kernel: Callable[..., Typist]) -> None:
    script = [SUM, answers("c2", "The total is 6."), SUM, answers("c4", "The total is 60.")]
    with ScriptedServer(script) as server:
        typist = kernel(server)
        typist.run("import pandas as pd\ndf = pd.DataFrame({'a': [1, 2, 3]})")
        typist.run(ASK)
        typist.run("df = df * 10")
        strict = typist.run(ASK.replace("%%agent", "%%agent --replay strict"))
        assert strict.status == "error"
        assert "df changed" in strict.stderr
        assert len(server.requests) == 2
        cell = typist.run(ASK)
        assert "df changed" in cell.text
        assert "The total is 60" in cell.text
        assert len(server.requests) == 4


def test_code_that_shows_other_numbers_does_not_keep_its_answer(kernel: Callable[..., Typist]) -> None:
    """What the fingerprint cannot see, an environment variable, changes the output: the model answers from it."""
    code = runs("c1", "import os\nprint('total', os.environ['TOTAL'])")
    with ScriptedServer([code, answers("c2", "The total is 6."), answers("c3", "The total is 7.")]) as server:
        typist = kernel(server, TOTAL="6")
        assert "The total is 6" in typist.run("%%agent\nWhat is it?").text
        typist.run("import os\nos.environ['TOTAL'] = '7'")
        cell = typist.run("%%agent\nWhat is it?")
        assert "does not show 6 any more" in cell.text
        assert "The total is 7" in cell.text
        assert len(server.requests) == 3
        typist.run("os.environ['TOTAL'] = '8'")
        strict = typist.run("%%agent --replay strict\nWhat is it?")
        assert (strict.status, strict.error and strict.error[0]) == ("error", "AgentFailed")
        assert len(server.requests) == 3


def test_strict_without_a_record_asks_nothing(kernel: Callable[..., Typist]) -> None:
    with ScriptedServer([]) as server:
        cell = kernel(server).run("%%agent --replay strict\nWhat?")
        assert cell.status == "error"
        assert "no recorded run" in cell.stderr
        assert server.requests == []
