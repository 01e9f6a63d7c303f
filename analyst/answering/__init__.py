"""How an answer is given: checked, reviewed where that is wanted, sent back at most once by each; and what stands in its
place when a run stops."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from ..digest import partial
from ..events import Answered, Contract
from ..trust.checking import check
from ..work import Work, over_limit
from .reviewing import review


async def give(work: Work, answered: Answered) -> None:
    """Bring an answer on its way: it is given, or it goes back to the model, where there may be one more turn."""
    if work.state.checked is None:
        asked_for = work.state.contract or Contract()
        there = _there(work, asked_for.files)
        # in a thread: large outputs take seconds to read, and whoever looks on is shown what streams meanwhile
        checked = await asyncio.to_thread(check, answered, tuple(work.log.events), asked_for, there)
        final = answered.partial or work.state.draft or over_limit(work)
        work.append(replace(checked, told="", draft=None) if final else checked)
    if work.state.checked and work.state.to_review:
        await review(work, answered)
    if work.state.checked:
        work.append(answered)


async def conclude(work: Work) -> None:
    """The answer that a check sent back, where no better one came; else what is known from the log."""
    answered = work.state.draft or Answered(partial(work.log.events))
    await give(work, replace(answered, partial=work.state.stopped is not None, call_id=""))


def _there(work: Work, files: Collection[str]) -> set[str]:
    """Those of the files that stand in the folder in which the code works."""
    own = work.log.folder / "work" if work.log.folder else Path()
    folder = own if own.is_dir() else Path()
    return {name for name in files if (folder / name).exists()}
