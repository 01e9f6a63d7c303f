"""A run done again from its log: the recorded replies, the same questions, a new kernel, no model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .errors import BadInput
from .events import Asked, Event, ToolReturned
from .headless import with_notebook
from .log import Listener, read
from .models.recorded import RecordedModel
from .session import Session
from .settings import Settings


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of it."""

    answer: str
    cells: int
    """Cells of the recorded run."""
    same: int
    """Those that ended the same and showed the model the same."""


async def replay(run: Path, out: Path | None, listener: Listener) -> Replayed:
    """Ask the questions of the run in folder `run` again; the new run goes to `out`.

    Raises:
        BadInput: the run has no question, or its data is not there any more.
        LogError: the log cannot be read, or the new one not written.
    """
    old = [line.event for line in read(run)]
    questions = [e for e in old if isinstance(e, Asked)]
    if not questions:
        raise BadInput(f"Nothing was asked in {run}: there is nothing to replay.")
    answer = ""
    # where answers were reviewed, the reviewer's replies are in the log among the others
    settings = Settings.of().model_copy(
        update={"review": "same" if any(q.review for q in questions) else None}
    )
    async with Session(RecordedModel(old), folder=out, listeners=[listener], settings=settings) as session:
        for asked in questions:
            asking = session.ask(asked.question, asked.data, plan=asked.plan, steps=asked.steps)
            answer = (await with_notebook(session, asking)).answer
        pairs = list(zip(_cells(old), _cells(session.events), strict=False))
    return Replayed(answer, len(_cells(old)), sum(a == b for a, b in pairs))


def _cells(events: Sequence[Event]) -> list[tuple[str, str]]:
    return [(e.ending, e.text) for e in events if isinstance(e, ToolReturned) and e.cell]
