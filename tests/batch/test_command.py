"""`analyst batch` as a user meets it: real processes, `rules` and a scripted model over HTTP."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import IO, Any

import pandas as pd
from analyst_kernels.sandbox.tiers import choose

from analyst.events import Isolated, Usage
from analyst.log import read
from analyst.models import Reply
from analyst.models.scripted_server import ScriptedServer
from tests.batch.conftest import BATCH, CLEAN, batch, started
from tests.batch.kills import answering
from tests.scripts import call, does, runs, says

PENGUINS = Path(__file__).parents[2] / "notebooks" / "data" / "penguins.csv"
QUESTION = "What is the mean {what} by {by}?"


def grid(folder: Path) -> None:
    (folder / "grid.csv").write_text("what,by\nbody_mass_g,species\nflipper_length_mm,island\n")


def test_a_question_with_a_grid_without_a_key_a_home_or_a_terminal(tmp_path: Path) -> None:
    grid(tmp_path)
    words = [QUESTION, PENGUINS, "--grid", "grid.csv", "--model", "rules", "--out", "r"]
    env = {
        k: v
        for k, v in CLEAN.items()
        if k not in ("HOME", "TERM", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "MPLCONFIGDIR")
    }
    done = subprocess.run(
        [*BATCH, *map(str, words)],
        cwd=tmp_path,
        env=env | {"ANALYST_SANDBOX": "off"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "2 answered: r\n"
    assert "2/2 " in done.stderr
    with (tmp_path / "r" / "summary.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["parameter.by"] for row in rows] == ["species", "island"]
    assert "5076.02" in rows[0]["answer"]
    assert pd.read_parquet(tmp_path / "r" / "summary.parquet")["status"].tolist() == ["answered"] * 2
    for row in rows:
        assert f'href="{row["result"]}/report.html"' in (tmp_path / "r" / "index.html").read_text()
        assert (tmp_path / "r" / row["result"] / "report.html").exists()

    refused = batch(*words, cwd=tmp_path)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "--resume" in refused.stderr
    resumed = batch(*words, "--resume", "--json", cwd=tmp_path)
    assert resumed.returncode == 0
    assert [json.loads(line)["event"] for line in resumed.stdout.splitlines()] == ["begun", "over"]


def test_bad_rows_stop_the_batch_before_it_starts_unless_told_to_go_on(tmp_path: Path) -> None:
    (tmp_path / "jobs.jsonl").write_text('{"question": "How many rows?", "data": "absent.csv"}\n{"questio')
    done = batch("jobs.jsonl", "--out", "r", "--keep-going", cwd=tmp_path)
    assert done.returncode == 2
    (tmp_path / "jobs.csv").write_text(f"id,question,data\na,How many rows?,{PENGUINS}\nb,?,absent.csv\n")
    done = batch("jobs.csv", "--out", "r", cwd=tmp_path)
    assert done.returncode == 2
    assert "jobs.csv, line 3: there is no file or folder" in done.stderr
    assert not (tmp_path / "r").exists()
    done = batch("jobs.csv", "--out", "r", "--keep-going", "--model", "rules", "--json", cwd=tmp_path)
    assert done.returncode == 2
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert [e["event"] for e in events] == ["begun", "started", "finished", "over"]
    assert events[0]["bad"][0]["line"] == 3
    assert (events[2]["id"], events[2]["verdict"]) == ("a", "answered")
    assert events[3]["exit_code"] == 2


def test_dry_run_limit_and_parameters(tmp_path: Path) -> None:
    grid(tmp_path)
    words = [
        "Mean {what} by {by} in {year}?",
        PENGUINS,
        "--grid",
        "grid.csv",
        "-p",
        "year=2007",
        "--out",
        "r",
    ]
    done = batch(*words, "--dry-run", "--model", "rules", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Mean body_mass_g by species in 2007? (rules)" in done.stdout
    assert "2 jobs would run; 0 have results. Cost: at most 0 USD" in done.stdout
    assert not (tmp_path / "r").exists()
    env = {"OPENAI_API_KEY": "none", "OPENAI_BASE_URL": "http://127.0.0.1:9/v1"}
    model = ["--model", "openai/scripted", "--dry-run", "--limit", 1]
    assert "it can cost anything" in batch(*words, *model, cwd=tmp_path, **env).stdout
    done = batch(*words, *model, "--budget", "2.5", cwd=tmp_path, **env)
    assert "1 jobs would run" in done.stdout
    assert "at most 2.5 USD" in done.stdout
    for wrong in (["-p", "year"], ["-p", "year=1", "-p", "year=2"]):
        assert batch("?", "--out", "r", *wrong, cwd=tmp_path).returncode == 2
    assert "each row has its own" in batch("j.csv", "x.csv", "--out", "r", cwd=tmp_path).stderr


def test_code_is_held_in_the_sandbox_unless_told_otherwise(tmp_path: Path) -> None:
    grid(tmp_path)
    words = [QUESTION, PENGUINS, "--grid", "grid.csv", "--limit", 1, "--model", "rules", "--out", "r"]
    done = batch(*words, cwd=tmp_path, ANALYST_SANDBOX="auto")
    assert (done.returncode, done.stdout) == (3, "1 answered, 1 not run: r\n"), done.stderr
    (log,) = (tmp_path / "r" / "jobs").glob("*/log.jsonl")
    (held,) = (line.event for line in read(log.parent) if isinstance(line.event, Isolated))
    assert held.tier == choose().name


def jobs(folder: Path, count: int) -> None:
    rows = [{"id": f"job-{n}", "question": f"What is {n}?", "model": "openai/scripted"} for n in range(count)]
    (folder / "jobs.jsonl").write_text("\n".join(map(json.dumps, rows)))


def at(server: ScriptedServer) -> dict[str, str]:
    return {"OPENAI_BASE_URL": server.url, "OPENAI_API_KEY": "sk-canary-0123456789abcdefghij"}


def test_ctrl_c_ends_cleanly_and_resume_goes_on(tmp_path: Path) -> None:
    jobs(tmp_path, 3)
    slow = does(call("1", "python", code="import time\nprint('begun', flush=True)\ntime.sleep(60)"))
    words = ["jobs.jsonl", "--out", "r", "--workers", "2"]
    with ScriptedServer(lambda _: slow) as server, started(*words, cwd=tmp_path, **at(server)) as process:
        assert server.wait(lambda s: len(s.requests) == 2, 60), len(server.requests)
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        out, talk = process.communicate(timeout=60)
    assert process.returncode == 130, talk
    assert out == "2 left, 1 not run: r\n"
    assert "kept for --resume" in talk
    assert "Traceback" not in talk
    with ScriptedServer(answering) as server:
        done = batch("jobs.jsonl", "--out", "r", "--resume", cwd=tmp_path, **at(server))
    assert (done.returncode, done.stdout) == (0, "3 answered: r\n"), done.stderr
    assert sorted(p.name for p in (tmp_path / "r" / "jobs").iterdir()) == ["job-0", "job-1", "job-2"]


def test_ctrl_c_before_the_first_job_says_how_a_batch_goes_on(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "jobs.jsonl")
    words, fifo = ["jobs.jsonl", "--out", "r"], tmp_path / "jobs.jsonl"
    with started(*words, cwd=tmp_path) as process, _writer(fifo):  # it waits for the jobs now
        process.send_signal(signal.SIGINT)
        _, talk = process.communicate(timeout=60)
    assert process.returncode == 130
    assert talk == "Interrupted. What was done is kept; go on with the same command and --resume.\n"


def _writer(fifo: Path) -> IO[bytes]:
    """The writing end of a FIFO, as soon as somebody reads."""
    for _ in range(1200):
        try:
            return os.fdopen(os.open(fifo, os.O_WRONLY | os.O_NONBLOCK), "wb")
        except OSError:
            time.sleep(0.05)
    raise AssertionError("nobody reads")


def test_twice_ctrl_c_kills(tmp_path: Path) -> None:
    jobs(tmp_path, 1)
    deaf = "import time\nprint('begun', flush=True)\nwhile True:\n    try: time.sleep(60)\n    except KeyboardInterrupt: pass"
    reply, words = does(call("1", "python", code=deaf)), ["jobs.jsonl", "--out", "r", "-q"]
    with ScriptedServer(lambda _: reply) as server, started(*words, cwd=tmp_path, **at(server)) as process:
        assert server.wait(lambda s: len(s.requests) == 1, 60)
        time.sleep(1)
        process.send_signal(signal.SIGTERM)
        time.sleep(0.2)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
    assert process.returncode == 130
    assert not os.path.exists(tmp_path / "r" / "jobs")  # noqa: PTH110


def test_limits_and_failures_show_in_the_exit_code(tmp_path: Path) -> None:
    jobs(tmp_path, 2)
    priced = Usage(input=1000, output=10)
    with ScriptedServer(lambda _: does(call("1", "python", code="1"), usage=priced)) as server:
        env = at(server) | {"ANALYST_MAX_STEPS": "1"}
        done = batch("jobs.jsonl", "--out", "r", "--limit", 1, cwd=tmp_path, **env)
    assert (done.returncode, done.stdout) == (3, "1 partial, 1 not run: r\n"), done.stderr
    with ScriptedServer([]) as server:  # it refuses whatever it is asked
        done = batch("jobs.jsonl", "--out", "r", "--resume", cwd=tmp_path, **at(server))
    assert (done.returncode, done.stdout) == (1, "1 partial, 1 failed: r\n"), done.stderr
    with ScriptedServer(lambda _: says("Nothing to compute.")) as server:
        done = batch("jobs.jsonl", "--out", "r", "--only-failed", cwd=tmp_path, **at(server))
    assert (done.returncode, done.stdout) == (0, "2 answered: r\n"), done.stderr


def test_a_proof_shows_in_table_page_and_exit_code(tmp_path: Path) -> None:
    jobs(tmp_path, 2)

    def script(request: dict[str, Any]) -> Reply:
        if request["messages"][-1]["role"] == "tool":
            return says("It is printed.")
        moves = "What is 1?" in str(request["messages"])
        return runs("1", f"import time\nprint('it is', {'time.time()' if moves else '6 * 7'})")

    with ScriptedServer(script) as server:
        done = batch("jobs.jsonl", "--out", "r", "--verify", "values", cwd=tmp_path, **at(server))
    assert (done.returncode, done.stdout) == (4, "1 answered, 1 moved: r\n"), done.stderr
    with (tmp_path / "r" / "summary.csv").open() as file:
        same, other = (row["proved"] for row in csv.DictReader(file))
    assert same == "reproduced 1/1"
    assert "reads the clock" in other
    assert "reads the clock" in (tmp_path / "r" / "index.html").read_text()
    kept = json.loads((tmp_path / "r/jobs/job-1/answer.json").read_text())
    assert (kept["status"], kept["reproduced"]) == ("answered", False)
