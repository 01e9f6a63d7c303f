"""How an answer is given: checked first, sent back once, and what stands in its place when a run stops."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from .digest import partial
from .events import Answered, Contract
from .trust.checking import check
from .work import Work, over_limit


def give(work: Work, answered: Answered) -> None:
    """Check an answer. Once it goes back to the model, where there may be one more turn; else it is given."""
    if work.state.checked is None:
        asked_for = work.state.contract or Contract()
        checked = check(answered, work.log.events, asked_for, _there(work, asked_for.files))
        final = answered.partial or work.state.draft or over_limit(work)
        work.append(replace(checked, told="", draft=None) if final else checked)
        if work.state.checked is None:
            return
    work.append(answered)


def conclude(work: Work) -> None:
    """The partial answer: the one that the checks sent back, else what is known from the log."""
    draft = work.state.draft
    known = Answered(partial(work.log.events))
    give(work, replace(draft or known, partial=True, call_id=""))


def _there(work: Work, files: Collection[str]) -> set[str]:
    """Those of the files that stand in the folder in which the code works."""
    own = work.log.folder / "work" if work.log.folder else Path()
    folder = own if own.is_dir() else Path()
    return {name for name in files if (folder / name).exists()}
