"""What the panel is told beside the run's facts: who or what is waited for. Never stored."""

from __future__ import annotations

from dataclasses import dataclass

from ..events import Call, Event, Live


@dataclass(frozen=True, slots=True)
class Typed:
    """Live: a question was sent; its `Asked` follows when it is understood."""

    text: str


@dataclass(frozen=True, slots=True)
class Asking:
    """Live: code, or a step of the plan, waits for a person's yes; with a `choice` it does not any more."""

    call: Call
    reasons: tuple[str, ...]
    choice: str = ""


@dataclass(frozen=True, slots=True)
class Reviewing:
    """Live: the plan waits for a person, or (`over`) does not any more."""

    over: bool = False


@dataclass(frozen=True, slots=True)
class Waiting:
    """Live: code waits for the user's own cell, or (`over`) does not any more."""

    over: bool = False


@dataclass(frozen=True, slots=True)
class Idle:
    """Live: nothing is being worked on."""


Aside = Typed | Asking | Reviewing | Waiting | Idle
Heard = Event | Live | Aside
