"""An answer before it is given: its numbers held against what was shown, its form against the contract. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from ..events import Answered, Checked, Contract, Event
from .claims import sent_back
from .contract import unkept
from .contract_code import unseen
from .receipts import receipts


def check(answered: Answered, events: Iterable[Event], contract: Contract, files: Collection[str]) -> Checked:
    """What is to be said of a draft. `files`: those of the contract that are there.

    `told` is what the model is to hear of it, "" when there is nothing to mend.
    """
    events = list(events)
    claims = receipts(answered.text, events)
    faults = (*unkept(contract, answered, files, claims), *unseen(contract, events))
    kept = (
        "The answer does not keep what was asked for:\n" + "\n".join(f"- {f}" for f in faults)
        if faults
        else ""
    )
    loose = sent_back(claims) or ""
    told = "\n\n".join(filter(None, (kept, loose)))
    if told:
        told += "\n\nMend it, then answer again, once and whole."
    return Checked(claims, faults, told, answered if told else None)
