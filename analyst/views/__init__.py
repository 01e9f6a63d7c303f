"""Views: callables on events, each alone in its file. Here stand only the few words that all of them use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from analyst_kernels import Error

from ..digest import contract_text
from ..events import Contract, Proved, Reviewed, Stopped, StopReason, ToolReturned, Undone
from ..safe import legible, one_line

__all__ = [
    "WHY",
    "headline",
    "legible",
    "one_line",
    "partial_label",
    "proof",
    "remarks",
    "review",
    "taken_back",
    "trouble",
    "wanted",
]

WHY: Mapping[StopReason, str] = {
    "steps": "limit reached: turns of the model",
    "calls": "limit reached: tool calls",
    "tokens": "limit reached: tokens",
    "budget": "limit reached: money",
    "time": "limit reached: time",
    "revisions": "limit reached: revisions of the plan",
    "failures": "limit reached: failed calls in a row",
    "loop": "the same code came to the same again and again",
    "context": "the conversation does not fit the model's window",
    "isolation": "nothing holds the code",
    "input": "what was given cannot be used",
    "model": "the model could not be asked",
    "kernel": "the kernel could not be kept alive",
    "interrupted": "interrupted",
    "plan only": "only the plan was wanted",
    "refused": "the plan was refused",
}
"""Why a run stopped, in the words of a heading."""

_ENDINGS = {
    "wall limit": "stopped at its time limit",
    "silence limit": "stopped: no output for too long",
    "interrupted": "interrupted",
    "died": "the kernel died",
}


def headline(code: str) -> str:
    """What a cell does, in a line: its first comment, else its first line that does more than import."""
    lines = [line.strip() for line in code.splitlines() if line.strip()]
    comments = [line.lstrip("#!% ") for line in lines if line.startswith("#")]
    working = [line for line in lines if not line.startswith(("#", "import ", "from ", "%"))]
    return one_line(next(filter(None, [*comments, *working, *lines]), "(no code)"), 100)


def trouble(returned: ToolReturned) -> str:
    """Why a call failed, in a line."""
    if words := _ENDINGS.get(returned.ending):
        return words
    for output in reversed(returned.outputs):
        if isinstance(output, Error):
            return one_line(f"{output.ename}: {output.evalue}" if output.evalue else output.ename, 160)
    return one_line(returned.text, 160) or "failed"


def proof(proved: Proved) -> str:
    """What running the code again came to, in a line."""
    return f"Proof: {one_line(str(proved), 1_000)}"


_VERDICTS = {"held": "held", "refuted": "refuted", "undecided": "nothing was decided"}
_AGAIN = {
    "held": "refuted, mended",
    "refuted": "refuted, and it still fails the same check",
    "undecided": "refuted, and nothing was decided on what was answered then",
}


def wanted(contract: Contract) -> str:
    """What the answer must contain, in a line; "" when the question leaves it open."""
    said = contract_text(contract).replace("\n- ", " · ").removeprefix("- ")
    return f"Asked for: {one_line(said, 1_000)}" if said else ""


def review(reviews: Sequence[Reviewed], reviewer: str = "", spent: object = "") -> str:
    """What the review of an answer came to, in a line; "" when there was none.

    `reviewer`: the model. `spent`: what it used.
    """
    if not reviews:
        return ""
    last = reviews[-1]
    said = (_AGAIN if len(reviews) > 1 else _VERDICTS)[last.verdict]
    if last.output and last.verdict != "held":
        said = f"{said}: {one_line(last.output, 500)}"
    who = f"A reviewer ({one_line(reviewer)})" if reviewer else "A reviewer"
    return f"{who} tried to refute this: {said}" + (f" · {spent}" if reviewer and spent else "")


def remarks(returned: ToolReturned) -> list[str]:
    """What the ledger says of a cell, a line each."""
    return [f"Ledger: {one_line(finding.text, 1_000)}" for finding in returned.ledger]


def partial_label(stopped: Stopped | None) -> str:
    """The honest first words of an answer that is not whole."""
    return f"Partial answer ({WHY[stopped.reason]})" if stopped else "Partial answer"


def taken_back(undone: Undone) -> str:
    """What an undo did, in a few sentences on one line."""
    cells = ", ".join(map(str, sorted(undone.cells)))
    told = [f"Undone: what cell{'s' if len(undone.cells) > 1 else ''} {cells} did to the variables."]
    for words, names in (("Again as before", undone.restored), ("Taken away", undone.removed)):
        if names:
            told.append(f"{words}: {one_line(', '.join(names), 500)}.")
    reasons: dict[str, list[str]] = {}
    for name, why in undone.lost.items():
        reasons.setdefault(one_line(why), []).append(one_line(name, 60))
    told += [f"Not restored: {one_line(', '.join(names), 500)} ({why})." for why, names in reasons.items()]
    return " ".join(told)
