"""What is held of each number of an answer, as values that go to `claims.json`, and in words for a person and for the model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import TypeAdapter

from .evidence import Place
from .numbers import numbers

Status = Literal["supported", "derived", "given", "unsupported"]


@dataclass(frozen=True, slots=True)
class Claim:
    """A number, a date or a named extreme that an answer states, and what is on record for it."""

    text: str
    start: int
    end: int
    status: Status
    """supported: shown · derived: computed from what was shown · given: from the question · unsupported."""
    places: tuple[Place, ...] = ()
    """Where it was shown, or where what it is derived from was."""
    how: str = ""
    """How it is derived, as a formula of the values at full precision."""
    sentence: str = ""
    """What to tell a person."""


Claims = tuple[Claim, ...]
codec: TypeAdapter[Claims] = TypeAdapter(Claims)


def to_json(claims: Sequence[Claim]) -> dict[str, Any]:
    """What `claims.json` holds: a version, how many there are of each status, and the claims."""
    counts = Counter(c.status for c in claims)
    return {
        "version": 1,
        "counts": {status: counts[status] for status in ("supported", "derived", "given", "unsupported")},
        "claims": codec.dump_python(tuple(claims), mode="json"),
    }


def explain(claims: Sequence[Claim], number: str) -> str:
    """Where a number of the answer comes from: for `%agent why 0.83`."""
    wanted = number.strip().strip("`*").casefold()
    found = [c for c in claims if c.text.casefold() == wanted] or [c for c in claims if _same(c.text, number)]
    if not found:
        near = ", ".join(dict.fromkeys(c.text for c in claims)) or "none"
        return f"The answer does not state {number.strip()}. What it states: {near}."
    return "\n".join(dict.fromkeys(c.sentence for c in found))


def _same(text: str, number: str) -> bool:
    """Whether two spellings have a reading in common."""
    mine, wanted = ({r.value for n in numbers(t) for r in n.readings} for t in (text, number))
    days = [{d for n in numbers(t) for d in n.days} for t in (text, number)]
    return bool(mine & wanted) or bool(days[0] & days[1])


_MOST = 12


def sent_back(claims: Sequence[Claim]) -> str | None:
    """What the model is told, once, of numbers that nothing shows; None when there are none."""
    loose = [c for c in claims if c.status == "unsupported"]
    if not loose:
        return None
    said = "\n".join(f"- {c.sentence}" for c in loose[:_MOST])
    more = f"\n- and {len(loose) - _MOST} more" if len(loose) > _MOST else ""
    return (
        f"No output shows this:\n{said}{more}\nFor each: compute it with `python` and print it with a label, or withdraw it. "
        "Then answer again. What is still not shown is marked in the answer."
    )
