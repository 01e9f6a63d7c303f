"""The proof: code run again in a real clean kernel; what comes again is counted, what does not is named with its cause."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import nbformat
import pytest
from click.testing import CliRunner
from nbclient import NotebookClient

from analyst.events import Opened, Proved
from analyst.log import read
from analyst.models.scripted import ScriptedModel
from analyst.session import Session
from analyst.settings import Settings
from analyst.verify_command import command
from tests.scripts import runs, says

ROWS = "name,value\na,1.5\nb,2.25\nc,4\n"


async def ran(
    folder: Path, answer: str, *cells: str, data: Sequence[Path] = (), verify: str = "off"
) -> Session:
    """A run with these cells and this answer; closed."""
    replies = [*(runs(str(n), code) for n, code in enumerate(cells)), says(answer)]
    session = Session(
        ScriptedModel(replies),
        folder=folder,
        settings=Settings.of(sandbox="off", approve="auto", verify=verify),
    )
    async with session:
        await session.ask("What comes of it?", data)
    return session


async def verified(folder: Path, *options: str) -> tuple[int, dict[str, Any]]:
    words = [str(folder), "--json", *options]
    done = await asyncio.to_thread(CliRunner().invoke, command, words, env={"ANALYST_SANDBOX": "off"})
    return done.exit_code, json.loads(done.output)


async def proved(session: Session, mode: Any = "values") -> Proved:
    async with Session("rules", folder=session.folder, settings=session.settings) as again:
        return await again.verify(mode)


def changed(file: Path, text: str | None) -> None:
    file.unlink() if text is None else file.write_text(text)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    file = tmp_path / "data.csv"
    file.write_text(ROWS)
    return file


LOAD = "import pandas as pd\ndf = pd.read_csv({!r})"
WORK = (
    "scratch = df.head(1)",  # nobody needs it
    "total = df.value.sun()",  # fails
    "total = df.value.sum()\nprint('total', total)",
    "import matplotlib.pyplot as plt\nfig, ax = plt.subplots()\nax.bar(df.name, df.value)\nplt.show()",
)


async def test_what_an_answer_needs_comes_again(tmp_path: Path, data: Path) -> None:
    session = await ran(
        tmp_path / "run", "The total is 7.75.", LOAD.format(str(data)), *WORK, data=[data], verify="values"
    )
    found = session.events[-1]
    assert isinstance(found, Proved)
    assert found.ok
    assert str(found) == "reproduced 3/3"  # the value, the table, the figure
    assert found.cells == (1, 4, 5)
    assert not (session.folder / "proof").exists()
    full = await proved(session, "full")
    assert full.ok
    assert full.cells == (1, 2, 4, 5)
    assert full.total > found.total


async def test_the_exported_notebook_holds_what_was_proved_and_runs(tmp_path: Path, data: Path) -> None:
    session = await ran(tmp_path / "run", "The total is 7.75.", LOAD.format(str(data)), *WORK, data=[data])
    assert (await verified(session.folder))[0] == 0
    notebook = nbformat.read(session.folder / "notebook.ipynb", as_version=4)
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    assert [c.splitlines()[-1] for c in code] == [
        LOAD.format(str(data)).splitlines()[1],
        "print('total', total)",
        "plt.show()",
    ]
    assert "scratch" in "".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    assert notebook.metadata["analyst"]["proved"] == "reproduced 3/3"
    await NotebookClient(notebook, timeout=60).async_execute()
    assert "total 7.75" in json.dumps(notebook.cells)


MOVES = {
    "seed": (
        "import numpy as np\nx = np.random.rand(50)\nprint('mean', x.mean())",
        "random numbers without a seed",
    ),
    "time": ("import time\nprint('stamp', time.time())", "reads the clock"),
    "order": ("import hashlib\nprint('first', hash('a'), hash('b'))", "an order that is not fixed"),
    "elsewhere": ("import os\nprint('stamp', os.getpid(), len(os.environ))", "outside the data"),
}


@pytest.mark.parametrize("name", MOVES)
async def test_what_moves_is_named_with_the_likely_cause(tmp_path: Path, name: str) -> None:
    code, cause = MOVES[name]
    session = await ran(tmp_path / "run", "See the output.", code)
    found = await proved(session)
    assert (found.ok, found.reproduced, found.total) == (False, 0, 1)
    assert found.moved[0].where == "the output of cell 1"
    assert found.moved[0].was != found.moved[0].now
    assert cause in found.cause


async def test_a_seed_makes_it_come_again(tmp_path: Path) -> None:
    code = "import numpy as np\nnp.random.seed(1)"
    session = await ran(
        tmp_path / "run", "The mean is 0.45.", code, "x = np.random.rand(50)", "print('mean', x.mean())"
    )
    assert (await proved(session)).ok


async def test_other_data_is_told_from_other_code(tmp_path: Path, data: Path) -> None:
    session = await ran(tmp_path / "run", "The total is 7.75.", LOAD.format(str(data)), *WORK, data=[data])
    changed(data, ROWS.replace("4", "5"))
    status, found = await verified(session.folder)
    assert status == 4
    assert found["cause"] == "Likely cause: the data is not what it was."
    assert ["7.75", "8.75"] in [[m["was"], m["now"]] for m in found["moved"]]
    assert any(m["where"].startswith("figure 1 of cell 5") for m in found["moved"])
    assert any(m["where"].startswith("table df") for m in found["moved"])


async def test_a_file_that_is_gone_breaks_the_proof(tmp_path: Path, data: Path) -> None:
    session = await ran(tmp_path / "run", "The total is 7.75.", LOAD.format(str(data)), *WORK)
    changed(data, None)
    found = await proved(session)
    assert not found.ok
    assert found.moved[0].where == "cell 1"
    assert found.moved[0].now.startswith("FileNotFoundError")
    assert found.cause == "Likely cause: a file that it reads is not there."


async def test_a_cause_is_looked_for_where_the_value_comes_from(tmp_path: Path, data: Path) -> None:
    beside = "import time, random\nbegun, luck = time.time(), random.random()"
    session = await ran(tmp_path / "run", "The total is 7.75.", beside, LOAD.format(str(data)), *WORK[2:3])
    changed(data, ROWS.replace("4", "5"))  # nobody had named it as data
    found = await proved(session, "full")
    assert (found.moved[0].was, found.moved[0].now) == ("7.75", "8.75")
    assert found.cause == f"Likely cause: it reads {data}, which was not named as data."


async def test_what_a_failed_cell_completed_is_run(tmp_path: Path) -> None:
    session = await ran(tmp_path / "run", "It is 42.", "base = 40\nmissing", "print('it is', base + 2)")
    found = await proved(session)
    assert found.ok
    assert found.cells == (1, 2)


async def test_files_that_cells_write_are_made_again_elsewhere(tmp_path: Path) -> None:
    code = ("open('made.txt', 'w').write('12')", "print('read', int(open('made.txt').read()))")
    session = await ran(tmp_path / "run", "It is 12.", *code)
    (session.folder / "work/made.txt").write_text("13")
    assert (await proved(session)).ok
    assert (session.folder / "work/made.txt").read_text() == "13"


async def test_code_with_effects_elsewhere_is_not_run_again(tmp_path: Path) -> None:
    session = Session(
        ScriptedModel(
            [runs("1", "import subprocess\nprint(subprocess.run(['true']).returncode)"), says("It is 0.")]
        ),
        folder=tmp_path / "run",
        settings=Settings.of(sandbox="off", approve="auto"),
    )
    async with session:
        await session.ask("What comes of it?")
    found = await proved(session)
    assert (found.total, found.ok) == (0, False)
    assert str(found) == "Not proved: cells with effects outside the kernel are not run a second time: 1."


async def test_without_a_cell_there_is_nothing_to_prove(tmp_path: Path) -> None:
    session = await ran(tmp_path / "run", "Nothing.")
    assert str(await proved(session)).startswith("Not proved: no cell of the run worked")


async def test_a_resumed_run_is_proved_once(tmp_path: Path) -> None:
    session = await ran(tmp_path / "run", "It is 3.", "print('it is', 1 + 2)", verify="values")
    assert sum(isinstance(e, Proved) for e in session.events) == 1
    log = session.folder / "log.jsonl"
    log.write_text("".join(log.read_text().splitlines(keepends=True)[:-1]))
    for _ in range(2):
        async with Session(ScriptedModel([]), folder=session.folder, settings=session.settings) as again:
            result = await again.resume()
        assert result.proved is not None
        assert result.proved.ok
    events = [line.event for line in read(session.folder)]
    assert [type(e).__name__ for e in events].count("Proved") == 1
    assert isinstance(events[0], Opened)
