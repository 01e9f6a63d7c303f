"""A batch whose processes are killed at random moments, until it is done: the runner, kernels, their template.

`Kills` does it; `leftovers` tells what is there afterwards that should not be. Short in the tests, long in the benchmarks.
"""

from __future__ import annotations

import json
import random
import signal
import subprocess
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from analyst.events import Asked, ModelReplied
from analyst.log import read
from analyst.models import Reply
from tests.batch.conftest import BATCH, CLEAN
from tests.scripts import runs, says

MARK = "BATCH_OF_THIS_TEST"


def answering(request: dict[str, Any]) -> Reply:
    """A script without memory, so that any number of jobs can ask it in any order: a cell, then its value."""
    if request["messages"][-1]["role"] == "tool":
        return says("It is 42.")
    return runs("1", "import time\nfor _ in range(10): time.sleep(0.03)\nprint(6 * 7)")


@dataclass
class Kills:
    """A batch of `count` jobs in `folder`, against the model server at `url`."""

    folder: Path
    url: str
    count: int
    seed: int = 0
    killed: Counter[str] = field(default_factory=Counter)
    runs: int = 0

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.temporary = self.folder / "tmp"
        self.temporary.mkdir()
        self.write_jobs(self.count)

    def write_jobs(self, count: int) -> None:
        rows = [
            {"id": f"job-{n}", "question": f"What is {n}?", "model": "openai/scripted"} for n in range(count)
        ]
        (self.folder / "jobs.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))

    def start(self) -> subprocess.Popen[str]:
        self.runs += 1
        env = CLEAN | {"OPENAI_BASE_URL": self.url, "OPENAI_API_KEY": "none", "ANALYST_SANDBOX": "off"}
        env |= {"TMPDIR": str(self.temporary), MARK: str(self.folder)}
        words = ["batch", "jobs.jsonl", "--out", "out", "--resume", "--workers", "3", "-q"]
        return subprocess.Popen(
            [*BATCH, *words],
            cwd=self.folder,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def kill(self, times: int) -> None:
        """Run the batch, and kill something of it so many times; whatever is left of it ends as it likes."""
        process = self.start()
        while sum(self.killed.values()) < times:
            while process.poll() is None and not psutil.Process(process.pid).children():
                time.sleep(0.05)  # it has not come to its first kernel yet
            time.sleep(self.chance.uniform(0.2, 2.5))
            if process.poll() is not None:
                if self.done() == self.count:
                    break
                process.communicate()
                process = self.start()
                continue
            self.kill_one(process)
        process.communicate(timeout=300)

    def kill_one(self, process: subprocess.Popen[str]) -> None:
        below = [p for p in psutil.Process(process.pid).children(recursive=True) if p.status() != "zombie"]
        templates = [p for p in below if p.ppid() == process.pid]
        kernels = [p for p in below if p not in templates]
        kind = self.chance.choice(["runner", "runner", "kernel", "kernel", "template"])
        victims = {"runner": [psutil.Process(process.pid)], "kernel": kernels, "template": templates}[kind]
        if victims:
            try:
                self.chance.choice(victims).send_signal(signal.SIGKILL)
            except psutil.NoSuchProcess:
                return
            self.killed[kind] += 1

    def finish(self) -> str:
        """Run it to its end, with one more job, so that there is a kernel which clears up; what it printed."""
        self.count += 1
        self.write_jobs(self.count)
        process = self.start()
        said, _ = process.communicate(timeout=600)
        assert process.returncode == 0, (said, self.failures())
        return said

    def failures(self) -> list[str]:
        answers = [json.loads(p.read_bytes()) for p in (self.folder / "out" / "jobs").glob("*/answer.json")]
        return [f"{a['id']}: {a['error'] or a['answer']}" for a in answers if a["status"] != "answered"]

    def done(self) -> int:
        return len(list((self.folder / "out" / "jobs").glob("*/answer.json")))

    def faults(self) -> list[str]:
        """Jobs that were not done exactly once, and what is left that nobody needs."""
        found = []
        for number in range(self.count):
            result = self.folder / "out" / "jobs" / f"job-{number}"
            if not (result / "answer.json").exists():
                found.append(f"job-{number} has no result")
                continue
            facts = [line.event for line in read(result)]
            asked = sum(isinstance(e, Asked) for e in facts)
            outcome = json.loads((result / "answer.json").read_bytes())
            if asked != 1 or outcome["answer"] != "It is 42.":
                found.append(f"job-{number} was asked {asked} times: {outcome['answer']}")
            if sum(isinstance(e, ModelReplied) for e in facts) > 4:
                found.append(f"job-{number} asked the model again and again")
        if self.done() != self.count:
            found.append(f"{self.done()} results")
        found += [f"left in the place: {p}" for p in (self.folder / "out").glob(".*")]
        found += [f"left in the temporary folder: {p}" for p in self.temporary.iterdir()]
        return found + [f"left running: {p.pid}" for p in self.running()]

    def running(self) -> list[psutil.Process]:
        """Processes that belong to the batch, after some time for them to end."""
        for _ in range(50):
            found = [p for p in psutil.process_iter() if _marked(p, str(self.folder))]
            if not found:
                return []
            time.sleep(0.1)
        return found


def _marked(process: psutil.Process, value: str) -> bool:
    try:
        return process.environ().get(MARK) == value and process.status() != "zombie"
    except psutil.Error:
        return False
