"""What came of a job: `answer.json` of its result, and a row of the summary."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from ..events import StopReason
from ..result import Result, Status
from .jobs import Job

_PASSING: frozenset[StopReason] = frozenset({"input", "model", "kernel", "interrupted"})
"""input: a key that was not taken, or data that the kernel does not see: what is mended outside of the job."""

Verdict = Literal["answered", "incomplete", "refuted", "moved", "partial", "failed", "left"]


class Outcome(BaseModel):
    """How a job ended."""

    model_config = ConfigDict(frozen=True)

    id: str
    key: str
    question: str
    parameters: dict[str, str] = {}
    status: Status = "failed"
    answer: str = ""
    named: dict[str, str] = {}
    stopped: StopReason | None = None
    reviewed: Literal["held", "refuted", "undecided"] | None = None
    """What a reviewer's check said of the answer; None: it was not reviewed."""
    reproduced: bool | None = None
    """Whether the answer's code came to the same in a clean kernel; None: it was not run again."""
    proved: str = ""
    """What came of that, in words."""
    error: str = ""
    """Why the job could not be run at all; empty when it could."""
    later: Literal["", "interrupted", "budget"] = ""
    """Why the job was left for later: told to stop, or the budget over all jobs is spent. Then it has no result."""
    missing: tuple[str, ...] = ()
    """Expected outputs that are not there."""
    files: tuple[str, ...] = ()
    """Files that the code wrote, relative to the result's folder."""
    report: bool = False
    """Whether there is a notebook and a report."""
    figure: bool = False
    """Whether a figure was shown; the last one lies beside the report."""
    model: str = ""
    input: int = 0
    """Tokens sent."""
    output: int = 0
    """Tokens received."""
    usd: float | None = 0.0
    """US dollars; None when a price is not known."""
    seconds: float = 0.0

    @classmethod
    def of(cls, job: Job, result: Result, folder: Path, *, figure: bool = False) -> Self:
        """The outcome of a job that was run in `folder`."""
        files = tuple(f.relative_to(folder).as_posix() for f in result.files)
        return cls(
            id=job.id,
            key=job.key,
            question=job.question,
            parameters=job.parameters,
            status=result.status,
            answer=result.answer,
            named=dict(result.named),
            stopped=result.stopped.reason if result.stopped else None,
            reviewed=result.reviewed.verdict if result.reviewed else None,
            reproduced=result.proved.ok if result.proved else None,
            proved=str(result.proved or ""),
            missing=tuple(_missing(job.expected, result, files)),
            files=files,
            report=result.html is not None,
            figure=figure,
            model=result.model,
            input=result.usage.input,
            output=result.usage.output,
            usd=result.usage.usd,
            seconds=result.seconds,
        )

    @classmethod
    def left(cls, job: Job) -> Self:
        """The outcome of a job that was not begun any more."""
        return cls(id=job.id, key=job.key, question=job.question, model=job.model, later="interrupted")

    @classmethod
    def failed(cls, job: Job, error: str) -> Self:
        """The outcome of a job that could not be run."""
        return cls(
            id=job.id,
            key=job.key,
            question=job.question,
            parameters=job.parameters,
            model=job.model,
            error=error,
        )

    @classmethod
    def parse(cls, data: bytes, key: str) -> Self | None:
        """The outcome of the job with this key from an `answer.json`; None when that is of another one."""
        try:
            found = cls.model_validate_json(data)
        except ValidationError:
            return None
        return found if found.key == key else None

    def stands(self, again: bool) -> bool:
        """Whether the job need not be done once more. `again`: only a full answer counts."""
        return self.verdict == "answered" if again else not self.passing

    @property
    def passing(self) -> bool:
        """Whether what went wrong may not go wrong the next time: no model, no kernel, no key, an interrupt, an error."""
        return bool(self.error) or self.stopped in _PASSING

    @property
    def verdict(self) -> Verdict:
        """The outcome in a word.

        incomplete: answered, but an expected output is missing; refuted: a reviewer's check fails on what was answered;
        moved: its code, run again, did not come to the same.
        """
        if self.later:
            return "left"
        if self.status != "answered":
            return self.status
        if self.missing:
            return "incomplete"
        return (
            "refuted" if self.reviewed == "refuted" else "moved" if self.reproduced is False else "answered"
        )

    def __str__(self) -> str:
        """A clause for a person."""
        more = [f"no {', '.join(self.missing)}" if self.missing and self.status == "answered" else ""]
        more += [self.error or self.later or self.stopped or ""]
        told = "; ".join(filter(None, more))
        return f"{self.verdict}{f' ({told})' if told else ''}, {self.seconds:.1f} s"


def _missing(expected: Sequence[str], result: Result, files: Sequence[str]) -> list[str]:
    there = {*(f"@{name}" for name in result.named), *(f.removeprefix("work/") for f in files)}
    return [name for name in expected if name not in there]
