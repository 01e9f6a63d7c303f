"""Words that say what a number is of: cut out, brought to one form, and found around a place in a text."""

from __future__ import annotations

import re
from functools import lru_cache

_WORD = re.compile(r"[^\W\d_]+")
_DIGIT = re.compile(r"\d")
_LED = re.compile(r"\W*[^\W\d]")
"""A cell of a table that begins with a letter."""
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_CONCEPTS = {
    "mean": "average avg mittelwert mittlere mittel durchschnitt durchschnittlich moyenne moyen media typical",
    "median": "médiane mediane",
    "std": "sd stdev stddev deviation standardabweichung écart ecart",
    "count": "n size number anzahl nombre row record len shape zeile ligne observation total",
    "min": "minimum lowest smallest least fewest kleinste niedrigste geringste tiefste minimal earliest idxmin",
    "max": "maximum highest largest most biggest größte höchste höchsten meiste maximal latest idxmax peak",
    "sum": "total summe somme altogether gesamt",
    "corr": "correlation correlated pearson r korrelation corrélation coefficient",
    "p": "pvalue",
    "quartile": "quarter quartil",
    "missing": "null nan na gap fehlend manquant isna unknown",
    "share": "percent percentage proportion anteil pourcentage",
    "male": "man men maenner männer hommes",
    "female": "woman women frauen frau femmes",
    "win": "won wins victory victories sieg siege victoire victoires",
    "lose": "lost loss losses losing defeat defeats niederlage niederlagen",
    "draw": "drawn drew draws unentschieden",
    "sell": "sold sale sales",
    "spend": "spent spends spending",
    "jan": "january januar janvier jänner enero",
    "feb": "february februar février febrero",
    "mar": "march märz mars marzo",
    "apr": "april avril abril",
    "may": "mai mayo",
    "jun": "june juni juin junio",
    "jul": "july juli juillet julio",
    "aug": "august août agosto",
    "sep": "september sept septembre septiembre",
    "oct": "october oktober okt octobre octubre",
    "nov": "november novembre noviembre",
    "dec": "december dezember dez décembre diciembre",
}
_STEM = 6
"""Letters by which words are compared: `invest` is `investment`."""
_SAME = {word: name for name, line in _CONCEPTS.items() for word in (name, *line.split())} | {"total": "sum"}
_EMPTY = frozenset({
    "the", "a", "an", "of", "in", "is", "are", "was", "were", "and", "or", "to", "by", "with",
    "for", "at", "on", "as", "it", "that", "this", "than", "from", "its", "all", "over", "der",
    "die", "das", "des", "bei", "von", "und", "mit", "den", "dem", "ist", "sind", "es", "im", "la",
    "le", "les", "de", "du", "et", "est", "pour", "un", "une", "per", "each", "which", "df",
    "answer", "result", "print", "str", "float", "np", "pd", "import", "dtype", "name", "object",
})  # fmt: skip


_NO_EXTREMES = frozenset(
    ("test", "west", "best", "rest", "est", "interest", "forest", "request", "invest", "latest", "ttest")
)


@lru_cache(maxsize=20_000)
def words(text: str) -> frozenset[str]:
    """The telling words of a text, each in one form: `Mean body masses` and `moyenne body_mass` share "mean" and "body"."""
    found = [m.lower() for m in _WORD.findall(_CAMEL.sub(" ", text))]
    told = frozenset(one_form(w) for w in found) - _EMPTY
    extreme = told & {"range", "extrem"} or any(w.endswith("est") and w not in _NO_EXTREMES for w in found)
    return told | {"min", "max"} if extreme else told


def one_form(word: str) -> str:
    """The form by which a word in small letters is compared."""
    if word in _SAME:
        return _SAME[word]
    plain = word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
    if plain in _SAME:
        return _SAME[plain]
    if len(plain) > 4 and plain.endswith("y"):  # foggy, rainy, snowy
        plain = plain[:-2] if plain[-2] == plain[-3] else plain[:-1]
    return plain[:_STEM]


def mentions(text: str, label: str) -> bool:
    """Whether a text names a row or column label: letter by letter, or by all of its words."""
    plain = label.strip()
    if not plain:
        return False
    lower, said = plain.lower(), text.lower()
    if lower in said and re.search(rf"(?<!\w){re.escape(lower)}(?!\w)", said):
        return True
    told = words(
        " ".join(w for w in plain.split() if not _DIGIT.search(w))
    )  # of `1990s` the letter tells nothing
    return bool(told) and told <= words(text)


_CLAUSE = re.compile(
    r",\s(?!(?:which|who|that|whose|qui|dont)\b)|[;:()|\n]\s|[()|\n;—]|\.\s|\s(?:and|while|und|et|against|whereas|but|vs\.?|versus)\s"
)
_SENTENCE = re.compile(
    r"\n|(?<!\bca)(?<!approx)(?<!\bNr)(?<!\bvs)(?<!\bbzw)(?<!\bi\.e)(?<!\be\.g)(?<!\bz\.B)(?<!\bd\.h)[.!?]\s+(?=\W*[A-ZÀ-Þ\d])"
)


def clause(text: str, start: int, end: int) -> str:
    """The clause around a place: to the next comma, bracket or "and" on either side, and further from within a bracket."""
    low, high = sentence_span(text, start, end)
    marks = [m.span() for m in _CLAUSE.finditer(text, low, high)]
    opened = [m[1] for m in marks if m[1] <= start]
    after = min((m[0] for m in marks if m[0] >= end), default=high)
    own = text[opened[-1] if opened else low : after]
    while opened and (not words(own) or text[opened[-1] - 1 : opened[-1]] == "("):
        opened.pop()
        own = text[opened[-1] if opened else low : after]
    return own


def clause_span(text: str, start: int, end: int) -> tuple[int, int]:
    """Where the clause around a place begins and ends, a bracket being one of its own."""
    low, high = sentence_span(text, start, end)
    marks = [m.span() for m in _CLAUSE.finditer(text, low, high)]
    return max((m[1] for m in marks if m[1] <= start), default=low), min(
        (m[0] for m in marks if m[0] >= end), default=high
    )


def sentence_span(text: str, start: int, end: int) -> tuple[int, int]:
    """Where the sentence, or the line, around a place begins and ends."""
    low = 0
    for match in _SENTENCE.finditer(text, max(0, start - 2000), start):
        low = match.end()
    match_after = _SENTENCE.search(text, end)
    return max(low, start - 2000), match_after.start() + 1 if match_after else len(text)


def before(text: str, start: int, end: int) -> str:
    """The sentence around a place with the one before it in the paragraph."""
    low, high = sentence_span(text, start, end)
    if low >= 2 and text[low - 2 : low] != "\n\n":
        low, _ = sentence_span(text, low - 2, low - 2)
    return text[low:high]


def around(text: str, start: int, end: int) -> tuple[str, str]:
    """What is said near a number (its clause, or row label and column title in a table), and in its whole sentence."""
    line_low = text.rfind("\n", 0, start) + 1
    line_high = text.find("\n", end)
    line = text[line_low : line_high if line_high >= 0 else len(text)]
    if line.lstrip().startswith("|"):
        return _in_table(text, line, line_low, start)
    low, high = sentence_span(text, start, end)
    return clause(text, start, end), text[low:high]


def _in_table(text: str, line: str, line_low: int, start: int) -> tuple[str, str]:
    column = text.count("|", line_low, start)
    lines = text[:line_low].splitlines()
    first = len(lines)
    while first and lines[first - 1].lstrip().startswith("|"):
        first -= 1
    header = lines[first].split("|") if first < len(lines) else []
    title = header[column] if column < len(header) else ""
    cells = [c.strip() for c in line.strip().strip("|").split("|")]
    row = " · ".join([*cells[:1], *(c for c in cells[1:] if _LED.match(c))])
    above = next((t for t in reversed(lines[:first]) if t.strip()), "")
    return f"{row} | {title}", f"{row} | {title} | {above}"
