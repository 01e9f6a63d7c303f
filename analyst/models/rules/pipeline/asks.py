"""What each slot of the answer format asks for: its column, its group, its options, and what the format explains of it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ....forms import Slot, decimals
from ..intents import Filter
from ..matching import mask
from ..survey import Column
from ..vocabulary import core, stem
from . import aliases
from .task import Ask, Task, words

_PIECE = re.compile(
    r"[.;]\s|\n|,? (?:and )?where |,? (?:and )?(?=[\"'][^\"']+[\"'] (?:is|are|represents?|indicates?|should|denotes?)\b)",
    re.I,
)
_QUOTED = re.compile(r"[\"“']([A-Za-z][\w \-/]*?)[\"”']")
_ORDINALS = {"first": "1", "1st": "1", "second": "2", "2nd": "2", "third": "3", "3rd": "3", "fourth": "4"}
_DENIED = r"not|non|no|without|un|never|didnt"
_QUOTED_BEFORE_RULE = re.compile(
    r"[\"“']([A-Za-z][\w \-]*?)[\"”'](?= ?\(?(?:if|when|for|else|otherwise|\||[-\d.]+ ?[<≤]|,|or\b|\.|$))"
)
FEW = 12
"""At most so many values of whole numbers can name groups."""


def read(task: Task) -> list[Ask]:
    """The asks of all slots, in order; a slot of several named values makes one for each."""
    return [ask for slot in task.slots for ask in _of_slot(slot, task)]


def parts(slot: Slot) -> tuple[str, ...]:
    """The names of the values in a slot of several: `[min_fare, max_fare]`; () for one value and for a list."""
    named = [p.strip(" \"'") for p in slot.inner.split(",")]
    plain = all(re.fullmatch(r"[A-Za-z]\w*", p) for p in named)
    kinds = {re.sub(r"\d+", "", p) for p in named}
    return (
        tuple(named)
        if plain and "pair" not in slot.name and len(named) > 1 and len(kinds) == len(named)
        else ()
    )


def _of_slot(slot: Slot, task: Task) -> Iterator[Ask]:
    several = parts(slot)
    if not several:
        yield _ask(slot, slot.name, slot.name, slot.inner, task)
    for part in several:
        yield _ask(slot, f"{slot.name}.{part}", f"{slot.name}_{part}", part, task)


def _ask(slot: Slot, name: str, said: str, inner: str, task: Task) -> Ask:
    own = _own(inner, task.form)
    groups = _groups(words(said), task)
    column = _column(said, groups, task) or _column(inner, groups, task)
    places = decimals(own) if "." in name else None
    places = slot.decimals if places is None else places
    if re.search(r"scientific|significant (?:digit|figure)", inner):
        places = None
    return Ask(name, said, own, places, column, groups, inner, _options(inner, own, task))


def _own(inner: str, form: str) -> str:
    """What the format says of a slot's value; all that it explains when it names none."""
    outside = re.sub(r"@+\w+\s*\[[^\]]*\]?", "\n", form)
    word = inner.strip(" \"'")
    pieces = [p.strip() for p in _PIECE.split(outside) if p and p.strip(" {},.")]
    about = [p for p in pieces if word and re.search(rf"(?<!\w){re.escape(word)}(?!\w)", p, re.I)]
    spoken = [word] if re.fullmatch(r"[\w%.,:|<>=() -]+", word) and " " in word else []
    return " ".join([*spoken, *about] or pieces)


def _column(said: str, groups: tuple[Filter, ...], task: Task) -> Column | None:
    """The column that a slot's name speaks of, when the text speaks of it too."""
    grouped = {g.column.name for g in groups}
    plain = " ".join(re.findall(r"[^\W_]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", said)))
    for text in (said, plain):
        for mention in mask(text, task.table).mentions:
            column = mention.column
            if mention.value is None and column in task.columns and column.name not in grouped:
                return column
    found = _by_words(words(said), [c for c in task.columns if c.name not in grouped])
    return found or aliases.column(words(said), task)


def _by_words(said: tuple[str, ...], columns: list[Column]) -> Column | None:
    """The column that has most of its own name in the words."""

    def share(names: tuple[str, ...]) -> float:
        return sum(any(_begins(n, w) for w in said) for n in names) / max(1, len(names))

    scored = [(share(core(c.name)), c) for c in columns]
    best = max((s for s, _ in scored), default=0)
    found = [c for s, c in scored if s == best]
    return found[0] if best > 0 and len(found) == 1 else None


def _begins(name: str, word: str) -> bool:
    """Whether two words are the same, or one is cut short: "atmos" ~ "atmospheric"."""
    return (
        name == word or len(word) > 3 and len(name) > 3 and (name.startswith(word) or word.startswith(name))
    )


# ── groups ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _groups(said: tuple[str, ...], task: Task) -> tuple[Filter, ...]:
    """The groups that a slot's words name, one for each column at most."""
    found = (_group(said, column, task) for column in task.table.columns)
    return tuple(f for f in found if f)


def _group(said: tuple[str, ...], column: Column, task: Task) -> Filter | None:
    spoken = column in task.columns
    if spoken and (filter_ := _gap_group(said, column)):
        return filter_
    if column.type == "text" and column.values:
        return _named_group(said, column, task, spoken=spoken)
    if not spoken or not (column.type == "integer" and column.distinct <= FEW or column.type == "boolean"):
        return None
    if column.binary and (denied := _binary_group(said, column)) is not None:
        value = str(not denied) if column.type == "boolean" else str(int(not denied))
        return Filter(column, "==", (value,))
    own = {*core(column.name), *(w for t in core(column.name) for w in ("class", "group") if t.endswith(w))}
    for here, word in enumerate(said):
        digit = _ORDINALS.get(word, word)
        near = own & {*said[max(0, here - 1) : here], *said[here + 1 : here + 2]}
        if digit.isdigit() and digit in column.values and near:
            return Filter(column, "==", (digit,))
    return None


def _gap_group(said: tuple[str, ...], column: Column) -> Filter | None:
    """ "mean_with_x_null", "mean_x_notnull": the rows with and without a value."""
    text = " ".join(said)
    if not {*core(column.name)} <= {*said} or not re.search(r"\b(?:mean|median|std|average)\b", text):
        return None
    if re.search(r"\bnot ?null|\bnon ?null|\bnot missing|\bnon ?missing", text):
        return Filter(column, "known")
    return Filter(column, "missing") if re.search(r"\bnull\b|\bmissing\b", text) else None


def _named_group(said: tuple[str, ...], column: Column, task: Task, *, spoken: bool) -> Filter | None:
    """The longest value whose words stand together in the slot's name."""
    text = f" {' '.join(said)} "
    fitting = []
    for value in column.values:
        plain = " ".join(words(value))
        told = spoken or re.search(rf"(?<!\w){re.escape(value.strip())}(?!\w)", task.text, re.I)
        if len(plain) > 1 and f" {plain} " in text and told:
            fitting.append((len(plain), value))
    return Filter(column, "==", (max(fitting)[1],)) if fitting else None


def _binary_group(said: tuple[str, ...], column: Column) -> bool | None:
    """Whether the name denies what a yes-or-no column says; None when it does not speak of it."""
    for token in (t for t in core(column.name) if len(t) > 4):
        for here, word in enumerate(said):
            if word[:6] == token[:6]:
                return bool(re.search(rf"\b(?:{_DENIED})\b", " ".join(said[max(0, here - 2) : here])))
            if word.startswith(("un", "non")) and token[:6] in word:
                return True
    return None


# ── options ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _options(inner: str, own: str, task: Task) -> tuple[str, ...]:
    """The words between which a slot wants one, as the format or else the text lists them."""
    slots = {p.strip(" \"'").lower() for s in task.slots for p in (s.inner, s.name, *s.inner.split(","))}
    names = {c.name.strip().lower() for c in task.table.columns}
    quoted = [o.strip() for o in _QUOTED.findall(own) if o.strip().lower() not in slots | names]
    quoted = [o for o in quoted if not inner.lower().startswith(o.lower())]
    if len(set(quoted)) > 1:
        return tuple(dict.fromkeys(quoted))
    told = [] if quoted else _QUOTED_BEFORE_RULE.findall(task.text)
    if len(set(told)) > 1 and re.search(r"word|strength|type|label|status", f"{inner} {own}"):
        return tuple(dict.fromkeys(told))
    if "/" in inner:
        bracketed = re.search(r"\(([^()]*/[^()]*)\)", inner)
        return tuple(o.strip(" \"'") for o in (bracketed[1] if bracketed else inner).split("/"))
    if re.search(r"\bTrue\b|\bFalse\b|\bboolean\b", own):
        return ("True", "False")
    if re.search(r"\byes\b", own, re.I) and re.search(r"\bno\b", own, re.I):
        yes, no = re.search(r"\byes\b", own, re.I), re.search(r"\bno\b", own, re.I)
        return (yes[0], no[0]) if yes and no else ()
    return ()


def same(a: str, b: str) -> bool:
    """Whether two words are the same but for case and plural."""
    return stem(a) == stem(b)
