"""How the labels of a table are spoken of in a text: by their words, by one word that is theirs alone, dates by month or year. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache

from .dates import month_names
from .words import one_form

Token = tuple[int, int, str]
"""Start, end, and the one form of a word; of a number itself."""
_TOKEN = re.compile(r"(?<![\d.,])\d+(?:[.,]\d+)*s?(?!\w)|[^\W\d_]+\d*")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_VERSION = re.compile(r"\bv(?=\d)")
_DATE = re.compile(r"((?:1[5-9]|20|21)\d\d)-(\d\d)(?:-\d\d)?(?: 00:00:00)?")
_DULL = frozenset(
    re.findall(
        r"\w+",
        "the a an of in and or to by with for at on as it der die das und von la le les de du et no not",
    )
)
_ENDS = frozenset(("min", "max", "count", "sum"))
"""Statistics that have to be named as such: the lowest mean is not the column `min`."""
_RELATIONS = frozenset(
    one_form(w) for w in ("from", "until", "since", "under", "over", "above", "below", "between")
)
_UNITS = frozenset(("mm", "cm", "m", "km", "g", "kg", "ms", "s", "h", "eur", "usd", "pct", "percent"))
_MEDIAN = frozenset(("p50", "P50", "q50", "50%", "0.5", "0.50", "50th", "50% median"))
MOST = 400
"""Labels of one dimension that are looked for."""


@lru_cache(maxsize=256)
def tokens(text: str) -> tuple[Token, ...]:
    """The words and numbers of a text."""
    plain = _VERSION.sub(" ", _CAMEL.sub(" ", text) if len(text) < 60 else text)
    return tuple((m.start(), m.end(), _form(m[0])) for m in _TOKEN.finditer(plain))


def _form(word: str) -> str:
    if word[0].isdigit() or len(word) == 1:
        return (
            word.lower().removesuffix(".0") if word[0].isdigit() else word
        )  # of single letters only capitals are names
    form = one_form(word.lower())
    return word.lower() if form in _ENDS and not word.lower().startswith(form) else form


@lru_cache(maxsize=4096)
def is_part(label: str, other: str) -> bool:
    """Whether a label says less than another: `defaults` of `defaults share`."""
    return {t[2] for t in tokens(label)} < {t[2] for t in tokens(other)}


@lru_cache(maxsize=512)
def spellings(labels: tuple[str, ...]) -> Mapping[tuple[str, ...], str]:
    """For each way to speak of a label, as forms of words, which one is meant. What could mean two is left out."""
    found: dict[tuple[str, ...], set[str]] = {}
    own = {label: [t[2] for t in tokens(label) if t[2] not in _DULL] for label in labels[:MOST]}
    shared = Counter(form for forms in own.values() for form in set(forms))
    for label, forms in own.items():
        ways = {tuple(forms)} if forms else set()
        if len(forms) > 1:
            alone = (f for f in forms if shared[f] == 1 and (len(f) > 3 or f.isupper()) and not f.isdigit())
            ways |= {(f,) for f in alone if f not in _RELATIONS}
            ways.add(tuple(f for f in forms if f not in _UNITS))
        for way in ways | set(_dated(label, labels)):
            found.setdefault(way, set()).add(label)
    return {way: next(iter(meant)) for way, meant in found.items() if len(meant) == 1 and way}


def _dated(label: str, labels: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The year or the month of a date where it tells the rows apart; `1960s` for 1960 where all are decades."""
    if match := _DATE.fullmatch(label):
        month = month_names(int(match[2]))
        yield from ((match[1],), (month,), (month, match[1]))
    elif label in _MEDIAN:
        yield ("median",)
    elif label.isdigit() and len(labels) > 2:
        if all(other[-1:] == "0" and len(other) == 4 for other in labels if other.isdigit()):
            yield (f"{label}s",)
        elif 1 <= int(label) <= 12 and len(labels) >= 6 and set(labels) <= {str(n) for n in range(1, 13)}:
            yield (month_names(int(label)),)
        elif int(label) < 24 and all(o.isdigit() and int(o) < 24 for o in labels):  # hours of the day
            yield (str(int(label) % 12 or 12), "pm" if int(label) > 11 else "am")


def spoken(
    text: tuple[Token, ...], ways: Mapping[tuple[str, ...], str]
) -> Iterator[tuple[tuple[int, int], str]]:
    """Where a text speaks of labels, the longest way first at each place."""
    longest = max(map(len, ways), default=0)
    n = 0
    while n < len(text):
        for length in range(min(longest, len(text) - n), 0, -1):
            said = tuple(t[2] for t in text[n : n + length])
            label = ways.get(said) or (_begun(said[0], ways) if length == 1 else None)
            if label:
                yield (text[n][0], text[n + length - 1][1]), label
                n += length - 1
                break
        n += 1


def _begun(form: str, ways: Mapping[tuple[str, ...], str]) -> str | None:
    """The label that a longer word begins with: `educ` for education."""
    return next((ways[form[:n],] for n in (5, 4) if len(form) > n and (form[:n],) in ways), None)
