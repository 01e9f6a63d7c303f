"""A batch while it runs: for a person on standard error, for a program as JSON lines on standard output."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from types import TracebackType
from typing import Any, Self

from ..pool.progress import Bar
from .jobs import BadRow, Job
from .outcome import Outcome


class Telling:
    """Both at once. Use it as a context manager."""

    def __init__(self, total: int, *, as_json: bool, quiet: bool) -> None:
        """`total`: jobs to be done. `as_json`: lines for a program. `quiet`: nothing for a person."""
        self._json = as_json
        self._bar = Bar(total, quiet=quiet)

    def __enter__(self) -> Self:
        self._bar.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.__exit__(kind, error, trace)

    def begun(self, jobs: int, todo: int, bad: Iterable[BadRow]) -> None:
        """The batch begins."""
        rows = [{"line": row.line, "reason": row.reason} for row in bad]
        self._emit("begun", jobs=jobs, todo=todo, bad=rows)

    def started(self, job: Job) -> None:
        """A job begins."""
        self._bar.started(job.id)
        self._emit("started", id=job.id, key=job.key)

    def finished(self, outcome: Outcome) -> None:
        """A job is over."""
        self._bar.finished(
            outcome.id, str(outcome), failed=outcome.verdict == "failed", usd=outcome.usd or 0.0
        )
        self._emit("finished", verdict=outcome.verdict, **outcome.model_dump(mode="json"))

    def over(self, counts: dict[str, int], usd: float, exit_code: int) -> None:
        """The batch is over."""
        self._emit("over", counts=counts, usd=usd, exit_code=exit_code)

    def say(self, text: str) -> None:
        """A sentence."""
        self._bar.say(text)
        self._emit("said", text=text)

    @property
    def pace(self) -> str:
        """See `Bar.pace`."""
        return self._bar.pace

    def _emit(self, event: str, **fields: Any) -> None:
        if self._json:
            sys.stdout.write(json.dumps({"event": event, **fields}, ensure_ascii=False) + "\n")
            sys.stdout.flush()
