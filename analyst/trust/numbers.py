"""Every number and date that an answer states, with its place, its value and how exactly it is written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Literal

from .dates import Day, dates
from .masks import masked

Kind = Literal["number", "percent", "points", "times", "money", "year", "date", "time", "fraction", "word"]


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a numeral: its value, and half a unit of its last digit."""

    value: float
    tolerance: float


@dataclass(frozen=True, slots=True)
class Number:
    """A number or date in a text."""

    text: str
    start: int
    end: int
    kind: Kind
    readings: tuple[Reading, ...] = ()
    days: tuple[Day, ...] = ()
    """For a date: the ways to read it."""
    decimals: int = 0
    """Digits after the point, as written."""
    below: bool = False
    """It is said to lie above the value that it speaks of: `p < 0.001`."""

    @property
    def small(self) -> bool:
        """A whole number under a hundred: found by chance in almost any output."""
        value = self.readings[0].value
        return (
            self.kind in ("number", "word") and not self.decimals and value.is_integer() and abs(value) < 100
        )

    @property
    def said(self) -> bool:
        """It is said in words: `half`, `twice`, `three`."""
        return not re.search(r"\d", self.text)

    @property
    def digits(self) -> int:
        """Significant digits, as written."""
        return len(re.sub(r"\D", "", self.text).lstrip("0"))


_SCALES = {
    "k": 1e3, "K": 1e3, "M": 1e6, "bn": 1e9, "B": 1e9, "tn": 1e12, "thousand": 1e3, "million": 1e6, "millions": 1e6,
    "billion": 1e9, "billions": 1e9, "trillion": 1e12, "tsd": 1e3, "tsd.": 1e3, "tausend": 1e3, "mio": 1e6, "mio.": 1e6,
    "millionen": 1e6, "mrd": 1e9, "mrd.": 1e9, "milliarden": 1e9, "mille": 1e3, "milliard": 1e9, "milliards": 1e9, "mn": 1e6,
}  # fmt: skip
_GAP = "[ \u00a0\u202f\u2009]?"
_TOKEN = re.compile(
    r"(?<![\w.,])(?P<sign>(?<![\d)%])[-−–+]\s?(?=[$€£]|\d|\.\d))?(?P<money>(?:[$€£¥]|USD |EUR |CHF |GBP )\s?)?"
    r"(?P<digits>\d{1,3}(?:[ \u00a0\u202f\u2009’']\d{3})+(?![\d])(?:[.,]\d+)?|\d{1,3}(?:,\d{3})+(?![,\d])(?:\.\d+)?"
    r"|\d{1,3}(?:\.\d{3})+(?![.\d])(?:,\d+)?|\d+[.,]\d+|\.\d+|\d+)"
    r"(?P<power>[eE][-+]?\d+|\s?[×x·]\s?10(?:\^[-−]?\d+|\*\*-?\d+|[⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+))?"
    rf"(?P<scale>{_GAP}(?:k|K|M|bn|B|tn|mn|[Tt]housand|[Mm]illions?|[Bb]illions?|[Tt]rillion|Tsd\.?|[Tt]ausend|Mio\.?|Millionen|Mrd\.?"
    rf"|Milliarden|mille|milliards?)(?![\w/]))?"
    rf"(?P<unit>{_GAP}(?:percentage points?|pp\b|p\.p\.|Prozentpunkte\w*|points de pourcentage|%-?[Pp]oints?|%|percent\b|per cent\b|Prozent\b"
    rf"|pour cent\b)|[x×](?!\w)| times\b| fois\b|-?fach\b|-?mal\b|{_GAP}(?:[$€£]|EUR\b|USD\b|CHF\b))?"
    r"(?P<glued>[\w]*)"
)
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
_UNITS = re.compile(r"(?:mm|cm|km|kg|mg|g|m|s|ms|h|kWh|MWh|GB|MB|C|F|d|min|kcal|l|ml|ha|yr|USD|EUR|px|°C)\Z")
_LARGE = re.compile(r"\s?(?:kg|km|kW|MW|GW|GWh|MWh|t|tonnes?|litres?|kilo\w+)\b")
"""Units that are a thousand of those in which data are often kept."""
_SMALL = re.compile(r"\s?(?:mV|mA|mW|mg|ml|ms)\b")
"""Units that are a thousandth of those."""
_BELOW = re.compile(r"(?:<|≤|below|under|less than|kleiner als|unter)\s?$", re.I)
_TIME = re.compile(r"(?<![\d:])([01]?\d|2[0-4]):([0-5]\d)(?::[0-5]\d(?:\.\d+)?)?(?![\d:])")
_COMMA = re.compile(r"(?<![\d.,])\d+,(?:\d{1,2}|\d{4,})(?![\d,])|\d\.\d{3},\d")
_POINT = re.compile(r"(?<![\d.,])\d+\.(?:\d{1,2}|\d{4,})(?![\d.])|\d,\d{3}\.\d")
_AFTER = re.compile(
    r"(?:[,;] ?[-−+]?[\d.]+|\s?(?:to|–|-)\s?[-−+]?[\d.]+)?\s?[\])]\s?(%|pp\b|percentage points?|points?)"
)
_POINTS = re.compile(r"\s?points?\b")
HEDGE = re.compile(
    r"(?:about|around|roughly|approximately|nearly|almost|over|some|close to|just (?:over|under)|fast|knapp|gut|presque|plus de|ca\.|circa|etwa|rund|environ|près de|~|≈)\s?$",
    re.I,
)
_WORDS = {
    w: n
    for n, line in enumerate(
        ("two zwei deux", "three drei trois", "four vier quatre", "five fünf cinq", "six sechs", "seven sieben sept",
         "eight acht huit", "nine neun neuf", "ten zehn dix", "eleven elf onze", "twelve zwölf douze"), 2)
    for w in line.split()
}  # fmt: skip
_SAID = re.compile(rf"\b(?<!the )(?<!these )(?<!those )({'|'.join(_WORDS)})\b(?= \w)(?!-)", re.I)
_PARTS = {
    "third": 3,
    "quarter": 4,
    "fifth": 5,
    "tenth": 10,
    "drittel": 3,
    "viertel": 4,
    "fünftel": 5,
    "tiers": 3,
    "quart": 4,
}
_FRACTION = re.compile(
    rf"\b(?:(?P<n>a|one|two|three|four|ein|zwei|un|deux)[ -])(?P<part>{'|'.join(_PARTS)})s?\b"
    rf"(?= of| as| less| more| fewer| lower| higher| was| were| der| des| de|[.,;:)])|\bone in (?P<of>\d+|{'|'.join(_WORDS)})\b"
    r"|(?<!first )(?<!second )(?<!other )(?<!last )(?<!and a )(?<!middle )(?<!central )(?<!mittlere )\b(?P<half>half|halved|die hälfte|la moitié)\b(?! an? |-|[ -](?:year|hour|time|term|minute|century|dozen))",
    re.I,
)
_LOOSE = 0.025
"""How far a share may lie from the fraction that it is told as: a third stands for 31 to 36 percent."""
_TIMES = re.compile(
    rf"\b(?:(?P<two>twice|doubl(?:e|es|ed)|zweimal|doppelt\w*|verdoppelt\w*|doublé)|(?P<three>tripl(?:e|es|ed)|dreimal|verdreifacht)"
    rf"|(?P<n>{'|'.join(_WORDS)}) (?:times|mal|fois)(?= (?:as|the|that|more|so|higher|larger|slower|faster)))\b",
    re.I,
)
_ABOUT = 0.1
"""How far a ratio may lie from what it is told as: twice stands for 1.8 to 2.2 times."""
_QUANTILE = re.compile(
    r"[^.;]{0,40}?\b(?:below|above|faster|slower|under|over|exceeds?|stays?|lies?|before|after) ", re.I
)
"""What makes `a quarter` the part of the rows on one side of a value."""


def numbers(text: str) -> list[Number]:
    """The numbers and dates of an answer, in order. Code, list numbers, references and names are none."""
    plain = masked(text)
    told = list(dates(plain))
    found = [Number(text[d.start : d.end], d.start, d.end, "date", days=d.days) for d in told]
    plain = _blanked(plain, [(d.start, d.end) for d in told])
    clock = list(_TIME.finditer(plain))
    found += map(_clock, clock)
    plain = _blanked(plain, [m.span() for m in clock])
    parts = list(_FRACTION.finditer(plain))
    found += [_fraction(m) for m in parts if not _QUANTILE.match(plain, m.end())]
    plain = _blanked(plain, [m.span() for m in parts])
    ratios = list(_TIMES.finditer(plain))
    found += map(_ratio, ratios)
    plain = _blanked(plain, [m.span() for m in ratios])
    found += _numerals(plain)
    found += [
        Number(m[0], m.start(), m.end(), "word", (Reading(float(_WORDS[m[1].lower()]), 0.0),))
        for m in _SAID.finditer(plain)
    ]
    found = sorted(_ranges(found, text), key=lambda n: n.start)
    if any(n.kind == "percent" for n in found):  # there points are those of a percentage
        last = [n for n in found if n.kind == "number" and _POINTS.match(text, n.end)]
        found = list(_ranges([replace(n, kind="points") if n in last else n for n in found], text))
    return found


def _blanked(text: str, spans: Sequence[tuple[int, int]]) -> str:
    letters = list(text)
    for start, end in spans:
        letters[start:end] = " " * (end - start)
    return "".join(letters)


def _numerals(plain: str) -> Iterator[Number]:
    european = len(_COMMA.findall(plain)) > len(_POINT.findall(plain))
    for match in _TOKEN.finditer(plain):
        glued = match["glued"] or ""
        if glued and not _UNITS.match(glued):
            continue  # a name, or an ordinal
        unit = (match["unit"] or "").strip().lower()
        end = match.end("unit") if match["unit"] else match.start("glued")
        ways = _ways(match["digits"], european)
        word = (match["scale"] or "").strip()
        scale = _SCALES.get(word, _SCALES.get(word.lower(), 1.0)) * float(f"1e{_power(match['power'])}")
        # data may be kept in thousands or millions: 3 million stands for 3 there, or for 3,000; and 4 kg for 4,000 g
        telling = len(re.sub(r"\D", "", match["digits"]).lstrip("0")) >= 3
        also = (
            (1.0, 1e3) if len(word) > 1
            else (1e3,) if _LARGE.match(plain, end)
            else (1e3, 1e6) if glued == "m"
            else (1e-3,) if _SMALL.match(plain, match.end("digits"))
            else ()
        )  # fmt: skip
        scales = (scale, *(by for by in also if by <= 1 or telling))
        sign = -1.0 if (match["sign"] or "").strip() in ("-", "−", "–") else 1.0
        hedged = HEDGE.search(plain[max(0, match.start() - 20) : match.start()]) is not None
        readings = tuple(
            Reading(sign * value * by, _half(value, places, hedged) * by)
            for by in scales
            for value, places in ways
        )
        kind = _kind(unit, match["money"], match["digits"], scale)
        below = _BELOW.search(plain[max(0, match.start() - 12) : match.start()]) is not None
        text = plain[match.start() : end].strip()
        yield Number(text, match.start(), end, kind, readings, decimals=ways[0][1], below=below)


def _ways(digits: str, european: bool) -> list[tuple[float, int]]:
    """Value and decimals: of 1.234 and 1,234 both ways, the one that goes with the rest of the text first."""
    plain = re.sub(r"[ \u00a0\u202f\u2009’']", "", digits)
    if plain != digits or not re.fullmatch(r"\d{1,3}[.,]\d{3}", plain):
        return [_value(plain, _point(plain, european))]
    point = "," if european else "."
    other = "." if european else ","
    first, second = _value(plain, point), _value(plain, other)
    if plain.startswith("0"):
        return [_value(plain, plain[1] if plain[1] in ".," else point)]
    return [first] if "," in plain and not european else [first, second]


def _point(plain: str, european: bool) -> str:
    """The decimal sign of a numeral."""
    if "," in plain and "." in plain:
        return "," if plain.rindex(",") > plain.rindex(".") else "."
    for sign, other in ((",", "."), (".", ",")):
        if plain.count(sign) > 1:
            return other
        if plain.count(sign) == 1:
            return sign if len(plain) - plain.index(sign) != 4 else ("," if european else ".")
    return "."


def _value(plain: str, point: str) -> tuple[float, int]:
    other = "," if point == "." else "."
    text = plain.replace(other, "").replace(point, ".")
    return float(text), len(text.partition(".")[2])


def _half(value: float, places: int, hedged: bool) -> float:
    """Half a unit of the last digit; of a round number that is said to be about right, of its last telling digit."""
    if hedged and places == 0 and value >= 100:
        text = f"{value:.0f}"
        places = -min(len(text) - len(text.rstrip("0")), len(text) - 2)
    if hedged and places == 0 and 10 <= value < 100 and value % 10 == 0:
        return 2.0
    return 0.5 * 10.0**-places


def _power(text: str | None) -> int:
    if not text:
        return 0
    if text[0] in "eE":
        return int(text[1:])
    return int(
        re.sub(r"[\^*]", "", re.split(r"10", text, maxsplit=1)[1]).translate(_RAISED).replace("−", "-")
    )


def _kind(unit: str, money: str | None, digits: str, scale: float) -> Kind:
    if unit.startswith(("percentage", "pp", "p.p", "prozentp", "points", "%p", "%-p", "% p")):
        return "points"
    if unit in ("%", "percent", "per cent", "prozent", "pour cent"):
        return "percent"
    if unit in ("x", "×", "times", "fois") or unit.endswith(("fach", "mal")):
        return "times"
    if money or unit:
        return "money"
    return "year" if scale == 1 and re.fullmatch(r"(?:1[6-9]|20)\d\d", digits) else "number"


def _clock(match: re.Match[str]) -> Number:
    """A time of day, in hours."""
    hours = int(match[1]) + int(match[2]) / 60
    return Number(match[0], match.start(), match.end(), "time", (Reading(hours, 0.5 / 60),))


def _ratio(match: re.Match[str]) -> Number:
    value = 2.0 if match["two"] else 3.0 if match["three"] else float(_WORDS[match["n"].lower()])
    return Number(match[0], match.start(), match.end(), "times", (Reading(value, _ABOUT * value),))


def _fraction(match: re.Match[str]) -> Number:
    if match["half"]:
        return Number(match[0], match.start(), match.end(), "fraction", (Reading(0.5, 2 * _LOOSE),))
    if match["of"]:
        value = 1 / (_WORDS.get(match["of"].lower()) or max(1, int(match["of"])))
    else:
        value = {"two": 2, "zwei": 2, "deux": 2, "three": 3, "four": 4}.get(match["n"].lower(), 1) / _PARTS[
            match["part"].lower()
        ]
    return Number(match[0], match.start(), match.end(), "fraction", (Reading(value, _LOOSE),))


def _scaled(number: Number, following: Number, between: str) -> bool:
    """Whether a number leaves its scale to the one after it: `from 11.5 to 13.3 trillion`."""
    return (
        number.kind == following.kind == "number"
        and number.digits >= 3
        and len(number.readings) == 1
        and len(following.readings) > 1
        and re.fullmatch(r"\s?(?:–|-|to|bis|à|and|und|et)\s?", between) is not None
    )


def _times(number: Number, following: Number) -> Iterator[Reading]:
    first, own = following.readings[-1].value, number.readings[0]
    for reading in following.readings:
        by = reading.value / first * 1e3 if first else 1.0
        if by != 1:
            yield Reading(own.value * by, own.tolerance * by)


def _bracketed(found: list[Number], text: str) -> Iterator[Number]:
    """In `[0.4, 1.6] pp` both numbers are points."""
    for number in found:
        unit = _AFTER.match(text, number.end)
        if unit is None or number.kind != "number":
            yield number
        else:
            yield replace(number, kind="percent" if unit[1] == "%" else "points")


def _ranges(found: list[Number], text: str) -> Iterator[Number]:
    """In `3–5 %` the first number is of percent too."""
    ordered = list(_bracketed(sorted(found, key=lambda n: n.start), text))
    for number, following in zip_longest(ordered, ordered[1:]):
        between = text[number.end : following.start] if following else ""
        if following and _scaled(number, following, between):
            yield replace(number, readings=(*number.readings, *_times(number, following)))
            continue
        if (
            following
            and (number.kind == "number" or (number.kind == "year" and not re.search(r"\w", between)))
            and following.kind in ("percent", "points")
            and (
                re.fullmatch(r"\s?(?:–|-|to|bis|à|and|und|et)\s?", between)
                or (  # an interval: `(0.4, 1.6 %)`, but not `(188, 5.7 %)`
                    re.fullmatch(r"[,;] ", between)
                    and text[max(0, number.start - 1) : number.start] in "[("
                    and number.decimals == following.decimals
                )
            )
        ):
            yield Number(
                number.text,
                number.start,
                number.end,
                following.kind,
                number.readings,
                decimals=number.decimals,
            )
        else:
            yield number
