"""The same jobs on the workers of a Dask scheduler, one of which is killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from analyst.events import Asked
from analyst.log import read
from analyst.models.scripted_server import ScriptedServer
from tests.batch.conftest import BATCH, CLEAN
from tests.batch.kills import answering
from tests.batch.site import Site


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    rows = [{"id": f"job-{n}", "question": f"What is {n}?", "model": "openai/scripted"} for n in range(6)]
    (tmp_path / "jobs.jsonl").write_text("\n".join(map(json.dumps, rows)))
    with ScriptedServer(answering) as server:
        env = {"OPENAI_BASE_URL": server.url, "OPENAI_API_KEY": "none", "ANALYST_SANDBOX": "off"}
        with Site(tmp_path, CLEAN | env) as site:
            yield site


def run(site: Site, *words: str) -> subprocess.Popen[str]:
    command = [*BATCH, "jobs.jsonl", "--dask", site.address, *words]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(command, cwd=site.folder, env=site.env, text=True, **pipes)


def test_the_jobs_of_a_killed_worker_run_elsewhere(site: Site) -> None:
    process = run(site, "--out", "out")
    work = site.folder / "out" / ".work"
    for _ in range(600):
        if len(list(work.glob("*/log.jsonl"))) >= 2:
            break
        time.sleep(0.1)
    os.kill(site.workers[0].pid, signal.SIGKILL)
    out, talk = process.communicate(timeout=150)
    assert (process.returncode, out) == (0, "6 answered: out\n"), talk
    for number in range(6):
        result = site.folder / "out" / "jobs" / f"job-{number}"
        assert json.loads((result / "answer.json").read_text())["answer"] == "It is 42."
        assert sum(isinstance(line.event, Asked) for line in read(result)) == 1
    assert not work.exists()
    again = run(site, "--out", "out", "--resume", "--json")
    out, talk = again.communicate(timeout=150)
    assert again.returncode == 0, talk
    assert [json.loads(line)["event"] for line in out.splitlines()] == ["begun", "over"]
