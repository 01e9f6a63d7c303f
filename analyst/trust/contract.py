"""What an answer must contain, read from the question before any code is written, and held against the answer at the end. Pure.

`read` is the deterministic reader, for every model. The model may say with its plan how it understood the question, and a
person may change that; `settled` keeps what the question says in so many words.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import fields, replace
from typing import Literal

from ..digest import decimals_text
from ..events import Answered, Claim, Contract, Wanted
from ..forms import SAID_STATISTIC, STATISTICS, decimals, split_format
from .numbers import numbers
from .units import named

_FILE = re.compile(
    r"\b(?:save|write|export|store|output|put|speicher\w*|schreib\w*|enregistre\w*|sauvegarde\w*)\b[^\n]{0,120}?"
    r"([\w-][\w./-]*\.(?:csv|json|xlsx|parquet|png|pdf|svg|html|md|txt))\b",
    re.I,
)
_END = r"(?=[,.;:?!()\n]|\s(?:and|or|for|in|with|where|who|that|of|rounded|save|give|what|using|including|excluding)\b|$)"
_GROUPING = re.compile(
    rf"\b(?:for (?:each|every)|grouped by|broken down by|per|by(?: each| every)?|in each|of each|nach|pro|je|par)\s((?!cent\b|capita\b|head\b|annum\b|row\b|the\b|how\b|ordinary\b|linear\b|least\b|more\b|means\b|(?!rating|building)\w+ing\s)[a-zà-ÿ][\w ]{{1,40}}?){_END}",
    re.I,
)
_BEFORE = re.compile(
    r"\b(?!(?:averag|aggregat|summari[sz]|tabulat|count|stratifi|categori[sz])ed )\w+ed by$"
    r"|\b(?:sort|order|rank|divide|multiply|weight|rise|fall|increase|decrease|grow) by$",
    re.I,
)
"""Verbs after which "by" names no group: sorted by, divided by."""
_ASKS = r"(?:is|are|was|were|do|does|did|has|have|can|will|would|should)\b"
_DEFINES = r"[^,.;?!\n()]{1,40}? (?:is|are|=|denotes?|represents?) (?:the|an?|each|defined|coded|considered|called|given|used)\b"
_FILTER = re.compile(
    rf"\b((?:only|where(?! {_ASKS}| {_DEFINES})|excluding|except|without|ignoring|leaving out|among|restricted to|limited to|nur|ohne|sans|seulement)\s[^,.;?!\n()]{{2,80}})",
    re.I,
)
_QUOTE = re.compile(r"[\"`“”]|(?<!\w)'|'(?!\w)")
"""Where there is an odd number of them, what is quoted holds a full stop, and was cut."""
_UNIT = re.compile(
    r"\bin (percentage points|percent|per cent|%|kg|g|grams?|mm|cm|km|metres?|meters?|miles|hours?|minutes?|seconds?|days|dollars?|USD|EUR|euros?"
    r"|thousands?|millions?|billions?|°C|°F|celsius|fahrenheit)(?!\w)",
    re.I,
)


_NAMED = {
    "mean": r"mean|averag|avg|typical|ø|μ|mittel|durchschnitt|moyen",
    "median": r"median|médian|middle|half|50th|p50|50 ?%",
    "std": r"deviat|std|\bsd\b|σ|±|spread|standardabw|écart",
    "var": r"varian|\bvar\b|σ²",
    "skew": r"skew|schief|asym",
    "kurt": r"kurt|tail",
    "iqr": r"iqr|interquartil|quartil|25th",
}
"""How an answer names a statistic. Of others, such as the maximum, questions use the words for other things too."""


def read(question: str) -> Contract:
    """The contract that a question's own words make."""
    asked, slots = split_format(question)
    quantities = [
        SAID_STATISTIC.get(s, s) for p, s in STATISTICS.items() if re.search(rf"\b(?:{p})\b", asked, re.I)
    ]
    return Contract(
        tuple(Wanted(s.name, s.decimals) for s in slots),
        tuple(dict.fromkeys(quantities)),
        tuple(f for f in _all(_FILTER, asked) if len(_QUOTE.findall(f)) % 2 == 0),
        _all(_GROUPING, asked, _BEFORE),
        _all(_UNIT, question),
        None if slots else decimals(question),
        _all(_FILE, question),
    )


def settled(question: str, added: Contract | None, by: Literal["question", "model", "person"]) -> Contract:
    """The contract that holds: the question's own, or what was added to it. What a model leaves open is the question's."""
    own = read(question)
    if added is None:
        return own
    given = {f.name: value for f in fields(added) if (value := getattr(added, f.name)) not in ((), None)}
    return filled(replace(own, **given) if by == "model" else added, question)


def filled(proposed: Contract, question: str) -> Contract:
    """A contract that somebody made, with all values, files and rounding that the question itself asks for."""
    own = read(question)
    by_name = {w.name: w for w in (*proposed.values, *(w for w in own.values))}
    return replace(
        proposed,
        values=tuple(by_name.values()),
        decimals=proposed.decimals if own.decimals is None else own.decimals,
        files=tuple(dict.fromkeys((*own.files, *proposed.files))),
    )


def unkept(
    contract: Contract, answered: Answered, files: Collection[str], claims: Sequence[Claim] = ()
) -> tuple[str, ...]:
    """What the answer does not keep of the contract, a sentence each.

    `files`: names of the files that are there, relative to the working directory. `claims`: the answer's receipts, by
    which a value that was rounded wrongly is known.
    """
    return (
        *_missing(contract, answered),
        *_unnamed(contract, answered),
        *_rounding(contract, answered, claims),
        *_files(contract, files),
    )


def _missing(contract: Contract, answered: Answered) -> Iterator[str]:
    names = {n.casefold() for n in answered.named}
    for wanted in contract.values:
        if wanted.name.casefold() not in names:
            yield f"@{wanted.name}[…] is missing."


def _unnamed(contract: Contract, answered: Answered) -> Iterator[str]:
    """Statistics and units that an answer in free form does not name, though it states numbers."""
    if contract.values or not any(number.kind != "date" for number in numbers(answered.text)):
        return
    told = "\n".join(contract.quantities)
    asked = [s for p, s in STATISTICS.items() if s in _NAMED and re.search(rf"\b(?:{p})\b", told, re.I)]
    for name in asked if len(asked) > 1 else ():  # of one alone it is clear what the number is
        if not re.search(_NAMED[name], answered.text, re.I):
            yield f"The {SAID_STATISTIC.get(name, name)} is asked for, and the answer names none."
    for unit in contract.units:
        if not named(unit, answered.text):
            yield f"{unit} is asked for, and the answer names no such unit."


def _rounding(contract: Contract, answered: Answered, claims: Sequence[Claim]) -> Iterator[str]:
    wanted = {w.name.casefold(): w.decimals for w in contract.values if w.decimals is not None}
    for name, value in answered.named.items():
        places = wanted.get(name.casefold())
        if places is None:
            continue
        for number in numbers(f"[{value}]"):
            if number.kind != "date" and (fault := _fault(number.text, number.decimals, places, claims)):
                yield f"@{name}[{value}]: {fault}"
    if contract.decimals is not None:
        long = [n.text for n in numbers(answered.text) if n.decimals > contract.decimals and n.kind != "date"]
        if long:
            names = list(dict.fromkeys(long))
            yield f"{_asked(contract.decimals)}, and {', '.join(names)} {'has' if len(names) == 1 else 'have'} more."


def _fault(text: str, decimals: int, places: int, claims: Sequence[Claim]) -> str:
    """What is wrong with the rounding of a number; "" for nothing: too long, or short and not what was shown."""
    if decimals > places:
        return f"{_asked(places)}."
    shown = [
        c.places[0].text
        for c in claims
        if c.text == text and c.status == "supported" and c.places and not c.how
    ]
    exact = [float(t.replace(",", "")) for t in shown if re.fullmatch(r"-?[\d,]+\.\d+", t)]
    if (
        exact
        and decimals < places
        and re.fullmatch(r"-?\d+(?:\.\d+)?", text)
        and round(exact[0], places) != float(text)
    ):
        return f"{_asked(places)}: {exact[0]:.{places}f}."
    return ""


def _asked(decimals: int) -> str:
    return f"{decimals_text(decimals)} {'is' if decimals == 1 else 'are'} asked for"


def _files(contract: Contract, files: Collection[str]) -> Iterator[str]:
    there = {name.rpartition("/")[2] for name in files}
    for name in contract.files:
        if name.rpartition("/")[2] not in there:
            yield f"The file {name} is not there."


def _all(pattern: re.Pattern[str], text: str, unless: re.Pattern[str] | None = None) -> tuple[str, ...]:
    """What a pattern finds, each once; not where `unless` ends with its first two letters."""
    found = (m for m in pattern.finditer(text) if not (unless and unless.search(text, 0, m.start() + 2)))
    return tuple(dict.fromkeys(m[1].strip().rstrip(".") for m in found))
