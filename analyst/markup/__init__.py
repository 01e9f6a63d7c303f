"""What was not ours, as HTML that can neither run nor fetch anything. All that a kernel or a model said comes through here.

JupyterLab cleans nothing that an executed cell shows: what is harmless here is harmless there, or nowhere.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any, NamedTuple

import nh3
import pygments
from analyst_kernels.cleaning import clean
from markupsafe import Markup, escape
from pygments.formatters.html import HtmlFormatter
from pygments.lexers.python import PythonLexer

from ..safe import legible
from . import prose

LONGEST = 100_000
"""Characters of Markdown or of code that are shown."""
LONGEST_HTML = 500_000
"""Characters of HTML that are read; of more, the plain text beside it is shown."""
PIXELS = 50_000_000
"""Largest image that a browser is asked to unpack."""
BLANKS = 2_000
"""Blanks in a row beyond which code is not coloured: Pygments looks at all that follow from each line of them."""

_TEXT = {"p", "br", "hr", "pre", "blockquote"} | {
    "b",
    "strong",
    "i",
    "em",
    "s",
    "del",
    "sub",
    "sup",
    "code",
    "kbd",
}
_LISTS = {"ul", "ol", "li", "dl", "dt", "dd"}
_TABLES = {"table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td"}
_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_SPANS = {"colspan", "rowspan"}
_SCROLLED = '<div class="scroll" role="region" aria-label="Table" tabindex="0"><table>'
_CLASSES = re.compile(rf"[a-z][a-z0-9]{{0,2}}|{re.escape(prose.MATHS)}|{re.escape(prose.HIGHLIGHT)}")
"""The classes that our own rules write: those of Pygments, of maths, of a block of code."""


def _plain(tag: str, attribute: str, value: str) -> str | None:
    """A cell over very many columns is a way to hang a browser; a class can be one that the page listens to."""
    if attribute in _SPANS:
        return value if re.fullmatch(r"[1-9]\d{0,2}", value) else None
    if attribute == "class":
        return value if tag in ("span", "div") and _CLASSES.fullmatch(value) else None
    return value


def _cleaner(tags: set[str], attributes: dict[str, set[str]]) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=tags,
        clean_content_tags={"script", "style", "title", "template"},
        attributes={"a": {"href"}, **attributes},
        attribute_filter=_plain,
        filter_style_properties={"text-align"},
        url_schemes=set(prose.SCHEMES),
        url_relative="deny",
        link_rel="noopener noreferrer nofollow",
    )


_SPANNED = _SPANS | {"scope"}
_FROM_KERNEL = _cleaner(_TEXT | _LISTS | _TABLES | {"a"}, {"td": _SPANNED, "th": _SPANNED})
_FROM_MARKDOWN = _cleaner(
    _TEXT | _LISTS | _TABLES | _HEADINGS | {"a", "span", "div"},
    {"td": {"style"}, "th": {"style"}, "span": {"class"}, "div": {"class"}},
)


def text(value: str, room: int = LONGEST) -> str:
    """Terminal text as it would be seen in the end, cut in the middle to about `room` characters; not yet escaped."""
    if len(value) <= room:
        return clean(value)
    head, tail = value[: room * 2 // 3], value[len(value) - room // 3 :]
    left_out = len(value) - len(head) - len(tail)
    return f"{clean(head)}\n[… {left_out:,} characters are left out here …]\n{clean(tail)}"


def cleaned(html: str) -> Markup:
    """HTML of a kernel: tables, lists and text of it, without any style; "" when nothing of that is in it."""
    if len(html) > LONGEST_HTML:
        return Markup("")
    kept = _FROM_KERNEL.clean(legible(html))
    return _scrolled(kept) if re.sub(r"<[^>]*>|\s|&nbsp;", "", kept) else Markup("")


def markdown(source: str, level: int) -> Markup:
    """Markdown as HTML: tables, no images, no HTML of its own; its highest heading is a heading of `level`.

    Maths is marked as such (`prose.MATHS`), for a page that typesets only what is marked.
    """
    cut = "" if len(source) <= LONGEST else f"\n\n[… {len(source) - LONGEST:,} characters are left out here]"
    return _scrolled(_FROM_MARKDOWN.clean(prose.render(legible(source[:LONGEST]) + cut, level)))


def code(source: str) -> Markup:
    """Python with its words in classes of Pygments."""
    cut = "" if len(source) <= LONGEST else f"\n# … {len(source) - LONGEST:,} characters are left out here"
    shown = legible(source[:LONGEST]) + cut
    if max(map(len, re.findall(r"\s+", shown)), default=0) > BLANKS:
        return escape(shown)
    return Markup(pygments.highlight(shown, _LEXER, _FORMATTER))


class Image(NamedTuple):
    """A picture that was looked at: really one, and of a bearable size."""

    mime: str
    base64: str
    width: int
    """In pixels; 0 when it is not known."""
    height: int

    @property
    def source(self) -> str:
        """A `data:` address."""
        return f"data:{self.mime};base64,{self.base64}"


def image(mime: str, data: str) -> Image | None:
    """A PNG or JPEG in base64; None for anything else (SVG can hold scripts, so it is not shown)."""
    try:
        content = base64.b64decode("".join(data.split()), validate=True)
    except (binascii.Error, ValueError):
        return None
    width = height = 0
    if mime == "image/png" and content.startswith(b"\x89PNG\r\n\x1a\n") and content[12:16] == b"IHDR":
        width, height = (int.from_bytes(content[at : at + 4]) for at in (16, 20))
        if not 0 < width * height <= PIXELS:
            return None
    elif not (mime == "image/jpeg" and content.startswith(b"\xff\xd8\xff")):
        return None
    return Image(mime, base64.b64encode(content).decode(), width, height)


def _scrolled(clean_html: str) -> Markup:
    """Each table in a box of its own, that scrolls sideways on a narrow screen.

    Control characters may have been hidden in entities until now.
    """
    html = legible(clean_html).replace("<table>", _SCROLLED).replace("</table>", "</table></div>")
    return Markup(html)


_LEXER = PythonLexer(stripnl=False)
_FORMATTER: HtmlFormatter[Any] = HtmlFormatter(nowrap=True)
