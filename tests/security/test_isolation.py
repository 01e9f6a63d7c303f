"""What holds a run: chosen before the first model call, said everywhere, never lowered in silence."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from analyst_kernels import SandboxUnavailable

from analyst.errors import BadInput
from analyst.events import Isolated, ToolReturned
from analyst.headless import with_notebook
from analyst.log import read
from analyst.models.scripted import ScriptedModel
from analyst.models.scripted_server import ScriptedServer
from analyst.session import Session
from analyst.settings import Settings
from tests.scripts import answers, runs, says
from tests.security.without import without_sandbox

CLI = "from analyst.cli import main; main()"
TABLE = "region,sales\nA,3\nB,5\n"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "sales.csv"
    path.write_text(TABLE)
    return path


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer([runs("1", "print(6 * 7)"), answers("2", "It is 42.")]) as running:
        yield running


def asked(table: Path, server: ScriptedServer, *words: str) -> subprocess.CompletedProcess[str]:
    """`analyst run` with a model, where nothing isolates."""
    env = {"OPENAI_BASE_URL": server.url, "OPENAI_API_KEY": "sk-canary-0123456789abcdefghij"}
    command = ("run", "What is the sum?", table, "--out", "run", "--model", "openai/scripted", *words)
    return without_sandbox(CLI, *command, cwd=table.parent, **env)


def test_without_a_sandbox_code_of_a_model_is_not_run(table: Path, server: ScriptedServer) -> None:
    done = asked(table, server)
    assert (done.returncode, done.stdout) == (5, ""), done.stderr
    assert "Isolation is not available" in done.stderr
    assert "--sandbox off" in done.stderr
    assert "Traceback" not in done.stderr
    assert server.requests == []
    assert not (table.parent / "run").exists()


def test_unless_that_was_said(table: Path, server: ScriptedServer) -> None:
    done = asked(table, server, "--sandbox", "off", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["isolation"] == "none"
    assert "Isolation: none" in done.stderr


def test_the_built_in_analyst_runs_plainly_there_and_says_so(table: Path) -> None:
    command = ("run", "What is the sum of sales?", table, "--model", "rules", "--out", "run")
    done = without_sandbox(CLI, *command, cwd=table.parent)
    assert done.returncode == 0, done.stderr
    assert "8" in done.stdout
    assert "Isolation: none (no isolation: code has your rights)" in done.stderr
    named = without_sandbox(CLI, *command[:-1], "second", "--sandbox", "landlock", cwd=table.parent)
    assert named.returncode == 5, "what was named is not replaced, whoever wrote the code"


def test_an_evaluation_stops_there_too(table: Path, server: ScriptedServer) -> None:
    tasks = table.parent / "tasks.jsonl"
    task = {
        "id": "1",
        "question": "The sum?",
        "constraints": "",
        "answer_format": "@x[]",
        "files": ["sales.csv"],
    }
    tasks.write_text(json.dumps(task) + "\n")
    env = {"OPENAI_BASE_URL": server.url, "OPENAI_API_KEY": "sk-canary-0123456789abcdefghij"}
    words = ("eval", tasks, "--out", "out", "--model", "openai/scripted")
    done = without_sandbox(CLI, *words, cwd=table.parent, **env)
    assert done.returncode == 5, done.stderr
    assert server.requests == []
    assert not (table.parent / "out" / "predictions.jsonl").exists()


def test_the_doctor_says_so() -> None:
    done = without_sandbox(CLI, "doctor", cwd=Path.cwd())
    assert done.returncode == 5
    assert "Isolation: none" in done.stdout
    assert "no Landlock" in done.stdout


@pytest.mark.parametrize("tier", ["bubblewrap", "landlock"])
async def test_what_holds_it_stands_in_log_report_and_notebook(
    tmp_path: Path, table: Path, tier: str
) -> None:
    settings = Settings.of(sandbox=tier)
    model = ScriptedModel([answers("1", "Nothing was to do.")])
    async with Session(model, folder=tmp_path / "run", settings=settings) as session:
        result = await with_notebook(session, session.ask("How many rows?", [table]))
    assert result.isolation == tier
    facts = [line.event for line in read(tmp_path / "run")]
    assert [e.tier for e in facts if isinstance(e, Isolated)] == [tier]
    assert [e.kind for e in facts[:3]] == ["opened", "isolated", "asked"]
    assert result.html
    assert tier in result.html.read_text()
    assert result.notebook
    assert nbformat.read(result.notebook, as_version=4).metadata["analyst"]["isolation"] == tier


async def test_a_later_question_about_other_files_sees_them_and_what_was_made_before(tmp_path: Path) -> None:
    first, second = tmp_path / "a.csv", tmp_path / "b.csv"
    first.write_text("x\n1\n")
    second.write_text("x\n41\n")
    read_it = "import pandas as pd\n{0} = int(pd.read_csv({1!r}).x[0])\n{0}"
    model = ScriptedModel(
        [
            runs("1", read_it.format("one", str(first))),
            says("1"),
            runs("2", read_it.format("other", str(second)) + "\none + other"),
            says("42"),
        ]
    )
    async with Session(model, folder=tmp_path / "run") as session:
        await session.ask("What is x?", [first])
        result = await session.ask("And together with this?", [second])
        returned = [e for e in session.events if isinstance(e, ToolReturned)]
    assert result.status == "answered"
    assert [(r.ok, "42" in r.text) for r in returned] == [(True, False), (True, True)]
    async with Session(
        ScriptedModel([runs("3", "one + other + 1"), says("43")]), folder=tmp_path / "run"
    ) as session:
        await session.ask("And one more?")
        assert "43" in next(e for e in reversed(session.events) if isinstance(e, ToolReturned)).text


async def test_what_is_too_much_to_show_is_refused_and_the_conversation_goes_on(tmp_path: Path) -> None:
    model = ScriptedModel([says("It is there.")])
    async with Session(model, folder=tmp_path / "run") as session:
        with pytest.raises(BadInput, match="too much to show"):
            await session.ask("What is here?", [Path.home()])
        assert (await session.ask("Is anybody there?")).status == "answered"


def test_a_session_with_a_named_sandbox_that_is_missing_is_not_made(tmp_path: Path) -> None:
    settings = Settings.of(sandbox="seatbelt")
    with pytest.raises(SandboxUnavailable, match="--sandbox off"):
        Session(ScriptedModel([]), folder=tmp_path / "run", settings=settings)
    assert not (tmp_path / "run").exists()
