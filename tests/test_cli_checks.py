"""What the command line holds of an answer: its numbers (`claims.json`, `--strict-numbers`, `show --why`), its contract
(`--want`, `--show-plan`), its limits, its proof."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from analyst.models.scripted_server import ScriptedServer
from tests.scripts import runs, says
from tests.test_cli import CLEAN, PENGUINS, analyst, at

CODE = "import pandas as pd\nr = pd.Series({'bill': 0.83, 'flipper': 0.5})\nr"


def answered(folder: Path, answer: str, *options: str) -> tuple[int, Path]:
    """A run whose model says this, twice: an answer that nothing shows goes back once."""
    with ScriptedServer([runs("1", CODE), says(answer), says(answer)]) as server:
        done = analyst(
            "run", "How strong is it?", "--model", "openai/scripted", "--out", "run", *options, cwd=folder, **at(server)
        )  # fmt: skip
    assert "Traceback" not in done.stderr
    return done.returncode, folder / "run"


def test_each_number_of_an_answer_is_on_record(tmp_path: Path) -> None:
    code, run = answered(tmp_path, "The bill's r is 0.83; in the wild it is 0.61.")
    assert code == 0
    record = json.loads((run / "claims.json").read_text())
    assert record["version"] == 1
    assert record["counts"] == {"supported": 1, "derived": 0, "given": 0, "unsupported": 1}
    assert [(c["text"], c["status"]) for c in record["claims"]] == [
        ("0.83", "supported"),
        ("0.61", "unsupported"),
    ]
    shown = analyst("show", run, "--why", "0.83", cwd=tmp_path)
    assert shown.returncode == 0
    assert "cell 1" in shown.stdout
    assert "no output shows it" in analyst("show", run, "--why", "0.61", cwd=tmp_path).stdout
    assert "does not state 7.5" in analyst("show", run, "--why", "7.5", cwd=tmp_path).stdout


@pytest.mark.parametrize(("number", "code"), [("0.83", 0), ("0.61", 4)])
def test_strict_numbers_fail_a_run_that_states_what_nothing_shows(
    tmp_path: Path, number: str, code: int
) -> None:
    assert answered(tmp_path, f"The bill's r is {number}.", "--strict-numbers")[0] == code


def test_a_proven_notebook_runs_under_nbconvert(tmp_path: Path) -> None:
    _, run = answered(tmp_path, "The bill's r is 0.83.", "--sandbox", "off")
    proved = analyst("verify", run, cwd=tmp_path, ANALYST_SANDBOX="off")
    assert proved.returncode == 0, proved.stdout + proved.stderr
    told = proved.stdout.strip()
    assert told.startswith("reproduced ")
    exported = tmp_path / "proven.ipynb"
    assert analyst("export", run, "--to", "ipynb", "-o", exported, cwd=tmp_path).returncode == 0
    assert told in exported.read_text()
    command = [
        sys.executable,
        "-m",
        "nbconvert",
        "--to",
        "notebook",
        "--execute",
        "--output",
        "again.ipynb",
        exported,
    ]
    folders = {"IPYTHONDIR": str(tmp_path / "ipython"), "JUPYTER_CONFIG_DIR": str(tmp_path / "jupyter")}
    done = subprocess.run(
        command, cwd=tmp_path, env=CLEAN | folders, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    again = nbformat.read(tmp_path / "again.ipynb", as_version=4)
    shown = [
        str(o.data) for c in again.cells for o in c.get("outputs", ()) if o.output_type == "execute_result"
    ]
    assert any("0.83" in each for each in shown)


BIRDS = "import pandas as pd\nbirds = pd.read_csv({!r})\nprint('mean bill length', birds.bill_length_mm{}.mean().round(1))"


def test_what_is_wanted_can_be_said_beside_the_question_and_is_checked(tmp_path: Path) -> None:
    wrong = runs("1", BIRDS.format(str(PENGUINS), ""))
    right = runs("2", BIRDS.format(str(PENGUINS), "[birds.sex.notna()]"))
    script = [wrong, says("43.9 mm"), right, says("The mean bill length is 44.0 mm.")]
    with ScriptedServer(script) as server:
        words = ["run", "What is the mean bill length?", PENGUINS, "--model", "openai/scripted", "--json"]
        want = ["--want", "rows: only where sex is known", "--want", "rounded: 1 decimal"]
        done = analyst(*words, *want, cwd=tmp_path, ANALYST_SANDBOX="off", **at(server))
        first, _, back, _ = server.requests
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["answer"] == "The mean bill length is 44.0 mm."
    assert found["contract"]["filters"] == ["only where sex is known"]
    assert (found["contract"]["quantities"], found["contract"]["decimals"]) == (["mean"], 1)
    assert "penguins.csv: of 344 rows, 11 have no sex, 2 have no bill_length_mm." in found["limits"]
    assert "- rows: only where sex is known" in str(first["messages"])
    assert "no code selects by sex" in str(back["messages"][-1])
    assert "Asked for: quantities: mean · rows: only where sex is known · rounded: 1 decimal" in done.stderr
    nonsense = analyst(*words, "--want", "colour: red", cwd=tmp_path)
    assert (nonsense.returncode, "names no part" in nonsense.stderr) == (2, True)


def test_a_plan_is_shown_with_what_the_answer_must_contain(tmp_path: Path) -> None:
    words = ["run", "Mean bill length by species, in mm?", PENGUINS, "--model", "rules", "--show-plan", "-q"]
    done = analyst(*words, cwd=tmp_path, ANALYST_SANDBOX="off")
    assert done.returncode == 0, done.stderr
    plan, _, wanted = done.stdout.partition("\n\nAsked for:\n")
    assert plan.startswith("1. ")
    assert wanted == "- quantities: mean\n- grouped by: species\n- units: mm\n"


def test_limits_are_told_beside_the_answer(tmp_path: Path) -> None:
    words = ["run", "Mean bill length by species?", PENGUINS, "--model", "rules"]
    done = analyst(*words, cwd=tmp_path, ANALYST_SANDBOX="off")
    assert "Limits and assumptions:\n- penguins.csv: of 344 rows, 2 have no bill_length_mm.\n" in done.stderr
    assert "have no" not in done.stdout
