"""A review can be asked for at every door, and each says what came of it: run, batch (for all and for a row), eval, %%agent."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from analyst.errors import BadInput
from analyst.evals.command import command
from analyst.evals.predictions import load
from analyst.events import Asked, Reviewed, ReviewerReplied
from analyst.log import read
from analyst.models import Reply
from analyst.models.scripted_server import ScriptedServer
from tests.batch.conftest import batch
from tests.magic.conftest import Typist
from tests.magic.conftest import kernel as kernel
from tests.scripts import runs, says
from tests.test_cli import analyst, at

CHECK = "assert stated({}), 'it is {} by another way'"


def answering(right: int = 42) -> Callable[[Mapping[str, Any]], Reply]:
    """An analyst that always comes to 42, and judges whose check says what is right: `judge`, and `harsh` (always 43)."""

    def script(request: Mapping[str, Any]) -> Reply:
        if request["model"] in ("judge", "harsh"):
            number = 43 if request["model"] == "harsh" else right
            return runs("c", CHECK.format(number, number))
        if request["messages"][-1]["role"] == "tool" and "refute" not in str(request["messages"][-1]):
            return says("It is 42.")
        if "refute" in str(request["messages"][-1]):
            return says("It is 42, as computed.")
        return runs("1", "print('it is', 6 * 7)")

    return script


WHAT = ("What is six times seven?", "--model", "openai/scripted")


@pytest.mark.parametrize(("judge", "code"), [("judge", 0), ("harsh", 4)])
def test_a_run_that_fails_its_review_ends_with_4(tmp_path: Path, judge: str, code: int) -> None:
    with ScriptedServer(answering()) as server:
        words = ("run", *WHAT, "--review", f"openai/{judge}", "--out", "run", "--json")
        done = analyst(*words, cwd=tmp_path, ANALYST_SANDBOX="off", **at(server))
    assert done.returncode == code, done.stderr
    assert json.loads(done.stdout)["reviewed"] == ("held" if code == 0 else "refuted")


def test_a_batch_offers_it_for_all_jobs_and_for_one(tmp_path: Path) -> None:
    rows = [
        {"id": "all", "question": "What is it?"},
        {"id": "own", "question": "What is it?", "review": "openai/harsh"},
        {"id": "nobody", "question": "What is it?", "review": ""},
    ]
    (tmp_path / "jobs.jsonl").write_text("\n".join(map(json.dumps, rows)))
    words = ["jobs.jsonl", "--out", "r", "--model", "openai/scripted", "--review", "openai/judge"]
    with ScriptedServer(answering()) as server:
        env = at(server)
        foretold = batch(*words, "--dry-run", cwd=tmp_path, **env).stdout
        assert "all: What is it? (openai/scripted, reviewed by openai/judge)" in foretold
        assert "nobody: What is it? (openai/scripted)" in foretold
        assert server.requests == []
        done = batch(*words, cwd=tmp_path, **env)
    assert (done.returncode, done.stdout) == (4, "2 answered, 1 refuted: r\n"), done.stderr
    with (tmp_path / "r/summary.csv").open() as file:
        told = {row["id"]: (row["status"], row["reviewed"]) for row in csv.DictReader(file)}
    assert told == {"all": ("answered", "held"), "own": ("refuted", "refuted"), "nobody": ("answered", "")}
    kept = json.loads((tmp_path / "r/jobs/own/answer.json").read_text())
    assert (kept["status"], kept["reviewed"]) == ("answered", "refuted")
    assert "review: refuted" in (tmp_path / "r/index.html").read_text()
    facts = [line.event for line in read(tmp_path / "r/jobs/nobody")]
    assert not [e for e in facts if isinstance(e, Reviewed | ReviewerReplied)]


def test_a_batch_finds_a_reviewer_that_is_none_before_it_starts(tmp_path: Path) -> None:
    (tmp_path / "jobs.csv").write_text("id,question,model,review\na,?,rules,same\nb,?,rules,nonsense\n")
    done = batch("jobs.csv", "--out", "r", cwd=tmp_path)
    assert done.returncode == 2
    assert "jobs.csv, line 2: `rules` answers questions and cannot review" in done.stderr
    assert "jobs.csv, line 3:" in done.stderr
    assert not (tmp_path / "r").exists()


def test_the_same_budget_pays_for_reviews_and_the_setting_holds(tmp_path: Path) -> None:
    with ScriptedServer(answering()) as server:
        env = at(server) | {"ANALYST_REVIEW": "same"}
        words = ["What is it?", "--out", "r", "--model", "openai/judge", "--budget", "0.1", "--json"]
        done = batch(*words, cwd=tmp_path, **env)
    finished = next(e for line in done.stdout.splitlines() if (e := json.loads(line))["event"] == "finished")
    assert finished["later"] == "budget", done.stderr  # the price is not known: no second call is made
    assert len(server.requests) == 1


TASK = {"id": "a", "question": "What is it?", "answer_format": "@n[n]"}
KEY = {"id": "a", "gold": [["n", "42"]], "grader": {"type": "named"}, "level": "easy", "tags": ["count"]}


def evaluation(folder: Path, *words: str, server: ScriptedServer, **env: str) -> Any:
    (folder / "tasks.jsonl").write_text(json.dumps(TASK) + "\n")
    (folder / "set.jsonl").write_text(json.dumps(KEY) + "\n")
    given = ("eval", "tasks.jsonl", "--set", "set.jsonl", "--out", "e", "--model", "openai/scripted", "-q")
    return analyst(*given, *words, cwd=folder, **at(server), ANALYST_SANDBOX="off", **env)


def test_an_evaluation_is_reviewed_graded_and_goes_on_as_it_began(tmp_path: Path) -> None:
    with ScriptedServer(answering()) as server:
        done = evaluation(tmp_path, "--review", "openai/judge", server=server)
        assert done.returncode == 0, done.stderr
        assert "review held" in done.stdout
        assert load(tmp_path / "e")["a"].reviewed == "held"
        again = evaluation(tmp_path, "--json", server=server)
        assert "review held" in [score["name"] for score in json.loads(again.stdout)["scores"]]
    (asked,) = (line.event for line in read(tmp_path / "e/runs/a") if isinstance(line.event, Asked))
    assert asked.review == "openai/judge"
    refusals = {
        "openai/harsh": "has runs reviewed by openai/judge",
        "": "not without one",
        "rules": "cannot review",
    }
    for other, why in refusals.items():
        words = [str(tmp_path / "tasks.jsonl"), "--out", str(tmp_path / "e"), "--review", other]
        refused = CliRunner().invoke(command, words, env=at(server))
        assert isinstance(refused.exception, BadInput)
        assert why in str(refused.exception)


def test_an_evaluation_says_that_it_uses_no_kernel_server(tmp_path: Path) -> None:
    with ScriptedServer(answering()) as server:
        done = evaluation(tmp_path, server=server, ANALYST_KERNEL_SERVER="http://127.0.0.1:9/")
        assert server.requests == []
    assert done.returncode == 2
    assert "Take ANALYST_KERNEL_SERVER out of the environment" in done.stderr
    assert not (tmp_path / "e").exists()


def test_in_a_notebook_by_flag_or_by_config(kernel: Callable[..., Typist]) -> None:
    with ScriptedServer(answering()) as server:
        typist = kernel(server)
        plain = typist.run("%%agent\nWhat is it?").text
        assert "It is 42" in plain
        assert "reviewer" not in plain
        flagged = typist.run("%%agent --review openai/judge\nWhat is it?").text
        assert "Recorded" not in flagged  # nobody had reviewed what was recorded
        assert "A reviewer (openai/judge) tried to refute this: held" in flagged
        typist.run("%config AgentMagics.review = 'openai/harsh'")
        assert "openai/harsh" in typist.run("%agent config").text
        assert "still fails the same check" in typist.run("%%agent\nAnd what is it now?").text
        typist.run("%config AgentMagics.review = ''")
        assert "reviewer" not in typist.run("%%agent\nAnd once more?").text
        ours = typist.run("%%agent --model rules --review same\nWhat?")
        assert "cannot review" in ours.text
