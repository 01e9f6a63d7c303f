"""Outputs of a cell as the panel draws them: text, tables, pictures, errors. JSON only, and harmless."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from analyst_kernels import DisplayData, Error, ExecuteResult, Output, Stream

from .. import markup
from ..markup.outputs import figure_words, image_data, mime_text, picture, series
from ..safe import one_line

OUTPUTS, TEXT, ROWS, HTML = 40, 20_000, 60, 300_000
"""Most outputs of a cell that are drawn, characters of each text, rows of a Series that is drawn as a table, characters
of HTML: what is longer is shown as the text that comes with it."""


def shown(outputs: Iterable[Output], what: str) -> list[dict[str, Any]]:
    """The outputs of a cell that `what` says in a line; what is left out is said."""
    kept = list(outputs)
    found = [one for output in kept[:OUTPUTS] if (one := shown_one(output, what))]
    if len(kept) > OUTPUTS:
        found.append(_text(f"[{len(kept) - OUTPUTS} more outputs are left out here]"))
    return found


def shown_one(output: Output, what: str) -> dict[str, Any] | None:
    """One output; None when there is nothing to see in it."""
    match output:
        case Stream(name, text):
            return _text(markup.text(text, TEXT), name) if text else None
        case Error(ename, evalue, traceback):
            return {
                "type": "error",
                "name": one_line(ename, 120),
                "message": one_line(evalue, 2_000),
                "traceback": markup.text("\n".join(traceback), TEXT),
            }
        case DisplayData() | ExecuteResult():
            return _displayed(output, what)


def _displayed(output: DisplayData | ExecuteResult, what: str) -> dict[str, Any]:
    if image := picture(output):
        _, words = figure_words(output, what)
        return {"type": "image", "png": image.base64, "mime": image.mime, "alt": words}
    if image_data(output):
        return _text("[a picture that cannot be shown]")
    html = mime_text(output, "text/html")
    if table := (len(html) <= HTML and markup.cleaned(html)) or series(output, ROWS):
        return {"type": "html", "html": str(table)}
    if source := mime_text(output, "text/markdown"):
        return {"type": "html", "html": str(markup.markdown(source[:TEXT], 6))}
    plain = mime_text(output, "text/plain")
    return _text(markup.text(plain, TEXT) if plain else f"[{', '.join(map(one_line, output.data))}]")


def _text(text: str, stream: str = "stdout") -> dict[str, Any]:
    return {"type": "text", "stream": stream, "text": text}
