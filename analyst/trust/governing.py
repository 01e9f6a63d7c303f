"""How firmly the words of an answer tie a number to the labels of a table: `A 3, B 4`, `3 in A and 4 in B`, `A and B have 3 and 4`. Pure.

The labels are those of one dimension: of the rows, or of the columns. Labels and numbers of a sentence are tied jointly, by how they
stand to each other, whatever the numbers' values are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from types import MappingProxyType
from typing import TypeVar

from .naming import Token, spellings, spoken, tokens
from .numbers import Number
from .words import around, clause_span, sentence_span

BOUND, CLAUSE, CARRIED = 3, 2, 1
"""Right beside the number; in its clause; said before, for all that follows."""
T = TypeVar("T")
Span = tuple[int, int]
Mark = tuple[Span, str]
Ties = Mapping[str, int]
NONE: Ties = MappingProxyType({})
_AGAINST = re.compile(
    r"\b(?:against|versus|vs\.?|than|compared (?:to|with)|instead of|gegen|statt|contre|au lieu de)\W*(?:only |just |nur )?\W*\Z",
    re.I,
)
"""Before a number that is another's than what is spoken of."""
_OTHER = re.compile(
    r"\b(?:others?|the rest|remaining|later|earlier|then|next|following|previous|before|after|prior|elsewhere|overall|in all|total"
    r"|übrige\w*|andere\w*|sonst|später|zuvor|danach|insgesamt|autres?|plus tard|ensuite|au total)\b",
    re.I,
)
"""What turns away from the name that was said before."""
_PART = re.compile(r"[,;:()\n]")
_THAN = re.compile(r"\b(?:than|als|que|compared (?:to|with)|those (?:of|in)|that of)\b", re.I)
_JOINED = re.compile(
    r"\W*(?:and|und|et|or|oder|ou|vs\.?|to|bis|à)?\W*(?:the |die |der |den |les |la |le )?", re.I
)
_PLAIN = {"number", "money", "year"}
_UNIT = r"(?:\s?[^\W\d]{1,4}\.?(?=\W))?"
_LISTED = re.compile(
    rf"{_UNIT}(?:\s?,|\s?/|\s?[–-]|,?\s(?:and|und|et|or|to|vs\.?|versus|against|compared (?:to|with)|instead of|bis|à))\s?[^\w\s(]?",
    re.I,
)
"""Between numbers that stand in a row."""
_INTO = re.compile(
    rf"{_UNIT}(?:\s[^\W\d]+)?\s(?:in|for|of|at|on|among|by|per|with|from|bei|im|für|von|der|pour|chez|dans|en|de|des)(?:\s[\w-]+)?\s",
    re.I,
)
"""Between a number and the label that it is given by a preposition: `2.3 % in grade A`."""
_BESIDE = re.compile(rf"{_UNIT}\s(?:of the |of |der |des )?(?:[\w-]+\s)?|-", re.I)
_NAMES = re.compile(
    r"[^\w,;.)]+|[^\w,;.)]*\s(?:is|are|was|were|of|at|ist|sind|von|est|de|about|roughly|only|etwa|with|has|have|had)\s[^\w,;.]*",
    re.I,
)
"""Between a label and the number that it names."""
_BRACKET = re.compile(rf"{_UNIT}(?:\s[^\W\d]+)?\s?\(([^()]*)\)")
_ITS = re.compile(r"\b(?:its|it|their|they|his|her|seine?|ihre?|sie|er|son|sa|ses|leurs?|il|elle)\b", re.I)
OF = re.compile(
    r"\d\s?%?\s(?:of|out of|von|sur|de|der|des)\s(?:the |all |total |their |insgesamt |den )*$|\d\s?/\s?$",
    re.I,
)


@dataclass(eq=False)
class Answer:
    """An answer's text with its numbers, and where it names what."""

    text: str
    found: Sequence[Number]
    _named: dict[tuple[str, ...], list[Mark]] = field(default_factory=dict)
    _tied: dict[tuple[int, tuple[str, ...], bool], Mapping[int, Ties]] = field(default_factory=dict)

    @cached_property
    def tokens(self) -> tuple[Token, ...]:
        """Its words and numbers."""
        return tokens(self.text)

    def named(self, labels: tuple[str, ...]) -> list[Mark]:
        """Where the labels of a dimension are named, in order."""
        if labels not in self._named:
            self._named[labels] = sorted(spoken(self.tokens, spellings(labels)))
        return self._named[labels]

    def ties(self, number: Number, labels: tuple[str, ...], *, measures: bool = False) -> Ties:
        """The labels of a dimension that the text gives the number, with how firmly; none where it does not say.

        `measures`: the labels are not groups but what is told of them (`mean`, `orders`): more than one word of many has to be said,
        and one that is said beside a number is that number's alone.
        """
        line = self.text[self.text.rfind("\n", 0, number.start) + 1 : number.start].lstrip()
        if line.startswith("|"):
            said = around(self.text, number.start, number.end)[0]
            return {label: BOUND for _, label in spoken(tokens(said), spellings(labels))}
        low, high = sentence_span(self.text, number.start, number.end)
        if (low, labels, measures) not in self._tied:
            self._tied[low, labels, measures] = self._of_sentence(low, high, labels, measures=measures)
        return self._tied[low, labels, measures].get(number.start, NONE)

    def governing(self, number: Number, labels: tuple[str, ...]) -> frozenset[str]:
        """The labels to which the number is tied most firmly."""
        ties = self.ties(number, labels)
        return frozenset(label for label, tie in ties.items() if tie == max(ties.values()))

    def _of_sentence(
        self, low: int, high: int, labels: tuple[str, ...], *, measures: bool
    ) -> Mapping[int, Ties]:
        marks = [m for m in self.named(labels) if low <= m[0][0] < high]
        numbers = [n for n in self.found if low <= n.start < high]
        # a number may be the name of a row, but not one with decimals that names nothing: `2.0 ppm` is not month 2
        marks = [
            (s, label) for s, label in marks
            if not any(_within(s, n) and n.decimals and self.text[n.end : n.end + 1] != ":" for n in numbers)
        ]  # fmt: skip
        if measures:
            marks = [
                (s, label)
                for s, label in marks
                if 2 * len(tokens(self.text[slice(*s)])) >= len(tokens(label))
            ]
        marks = _telling(marks, self.text)
        numbers = [n for n in numbers if not any(_within(s, n) for s, _ in marks)]
        if not marks:
            return {} if measures else self._from_before(low, numbers, labels)
        return dict(_Sentence(self.text, low, high, marks, numbers, once=measures).ties())

    def _from_before(
        self, low: int, numbers: Sequence[Number], labels: tuple[str, ...]
    ) -> Mapping[int, Ties]:
        """A sentence that names nothing: its numbers in the order of the names before, or all of what "its" stands for."""
        start, _ = sentence_span(self.text, max(0, low - 2), max(0, low - 2))
        names = list(dict.fromkeys(label for s, label in self.named(labels) if start <= s[0] < low))
        own = [n for n in numbers if n.readings]
        joined = len(own) > 1 and all(
            _LISTED.fullmatch(self.text[a.end : b.start]) for a, b in pairwise(own[: len(names)])
        )
        if joined and len(names) > 1 and len(own) >= len(names):
            return {n.start: {name: BOUND} for n, name in zip(own, names, strict=False)}
        first = own[0].start if own else low
        if names and _ITS.search(self.text, low, first):
            return {n.start: {names[0]: CARRIED} for n in own}
        return {}


@dataclass(frozen=True)
class _Sentence:
    """The marks of one dimension and the numbers of one sentence."""

    text: str
    low: int
    high: int
    marks: Sequence[Mark]
    numbers: Sequence[Number]
    once: bool = False

    def ties(self) -> Iterator[tuple[int, Ties]]:
        """By the start of each number, its labels."""
        found: dict[int, Ties] = {}
        taken: set[Mark] = set()
        for run in _runs(self.numbers, self._listed):
            set_against = len(run) > 1 and self._contrasted(run[1]) and self._opened(run[0])
            if names := self._respectively(run) or (
                self._in_the_same_order(run, taken) if set_against else []
            ):
                found |= {n.start: {name: BOUND} for n, name in zip(run, names, strict=True)}
                continue
            for part in _runs(run, lambda _, b: not self._contrasted(b)):
                marks = self._beside(part, taken if self.once else set())
                found |= {n.start: {label: BOUND for _, label in marks} for n in part if marks}
                taken |= set(marks)
            if (
                not self.once
                and not any(n.start in found for n in run)
                and (names := self._in_the_same_order(run, taken))
            ):
                found |= {n.start: {name: BOUND} for n, name in zip(run, names, strict=False)}
        left = replace(self, marks=[m for m in self.marks if m not in taken]) if self.once else self
        for number in self.numbers:
            if number.start not in found and (marks := left._bracketed(number)):
                found[number.start] = {label: BOUND for _, label in marks}
            yield number.start, found.get(number.start) or left._around(number)

    def _listed(self, one: Number, other: Number) -> bool:
        gap = self.text[one.end : other.start]
        return (
            (one.kind == other.kind or {one.kind, other.kind} <= _PLAIN)
            and _LISTED.fullmatch(gap) is not None
            and not self._between(one.end, other.start)
        )

    def _contrasted(self, number: Number) -> bool:
        return self._set_against(number.start)

    def _set_against(self, place: int) -> bool:
        return _AGAINST.search(self.text, max(self.low, place - 24), place) is not None

    def _between(self, start: int, end: int) -> list[Mark]:
        return [m for m in self.marks if start <= m[0][0] and m[0][1] <= end]

    def _edge(self, number: Number, step: int) -> int:
        """Where the number before (−1) ends, or the one after (1) begins."""
        place = self.numbers.index(number) + step
        if place < 0:
            return self.low
        if place >= len(self.numbers):
            return self.high
        return self.numbers[place].end if step < 0 else self.numbers[place].start

    def _respectively(self, run: Sequence[Number]) -> list[str]:
        """The names of numbers in a row: as many names in a row right before or after them."""
        if len(run) < 2:
            return []
        end = _PART.search(self.text, run[-1].end, self._edge(run[-1], 1))
        for beside in (
            self._row(self._between(self._edge(run[0], -1), run[0].start), last=True),
            self._row(self._between(run[-1].end, end.start() if end else self._edge(run[-1], 1)), last=False),
        ):
            names = self._in_order(beside)
            if len(names) == len(run):
                return names
        return []

    def _in_the_same_order(self, run: Sequence[Number], taken: set[Mark]) -> list[str]:
        """The names of numbers in a row that has none of its own: those of the sentence so far, if they are as many."""
        before = self._between(self._edge(run[0], -1), run[0].start)
        part = self.text.rfind(";", self.low, run[0].start)
        names = self._in_order([m for m in self.marks if part < m[0][0] < run[0].start])
        return names if 1 < len(names) <= len(run) and (self._opened(run[0]) or set(before) <= taken) else []

    def _in_order(self, marks: Sequence[Mark]) -> list[str]:
        """The labels, what something is set against last: `compared with A, B has 3 against 4`."""
        return list(
            dict.fromkeys(label for _, label in sorted(marks, key=lambda m: self._set_against(m[0][0])))
        )

    def _opened(self, number: Number) -> bool:
        return self.text[self.low : number.start].rstrip(" *~≈").endswith(("(", ":"))

    def _row(self, beside: Sequence[Mark], *, last: bool) -> list[Mark]:
        """The names that stand in a row, the last or the first such row."""
        rows = list(_runs(beside, lambda a, b: _JOINED.fullmatch(self.text[a[0][1] : b[0][0]]) is not None))
        return rows[-1 if last else 0] if rows else []

    def _bracketed(self, number: Number) -> list[Mark]:
        """The name in the bracket after the number, or before the bracket in which it stands."""
        text = self.text
        after = _BRACKET.match(text, number.end, self.high)
        if after:
            inside = self._between(*after.span(1))
            if inside and not any(after.start(1) <= n.start < after.end(1) for n in self.numbers):
                return inside
        opened = text.rfind("(", self.low, number.start)
        if opened < 0 or ")" in text[opened : number.start] or self._contrasted(number):
            return []
        closed = text.find(")", number.end, self.high)
        if self._between(opened, closed if closed >= 0 else self.high):
            return []
        edge = max((n.end for n in self.numbers if n.end <= opened), default=self.low)
        return self._between(edge, opened)[-1:]

    def _beside(self, run: Sequence[Number], taken: set[Mark]) -> list[Mark]:
        """The names right before the numbers, or right after them; of two such those that their clause takes up."""
        low, high = clause_span(self.text, run[0].start, run[-1].end)
        before = [m for m in self._between(self._edge(run[0], -1), run[0].start) if m not in taken]
        after = self._between(run[-1].end, min(high, self._edge(run[-1], 1)))
        is_before = bool(before) and _NAMES.fullmatch(self.text[before[-1][0][1] : run[0].start]) is not None
        gap = self.text[run[-1].end : after[0][0][0]] if after else ""
        is_after = bool(after) and (_INTO.fullmatch(gap) or _BESIDE.fullmatch(gap)) is not None
        if is_before and is_after:
            is_after = not self._between(low, run[0].start)
            is_before = not is_after
        if is_before:
            return self._row(before, last=True)
        return self._row(after, last=False) if is_after else []

    def _around(self, number: Number) -> Ties:
        """The names of the clause; else those said last before it."""
        start, end = clause_span(self.text, number.start, number.end)
        if than := _THAN.search(self.text, number.end, end):
            end = than.start()
        edge = self._edge(number, -1)
        of_another = OF.search(self.text[max(0, number.start - 25) : number.start]) is not None
        before = self._between(max(start, edge), number.start)
        if before and not of_another:
            row = self._row(self._between(edge, number.start), last=True)
            return {label: CLAUSE for _, label in (*before, *(row if before[-1] in row else ()))}
        after = self._between(number.end, min(end, self._edge(number, 1)))
        if after:
            return {after[0][1]: CLAUSE}
        if self._contrasted(number):
            return NONE
        said = [m for m in self.marks if m[0][1] <= number.start]
        if not said or _OTHER.search(self.text, said[-1][0][1], end):
            return NONE
        last = max((n.end for n in self.numbers if n.end <= said[-1][0][0]), default=self.low)
        return {label: CARRIED for s, label in said if s[0] >= last}


def _runs(items: Sequence[T], joined: Callable[[T, T], bool]) -> Iterator[list[T]]:
    run: list[T] = []
    for each in items:
        if run and not joined(run[-1], each):
            yield run
            run = []
        run.append(each)
    if run:
        yield run


def _telling(marks: Sequence[Mark], text: str) -> list[Mark]:
    """Without the places where a label is only touched upon, if it is named in full at another."""
    full = {label for s, label in marks if literal(label, text[s[0] : s[1]])}
    return [(s, label) for s, label in marks if label not in full or literal(label, text[s[0] : s[1]])]


def literal(label: str, said: str) -> bool:
    """Whether a label is said in full, in whatever form."""
    mine, other = (tokens(label), tokens(said))
    spelled, heard = (
        [t[a:b].casefold()[:4] for a, b, _ in found] for t, found in ((label, mine), (said, other))
    )
    return spelled == heard or [t[2] for t in mine] == [t[2] for t in other]


def _within(span: Span, number: Number) -> bool:
    return span[0] <= number.start < span[1] or number.start <= span[0] < number.end
