"""What may be done: limits, what a call must wait for, and which code needs a person's yes. Pure.

The reading of code helps to decide. It is no protection: code can hide from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from .attempts import attempt
from .events import Call, PlanStep, Stopped, ToolReturned
from .risk import WORDS, Consent, Effect, Finding, read
from .settings import Settings
from .state import REPEATS, State

# ── limits ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def limit(state: State, settings: Settings, seconds: float) -> Stopped | None:
    """Whether the next turn of the model would break a limit. `seconds`: how long the question has run."""
    if seconds >= settings.timeout:
        return out_of_time(settings)
    if state.turns >= settings.max_steps:
        return Stopped(
            "steps", f"The limit of {settings.max_steps} steps was reached. Raise it with --max-steps."
        )
    if state.calls >= settings.max_calls:
        return Stopped("calls", f"The limit of {settings.max_calls} tool calls was reached.")
    # the conversation only grows: the next turn will cost at least what the last one did
    if settings.max_tokens and state.tokens + state.last_tokens > settings.max_tokens:
        return Stopped("tokens", f"The next turn would pass the limit of {settings.max_tokens:,} tokens.")
    if settings.budget is None:
        return None
    if state.unpriced:
        return Stopped("budget", "The price of this model is not known, so the budget cannot be kept.")
    if state.usd + state.last_usd > settings.budget:
        spent = (
            f"{state.usd:.4f} of {settings.budget:g} USD are spent, and the next turn would pass the budget"
        )
        return Stopped("budget", f"{spent}. Raise it with --budget.")
    return None


def out_of_time(settings: Settings) -> Stopped:
    """What ends a run whose time is over."""
    return Stopped("time", f"The time limit of {settings.timeout:g} s was reached. Raise it with --timeout.")


_NEARLY = 0.8


def nearly(state: State, settings: Settings) -> str | None:
    """The limit that the last turn of the model brought near, to be told once; None when there is none."""
    used = {
        "steps": (state.turns, 1, settings.max_steps),
        "tokens": (state.tokens, state.last_tokens, settings.max_tokens),
        "budget": (state.usd, state.last_usd, settings.budget),
    }
    for name, (now, last, most) in used.items():
        if most and (now - last) / most < _NEARLY <= now / most:
            return f"{now / most:.0%} of the {name} allowed are used: come to an answer soon."
    return None


def repetition(state: State, call: Call, returned: ToolReturned) -> str | None:
    """What to tell the model when it tries again what it has tried on the same state with the same outcome."""
    times = state.attempts[attempt(call, returned)] + 1
    if times == 1:
        return None
    last = " Once more, and the run is stopped." if times == REPEATS - 1 else ""
    return f"This was tried {times} times on the same data and came to the same. Do something else.{last}"


# ── what a call must wait for ───────────────────────────────────────────────────────────────────────────────────────

_STEPS: TypeAdapter[tuple[PlanStep, ...]] = TypeAdapter(tuple[PlanStep, ...])


def objection(state: State, call: Call, settings: Settings) -> str | None:
    """Why this call cannot be taken now, in words that tell the model what can; None when it can be."""
    if state.stopped and call.tool != "answer":
        return "The run has ended: this was not done. Only `answer` is left."
    if state.stopped:
        return None
    match call.tool:
        case "propose_plan":
            return _against_proposal(state)
        case "revise_plan":
            return _against_revision(state, call, settings)
        case "finish_step":
            return None if state.active else "No step is active."
        case _:
            pass
    if state.failed_step:
        return f"Step {state.failed_step.step_id} was given up. First call revise_plan."
    if call.tool == "answer":
        return _against_answer(state)
    if state.asked and state.asked.plan in ("always", "only") and not state.plan:
        return "A plan is wanted first: call propose_plan."
    return None


def _against_proposal(state: State) -> str | None:
    if state.asked and state.asked.plan == "never":
        return "No plan is wanted: work at once, then answer."
    return "There is a plan already: change it with revise_plan." if state.plan else None


def _against_answer(state: State) -> str | None:
    if not state.open_steps:
        return None
    names = ", ".join(s.id for s in state.open_steps)
    return f"Steps {names} are open: finish them, or take them out with revise_plan and say so in the answer."


def _against_revision(state: State, call: Call, settings: Settings) -> str | None:
    if not state.plan:
        return "There is no plan to revise: call propose_plan, or just go on."
    if state.revisions >= settings.max_revisions:
        return f"The plan was revised {state.revisions} times, and may not be again."
    try:
        new = {s.id: s for s in _STEPS.validate_python(_argument(call, "steps"))}
    except (ValidationError, ValueError):
        return None  # the tool says what is wrong with the arguments
    old = {s.id: s for s in state.plan}
    changed = [i for i, f in state.finished.items() if f.ok and new.get(i) != old.get(i)]
    if changed:
        return f"Steps {', '.join(changed)} are done: they stand in the new plan as they were."
    failed = state.failed_step
    if failed and new.get(failed.step_id) == old[failed.step_id]:
        return f"Step {failed.step_id} failed as it is: change its goal, or take it out. More steps do not mend it."
    return None


def _argument(call: Call, name: str) -> object:
    value: object = TypeAdapter(dict[str, object]).validate_json(call.arguments).get(name)
    return value


# ── which code needs a yes ──────────────────────────────────────────────────────────────────────────────────────────

_RISKY: frozenset[Effect] = frozenset(WORDS) - {"write"}
_REACHING: frozenset[Effect] = _RISKY - {"unknown"}
"""What carries data away or changes what is not the agent's: after untrusted text it needs a yes in every mode."""
_ONLY_INSIDE: frozenset[Effect] = frozenset({"secret", "pickle", "unknown"})
_TOLD = 12


def effects(code: str) -> frozenset[Effect]:
    """What running this code may change outside the kernel, as far as reading it tells."""
    return frozenset(f.effect for f in read(code)) - _ONLY_INSIDE


def reasons(
    code: str,
    mode: Literal["ask", "risky", "auto"],
    consent: Consent = Consent(),  # noqa: B008 - frozen
    *,
    isolated: bool = False,
    folder: str = "",
) -> tuple[str, ...]:
    """Why this code needs a person's yes; empty when it may just run.

    Args:
        code: the cell.
        mode: ask: every cell, but for kinds that got a yes for longer; risky: what reaches out of the kernel; auto: the
            same, but only once text was read that the user did not write, and not for packages that are not known.
        consent: what the user's words and earlier answers allow.
        isolated: a sandbox holds the kernel: what it cannot do need not be asked for.
        folder: absolute path of the work folder.
    """
    found = read(code, folder)
    if mode == "ask":
        allowed = {f.effect for f in found} <= consent.granted if found else consent.plain
        return () if allowed else _told(found) or ("every cell is asked for",)
    if isolated or (mode == "auto" and not consent.untrusted):
        return ()
    asking = _RISKY if mode == "risky" else _REACHING
    return _told([f for f in found if f.effect in asking and not consent.covers(f)])


def _told(found: Sequence[Finding]) -> tuple[str, ...]:
    told = tuple(dict.fromkeys(map(str, found)))
    more = len(told) - _TOLD
    return (*told[:_TOLD], f"and {more} more of this kind") if more > 0 else told
