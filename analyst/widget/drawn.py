"""Plan and answer as the panel draws them. JSON only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .. import markup
from ..events import Answered, Claim, PlanStep
from ..safe import one_line
from ..story import Story
from ..trust import marks
from ..trust.limits import limits
from ..views import legible


def plan(story: Story, active: str, before: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The plan's steps with their states; steps of the plan `before` that are not in it any more are dropped."""
    steps = [_step(step, _state(story, step, active)) for step in story.plan]
    ids = {step.id for step in story.plan}
    return steps + [{**step, "state": "dropped"} for step in before if step["id"] not in ids]


def _step(step: PlanStep, state: str) -> dict[str, Any]:
    goal, evidence = one_line(step.goal, 1_000), one_line(step.evidence, 1_000)
    return {"id": step.id, "goal": goal, "evidence": evidence, "state": state, "ask": step.ask}


def _state(story: Story, step: PlanStep, active: str) -> str:
    if end := story.finished.get(step.id):
        return "done" if end.ok else "failed"
    return "active" if step.id == active else "todo"


def answer(event: Answered, story: Story) -> dict[str, Any]:
    """The answer as text and as HTML that is harmless, with what is on record for its numbers, and what limits it.

    In the HTML the place of each mark is kept (`marks.placed`): the front end puts the mark there.
    """
    claims = story.checked.claims if story.checked else ()
    return {
        "text": legible(event.text),
        "html": str(markup.markdown(marks.placed(event.text, claims), 3)),
        "named": {one_line(name): one_line(value, 500) for name, value in event.named.items()},
        "partial": event.partial,
        "claims": [_claim(claim) for claim in claims],
        "limits": [one_line(limit, 1_000) for limit in limits(story)],
    }


def _claim(claim: Claim) -> dict[str, Any]:
    text = one_line(claim.text)
    about = one_line(claim.sentence, 500).removeprefix(text).removeprefix(":").strip()
    cell = claim.places[0].cell if claim.places else None
    return {"text": text, "status": claim.status, "about": about, "cell": cell}


def plain(blocks: Iterable[Mapping[str, Any]]) -> str:
    """The conversation as text, for where widgets do not live: what was asked, and what came of it."""
    told = list[str]()
    for block in blocks:
        match block["kind"]:
            case "question":
                told.append(f"▸ {block['text']}")
            case "answer":
                named = [f"{name}: {value}" for name, value in block["named"].items()]
                told.append("\n".join([block["text"].strip("\n"), *named]))
            case "stopped":
                told.append(f"[{block['reason']}: {block['detail']}]")
            case _:
                pass
    return "\n\n".join(told)
