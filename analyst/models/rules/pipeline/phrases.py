"""The text in the form in which steps of preparation are read: columns as markers, without articles and "column" around them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ..code import quote
from ..matching import Masked, mask
from ..survey import Column, Table

MARK = r"«(\d+)»"
FRAME = "{frame}"
"""Stands for the frame in the lines of a step."""


@dataclass(frozen=True, slots=True)
class Phrases:
    """A text with its columns as markers."""

    text: str
    masked: Masked

    def column(self, marker: str) -> Column | None:
        """The column of a marker; None when it stands for a value."""
        mention = self.masked.mentions[int(marker)]
        return mention.column if mention.value is None else None

    def columns(self, piece: str) -> tuple[Column, ...]:
        """The columns that a piece of the text names, in order, each once."""
        found = (self.column(m) for m in re.findall(MARK, piece))
        return tuple(dict.fromkeys(c for c in found if c is not None))

    def sentences(self) -> Iterator[tuple[int, str]]:
        """Each sentence with its place."""
        last = 0
        for end in re.finditer(r"[.;?!](?=\s|$)(?<!\bi\.e\.)(?<!\be\.g\.)|\n+|$", self.text):
            piece = self.text[last : end.start()]
            if piece.strip():
                yield last, piece
            last = end.end()


_BEFORE = re.compile(
    r"\b(?:the|each|every|their|its|all|both|column|columns|feature|variable|values? (?:of|in)|each \w+[’']s) (?=«)",
    re.I,
)
_AFTER = re.compile(r"» ?(?:columns?|features?|variables?|fields?|values?|attributes?)\b(?! of)", re.I)


def phrases(text: str, table: Table) -> Phrases:
    """Mark the columns of a text."""
    masked = mask(text, table)
    said = re.sub(r"[ \t]+", " ", masked.text.replace("`", "").replace("−", "-").replace("–", "-"))
    said = re.sub(r"[\"'“”‘’]?(«\d+»)[\"'“”‘’]?", r"\1", said)
    said = re.sub(r"«\d+» ?\((?:column )?(«\d+»)(?: column)?\)", r"\1", said)  # "real consumption (realcons)"
    previous = ""
    while previous != said:
        previous = said
        said = _AFTER.sub("»", _BEFORE.sub("", said))
    return Phrases(said, masked)


def cell(column: Column) -> str:
    """`{frame}["name"]`."""
    return f"{FRAME}[{quote(column.name)}]"
