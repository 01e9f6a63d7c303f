"""A Dask scheduler and two workers with a thread each, as processes of this machine."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Self

DASK = [sys.executable, "-m", "dask"]
WORKERS = 2
PATIENCE = 60
"""Seconds for the scheduler to come up, and for a process to end when it is asked to."""


class Site:
    """Use it as a context manager; `folder` is where its processes run and log, `env` is their environment."""

    def __init__(self, folder: Path, env: dict[str, str]) -> None:
        self.folder = folder
        self.env = env | {"DASK_TEMPORARY_DIRECTORY": str(folder / "dask")}
        self.address = ""
        self.workers: list[subprocess.Popen[bytes]] = []
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self._stack = stack
            file = self.folder / "scheduler.json"
            words = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(file)]
            self._start("scheduler", *words)
            self._wait_for(file)
            self.address = str(json.loads(file.read_text())["address"])
            for _ in range(WORKERS):
                self.add_worker()
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def add_worker(self) -> None:
        """One worker more: in place of one that was killed, as a cluster manager does it."""
        words = ["--nthreads", "1", "--no-nanny", "--no-dashboard", "--host", "127.0.0.1"]
        process = self._start("worker", self.address, *words)
        self.workers = [*(w for w in self.workers if w.poll() is None), process]

    def _start(self, *words: str) -> subprocess.Popen[bytes]:
        log = self._stack.enter_context((self.folder / f"{words[0]}.log").open("ab"))
        process = subprocess.Popen([*DASK, *words], cwd=self.folder, env=self.env, stdout=log, stderr=log)
        self._stack.callback(_end, process)
        return process

    def _wait_for(self, file: Path) -> None:
        for _ in range(10 * PATIENCE):
            if file.exists():
                return
            time.sleep(0.1)
        raise AssertionError((self.folder / "scheduler.log").read_text())


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ask it to end, as a cluster manager does; kill it when it does not listen."""
    process.terminate()
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
