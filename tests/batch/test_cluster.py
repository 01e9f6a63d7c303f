"""The same jobs on the workers of a Dask scheduler, one of which is killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from analyst.events import Asked
from analyst.log import read
from analyst.models.scripted_server import ScriptedServer
from tests.batch.conftest import BATCH, CLEAN
from tests.batch.kills import answering

DASK = [sys.executable, "-m", "dask"]


class Site:
    """A scheduler and two workers with a thread each, as processes of this machine."""

    def __init__(self, folder: Path, env: dict[str, str], stack: ExitStack) -> None:
        self.folder, self.env, self._stack = folder, env, stack
        self._file = folder / "scheduler.json"
        self._start(
            "scheduler",
            "--host",
            "127.0.0.1",
            "--port",
            "0",
            "--no-dashboard",
            "--scheduler-file",
            str(self._file),
        )
        self._wait(self._file.exists)
        self.address = str(json.loads(self._file.read_text())["address"])
        self.workers = [self._worker(), self._worker()]

    def _worker(self) -> subprocess.Popen[bytes]:
        words = ["worker", self.address, "--nthreads", "1", "--no-nanny", "--no-dashboard"]
        words += ["--host", "127.0.0.1"]
        return self._start(*words, "--local-directory", str(self.folder))

    def _start(self, *words: str) -> subprocess.Popen[bytes]:
        log = self._stack.enter_context((self.folder / f"{words[0]}.log").open("ab"))
        process = subprocess.Popen([*DASK, *words], cwd=self.folder, env=self.env, stdout=log, stderr=log)
        self._stack.callback(process.wait)
        self._stack.callback(process.kill)
        return process

    def _wait(self, seen: object) -> None:
        for _ in range(600):
            if callable(seen) and seen():
                return
            time.sleep(0.1)
        raise AssertionError((self.folder / "scheduler.log").read_text())

    def run(self, *words: str) -> subprocess.Popen[str]:
        command = [*BATCH, "jobs.jsonl", "--dask", self.address, *words]
        return subprocess.Popen(
            command, cwd=self.folder, env=self.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    rows = [{"id": f"job-{n}", "question": f"What is {n}?", "model": "openai/scripted"} for n in range(6)]
    (tmp_path / "jobs.jsonl").write_text("\n".join(map(json.dumps, rows)))
    with ExitStack() as stack:
        server = stack.enter_context(ScriptedServer(answering))
        env = {"OPENAI_BASE_URL": server.url, "OPENAI_API_KEY": "none", "ANALYST_SANDBOX": "off"}
        yield Site(tmp_path, CLEAN | env, stack)


def test_the_jobs_of_a_killed_worker_run_elsewhere(site: Site) -> None:
    process = site.run("--out", "out")
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
    again = site.run("--out", "out", "--resume", "--json")
    out, talk = again.communicate(timeout=150)
    assert again.returncode == 0, talk
    assert [json.loads(line)["event"] for line in out.splitlines()] == ["begun", "over"]
