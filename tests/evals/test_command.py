"""`analyst eval` as a user meets it: real processes, a model over real HTTP."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from analyst.evals.predictions import load
from analyst.models import Reply
from analyst.models.scripted_server import Fault, ScriptedServer
from tests.evals.conftest import REGRESS
from tests.evals.model_runs import MODEL_RUNS

EVAL = [
    sys.executable,
    "-c",
    "from analyst.cli import main; from analyst.evals.command import command; main.add_command(command); main()",
    "eval",
]
CLEAN = {k: v for k, v in os.environ.items() if not k.startswith("ANALYST_") and not k.endswith("_API_KEY")}  # noqa: TID251 - to pass on
FILE, FOLLOW_UP = "regress-02-group-by-table", "regress-32-follow-up"
BOTH = ["regress", "--model", "openai/scripted", "--ids", f"{FILE}, {FOLLOW_UP}"]


def start(*words: object, cwd: Path, **env: str) -> subprocess.Popen[str]:
    pipe = subprocess.PIPE
    return subprocess.Popen(
        [*EVAL, *map(str, words)], cwd=cwd, env=CLEAN | env, stdout=pipe, stderr=pipe, text=True
    )


def evaluate(*words: object, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    process = start(*words, cwd=cwd, **env)
    out, talk = process.communicate(timeout=120)
    return subprocess.CompletedProcess(process.args, process.returncode, out, talk)


def at(server: ScriptedServer) -> dict[str, str]:
    return {"OPENAI_BASE_URL": server.url, "OPENAI_API_KEY": "sk-canary-0123456789abcdefghij"}


def model(body: Mapping[str, Any]) -> Reply | Fault:
    """The recorded runs over HTTP: which one is seen from the question, how far it is from the turns."""
    texts = [str(m["content"]) for m in body["messages"] if m["role"] == "user"]
    id = FILE if "Mean body mass" in texts[0] else FOLLOW_UP
    return MODEL_RUNS[id][sum(m["role"] == "assistant" for m in body["messages"])]


def test_a_suite_of_ours_over_http_graded_and_compared(tmp_path: Path) -> None:
    with ScriptedServer(model) as server:
        done = evaluate(*BOTH, "--out", "a", cwd=tmp_path, **at(server))
    assert done.returncode == 0, done.stderr
    assert "regress, answered by openai/scripted" in done.stdout
    assert "all                      2       2  100.0%" in done.stdout
    assert "(of the calls with a known price)" in done.stdout
    assert "regress: 2 of 2 tasks to run with openai/scripted. It was asked for." in done.stderr
    assert f"{FILE}: answered, " in done.stderr
    assert list(load(tmp_path / "a")) == [FILE, FOLLOW_UP]
    assert "canary" not in done.stdout + done.stderr

    rules = ["regress", "--model", "rules", "--ids", FILE, "--out", "b", "--json", "--against", "a", "-q"]
    compared = evaluate(*rules, cwd=tmp_path)
    assert (compared.returncode, compared.stderr) == (0, "")
    comparison = json.loads(compared.stdout)["comparison"]
    assert comparison["against"] == "a"
    assert comparison["both"] + len(comparison["only_there"]) == 1
    assert comparison["p"] == 1.0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_leaves_what_is_done_and_the_same_command_goes_on(
    number: signal.Signals, tmp_path: Path
) -> None:
    def stalling(body: Mapping[str, Any]) -> Reply | Fault:
        reply = model(body)
        return Fault("stall") if reply is MODEL_RUNS[FOLLOW_UP][2] else reply

    words = [*BOTH, "--out", "a", "--jobs", "1"]
    with ScriptedServer(stalling) as server:
        process = start(*words, cwd=tmp_path, **at(server))
        assert server.wait(lambda s: len(s.requests) == 5, timeout=60)
        process.send_signal(number)
        out, talk = process.communicate(timeout=30)
    assert process.returncode == 130, talk
    assert "Interrupted: 1 tasks are done. The same command goes on." in talk
    assert "Traceback" not in talk
    assert out == ""
    with ScriptedServer(model) as server:
        done = evaluate(*words, "--json", cwd=tmp_path, **at(server))
        assert len(server.requests) == 2  # what was paid for is not asked again
    assert done.returncode == 0, done.stderr
    assert "regress: 1 of 2 tasks to run with openai/scripted. It goes on." in done.stderr
    assert json.loads(done.stdout)["solved"] == [FILE, FOLLOW_UP]


def test_a_suite_of_ones_own_without_answers(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "birds.csv").write_bytes((REGRESS / "files" / "penguins.csv").read_bytes())
    task = {"id": "rows", "question": "How many rows are there?", "files": ["birds.csv"]}
    (tmp_path / "mine" / "tasks.jsonl").write_text(json.dumps(task))
    done = evaluate("mine/tasks.jsonl", "--out", "a", "--model", "rules", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert "344" in load(tmp_path / "a")["rows"].answer


def test_a_model_that_cannot_be_had(tmp_path: Path) -> None:
    with ScriptedServer(lambda _: Fault("http", status=401)) as server:
        done = evaluate(*BOTH, "--limit", 1, "--out", "a", cwd=tmp_path, **at(server))
    assert done.returncode == 1
    assert "1 of 1 tasks could not be put to the model: regress-02" in done.stderr
    assert "input (1): regress-02" in done.stdout


BAD = {
    "no such file": (["nowhere.jsonl", "--out", "a"], "nowhere.jsonl cannot be read"),
    "no such task": (["regress", "--out", "a", "--ids", "x"], "regress has no task x"),
    "no answers": (["tasks.jsonl", "--out", "a", "--json"], "give --set FILE"),
    "other answers": (["tasks.jsonl", "--out", "a", "--set", "set.jsonl"], "set.jsonl has no answer for a"),
    "no folder": (["regress"], "Missing option '--out'"),
    "no model": (["regress", "--out", "a", "--model", "gpt4"], "provider/name"),
}


@pytest.mark.parametrize(("words", "says"), BAD.values(), ids=BAD)
def test_what_cannot_be_used(words: list[str], says: str, tmp_path: Path) -> None:
    (tmp_path / "tasks.jsonl").write_text('{"id": "a", "question": "?"}')
    (tmp_path / "set.jsonl").write_text('{"id": "b", "gold": [["n", 1]], "grader": {"type": "named"}}')
    done = evaluate(*words, cwd=tmp_path)
    assert done.returncode == 2, done.stderr
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "a").exists()


def test_a_folder_belongs_to_one_model(tmp_path: Path) -> None:
    words = ["regress", "--limit", 1, "--out", "a", "-q"]
    assert evaluate(*words, "--model", "rules", cwd=tmp_path).returncode == 0
    again = evaluate(*words, cwd=tmp_path, OPENAI_API_KEY="sk-canary-0123456789abcdefghij")
    assert (again.returncode, again.stderr) == (0, "")
    other = evaluate(*words, "--model", "openai/gpt-4o", cwd=tmp_path, OPENAI_API_KEY="sk-none")
    assert other.returncode == 2
    assert "a has runs with rules, not with openai/gpt-4o" in other.stderr


def test_help_is_quick_to_come() -> None:
    code = (
        "import sys; from click.testing import CliRunner; from analyst.evals.command import command; "
        "done = CliRunner().invoke(command, ['--help']); assert 'analyst eval regress' in done.output, done.output; "
        "print([m for m in ('litellm', 'openai', 'pandas', 'jupyter_client', 'rich', 'pydantic') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
