"""What in an answer's text makes no claim, blanked out letter by letter so that places stay what they are."""

from __future__ import annotations

import re

_NO_CLAIMS = (
    re.compile(r"^(`{3,}|~{3,})[^\n]*\n.*?(?:^\1[^\n]*$|\Z)", re.S | re.M),  # code
    re.compile(r"`(?![-+\d.,’' ]+ ?[%A-Za-z]{0,3}`)[^`\n]+`"),  # names, but not a number set in code
    re.compile(r"\]\([^)\n]*\)"),  # where a link leads
    re.compile(r"\w+://\S+|\b[\w-]+\.(?:csv|png|json|xlsx|py|ipynb|html|parquet|txt|pdf|sqlite)\b"),
    re.compile(r"(?<!\w)\[\^?\d{1,3}\](?!\()"),  # references
    re.compile(r"^[ \t]*[-*+•–][ \t]+(?=\S)", re.M),  # marks of a list: no minus
    re.compile(r"^[ \t]*(?:#{1,6}[ \t]+)?\d{1,3}[.)](?=\s)", re.M),  # numbers of a list or of headings
    re.compile(
        r"\b(?:steps?|cells?|figures?|fig\.|tables?|sections?|part|chapter|version|v\.|python|pandas|numpy|ISO|"
        r"Schritt|Zelle|Abbildung|Abb\.|Tabelle|étape|cellule|note|page|appendix|equation|model|option|group|cluster)"
        r" ?#?\d+(?:\.\d+)*\b",
        re.I,
    ),
    re.compile(r"(?<!\w)#\d+\b"),
    re.compile(r"\b(?:per|pro|pour|je) 10*(?:[.,’ ]?000)*\b(?![.,]\d)"),  # what a rate is of
    re.compile(
        r"\b(?:80|90|95|99)(?:[.,]\d)?\s?% ?(?=confiden|CI\b|Konfidenz|interval|intervalle|de confiance)",
        re.I,
    ),
    re.compile(
        r"(?<![\d.,])\b(?:\d{1,2}\s?(?:and|to|–|-)\s?)?\d{1,2}\s?(?:[ap]\.?m\b\.?|h\b|Uhr\b|o'clock|in the (?:morning|evening|afternoon))",
        re.I,
    ),  # hours of the day
    re.compile(r"\b\d+s\b"),  # decades
    re.compile(
        r"\b\d+\.\d+\.\d+(?:\.\d+)?\b(?!,\d)(?<!\d\d\.\d\d\.\d{4})(?<!\.\d{3})"
    ),  # versions, addresses
    re.compile(r"\bv\d+(?:\.\d+)*\b"),
    re.compile(r"<[^<>\n]*>"),
)


def masked(text: str) -> str:
    """The text with code, addresses, references, list numbers and the like as blanks of the same length."""
    for pattern in _NO_CLAIMS:
        text = pattern.sub(lambda m: re.sub(r"\S", " ", m[0]), text)
    return text
