"""What may be done without asking again: the user's own words, and the yes that was given for longer than once.

Words are taken from the question alone, before any data is read: text in data, or said by the model, allows nothing.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal, get_args

from ..events import Asked, CallDecided, Event, ModelReplied, Surveyed, ToolReturned
from .cells import read
from .findings import Effect, Finding

Scope = Literal["once", "run", "always"]
"""How far a yes goes: this call, this run, every run. The last two are for a kind, that is for its effects."""
NEVER_KEPT: frozenset[Effect] = frozenset({"unreadable", "native"})
"""Effects whose yes holds once: a second cell of that kind may do anything else."""
EVERY_RUN: frozenset[Effect] = frozenset({"network", "unknown", "write"})
"""Effects whose yes may hold for every run. What is as good as running anything (programs, installs, pickles), what
cannot be taken back (files deleted, or written elsewhere) and keys are asked for in each run anew."""

_URL = re.compile(r"(?:https?|ftps?|s3|gs)://[^\s<>\"'`]+", re.I)
_PATH = re.compile(r"[\"'`]((?:~|/|\.\./)[^\"'`\n]+)[\"'`]|(?<![\w/.:\"'`])((?:~|/|\./|\.\./)[^\s<>\"'`,;]*)")
_WRITE = re.compile(
    r"\b(?:write|save|store|export|put|place|output|create|speicher\w*|schreib\w*|exportier\w*|leg\w*)\b",
    re.I,
)
_INSTALL = re.compile(
    r"\b(?:install|installier\w*)\s+((?:[A-Za-z0-9][\w.-]*)(?:(?:\s*,\s*|\s+and\s+|\s+und\s+)[\w.-]+)*)", re.I
)


@dataclass(frozen=True, slots=True)
class Consent:
    """What is allowed beforehand, and whether text has been read that the user did not write."""

    untrusted: bool = False
    """Data or outputs were read: from here on the model may be following somebody else's words."""
    addresses: frozenset[str] = frozenset()
    """Addresses that the user wrote; only they, letter by letter: a longer one could carry data away."""
    places: frozenset[str] = frozenset()
    """Paths that the user asked to have written."""
    packages: frozenset[str] = frozenset()
    """Packages that the user asked to have installed."""
    granted: frozenset[Effect] = frozenset()
    """Effects that got a yes for this run, or for every run."""
    plain: bool = False
    """Code without findings got a yes for this run, where every cell is asked for."""

    @classmethod
    def of(cls, events: Iterable[Event], always: frozenset[Effect] = frozenset()) -> Consent:
        """Fold the log. `always`: the effects that the user allowed for every run (`always.load`)."""
        consent = cls(granted=always & EVERY_RUN)
        codes: dict[str, str] = {}
        for event in events:
            match event:
                case Asked(question=question, context=context):
                    consent = consent.asked(question)
                    consent = replace(consent, untrusted=consent.untrusted or bool(context))
                case Surveyed(tables=tables) if tables:
                    consent = replace(consent, untrusted=True)
                case ModelReplied(calls=calls):
                    codes |= {c.id: c.code for c in calls}
                case ToolReturned():
                    consent = replace(consent, untrusted=True)
                case CallDecided(call_id, allowed=True, by="person"):
                    consent = consent.told(codes.get(call_id, ""), event.scope)
                case _:
                    pass
        return consent

    def asked(self, question: str) -> Consent:
        """With what these words of the user allow."""
        places = {
            _plain(quoted or bare)
            for sentence in re.split(r"(?<=[.!?;])\s|\n", question)
            if _WRITE.search(sentence)
            for quoted, bare in _PATH.findall(sentence)
        }
        packages = {
            p.lower().rstrip(".")
            for names in _INSTALL.findall(question)
            for p in re.split(r"[,\s]+(?:and\s|und\s)?", names)
        }
        return replace(
            self,
            addresses=self.addresses | {url.rstrip(".,;:!?)]}") for url in _URL.findall(question)},
            places=self.places | places,
            packages=self.packages | packages - {"", "and", "und"},
        )

    def told(self, code: str, scope: Scope) -> Consent:
        """With a person's yes to this code. A yes for once leaves nothing behind."""
        if scope == "once":
            return self
        return replace(self, granted=self.granted | kinds(code), plain=self.plain or not read(code))

    def covers(self, finding: Finding) -> bool:
        """Whether this need not be asked for."""
        if finding.effect in self.granted:
            return True
        match finding:
            case Finding(effect="network", what=address, words=""):
                return address in self.addresses
            case Finding(effect="outside", what=place, words=""):
                return _plain(place) in self.places
            case Finding(effect="install", what=command):
                _, found, packages = command.partition(" install ")
                named = packages.lower().split()
                return bool(found and named) and set(named) <= self.packages
            case _:
                return False


def kinds(code: str) -> frozenset[Effect]:
    """The effects that a yes "for this kind" to this code would cover from then on."""
    return frozenset(f.effect for f in read(code)) - NEVER_KEPT


def for_every_run(code: str) -> frozenset[Effect]:
    """The effects that a yes "for this kind, in every run" to this code would cover; none: it cannot be given."""
    found = frozenset(f.effect for f in read(code))
    return found if found <= EVERY_RUN else frozenset()


def effect_names(values: Iterable[object]) -> frozenset[Effect]:
    """Those of the values that are effects a yes can be kept for in every run."""
    return frozenset(e for e in get_args(Effect) if e in set(map(str, values))) & EVERY_RUN


def _plain(path: str) -> str:
    return posixpath.normpath(path.rstrip(".,;:!?)]}"))
