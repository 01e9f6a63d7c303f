"""Which of several names that could stand beside a number does stand beside it: `A 3, B 4`, `3 in A and 4 in B`. Pure.

The names are the labels of one dimension of a table: its rows, its columns. A number has the name that its clause says;
where names and numbers take turns, the one before it or after it; a bracket has what stands before it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby, pairwise

from .naming import Token, spellings, spoken, tokens
from .numbers import Number
from .words import around, clause_span, sentence_span

_AGAINST = re.compile(
    r"\W*(?:against|versus|vs\b|than|compared|instead|gegen|statt|contre|others?\b|the rest)", re.I
)
_THAN = re.compile(r"\b(?:than|als|que|compared (?:to|with)|those (?:of|in)|that of)\b", re.I)
_JOINED = re.compile(r"\W*(?:and|und|et|or|vs\.?)?\W*(?:the |die |les )?", re.I)
Span = tuple[int, int]
Mark = tuple[Span, str]


@dataclass(eq=False)
class Answer:
    """An answer's text with its numbers, and where it names what."""

    text: str
    found: Sequence[Number]
    _named: dict[tuple[str, ...], list[tuple[Span, str]]] = field(default_factory=dict)

    @cached_property
    def tokens(self) -> tuple[Token, ...]:
        """Its words and numbers."""
        return tokens(self.text)

    def named(self, labels: tuple[str, ...]) -> list[tuple[Span, str]]:
        """Where the labels of a dimension are named, in order."""
        if labels not in self._named:
            self._named[labels] = sorted(spoken(self.tokens, spellings(labels)))
        return self._named[labels]

    def governing(self, number: Number, labels: tuple[str, ...], *, near: bool = False) -> frozenset[str]:
        """The labels of a dimension that may be the number's; none where the text does not say. `near`: in its clause."""
        low, high = sentence_span(self.text, number.start, number.end)
        line = self.text[self.text.rfind("\n", 0, number.start) + 1 : number.start].lstrip()
        if line.startswith("|"):
            return _in_cell(around(self.text, number.start, number.end)[0], labels)
        marks = [
            (s, label) for s, label in self.named(labels) if low <= s[0] < high and not _within(s, number)
        ]
        marks = _telling(marks, self.text)
        if not marks:
            return frozenset() if near else self._in_the_order_of(number, labels, low, high)
        part = (
            self.text.rfind(";", low, number.start) + 1 or low,
            self.text.find(";", number.end, high) % (high + 1),
        )
        turns = [m for m in marks if part[0] <= m[0][0] < part[1]]
        numbers = [
            n for n in self.found
            if part[0] <= n.start < part[1] and not any(_within(s, n) for s, _ in marks) and n.kind not in ("word", "fraction")
        ]  # fmt: skip
        if near:
            start, end = clause_span(self.text, number.start, number.end)
            own = [(s, label) for s, label in marks if start <= s[0] < end]
            full = any(_literal(label, self.text[s[0] : s[1]]) for s, label in own)
            return frozenset(label for _, label in own) if full else frozenset()
        return self._taking_turns(turns, numbers, number) or self._of_clause(marks, number, low)

    def _of_clause(self, marks: list[tuple[Span, str]], number: Number, low: int) -> frozenset[str]:
        start, end = clause_span(self.text, number.start, number.end)
        if than := _THAN.search(self.text, number.end, end):
            end = than.start()
        own = {label for s, label in marks if start <= s[0] < end}
        if own:
            return frozenset(own)
        if _AGAINST.match(self.text, start) or _AGAINST.search(self.text[max(low, start - 12) : start]):
            return frozenset()
        before = [label for s, label in marks if s[0] < number.start]
        if self.text[max(0, start - 1) : start] == "(" and before:
            within = [n for n in self.found if start <= n.start < max(end, self.text.find(")", end))]
            names = list(dict.fromkeys(before))
            apart = (self.text[a.end : b.start] for a, b in pairwise(within))
            if len(within) == len(names) > 1 and all(map(_JOINED.fullmatch, apart)):
                return frozenset((names[within.index(number)],))
            return frozenset(before[-1:])
        return frozenset({label for _, label in marks}) if before else frozenset()

    def _taking_turns(
        self, marks: Sequence[Mark], numbers: Sequence[Number], number: Number
    ) -> frozenset[str]:
        """The label that is the number's turn where labels and numbers alternate through a whole sentence."""
        events: list[tuple[int, str, Number | None]] = [(s[0], label, None) for s, label in marks]
        events += [(n.start, "", n) for n in numbers]
        runs = [
            list(group)
            for _, group in groupby(sorted(events, key=lambda e: e[0]), key=lambda e: e[2] is None)
        ]
        if len(runs) < 2:
            return frozenset()
        place = next((n for n, run in enumerate(runs) if any(e[2] is number for e in run)), None)
        if place is None:
            return frozenset()
        named = [run for run in runs if run[0][2] is None]
        first = runs[0][0][2] is None
        if any(len(run) > 1 for run in named):
            before = runs[place - 1] if place else []
            at = next(n for n, e in enumerate(runs[place]) if e[2] is number)
            ends = {s[0]: s[1] for s, _ in marks}
            together = all(_JOINED.fullmatch(self.text[ends[a[0]] : b[0]]) for a, b in pairwise(before))
            if len(before) > 1 and together and len({e[1] for e in before}) == len(before):
                # `A and B have 3 and 4`; where there are more numbers, each may be of either
                alike = len(before) == len(runs[place])
                return frozenset((before[at][1],) if alike else (e[1] for e in before))
            return frozenset()
        if len(named) < 2 or len(runs) % 2:
            return frozenset()
        sizes = {len(run) for run in runs if run[0][2] is not None}
        if len(sizes) > 1 or (not first and sizes != {1}):
            return frozenset()
        return frozenset((runs[place - 1][0][1] if first else runs[place + 1][0][1],))

    def _in_the_order_of(
        self, number: Number, labels: tuple[str, ...], low: int, high: int
    ) -> frozenset[str]:
        """A sentence of numbers alone that follows one of as many names: `The medians are 45 and 43`."""
        own = [n for n in self.found if low <= n.start < high and n.readings]
        start, _ = sentence_span(self.text, max(0, low - 2), max(0, low - 2))
        names = list(dict.fromkeys(label for s, label in self.named(labels) if start <= s[0] < low))
        joined = len(own) > 1 and all(
            _JOINED.fullmatch(self.text[a.end : b.start]) for a, b in pairwise(own[: len(names)])
        )
        if joined and len(names) > 1 and number in own[: len(names)]:
            return frozenset((names[own.index(number)],))
        return frozenset()


def _telling(marks: Sequence[Mark], text: str) -> list[Mark]:
    """Without the places where a label is only touched upon, if it is named in full at another."""
    full = {label for s, label in marks if _literal(label, text[s[0] : s[1]])}
    return [(s, label) for s, label in marks if label not in full or _literal(label, text[s[0] : s[1]])]


def _literal(label: str, said: str) -> bool:
    """Whether a label is said in full."""
    mine, other = ([t[a:b].casefold()[:4] for a, b, _ in tokens(t)] for t in (label, said))
    return mine == other


def _within(span: Span, number: Number) -> bool:
    return span[0] <= number.start < span[1] or number.start <= span[0] < number.end


def _in_cell(said: str, labels: tuple[str, ...]) -> frozenset[str]:
    return frozenset(label for _, label in spoken(tokens(said), spellings(labels)))
