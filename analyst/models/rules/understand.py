"""A question and a survey become intents. Pure; what is not understood is said, never guessed in silence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from ... import forms
from ...forms import STATISTICS
from . import beyond, formats, outputs, pipeline
from .clause import Clause, leftovers
from .clause import read as read_clause
from .conditions import unread_comparisons
from .intents import Intent, Key
from .kind import Style
from .kinds import KINDS
from .matching import mask
from .survey import Column, Survey, Table
from .vocabulary import stem, tokens

_BEGINS = (
    r"which|what|what's|how|who|whose|when|where|does|do|did|is|are|was|were|has|have|can|by how much|compare|calculate|"
    r"give|show|list|find|compute|describe|plot|count"
)
_STATISTIC = "|".join(STATISTICS)
_STATISTIC_NEXT = re.compile(rf", and (?:the )?(?:{_STATISTIC})\b", re.I)
"""A joint only after a clause that names a column; else the list of statistics goes on."""
_ABBREVIATED = re.compile(
    r"(?:\b(?:no|vs|e\.g|i\.e|std|approx|avg|min|max|st|dr|mr|mrs|ms|etc)|\b\w)\.$", re.I
)
_LEANS = r"it|its|that|this|they|them|their|these|those|so|same|one|there"
_FOLLOWS = re.compile(
    r"^(?:and|but|now|what about|how about|also|then|only|the same|same|what if|just)\b", re.I
)
_ADVICE = re.compile(
    r"^(?:use|using|round|rounding|ignore|handle|assume|consider|keep|convert|do not|don't|report|note|ensure|make sure|"
    r"perform|exclude|include|apply|set|treat|drop|remove|if|save|answer|format|the answer|all|any|rows|missing|"
    r"outliers|values|present|return|interpret|conduct|assess|count only|define|\{|\})\b|^[{}]",
    re.I,
)
_NOTHING = re.compile(
    r"^(?:if (?:yes|so|not)|in your analysis:?|answer format:?|constraints:?|note:?)$", re.I
)
_SETTING = re.compile(
    r"^(?:among|in|for|of|on|at|during|since|within|from|with|by|considering|looking at|given)\b", re.I
)
"""Opens a clause and asks nothing: it belongs to what follows."""
_FIRM = re.compile(
    r"^(?:use|using|ignore|exclude|handle|assume|consider|convert|do not|don't|drop|remove|if|make sure|ensure|note)\b",
    re.I,
)
"""Instructions that never ask anything themselves."""
_POPULATION = re.compile(r"\bpopulation (?:standard|std|sd|variance)|\bddof ?= ?0", re.I)
_OPEN = re.compile(
    r"\b(?:interesting|explore|exploration|exploratory|eda|describe|description|summar\w+|profile|overview|insights?|notable|"
    r"noteworthy|stand out|stands out|tell me about|what(?:'s| is| do we have)? in|what can you|look at|analy[sz]e|analysis|"
    r"patterns?|anything|findings|report|what do you see|understand)\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Part:
    """One clause of the question, and what it asks."""

    said: str
    intent: Intent | None
    odd: tuple[str, ...] = ()
    """Words that could not be placed."""
    unused: tuple[str, ...] = ()
    """Columns that are named and play no part in the intent."""
    rivals: tuple[str, ...] = ()
    """`words: chosen (or other)` where a name fits several columns."""
    fallback: bool = False
    """The intent only shows the named columns: what is asked of them was not understood."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A question as it was understood."""

    parts: tuple[Part, ...] = ()
    slots: tuple[forms.Slot, ...] = ()
    style: Style = field(default_factory=Style)
    table: Table | None = None
    """The table that is looked at when the question is open."""
    open: bool = False
    unheeded: tuple[str, ...] = ()
    """Instructions that were not taken in."""
    elsewhere: tuple[str, ...] = ()
    """`word: table` for words that name something in another table."""
    beyond: tuple[str, ...] = ()
    """Work that is asked for and not known yet."""
    otherwise: str = ""
    """What the question wants as the answer when the data cannot tell."""
    pipeline: pipeline.Pipeline | None = None
    """The question by its slots; when it knows all of them, there are no parts."""
    output: outputs.Output | None = None
    """The file or chart that is asked for; then there is nothing else."""

    @property
    def intents(self) -> tuple[Intent, ...]:
        """What is asked, each once, in order."""
        return _wanted(self.parts)


def _wanted(parts: Sequence[Part]) -> tuple[Intent, ...]:
    return tuple(dict.fromkeys(p.intent for p in parts if p.intent))


def leaves_behind(question: str, survey: Survey, before: Sequence[Intent] = ()) -> tuple[Intent, ...]:
    """What a question asks clause by clause, whichever way it was answered: the next one may lean on it."""
    asked, _ = forms.split_format(question)
    return _wanted(_parts(asked, _best_table(asked, survey, before), before)[0]) if survey.tables else ()


def understand(question: str, survey: Survey, before: Sequence[Intent] = ()) -> Reading:
    """Read a question. `before` is what the question before asked, for one that leans on it."""
    asked, slots = forms.split_format(question)
    if not survey.tables:
        return Reading(slots=slots, otherwise=formats.otherwise(question))
    table = _best_table(asked, survey, before)
    if not slots and (output := outputs.read(question, table)) is not None:
        return Reading(style=formats.style(asked), table=table, output=output)
    found = pipeline.read(asked, question[len(asked) :], slots, table) if slots else None
    if found is not None and found.complete:
        return Reading(slots=slots, style=formats.style(asked), table=table, pipeline=found)
    parts, unheeded = _parts(asked, table, before)
    elsewhere = _elsewhere(parts, table, survey)
    lacking = [*beyond.work(_unnamed(asked, table)), *(["joining tables"] if elsewhere else [])]
    lacking += (
        ["choosing rows by an instruction"]
        if any(beyond.selects(u) and not beyond.work(u) for u in unheeded)
        else []
    )
    return Reading(
        parts=parts,
        slots=slots,
        style=formats.style(asked),
        table=table,
        open=not any(p.intent for p in parts) and not lacking and bool(_OPEN.search(asked)),
        unheeded=unheeded,
        elsewhere=elsewhere,
        beyond=tuple(dict.fromkeys(lacking)),
        otherwise=formats.otherwise(question),
        pipeline=found,
    )


def _best_table(asked: str, survey: Survey, before: Sequence[Intent]) -> Table:
    """The table of which most is named; among equals the one spoken of before, else the first."""

    def named(table: Table) -> tuple[float, bool]:
        called = re.search(rf"(?<!\w){re.escape(table.stem)}(?!\w)", asked, re.I) is not None
        claimed = {(m.column, m.value) for m in mask(asked, table).mentions}
        return len(claimed) + 0.5 * called, any(i.table == table for i in before)

    return max(survey.tables, key=named)


def _unnamed(text: str, table: Table) -> str:
    """The text without the names of columns and values, which may look like any word."""
    return re.sub(r"«\d+»", "«»", mask(text, table).text)


def _elsewhere(parts: Sequence[Part], table: Table, survey: Survey) -> tuple[str, ...]:
    """Words without a place here that name a column of another table."""
    found = []
    for word in dict.fromkeys(w for p in parts for w in p.odd):
        for other in survey.tables:
            called = stem(word) in {stem(other.stem.lower()), *tokens(other.stem)}
            if other != table and (called or mask(word, other).mentions):
                found.append(f"{word}: {other.stem}")
                break
    return tuple(found)


# ── clauses ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def split(question: str, table: Table) -> list[str]:
    """The clauses that each ask something; never cut inside the name of a column or a value."""
    spans = [(m.start, m.end) for m in mask(question, table).mentions]
    pieces, last = [], 0
    for start, end in _cuts(question):
        inside = any(a < end and start < b for a, b in spans)
        lists = _STATISTIC_NEXT.match(question[start:]) and not any(last <= a < start for a, _ in spans)
        setting = question[start] == "," and _SETTING.match(question[last:start].strip())
        if inside or lists or setting or start < last:
            continue
        pieces.append(question[last:start])
        last = end
    pieces.append(question[last:])
    return [
        p
        for piece in pieces
        if (p := re.sub(r"^\s*\d+[.)]\s+", "", piece).strip(" \t\n,;{}")) and not _NOTHING.match(p)
    ]


def _cuts(text: str) -> Iterator[tuple[int, int]]:
    ends = [
        (m.start(1), m.end())
        for m in re.finditer(r"[.?!;]()\s+(?=[\"'“(@]?[A-Z0-9@])", text)
        if not _ABBREVIATED.search(text[: m.start(1)])
    ]
    ends += [(m.start(), m.end()) for m in re.finditer(r"\s*\n+\s*|[?;]\s+(?=[a-z])", text)]
    joints = re.finditer(
        rf",? and (?=(?:{_BEGINS})\b)|, and (?=(?:the )?(?:{_STATISTIC})\b)|, (?=(?:which|what|how|who|does|is|are)\b)",
        text,
        re.I,
    )
    ends += [(m.start(), m.end()) for m in joints]
    yield from sorted(ends)


def _parts(asked: str, table: Table, before: Sequence[Intent]) -> tuple[tuple[Part, ...], tuple[str, ...]]:
    parts: list[Part] = []
    unheeded: list[str] = []
    for said in split(asked, table):
        last = [p.intent for p in parts if p.intent]
        context = last[-1:] or list(before)
        clause = read_clause(said, table, context[-1] if context else None)
        found = [] if _FIRM.match(said) else _intents(clause, last[-1:], before)
        if found:
            parts += [p for p in _made(clause, found) if p.intent not in last]
        elif _ADVICE.match(said):
            unheeded += [] if _only_rounding(said) else [said]
        elif not (last and _says_nothing_new(clause)):
            parts.append(_not_understood(clause))
    if not parts and unheeded:
        parts, unheeded = [_not_understood(read_clause(u, table)) for u in unheeded], []
    if any(p.intent and not p.fallback for p in parts):
        # beside what was understood, a look at the columns of the rest would only be noise
        parts = [replace(p, intent=None) if p.fallback else p for p in parts]
    if _POPULATION.search(asked):
        parts = [replace(p, intent=p.intent and replace(p.intent, population=True)) for p in parts]
    return tuple(parts), tuple(unheeded)


def _intents(clause: Clause, last: Sequence[Intent], before: Sequence[Intent]) -> list[Intent]:
    """What a clause asks: by itself, or as a change of what was asked before."""
    if beyond.work(clause.text) or unread_comparisons(clause.rest):
        return []
    own = next((i for k in KINDS if (i := k.read(clause)) is not None), None)
    if own is not None and not beyond.is_answer(own.kind, clause.text):
        return []
    if own is not None and own.whole_table and any(i.kind == own.kind for i in last):
        return []  # "give Pearson's r": how, not what
    context = list(last) or list(before)
    follows = bool(_FOLLOWS.match(clause.said)) or (not last and clause.has("same|instead"))
    if own is not None and not (
        follows and context and own.kind in ("count", "distribution") and clause.has("same|about")
    ):
        return [own]
    if context and (follows or clause.has(_LEANS)) and (changed := [_change(i, clause) for i in context]):
        return [i for i, old in zip(changed, context, strict=True) if i != old]
    return []


def _change(intent: Intent, clause: Clause) -> Intent:
    """The same again, with what the clause says anew: conditions, groups, measures, statistics."""
    if intent.table != clause.table:
        return intent
    said = {f.column for f in clause.filters}
    kept = tuple(f for f in intent.filters if f.column not in said)
    changed = replace(intent, filters=(*kept, *clause.filters))
    if clause.by:
        changed = replace(changed, by=clause.by)
    elif other := [c for c in clause.columns if c.category and not c.numeric]:
        changed = replace(changed, by=tuple(Key(c) for c in other)) if intent.by else changed
    if clause.measures and intent.measures and len(clause.measures) <= len(intent.measures):
        changed = replace(changed, measures=clause.measures + intent.measures[len(clause.measures) :])
    if clause.statistics and intent.kind == "statistic":
        changed = replace(changed, statistics=clause.statistics)
    return changed


def _made(clause: Clause, intents: Sequence[Intent]) -> list[Part]:
    odd = leftovers(clause)
    rivals = tuple(
        f"“{clause_words(clause, n)}”: {m.column.label} (and not {', '.join(m.rivals)})"
        for n, m in enumerate(clause.mentions)
        if m.rivals and m.value is None
    )
    used = frozenset().union(*(i.columns for i in intents))
    unused = tuple(c.label for c in clause.columns if c not in used)
    first, *others = intents
    return [Part(clause.said, first, odd, unused, rivals), *(Part(clause.said, i) for i in others)]


def clause_words(clause: Clause, number: int) -> str:
    """The words of a mention, as the user wrote them."""
    mention = clause.mentions[number]
    return clause.said[mention.start : mention.end]


def _not_understood(clause: Clause) -> Part:
    """Nothing recognised: show the named columns at most."""
    columns: tuple[Column, ...] = clause.columns[:4]
    if not columns:
        return Part(clause.said, None, leftovers(clause))
    numbers = tuple(c for c in columns if c.numeric)
    intent = Intent(
        "distribution", clause.table, numbers, by=tuple(Key(c) for c in columns), filters=clause.filters
    )
    return Part(clause.said, intent, leftovers(clause), fallback=True)


def _only_rounding(said: str) -> bool:
    return forms.decimals(said) is not None


def _says_nothing_new(clause: Clause) -> bool:
    """ "…, and how much was it?": asks for what the part before answers anyway."""
    again = clause.has("pearson|coefficient|r") or clause.has(_LEANS)
    return not clause.mentions and not clause.statistics and again and not beyond.work(clause.text)
