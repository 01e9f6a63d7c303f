"""A notebook with agent cells run from top to bottom twice, as nbclient and "Run All" do: the second time costs nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from analyst.models.scripted_server import Fault, ScriptedServer
from tests.scripts import answers, runs

CELLS = [
    "%load_ext analyst",
    "import pandas as pd\ndf = pd.DataFrame({'a': [1, 2, 3]})",
    "%%agent\nWhat is the total of df?",
    "df['b'] = df['a'] * total",
    "%%agent --to means\nMeans of df by b?",
    "print('means', means.sum())",
]
SCRIPT = [
    runs("c1", "total = int(df['a'].sum())\nprint('total', total)"),
    answers("c2", "The total is 6."),
    runs("c3", "means = df.groupby('b')['a'].mean()\nmeans"),
    answers("c4", "The means grow with b."),
]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("IPYTHONDIR", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    return tmp_path


async def run_all(folder: Path, server: ScriptedServer, cells: list[str]) -> Any:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])  # type: ignore[no-untyped-call]
    env = {"ANALYST_MODEL": "openai/gpt-4o-mini", "OPENAI_BASE_URL": server.url, "OPENAI_API_KEY": "none"}
    setup = "\n".join(["import os", *(f"os.environ[{name!r}] = {value!r}" for name, value in env.items())])
    notebook.cells.insert(0, nbformat.v4.new_code_cell(setup))  # type: ignore[no-untyped-call]
    client = NotebookClient(notebook, timeout=90, resources={"metadata": {"path": str(folder)}})
    await client.async_execute()
    return notebook


def shown(notebook: Any) -> str:
    """The plain text of all outputs."""
    outputs = [o for cell in notebook.cells for o in cell.outputs]
    return "\n".join(o.get("text") or o.get("data", {}).get("text/plain", "") for o in outputs)


async def test_the_second_run_asks_no_model(here: Path) -> None:
    with ScriptedServer(SCRIPT) as server:
        first = await run_all(here, server, CELLS)
        assert len(server.requests) == 4
        second = await run_all(here, server, CELLS)
        assert len(server.requests) == 4
    for notebook in (first, second):
        nbformat.validate(notebook)
        assert "The total is 6" in shown(notebook)
        assert "means 6.0" in shown(notebook)
    assert shown(second).count("Recorded: ") == 2
    assert "free" in shown(second)


async def test_a_run_without_an_answer_ends_run_all(here: Path) -> None:
    refused = Fault("http", status=401, message="no such key", code="invalid_api_key")
    with ScriptedServer([refused]) as server:
        with pytest.raises(CellExecutionError, match="The agent has no answer"):
            await run_all(here, server, [*CELLS[:3], "open('never', 'w').close()"])
        assert len(server.requests) == 1
    assert not (here / "never").exists()


async def test_what_needs_a_yes_is_not_run_and_nobody_is_waited_for(here: Path) -> None:
    script = [runs("c1", "import os\nos.remove('there.txt')"), answers("c2", "It is kept.")]
    (here / "there.txt").write_text("x")
    with ScriptedServer(script) as server:
        notebook = await run_all(here, server, [CELLS[0], "%%agent\nTidy up"])
        assert len(server.requests) == 2
    assert "It is kept" in shown(notebook)
    assert (here / "there.txt").exists()
