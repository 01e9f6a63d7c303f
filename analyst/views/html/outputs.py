"""What a cell showed, as HTML: figures in a gallery of their own, tables cleaned, text cut where it is very long."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from analyst_kernels import DisplayData, Error, ExecuteResult, Output, Stream
from markupsafe import Markup

from ... import markup
from ...markup.outputs import figure_words, image_data, mime_text, series
from ...story import Cell
from .. import headline, one_line

FIGURES, FIGURE_CHARACTERS = 60, 20_000_000
"""Most figures of one question, and of all their base64: a report should still fit into a mail."""
OUTPUTS, TEXT = 40, 20_000
"""Most outputs of one cell that are shown, and characters of each text among them."""
MAIN_TABLES, MAIN_ROWS = 4, 30
"""Most tables beside the answer, and the rows that such a table may have."""

_ONLY_LOOKS = re.compile(r"\.(?:head|tail|sample|describe|dtypes|info)\b[^\n]*\s*\Z")


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of the gallery."""

    name: str
    """Its place in the page."""
    number: int
    image: markup.Image
    title: str
    description: str
    """What is to be seen, for who does not see it."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table beside the answer."""

    title: str
    html: Markup


@dataclass
class Gallery:
    """The figures of one question, each once. `place` is the beginning of their names in the page."""

    place: str
    figures: list[Figure] = field(default_factory=list)
    left_out: int = 0
    _known: dict[str, Figure | None] = field(default_factory=dict)
    _size: int = 0

    def add(self, cell: Cell) -> None:
        """Hang up the figures of a cell."""
        for output in cell.returned.outputs:
            if (found := image_data(output)) and found[1] not in self._known:
                self._known[found[1]] = self._figure(cell, output, *found)

    def find(self, output: Output) -> Figure | None:
        """The figure that this output showed; None when it is not in the gallery."""
        found = image_data(output)
        return self._known.get(found[1]) if found else None

    def _figure(self, cell: Cell, output: Output, mime: str, data: str) -> Figure | None:
        if len(self.figures) >= FIGURES or self._size + len(data) > FIGURE_CHARACTERS:
            self.left_out += 1
            return None
        image = markup.image(mime, data)
        if image is None:
            return None
        self._size += len(data)
        number = len(self.figures) + 1
        title, description = figure_words(output, headline(cell.code))
        figure = Figure(f"{self.place}-figure-{number}", number, image, title, description)
        self.figures.append(figure)
        return figure


def shown(cell: Cell, gallery: Gallery) -> list[Markup]:
    """The outputs of a cell, one after the other; errors apart."""
    outputs = [output for output in cell.returned.outputs if not isinstance(output, Error)]
    parts = [part for output in outputs[:OUTPUTS] if (part := _shown(output, gallery))]
    if len(outputs) > OUTPUTS:
        parts.append(_note(f"{len(outputs) - OUTPUTS:,} more outputs are left out here."))
    return parts


def main_tables(cells: Sequence[Cell]) -> list[Table]:
    """The tables that the answer rests on, as far as that can be told: the last ones, small and whole.

    What only looks into the data (`head`, `describe`, …) is none of them.
    """
    found: list[Table] = []
    for cell in reversed(cells):
        if not cell.returned.ok or _ONLY_LOOKS.search(cell.code):
            continue
        for output in reversed(cell.returned.outputs):
            if len(found) < MAIN_TABLES and (html := _main_table(output)):
                found.append(Table(headline(cell.code), html))
    return found[::-1]


def _shown(output: Output, gallery: Gallery) -> Markup:
    if isinstance(output, Stream):
        kind = "out error" if output.name == "stderr" else "out"
        said = markup.text(output.text, TEXT).strip("\n")
        return Markup('<pre class="{}" tabindex="0">{}</pre>').format(kind, said) if said else Markup("")
    if not isinstance(output, DisplayData | ExecuteResult):
        return Markup("")
    if image_data(output):
        return _link(output, gallery)
    if html := markup.cleaned(mime_text(output, "text/html")):
        return Markup('<div class="out">{}</div>').format(html)
    if source := mime_text(output, "text/markdown"):
        return Markup('<div class="out prose">{}</div>').format(markup.markdown(source[:TEXT], 5))
    if plain := mime_text(output, "text/plain"):
        return Markup('<pre class="out" tabindex="0">{}</pre>').format(markup.text(plain, TEXT))
    kinds = ", ".join(one_line(str(mime), 60) for mime in output.data)
    return _note(f"An output that this report does not show: {kinds or 'empty'}.")


def _link(output: Output, gallery: Gallery) -> Markup:
    if figure := gallery.find(output):
        link = Markup('<p class="note"><a href="#{}">Figure {}</a></p>')
        return link.format(figure.name, figure.number)
    return _note("A figure that this report does not show; it is in the notebook.")


def _note(words: str) -> Markup:
    return Markup('<p class="note">{}</p>').format(words)


# ── tables ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _main_table(output: Output) -> Markup:
    html = mime_text(output, "text/html")
    if "<table" in html and html.count("<tr") <= MAIN_ROWS + 2:
        return markup.cleaned(html)
    return series(output, MAIN_ROWS) if not html else Markup("")
