"""What is held of each number of an answer, as values that go to `claims.json`, and in words for a person and for the model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import TypeAdapter

from ..events import Asked, Checked, Claim, Event
from .numbers import numbers

Claims = tuple[Claim, ...]
codec: TypeAdapter[Claims] = TypeAdapter(Claims)


def last_check(events: Iterable[Event]) -> Checked | None:
    """What is on record for the answer that was given last; None where that was not looked into."""
    found: Checked | None = None
    for event in events:
        if isinstance(event, Asked):
            found = None
        elif isinstance(event, Checked) and event.draft is None:
            found = event
    return found


def loose(claims: Sequence[Claim]) -> tuple[Claim, ...]:
    """The claims that nothing supports: what `--strict-numbers` counts."""
    return tuple(c for c in claims if c.status == "unsupported")


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
    found = stated(claims, number)
    if not found:
        near = ", ".join(dict.fromkeys(c.text for c in claims)) or "none"
        return f"The answer does not state {number.strip()}. What it states: {near}."
    return "\n".join(dict.fromkeys(c.sentence for c in found))


def stated(claims: Sequence[Claim], number: str) -> list[Claim]:
    """The claims that are this number, in this spelling or, if there is none, in another."""
    wanted = number.strip().strip("`*").casefold()
    return [c for c in claims if c.text.casefold() == wanted] or [c for c in claims if _same(c.text, number)]


def _same(text: str, number: str) -> bool:
    """Whether two spellings have a reading in common."""
    mine, wanted = ({r.value for n in numbers(t) for r in n.readings} for t in (text, number))
    days = [{d for n in numbers(t) for d in n.days} for t in (text, number)]
    return bool(mine & wanted) or bool(days[0] & days[1])


_MOST = 12


def sent_back(claims: Sequence[Claim]) -> str | None:
    """What the model is told, once, of numbers that nothing shows; None when there are none."""
    open_claims = loose(claims)
    if not open_claims:
        return None
    said = "\n".join(f"- {c.sentence}" for c in open_claims[:_MOST])
    more = f"\n- and {len(open_claims) - _MOST} more" if len(open_claims) > _MOST else ""
    return (
        f"No output shows this:\n{said}{more}\nFor each: compute it with `python` and print it with a label, or withdraw it. "
        "What is still not shown is marked in the answer."
    )
