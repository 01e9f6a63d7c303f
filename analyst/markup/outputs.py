"""What an output of a cell holds, whatever code put into it: its text in a type, its picture, its table, its words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from analyst_kernels import DisplayData, ExecuteResult, Output
from markupsafe import Markup

from ..safe import one_line
from . import Image, cleaned, image

FIGURE = "application/vnd.analyst.figure+json"
TABLE = "application/vnd.analyst.table+json"
IMAGES = ("image/png", "image/jpeg")


def mime_text(output: Output, mime: str) -> str:
    """The data of this type as text, which nbformat may hold in lines; "" when there is none."""
    if not isinstance(output, DisplayData | ExecuteResult):
        return ""
    data = output.data.get(mime)
    if isinstance(data, list) and all(isinstance(line, str) for line in data):
        return "".join(data)
    return data if isinstance(data, str) else ""


def image_data(output: Output) -> tuple[str, str] | None:
    """Type and base64 of the picture that an output says it is, in the best of the types it comes in."""
    return next(((mime, data) for mime in IMAGES if (data := mime_text(output, mime))), None)


def picture(output: Output) -> Image | None:
    """The picture of an output; None when it holds none, or one that is not shown."""
    found = image_data(output)
    return image(*found) if found else None


def series(output: Output, rows: int) -> Markup:
    """A pandas Series, which has no HTML of its own, as a table by its digest; "" for one longer than `rows`."""
    digest = _digest(output, TABLE)
    head, tail = digest.get("head"), digest.get("tail")
    if digest.get("kind") != "series" or not isinstance(head, list) or tail or len(head) > rows:
        return Markup("")
    row = Markup("<tr><th>{}</th><td>{}</td></tr>")
    pairs = [pair for pair in head if isinstance(pair, list) and len(pair) == 2]
    body = Markup("").join(row.format(_bare(name), _bare(value)) for name, value in pairs)
    return cleaned(f"<table>{body}</table>")


def figure_words(output: Output, otherwise: str) -> tuple[str, str]:
    """Title and description of a figure for who does not see it, from the digest that came with it."""
    digest = _digest(output, FIGURE)
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


def _bare(value: object) -> str:
    words = one_line(str(value))
    return words[1:-1] if len(words) > 1 and words[0] == words[-1] == '"' else words


def _digest(output: Output, mime: str) -> Mapping[str, Any]:
    digest = output.data.get(mime) if isinstance(output, DisplayData | ExecuteResult) else None
    return digest if isinstance(digest, Mapping) else {}


def _word(value: object) -> str:
    return one_line(value, 120) if isinstance(value, str) else ""


def _list(value: object) -> Iterable[Any]:
    return value if isinstance(value, list) else ()
