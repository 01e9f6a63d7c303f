"""What an answer must contain, read from the question before any code is written, and held against the answer at the end. Pure.

`read` is the deterministic reader. A model that makes the contract itself fills `SCHEMA` as a tool's argument, and
`filled` keeps what the question says in so many words: a model can add to a contract, not talk its way out of it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import TypeAdapter

from ..events import Answered
from ..models.rules import formats
from ..models.rules.vocabulary import SAID_STATISTIC, STATISTICS
from .claims import Claim
from .numbers import numbers


@dataclass(frozen=True, slots=True)
class Wanted:
    """A value that the answer must name as `@name[value]`."""

    name: str
    decimals: int | None = None
    """Decimals asked for; None: not said."""


@dataclass(frozen=True, slots=True)
class Contract:
    """What the answer must contain. Only what the question says; all empty where it leaves the form open."""

    values: tuple[Wanted, ...] = ()
    """The format: values by name."""
    quantities: tuple[str, ...] = ()
    """Statistics that are asked for, in words."""
    filters: tuple[str, ...] = ()
    """Which rows count, in the question's words."""
    grouping: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    decimals: int | None = None
    """Decimals of every number of the answer, where the question has one rule for all."""
    files: tuple[str, ...] = ()
    """Names of the files that must be there at the end."""


codec: TypeAdapter[Contract] = TypeAdapter(Contract)
SCHEMA: Mapping[str, Any] = codec.json_schema()

_FILE = re.compile(
    r"\b(?:save|write|export|store|output|put|speicher\w*|schreib\w*|enregistre\w*|sauvegarde\w*)\b[^\n]{0,120}?"
    r"([\w-][\w./-]*\.(?:csv|json|xlsx|parquet|png|pdf|svg|html|md|txt))\b",
    re.I,
)
_END = r"(?=[,.;:?!()\n]|\s(?:and|or|for|in|with|where|who|that|of|rounded|save|give|what|using|including|excluding)\b|$)"
_GROUPING = re.compile(
    rf"\b(?:for (?:each|every)|grouped by|broken down by|per|by(?: each| every)?|in each|of each|nach|pro|je|par)\s((?!cent\b|row\b|the\b|how\b|ordinary\b|linear\b|least\b|more\b|means\b|using\b)[a-zà-ÿ][\w ]{{1,40}}?){_END}",
    re.I,
)
_FILTER = re.compile(
    r"\b((?:only|where|excluding|except|without|ignoring|leaving out|among|restricted to|limited to|nur|ohne|sans|seulement)\s[^,.;?!\n()]{2,80})",
    re.I,
)
_UNIT = re.compile(
    r"\bin (percentage points|percent|per cent|%|kg|g|grams?|mm|cm|km|metres?|meters?|miles|hours?|minutes?|seconds?|days|dollars?|USD|EUR|euros?"
    r"|thousands?|millions?|billions?|°C|°F|celsius|fahrenheit)(?!\w)",
    re.I,
)


def read(question: str) -> Contract:
    """The contract that a question's own words make."""
    asked, slots = formats.split_format(question)
    quantities = [
        SAID_STATISTIC.get(s, s) for p, s in STATISTICS.items() if re.search(rf"\b(?:{p})\b", asked, re.I)
    ]
    return Contract(
        tuple(Wanted(s.name, s.decimals) for s in slots),
        tuple(dict.fromkeys(quantities)),
        _all(_FILTER, asked),
        _all(_GROUPING, asked),
        _all(_UNIT, question),
        None if slots else formats.decimals(question),
        _all(_FILE, question),
    )


def filled(proposed: Contract, question: str) -> Contract:
    """A contract that a model or a person made, with all values, files and rounding that the question itself asks for."""
    own = read(question)
    by_name = {w.name: w for w in (*proposed.values, *(w for w in own.values))}
    return replace(
        proposed,
        values=tuple(by_name.values()),
        decimals=proposed.decimals if own.decimals is None else own.decimals,
        files=tuple(dict.fromkeys((*own.files, *proposed.files))),
    )


def in_words(contract: Contract) -> str:
    """The contract as a person reads it, a line for each part; "" when the question leaves the form open."""
    named = ", ".join(
        w.name + (f" ({_places(w.decimals)})" if w.decimals is not None else "") for w in contract.values
    )
    parts = {
        "values": named,
        "quantities": ", ".join(contract.quantities),
        "rows": "; ".join(contract.filters),
        "grouped by": ", ".join(contract.grouping),
        "units": ", ".join(contract.units),
        "rounded": _places(contract.decimals) if contract.decimals is not None else "",
        "files": ", ".join(contract.files),
    }
    return "\n".join(f"- {name}: {said}" for name, said in parts.items() if said)


def objection(
    contract: Contract, answered: Answered, files: Collection[str], claims: Sequence[Claim] = ()
) -> str | None:
    """What the answer does not keep of the contract, in words for the model; None when it keeps all of it.

    `files`: names of the files that are there, relative to the working directory. `claims`: the answer's receipts, by
    which a value that was rounded wrongly is known.
    """
    wrong = [*_missing(contract, answered), *_rounding(contract, answered, claims), *_files(contract, files)]
    if not wrong:
        return None
    return (
        "The answer does not keep what was asked for:\n"
        + "\n".join(f"- {w}" for w in wrong)
        + "\nMend it, then answer again."
    )


def _missing(contract: Contract, answered: Answered) -> Iterator[str]:
    names = {n.casefold() for n in answered.named}
    for wanted in contract.values:
        if wanted.name.casefold() not in names:
            yield f"@{wanted.name}[…] is missing."


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
            yield f"{_places(contract.decimals)} are asked for, and {', '.join(dict.fromkeys(long))} has more."


def _fault(text: str, decimals: int, places: int, claims: Sequence[Claim]) -> str:
    """What is wrong with the rounding of a number; "" for nothing: too long, or short and not what was shown."""
    if decimals > places:
        return f"{_places(places)} are asked for."
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
        return f"{_places(places)} are asked for: {exact[0]:.{places}f}."
    return ""


def _files(contract: Contract, files: Collection[str]) -> Iterator[str]:
    there = {name.rpartition("/")[2] for name in files}
    for name in contract.files:
        if name.rpartition("/")[2] not in there:
            yield f"The file {name} is not there."


def _places(decimals: int | None) -> str:
    return "whole numbers" if decimals == 0 else f"{decimals} decimal{'s' if decimals != 1 else ''}"


def _all(pattern: re.Pattern[str], text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(m[1].strip().rstrip(".") for m in pattern.finditer(text)))
