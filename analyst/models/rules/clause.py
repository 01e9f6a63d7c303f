"""One clause of a question, read: columns, conditions, groups, statistics, rank. The kinds of questions build on it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ...forms import NUMBERS, STATISTICS
from .conditions import Conditions, conditions, unread_comparisons
from .intents import Filter, Intent, Key
from .matching import Masked, Mention, mask
from .survey import Column, Table
from .vocabulary import (
    ASKING,
    COMPARATIVES,
    HIGHEST,
    LOWEST,
    ORDINALS,
    PERIODS,
    ROW_NOUNS,
    SUPERLATIVES,
    UNITS,
    concept_tokens,
    core,
    stem,
    tokens,
)

_K = r"«(\d+)»"
_SMALL = (
    r"(?:(?:the|different|distinct|various|three|two|four|each|every|individual|type of|types of|kind of) )*"
)
_BY = re.compile(
    r"\b(?:by|per|for each|for every|for all|in each|in every|of each|of every|at each|on each|from each|with each|"
    r"across|within each|among|for the different|grouped by|broken down by|split by|each|every|between|for) "
    rf"{_SMALL}((?:{_K}(?: column| value| group)?s?)(?:(?: ?, ?| and | and by | by |, and ){_SMALL}{_K})*)"
)
_PERIOD = re.compile(
    r"\b(?:by|per|each|every|which|what|over the|across|in which) (?:the |calendar )?("
    + "|".join(PERIODS)
    + r")\b"
    r"|\b(monthly|yearly|annual|annually|weekly|daily|quarterly|hourly)\b"
    r"|\b(?:of the) (week)(?:)\b"
)


@dataclass
class Clause:
    """What is known of a clause before anything is decided about what it asks."""

    said: str
    """As the user wrote it."""
    table: Table
    text: str
    """Lower case, mentions as markers, blanks single."""
    mentions: tuple[Mention, ...]
    placed: tuple[tuple[int, Filter], ...] = ()
    """Conditions, each with its place in `text`."""
    by: tuple[Key, ...] = ()
    statistics: tuple[str, ...] = ()
    spent: frozenset[int] = frozenset()
    """Mentions that are part of a condition."""
    before: Intent | None = None
    """What was asked just before, which a clause may lean on."""
    rest: str = field(default="", repr=False)
    """The text without its conditions."""

    def has(self, pattern: str) -> bool:
        """Whether the text has this pattern as words of their own."""
        return bool(re.search(rf"\b(?:{pattern})\b", self.text))

    @property
    def filters(self) -> tuple[Filter, ...]:
        """The conditions on the rows, each once."""
        return tuple(dict.fromkeys(f for _, f in self.placed))

    @property
    def columns(self) -> tuple[Column, ...]:
        """Columns that are named and belong to no condition, in order, each once."""
        named = (m.column for n, m in enumerate(self.mentions) if m.value is None and n not in self.spent)
        return tuple(dict.fromkeys(named))

    @property
    def measures(self) -> tuple[Column, ...]:
        """Named columns that are calculated with: numbers that are not grouped by."""
        grouped = {k.column for k in self.by}
        return tuple(c for c in self.columns if (c.numeric or c.written) and c not in grouped)

    @property
    def values(self) -> tuple[tuple[Column, str], ...]:
        """Values of categories that are named."""
        return tuple((m.column, m.value) for m in self.mentions if m.value is not None)

    def column(self, marker: str | None) -> Column | None:
        """The column of a marker's number."""
        return self.mentions[int(marker)].column if marker is not None else None

    @property
    def population(self) -> bool:
        """Whether the standard deviation of the population is meant."""
        return self.has(r"population (?:standard|std|sd|variance)")

    # ── rank ──

    @property
    def superlative(self) -> tuple[str, bool] | None:
        """The concept and the direction of a word like "heaviest"."""
        for word, meaning in SUPERLATIVES.items():
            if self.has(word):
                return meaning
        return None

    @property
    def descending(self) -> bool | None:
        """True: the highest is asked for, False: the lowest, None: neither."""
        high, low = (re.search(rf"\b(?:{p})\b", self.rest) for p in (HIGHEST, LOWEST))
        if high or low:
            return not low or bool(high and high.start() < low.start())
        return self.superlative[1] if self.superlative else None

    @property
    def both_ends(self) -> bool:
        """Whether the lowest and the highest are asked for."""
        return all(re.search(rf"\b(?:{p})\b", self.rest) for p in (HIGHEST, LOWEST))

    @property
    def position(self) -> int:
        """2 for "second highest", and so on."""
        ranks = "|".join([HIGHEST, LOWEST, *SUPERLATIVES])
        match = re.search(rf"\b({'|'.join(ORDINALS)})[- ](?:{ranks})\b", self.text)
        return ORDINALS[match[1]] if match else 1

    @property
    def top(self) -> int:
        """5 for "top 5" and "the five largest"."""
        count = rf"(\d+|{'|'.join(NUMBERS)})"
        match = re.search(rf"\b(?:top|bottom|first|last) {count}\b", self.text) or re.search(
            rf"\b{count} (?:{HIGHEST}|{LOWEST}|{'|'.join(SUPERLATIVES)})\b", self.text
        )
        if not match:
            return 1
        return max(1, min(50, NUMBERS.get(match[1]) or int(match[1])))

    @property
    def implied(self) -> Column | None:
        """The column that a superlative means when no measure is named."""
        if not self.superlative:
            return None
        return by_concept(self.superlative[0], self.table)


def by_concept(concept: str, table: Table) -> Column | None:
    """The first number column that has a token of this concept in its name."""
    wanted = concept_tokens(concept)
    ordered = sorted(
        (c for c in table.columns if c.numeric and wanted & frozenset(core(c.name))),
        key=lambda c: not wanted & frozenset(core(c.name)[-1:]),
    )
    return ordered[0] if ordered else None


def read(said: str, table: Table, before: Intent | None = None) -> Clause:
    """Read a clause against a table."""
    masked = mask(said, table)
    text = re.sub(r"\s+", " ", masked.text.lower()).strip()
    comparative = {w: (by_concept(c, table), op) for w, (c, op) in COMPARATIVES.items() if w in text}
    found: Conditions = conditions(Masked(text, masked.mentions), table, comparative)
    clause = Clause(
        said=said,
        table=table,
        text=text,
        mentions=masked.mentions,
        placed=found.placed,
        spent=found.spent,
        before=before,
        rest=found.rest,
    )
    clause.by = _groups(clause)
    clause.statistics = _statistics(found.rest)
    return clause


def _groups(clause: Clause) -> tuple[Key, ...]:
    keys: list[Key] = []
    for match in _BY.finditer(clause.rest):
        word = match[0].split()[0]
        for marker in re.findall(_K, match[1]):
            mention = clause.mentions[int(marker)]
            if mention.value is None and int(marker) not in clause.spent and _groupable(mention.column, word):
                keys.append(Key(mention.column))
    if dates := clause.table.dates():
        for match in _PERIOD.finditer(clause.rest):
            said = next(g for g in match.groups() if g)
            period = "weekday" if said == "week" and match[3] else PERIODS[said]
            keys.append(Key(dates[0], period))
    return tuple(dict.fromkeys(keys))


def _groupable(column: Column, word: str) -> bool:
    """Between, among, across and a bare "for" also stand before measures: there only categories are groups."""
    if word == "between":
        return column.category and not column.numeric
    return column.category if word in ("among", "across", "for") else True


def _statistics(text: str) -> tuple[str, ...]:
    """Names of statistics in the order in which they are said."""
    hits: list[tuple[int, str]] = []
    for pattern, name in STATISTICS.items():
        hits += [(m.start(), name) for m in re.finditer(rf"\b(?:{pattern})(?!\w)", text)]
    if re.search(r"interquartile range", text):
        hits = [h for h in hits if h[1] != "range"]
    return tuple(dict.fromkeys(name for _, name in sorted(hits)))


def leftovers(clause: Clause) -> tuple[str, ...]:
    """Words that neither the data nor the words of asking explain, in their order."""
    rest = re.sub(rf"{_K}|\bpopulation (?=standard|std|sd|variance)", " ", clause.rest)
    own = {*tokens(clause.table.stem), *ROW_NOUNS, *PERIODS}
    known = ASKING | set(UNITS) | set(COMPARATIVES) | {w for s in SUPERLATIVES for w in s.split()}
    words = re.findall(r"[^\W\d_][\w'’-]*", rest)
    odd = (w for w in words if w not in known and w.removesuffix("'s") not in known)
    placed = [w for w in odd if len(w) > 1 and w not in own and stem(w) not in own]
    return tuple(dict.fromkeys([*placed, *unread_comparisons(clause.rest)]))
