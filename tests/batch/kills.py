"""A batch whose processes are killed at random moments, until it is done: the runner, Dask's workers, kernels, their template.

`Kills` does it; `faults` tells what is there afterwards that should not be. Short in the tests, long in the benchmarks.
"""

from __future__ import annotations

import contextlib
import json
import random
import signal
import subprocess
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import psutil

from analyst.events import Asked, ModelReplied, ToolReturned
from analyst.log import read
from analyst.models import Reply
from tests.batch.conftest import BATCH, CLEAN
from tests.batch.site import Site
from tests.scripts import runs, says

MARK = "BATCH_OF_THIS_TEST"
KINDS = ("runner", "kernel", "template")
ON_WORKERS = (*KINDS, "worker")
MORE = 5
"""Jobs that are added when all are done before all is killed."""
PATIENCE = 300
"""Seconds for the rest of the jobs; in a test its own limit comes first."""


def answering(request: dict[str, Any]) -> Reply:
    """A script without memory, so that any number of jobs can ask it in any order: a cell, then its value."""
    if request["messages"][-1]["role"] == "tool":
        return says("It is 42.")
    return runs("1", "import time\nfor _ in range(10): time.sleep(0.03)\nprint(6 * 7)")


@dataclass
class Kills:
    """A batch of `count` jobs in `folder`, against the model server at `url`. Use it as a context manager.

    With `on_workers` the jobs run on the workers of a Dask scheduler; one that was killed is replaced.
    """

    folder: Path
    url: str
    count: int
    seed: int = 0
    on_workers: bool = False
    killed: Counter[str] = field(default_factory=Counter)
    runs: int = 0
    process: subprocess.Popen[str] | None = None
    site: Site | None = None

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.temporary = self.folder / "tmp"
        self.temporary.mkdir()
        self.write_jobs(self.count)

    def __enter__(self) -> Self:
        if self.on_workers:
            self.site = Site(self.folder, self._env()).__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        """A batch that did not come to its end must not go on without us."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
        self._leave()

    def _leave(self) -> None:
        """End the workers, whose kernels' templates live as long as they do."""
        if self.site is not None:
            self.site.__exit__()
            self.site = None

    def _env(self) -> dict[str, str]:
        env = CLEAN | {"OPENAI_BASE_URL": self.url, "OPENAI_API_KEY": "none", "ANALYST_SANDBOX": "off"}
        return env | {"TMPDIR": str(self.temporary), MARK: str(self.folder)}

    def write_jobs(self, count: int) -> None:
        self.count = count
        rows = [
            {"id": f"job-{n}", "question": f"What is {n}?", "model": "openai/scripted"} for n in range(count)
        ]
        (self.folder / "jobs.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))

    def start(self) -> subprocess.Popen[str]:
        self.runs += 1
        words = ["jobs.jsonl", "--out", "out", "--resume", "-q"]
        words += ["--dask", self.site.address] if self.site else ["--workers", "3"]
        self.process = subprocess.Popen(
            [*BATCH, *words],
            cwd=self.folder,
            env=self._env(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        return self.process

    def kill(self, times: int) -> None:
        """Kill something of the batch so many times, each kind as often; what is left of it ends as it likes."""
        chosen = ON_WORKERS if self.on_workers else KINDS
        kinds = [chosen[n % len(chosen)] for n in range(times)]
        self.chance.shuffle(kinds)
        process = self.start()
        for kind in kinds:
            time.sleep(self.chance.uniform(0.2, 2.5))
            process = self.kill_one(process, kind)
        process.communicate(timeout=PATIENCE)

    def kill_one(self, process: subprocess.Popen[str], kind: str) -> subprocess.Popen[str]:
        """Kill one of a kind as soon as there is one; the batch, which was started again if it had ended before."""
        while True:
            if process.poll() is not None:
                process.communicate()
                if self.done() == self.count:
                    self.write_jobs(self.count + MORE)
                process = self.start()
            with contextlib.suppress(psutil.NoSuchProcess):
                if victims := self._victims(psutil.Process(process.pid), kind):
                    victim = self.chance.choice(victims)
                    victim.send_signal(signal.SIGKILL)
                    self.killed[kind] += 1
                    if kind == "worker" and self.site:
                        victim.wait()
                        self.site.add_worker()
                    return process
            time.sleep(0.02)

    def _victims(self, runner: psutil.Process, kind: str) -> list[psutil.Process]:
        """Those of a kind that live; of a batch that has no template yet, nothing is killed: it has not come to its jobs."""
        workers = [psutil.Process(w.pid) for w in self.site.workers] if self.site else []
        templates = [t for home in workers or [runner] for t in _living(home.children())]
        kernels = [kernel for template in templates for kernel in _living(template.children())]
        if kind == "kernel" or not templates:
            return kernels
        return {"runner": [runner], "template": templates, "worker": workers}[kind]

    def finish(self) -> str:
        """Run it to its end, with one more job, so that there is a kernel which clears up; what it printed."""
        self.write_jobs(self.count + 1)
        process = self.start()
        said, _ = process.communicate(timeout=2 * PATIENCE)
        assert process.returncode == 0, (said, self.failures())
        return said

    def failures(self) -> list[str]:
        answers = [json.loads(p.read_bytes()) for p in (self.folder / "out" / "jobs").glob("*/answer.json")]
        return [f"{a['id']}: {a['error'] or a['answer']}" for a in answers if a["status"] != "answered"]

    def done(self) -> int:
        return len(list((self.folder / "out" / "jobs").glob("*/answer.json")))

    def faults(self) -> list[str]:
        """Jobs that were not done exactly once, and what is left that nobody needs."""
        self._leave()
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
            cut = [e.ending for e in facts if isinstance(e, ToolReturned) and e.ending not in ("ok", "error")]
            replied = sum(isinstance(e, ModelReplied) for e in facts)
            if replied > 2 * (
                1 + len(cut)
            ):  # a cell, then its value; a cell that was cut off may be asked for anew
                found.append(f"job-{number} asked the model {replied} times; cells cut off: {cut}")
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


def _living(processes: list[psutil.Process]) -> list[psutil.Process]:
    return [p for p in processes if p.status() != psutil.STATUS_ZOMBIE]


def _marked(process: psutil.Process, value: str) -> bool:
    try:
        return process.environ().get(MARK) == value and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False
