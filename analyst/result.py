"""What came of a question, folded from the log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from .digest import Digest
from .events import (
    Answered,
    Asked,
    Continued,
    Event,
    Isolated,
    Opened,
    Paid,
    PlanStep,
    Proved,
    Reviewed,
    StepFinished,
    Stopped,
    ToolReturned,
    Usage,
)
from .files import beneath

Status = Literal["answered", "partial", "failed"]


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a question, folded from the log."""

    status: Status
    answer: str
    named: Mapping[str, str] = field(default_factory=dict)
    stopped: Stopped | None = None
    """Why there is no full answer; None when there is one."""
    reviewed: Reviewed | None = None
    """What a reviewer's check said of the answer; None: it was not reviewed."""
    proved: Proved | None = None
    """What came of running its code again in a clean kernel; None: that was not done."""
    model: str = ""
    isolation: str = ""
    """What held the code: a sandbox's name, "external" or "none"; empty for a kernel that was given."""
    usage: Usage = Usage()
    """Sums over the question; `usd` is None when the price of a call is not known."""
    plan: tuple[PlanStep, ...] = ()
    run: Path | None = None
    """The run's folder."""
    notebook: Path | None = None
    html: Path | None = None
    """The report."""
    files: tuple[Path, ...] = ()
    """Files that the code wrote."""
    seconds: float = 0.0
    facts: tuple[Event, ...] = field(default=(), repr=False, compare=False)
    """The part of the log that this was folded from."""

    def __str__(self) -> str:
        return self.answer

    def _repr_html_(self) -> str:
        """Answer, figures and tables, in a notebook."""
        from .views.html import to_fragment  # noqa: PLC0415 - shown only where somebody looks

        return to_fragment(self.facts)

    def _repr_markdown_(self) -> str:
        from .views.markdown import to_markdown  # noqa: PLC0415 - as above

        return to_markdown(self.facts)


def result(events: Sequence[Event], *, folder: Path | None = None, seconds: float = 0.0) -> Result:
    """What came of the question that was asked last in a log."""
    last = max(n for n, e in enumerate(events) if isinstance(e, Asked))
    facts = events[last:]
    # what a run said when it stopped is no answer any more once it was continued
    since = max((n + 1 for n, e in enumerate(facts) if isinstance(e, Continued)), default=0)
    answered = next((e for e in reversed(facts[since:]) if isinstance(e, Answered)), None)
    stopped = next((e for e in reversed(facts[since:]) if isinstance(e, Stopped)), None)
    opened = next((e for e in events if isinstance(e, Opened)), None)
    found = any(
        (isinstance(e, ToolReturned) and e.ok and e.cell) or isinstance(e, StepFinished) for e in facts
    )
    full = answered is not None and not answered.partial
    status: Status = (
        "answered"
        if full or (stopped and stopped.reason == "plan only")
        else "partial"
        if found
        else "failed"
    )
    return Result(
        status=status,
        answer=answered.text if answered else stopped.detail if stopped else "",
        named=answered.named if answered else {},
        stopped=None if full else stopped,
        reviewed=next((e for e in reversed(facts[since:]) if isinstance(e, Reviewed)), None),
        proved=next((e for e in reversed(facts[since:]) if isinstance(e, Proved)), None),
        model=opened.model if opened else "",
        isolation=next((e.tier for e in reversed(events) if isinstance(e, Isolated)), ""),
        usage=_sum(e.usage for e in facts if isinstance(e, Paid)),
        plan=Digest.of(facts).plan,
        run=folder,
        files=tuple(folder / "work" / path for path in beneath(folder / "work")) if folder else (),
        seconds=round(seconds, 3),
        facts=tuple(facts),
    )


def _sum(usages: Iterable[Usage]) -> Usage:
    total = Usage(usd=0.0)
    for u in usages:
        usd = (
            None
            if total.usd is None or (u.usd is None and u.input + u.output)
            else total.usd + (u.usd or 0.0)
        )
        total = Usage(
            input=total.input + u.input,
            output=total.output + u.output,
            cached=total.cached + u.cached,
            reasoning=total.reasoning + u.reasoning,
            usd=usd,
            estimated=total.estimated or u.estimated,
        )
    return total
