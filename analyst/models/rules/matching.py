"""Which words of a question name which columns and values. The text comes back with a marker «n» for each mention."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ...forms import STATISTICS
from .survey import Column, Table
from .vocabulary import (
    ASKING,
    MEASURED,
    ROW_NOUNS,
    UNITS,
    concept_tokens,
    core,
    stem,
    strip_superlative,
    tokens,
)

_IDENTIFIERS = (("id",), ("key",), ("uuid",), ("guid",), ("index",))
"""Names that end so are not meant by a part of them: "passengers" is not PassengerId."""
LONGEST = 6
"""Most words that one mention can have."""
_FILLERS = frozenset(["of", "the", "in", "a", "an", "on", "per", "for"])
_QUOTED = re.compile(r"\"([^\"\n]+)\"|`([^`\n]+)`|“([^”\n]+)”|(?<!\w)'([^'\n]+)'(?!\w)|(?<!\w)‘([^’\n]+)’")
_WORD = re.compile(r"[^\W_](?:[\w.'’%/-]*[\w%])?")
_POPULATION = re.compile(r"\bpopulation (?=(?:standard|std|sd|variance)\b)", re.I)
"""Here the word is none for a column of inhabitants."""
_NOUN_ENDS = re.compile(
    r"\s*(?:$|[^\w\s]|\b(?:and|or|by|per|for|in|on|at|each|across|over|with|is|are|was|correlated|related|when|where)\b)",
    re.I,
)
"""What follows a noun, and not a statistic of something: "highest total per month", not "total sales"."""
_STATISTIC = re.compile("|".join(STATISTICS.keys()))


@dataclass(frozen=True, slots=True)
class Mention:
    """Words that name a column, or a value of a column."""

    start: int
    end: int
    column: Column
    value: str | None = None
    """None when the column itself is named."""
    score: float = 0.0
    rivals: tuple[str, ...] = ()
    """Other columns that the words fit as well."""


@dataclass(frozen=True, slots=True)
class Masked:
    """A text whose mentions are replaced by markers `«0»`, `«1»`, … in their order."""

    text: str
    mentions: tuple[Mention, ...]


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    start: int
    end: int

    @property
    def stem(self) -> str:
        return stem(self.text)

    @property
    def done(self) -> str:
        """What was done, for a verb in its past: waited → wait."""
        return re.sub(r"(?<=\w{4})ed$", "", self.stem)


def mask(text: str, table: Table) -> Masked:
    """Find the mentions: better matches first, then longer ones, then the first; none overlap."""
    plain = _POPULATION.sub(lambda m: " " * len(m[0]), text)
    words = [_Word(m[0], m.start(), m.end()) for m in _WORD.finditer(plain)]
    taken: list[Mention] = []
    for level in (_quoted(text, table), _exact(text, table), _values(text, table), _whole(words, table)):
        _claim(taken, level)
    _claim(taken, _partial(words, table, taken))
    taken.sort(key=lambda m: m.start)
    return Masked(_marked(text, taken), tuple(taken))


def _claim(taken: list[Mention], found: Iterator[Mention]) -> None:
    for mention in sorted(found, key=lambda m: (-m.score, m.start - m.end, m.start)):
        if all(mention.end <= t.start or t.end <= mention.start for t in taken):
            taken.append(mention)


def _marked(text: str, mentions: Sequence[Mention]) -> str:
    pieces, last = [], 0
    for n, mention in enumerate(mentions):
        pieces += [text[last : mention.start], f"«{n}»"]
        last = mention.end
    return "".join([*pieces, text[last:]])


def _quoted(text: str, table: Table) -> Iterator[Mention]:
    """Names and values in quotation marks: sure matches."""
    for match in _QUOTED.finditer(text):
        said = next(g for g in match.groups() if g is not None).strip()
        found = _named(said, table)
        if found:
            yield Mention(match.start(), match.end(), found[0], found[1], score=100)


def _named(said: str, table: Table) -> tuple[Column, str | None] | None:
    """The column or the value of this name: as it is written, else whatever the case, else in other separators."""
    for form in (str, str.casefold):
        wanted = form(said)
        for column in table.columns:
            if form(column.name.strip()) == wanted:
                return column, None
        for column in table.columns:
            value = next((v for v in column.values if form(v.strip()) == wanted), None)
            if value is not None:
                return column, value
    words = tokens(said)
    near = next((c for c in table.columns if words and tokens(c.name) == words), None)
    return (near, None) if near else None


def _exact(text: str, table: Table) -> Iterator[Mention]:
    """Names of columns as they are written. Names that are ordinary words need the word "column" beside them."""
    lowered = text.casefold()
    for column in table.columns:
        name = column.name.strip()
        if not name or name.casefold() not in lowered:
            continue
        plain = name.casefold() in ASKING or len(name) == 1 or _STATISTIC.fullmatch(name.casefold())
        flags = re.I if len(name) > 2 else 0
        for match in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text, flags):
            beside = (
                text[max(0, match.start() - 12) : match.start()] + "|" + text[match.end() : match.end() + 10]
            )
            called = re.search(
                r"(columns?|variables?|of|by) \|| \|? ?(columns?|variables?)|\| columns?", beside
            )
            single = len(name) == 1 and name not in "aAI" and called
            given = match[0] == name and re.search(r"\(\|\)", beside)  # "the temperature (AT)"
            if (
                not plain
                or single
                or given
                or re.search(r"columns? ?\||\| ?columns?", beside)
                or _measured(name, text, match, table)
            ):
                yield Mention(match.start(), match.end(), column, score=90 + len(name))


def _measured(name: str, text: str, match: re.Match[str], table: Table) -> bool:
    """Whether a word of asking stands where the column of its name is meant: "average amount", not "amount of rain"."""
    word, after = name.casefold(), text[match.end() :]
    following = _WORD.match(after.lstrip())
    if word not in MEASURED or text[: match.start()].endswith("-") or not text[: match.start()].strip():
        return False
    if following and following[0].casefold() in {"of", *(c.name.strip().casefold() for c in table.columns)}:
        return False
    return not _STATISTIC.fullmatch(word) or _NOUN_ENDS.match(after) is not None


def _values(text: str, table: Table) -> Iterator[Mention]:
    """Values of categories, as words of their own; a plural s is allowed."""
    lowered = text.casefold()
    for column in table.columns:
        if column.type not in ("text", "boolean"):
            continue
        for value in column.values:
            said = value.strip()
            if len(said) < 2 or said.casefold() not in lowered or not re.search(r"[^\W\d_]", said):
                continue
            ordinary = said.casefold() in ASKING or column.type == "boolean"
            flags = 0 if ordinary else re.I
            for match in re.finditer(rf"(?<!\w){re.escape(said)}(?:s|es)?(?!\w)", text, flags):
                if not (ordinary and (said.islower() or match.start() == 0 or column.type == "boolean")):
                    yield Mention(match.start(), match.end(), column, value, score=70 + len(said))


def _windows(words: Sequence[_Word]) -> Iterator[tuple[_Word, ...]]:
    for start in range(len(words)):
        for size in range(min(LONGEST, len(words) - start), 0, -1):
            yield tuple(words[start : start + size])


def _whole(words: Sequence[_Word], table: Table) -> Iterator[Mention]:
    """All tokens of a name said, in any order and form: "flipper length", "length of the flipper", "GDP per capita"."""
    names = [(c, sorted(tokens(c.name)), sorted(core(c.name)), _squashed(c.name)) for c in table.columns]
    for window in _windows(words):
        if window[0].text.lower() in _FILLERS or window[-1].text.lower() in _FILLERS:
            continue
        said = [t for w in window if w.text.lower() not in _FILLERS for t in tokens(w.text)]
        if not said or (len(window) == 1 and window[0].text.lower() in ASKING):
            continue
        for column, full, bare, squashed in names:
            if sorted(said) in (full, bare):
                score = 60 + len(said) + (sorted(said) == full)
            elif _abbreviates(squashed, [w.text.lower() for w in window]):
                score = 50 + len(window)
            else:
                continue
            yield Mention(window[0].start, window[-1].end, column, score=score)


def _squashed(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).lower()


def _abbreviates(name: str, words: Sequence[str]) -> bool:
    """Whether a name is put together from beginnings of these words: foodexp ~ food expenditure, pclass ~ passenger class."""
    if len(words) < 2 or len(name) < 5:
        return False

    def fits(rest: str, left: Sequence[str]) -> bool:
        if not left:
            return not rest
        word = re.sub(r"\W", "", left[0])
        shortest = 1 if rest is name and len(left) == 2 and rest[1:] == left[1] else 3
        for size in range(min(len(word), len(rest)), min(shortest, len(word) or 99) - 1, -1):
            if rest.startswith(word[:size]) and fits(rest[size:], left[1:]):
                return True
        return False

    return fits(name, words)


def _partial(words: Sequence[_Word], table: Table, taken: Sequence[Mention]) -> Iterator[Mention]:
    """A part of a name, or a word that means the same: "flipper", "weight" for body_mass_g."""
    free = [w for w in words if all(w.end <= m.start or m.end <= w.start for m in taken)]
    hints = frozenset(t for w in free for t in concept_tokens(strip_superlative(w.text.lower())))
    names = [(c, frozenset(core(c.name))) for c in table.columns if tokens(c.name)[-1:] not in _IDENTIFIERS]
    for window in _windows(free):
        said = [w for w in window if w.text.lower() not in _FILLERS]
        if not said or len(said) != len({w.stem for w in said}) or not all(_speaking(w) for w in said):
            continue
        if window[0] not in said or window[-1] not in said:
            continue
        wanted = frozenset(w.stem for w in said)
        fitting = (
            [c for c, have in names if wanted <= have]
            or [c for c, have in names if all(w.stem in have or concept_tokens(w.stem) & have for w in said)]
            or [c for c, have in names if wanted and all(w.done in have for w in said)]
        )
        if fitting:
            best = [c for c in fitting if hints & frozenset(core(c.name)) - wanted] or fitting
            best.sort(key=lambda c: (not c.numeric, len(core(c.name))))
            rivals = tuple(c.label for c in best[1:4])
            coverage = len(wanted) / max(1, len(core(best[0].name)))
            score = 20 * len(said) + coverage
            yield Mention(window[0].start, window[-1].end, best[0], score=score, rivals=rivals)


def _speaking(word: _Word) -> bool:
    """Whether a word can name a column by itself: no word of asking, no unit, no number, no superlative."""
    said = word.text.lower()
    plain = said in ASKING or said in UNITS or said in ROW_NOUNS or _STATISTIC.fullmatch(said)
    return not plain and len(said) > 2 and not said[0].isdigit() and strip_superlative(said) == said
