"""How the corpus writes numbers down: formats of several languages, and lies that are marked as such."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field
from typing import Any

OPEN, CLOSE = "\ue000", "\ue001"
_MARKED = re.compile(f"{OPEN}(\\w+):([^{CLOSE}]*){CLOSE}")
_LOCALES = {"en": (",", "."), "plain": ("", "."), "de": (".", ","), "fr": ("\u202f", ","), "ch": ("’", ".")}
MONTHS = {
    "en": ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"),
    "de": ("Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"),
    "fr": ("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"),
}  # fmt: skip


@dataclass
class Voice:
    """Writes the values of one run into an answer; some of them altered."""

    values: dict[str, Any]
    words: dict[str, str]
    rng: random.Random
    lies: float
    locale: str = "en"
    used: list[str] = field(default_factory=list)

    def group(self, rank: int) -> str:
        """Name of the group with the highest (0), second highest (1), … or lowest (-1) mean."""
        return self.values["order"][rank]

    def mean(self, rank: int, decimals: int = 1) -> str:
        return self._say(self.values["means"][self.group(rank)], decimals)

    def count(self, rank: int) -> str:
        return self._say(self.values["counts"][self.group(rank)], 0)

    def num(self, key: str, decimals: int = 2) -> str:
        return self._say(self.values[key], decimals)

    def derived(self, value: float, decimals: int = 1) -> str:
        return self._say(value, decimals, "derived")

    def diff(self, high: int, low: int, decimals: int = 1) -> str:
        means = self.values["means"]
        return self.derived(means[self.group(high)] - means[self.group(low)], decimals)

    def ratio(self, high: int, low: int, decimals: int = 2) -> str:
        means = self.values["means"]
        return self.derived(means[self.group(high)] / means[self.group(low)], decimals)

    def above(self, high: int, low: int, decimals: int = 1) -> str:
        means = self.values["means"]
        return self.derived((means[self.group(high)] / means[self.group(low)] - 1) * 100, decimals)

    def share(self, rank: int, decimals: int = 1) -> str:
        return self.derived(100 * self.values["counts"][self.group(rank)] / self.values["rows"], decimals)

    def both(self, one: int, two: int) -> str:
        counts = self.values["counts"]
        return self.derived(counts[self.group(one)] + counts[self.group(two)], 0)

    def day(self, key: str) -> str:
        """A date in words, of the language."""
        year, month, day = map(int, self.values[key].split("-"))
        kind = "true"
        if self.rng.random() < self.lies:
            kind, day = "altered", (day + self.rng.randint(3, 20)) % 28 + 1
        lang = self.locale if self.locale in MONTHS else "en"
        name = MONTHS[lang][month - 1]
        text = {"de": f"{day}. {name} {year}", "fr": f"{day} {name} {year}"}.get(
            lang, f"{name} {day}, {year}"
        )
        return _mark(kind, text)

    def iso(self, key: str) -> str:
        text, kind = self.values[key], "true"
        if self.rng.random() < self.lies:
            kind, text = "altered", f"{text[:8]}{(int(text[8:]) + self.rng.randint(3, 20)) % 28 + 1:02}"
        return _mark(kind, text)

    def invented(self, low: float, high: float, decimals: int) -> str:
        return _mark("invented", self.write(self.rng.uniform(low, high), decimals))

    def _say(self, value: float, decimals: int, kind: str = "") -> str:
        whole = value == int(value)
        kind = kind or ("true" if whole or decimals >= 5 else "rounded")
        text = self.write(value, 0 if whole and kind != "derived" else decimals)
        if self.rng.random() >= self.lies:
            return _mark(kind, text)
        for _ in range(50):
            lie = self._altered(text)
            if lie != text and not lie.lstrip("-0.,").startswith(("0", "")[:1]):
                return _mark("altered", lie)
        return _mark(kind, text)

    def _altered(self, text: str) -> str:
        """One of the first three telling digits changed, or two swapped, or the sign turned."""
        spots = [m.start() for m in re.finditer(r"\d", text)]
        first = next((n for n, s in enumerate(spots) if text[s] != "0"), None)
        if first is None:
            return text
        telling = spots[first : first + 3]
        letters = list(text)
        way = self.rng.choice(
            ("digit", "digit", "digit", "swap", "sign" if text.startswith("-") else "digit")
        )
        if way == "sign":
            return text[1:]
        if way == "swap" and len(telling) > 1:
            one, two = self.rng.sample(telling, 2)
            letters[one], letters[two] = letters[two], letters[one]
        else:
            spot = self.rng.choice(telling)
            low = 1 if spot == telling[0] else 0
            letters[spot] = str(self.rng.choice([d for d in range(low, 10) if str(d) != text[spot]]))
        return "".join(letters)

    def write(self, value: float, decimals: int) -> str:
        thousands, point = _LOCALES[self.locale]
        text = f"{value:,.{decimals}f}"
        return text.replace(",", "\0").replace(".", point).replace("\0", thousands)


def _mark(kind: str, text: str) -> str:
    return f"{OPEN}{kind}:{text}{CLOSE}"


def unmark(marked: str) -> tuple[str, list[dict[str, Any]]]:
    """The answer as a reader gets it, and where which kind of number stands."""
    text, spans, last = "", [], 0
    for match in _MARKED.finditer(marked):
        text += marked[last : match.start()]
        spans.append({"start": len(text), "end": len(text) + len(match[2]), "kind": match[1]})
        text += match[2]
        last = match.end()
    return text + marked[last:], spans
