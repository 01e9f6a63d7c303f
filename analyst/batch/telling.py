"""A batch while it runs: for a person on standard error, for a program as JSON lines on standard output."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from typing import Any

from ..pool.progress import Bar
from .jobs import BadRow, Job
from .outcome import Outcome


class Telling(Bar):
    """Both at once."""

    def __init__(self, total: int, *, as_json: bool, quiet: bool) -> None:
        """`total`: jobs to be done. `as_json`: lines for a program. `quiet`: nothing for a person."""
        super().__init__(total, quiet=quiet)
        self._json = as_json

    def begun(self, jobs: int, todo: int, bad: Iterable[BadRow]) -> None:
        """The batch begins."""
        rows = [{"line": row.line, "reason": row.reason} for row in bad]
        self._emit("begun", jobs=jobs, todo=todo, bad=rows)

    def started(self, job: Job) -> None:
        """A job begins."""
        self.enter(job.id)
        self._emit("started", id=job.id, key=job.key)

    def finished(self, outcome: Outcome) -> None:
        """A job is over."""
        self.leave(outcome.id, str(outcome), failed=outcome.verdict == "failed", usd=outcome.usd or 0.0)
        self._emit("finished", verdict=outcome.verdict, **outcome.model_dump(mode="json"))

    def over(self, counts: dict[str, int], usd: float, exit_code: int) -> None:
        """The batch is over."""
        self._emit("over", counts=counts, usd=usd, exit_code=exit_code)

    def say(self, text: str) -> None:
        """A sentence."""
        super().say(text)
        self._emit("said", text=text)

    def _emit(self, event: str, **fields: Any) -> None:
        if self._json:
            sys.stdout.write(json.dumps({"event": event, **fields}, ensure_ascii=False) + "\n")
            sys.stdout.flush()
