"""What a cell showed, as HTML: figures in a gallery of their own, tables cleaned, text cut where it is very long."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from analyst_kernels import DisplayData, Error, ExecuteResult, Output, Stream
from markupsafe import Markup

from ...story import Cell
from .. import headline, one_line
from . import safe

FIGURES, FIGURE_CHARACTERS = 60, 20_000_000
"""Most figures of one question, and of all their base64: a report should still fit into a mail."""
OUTPUTS, TEXT = 40, 20_000
"""Most outputs of one cell that are shown, and characters of each text among them."""
MAIN_TABLES, MAIN_ROWS = 4, 30
"""Most tables beside the answer, and the rows that such a table may have."""

_FIGURE = "application/vnd.analyst.figure+json"
_TABLE = "application/vnd.analyst.table+json"
_IMAGES = ("image/png", "image/jpeg")
_ONLY_LOOKS = re.compile(r"\.(?:head|tail|sample|describe|dtypes|info)\b[^\n]*\s*\Z")


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of the gallery."""

    name: str
    """Its place in the page."""
    number: int
    image: safe.Image
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
            for mime, data in _images(output):
                if data not in self._known:
                    self._known[data] = self._figure(cell, output, mime, data)

    def find(self, output: Output) -> list[Figure]:
        """The figures that this output showed."""
        found = (self._known.get(data) for _, data in _images(output))
        return [figure for figure in found if figure]

    def _figure(self, cell: Cell, output: Output, mime: str, data: str) -> Figure | None:
        if len(self.figures) >= FIGURES or self._size + len(data) > FIGURE_CHARACTERS:
            self.left_out += 1
            return None
        image = safe.image(mime, data)
        if image is None:
            return None
        self._size += len(data)
        number = len(self.figures) + 1
        title, description = _words(output, headline(cell.code))
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
        said = safe.text(output.text, TEXT).strip("\n")
        return Markup('<pre class="{}" tabindex="0">{}</pre>').format(kind, said) if said else Markup("")
    if not isinstance(output, DisplayData | ExecuteResult):
        return Markup("")
    if any(True for _ in _images(output)):
        return _figures(output, gallery)
    if html := safe.cleaned(_text(output, "text/html")):
        return Markup('<div class="out">{}</div>').format(html)
    if source := _text(output, "text/markdown"):
        return Markup('<div class="out prose">{}</div>').format(safe.markdown(source[:TEXT], 5))
    if plain := _text(output, "text/plain"):
        return Markup('<pre class="out" tabindex="0">{}</pre>').format(safe.text(plain, TEXT))
    kinds = ", ".join(one_line(str(mime), 60) for mime in output.data)
    return _note(f"An output that this report does not show: {kinds or 'empty'}.")


def _figures(output: Output, gallery: Gallery) -> Markup:
    if figures := gallery.find(output):
        link = Markup('<a href="#{}">Figure {}</a>')
        links = Markup(", ").join(link.format(figure.name, figure.number) for figure in figures)
        return Markup('<p class="note">{}</p>').format(links)
    return _note("A figure that this report does not show; it is in the notebook.")


def _note(words: str) -> Markup:
    return Markup('<p class="note">{}</p>').format(words)


def _images(output: Output) -> Iterator[tuple[str, str]]:
    """The image of an output, in the best of the types it comes in."""
    for mime in _IMAGES:
        if data := _text(output, mime):
            yield mime, data
            return


def _text(output: Output, mime: str) -> str:
    """The data of this type as text, which nbformat may hold in lines; "" when there is none."""
    if not isinstance(output, DisplayData | ExecuteResult):
        return ""
    data = output.data.get(mime)
    if isinstance(data, list) and all(isinstance(line, str) for line in data):
        return "".join(data)
    return data if isinstance(data, str) else ""


# ── tables ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _main_table(output: Output) -> Markup:
    html = _text(output, "text/html")
    if "<table" in html and html.count("<tr") <= MAIN_ROWS + 2:
        return safe.cleaned(html)
    return _series(output) if not html else Markup("")


def _series(output: Output) -> Markup:
    """A pandas Series has no HTML of its own; its digest has the rows of a small one."""
    digest = _digest(output, _TABLE)
    rows, tail = digest.get("head"), digest.get("tail")
    if digest.get("kind") != "series" or not isinstance(rows, list) or tail or len(rows) > MAIN_ROWS:
        return Markup("")
    row = Markup("<tr><th>{}</th><td>{}</td></tr>")
    pairs = [pair for pair in rows if isinstance(pair, list) and len(pair) == 2]
    body = Markup("").join(row.format(_bare(name), _bare(value)) for name, value in pairs)
    return safe.cleaned(f"<table>{body}</table>")


def _bare(value: object) -> str:
    words = one_line(str(value))
    return words[1:-1] if len(words) > 1 and words[0] == words[-1] == '"' else words


def _digest(output: Output, mime: str) -> Mapping[str, Any]:
    digest = output.data.get(mime) if isinstance(output, DisplayData | ExecuteResult) else None
    return digest if isinstance(digest, Mapping) else {}


# ── figures in words ────────────────────────────────────────────────────────────────────────────────────────────────


def _words(output: Output, otherwise: str) -> tuple[str, str]:
    """Title and description of a figure, from the digest that came with it."""
    digest = _digest(output, _FIGURE)
    axes = [a for a in _list(digest.get("axes")) if isinstance(a, Mapping)]
    titles = [t for a in axes if (t := _word(a.get("title")))]
    title = _word(digest.get("title")) or ", ".join(titles[:3]) or otherwise
    panels = "; ".join(filter(None, map(_panel, axes)))
    return one_line(title), one_line(f"{title}. {panels}" if panels else title, 600)


def _panel(axes: Mapping[str, Any]) -> str:
    """One pair of axes: "Mass: bars; across mass (g), up rows"."""
    marks = [m for m in _list(axes.get("marks")) if isinstance(m, Mapping)]
    kinds = list(dict.fromkeys(kind for m in marks if (kind := _word(m.get("kind")))))
    along = [
        f"{side} {label}"
        for side, axis in (("across", axes.get("x")), ("up", axes.get("y")))
        if isinstance(axis, Mapping) and (label := _word(axis.get("label")))
    ]
    said = ", ".join([*kinds, *along])
    return ": ".join(filter(None, [_word(axes.get("title")), said]))


def _word(value: object) -> str:
    return one_line(value, 120) if isinstance(value, str) else ""


def _list(value: object) -> Iterable[Any]:
    return value if isinstance(value, list) else ()
