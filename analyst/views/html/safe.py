"""What was not ours, as HTML that can neither run nor fetch anything. All that a kernel or a model said comes through here."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import nh3
import pygments
from analyst_kernels.cleaning import clean
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererProtocol
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from markupsafe import Markup, escape
from pygments.formatters.html import HtmlFormatter
from pygments.lexers.python import PythonLexer

from ...safe import legible

LONGEST = 100_000
"""Characters of Markdown or of code that are shown."""
LONGEST_HTML = 500_000
"""Characters of HTML that are read; of more, the plain text beside it is shown."""
PIXELS = 50_000_000
"""Largest image that a browser is asked to unpack."""

_TEXT = {
    "p",
    "br",
    "hr",
    "b",
    "strong",
    "i",
    "em",
    "s",
    "del",
    "sub",
    "sup",
    "code",
    "pre",
    "kbd",
    "blockquote",
}
_LISTS = {"ul", "ol", "li", "dl", "dt", "dd"}
_TABLES = {"table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td"}
_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_SPANS = {"colspan", "rowspan"}
_SCROLLED = '<div class="scroll" role="region" aria-label="Table" tabindex="0"><table>'


def _plain_span(_tag: str, attribute: str, value: str) -> str | None:
    """A cell over very many columns is a way to hang a browser."""
    if attribute in _SPANS:
        return value if re.fullmatch(r"[1-9]\d{0,2}", value) else None
    return value


def _cleaner(tags: set[str], of_cells: set[str]) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=tags,
        clean_content_tags={"script", "style", "title", "template"},
        attributes={"td": of_cells, "th": of_cells, "a": {"href"}},
        attribute_filter=_plain_span,
        filter_style_properties={"text-align"},
        url_schemes={"http", "https", "mailto"},
        url_relative="deny",
        link_rel="noopener noreferrer nofollow",
    )


_FROM_KERNEL = _cleaner(_TEXT | _LISTS | _TABLES | {"a"}, _SPANS | {"scope"})
_FROM_MARKDOWN = _cleaner(_TEXT | _LISTS | _TABLES | _HEADINGS | {"a"}, {"style"})


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
    """Markdown as HTML: tables, no images, no HTML of its own; its highest heading is a heading of `level`."""
    cut = "" if len(source) <= LONGEST else f"\n\n[… {len(source) - LONGEST:,} characters are left out here]"
    tokens = _PARSER.parse(legible(source[:LONGEST]) + cut)
    _settle_headings(tokens, level)
    return _scrolled(_FROM_MARKDOWN.clean(_PARSER.renderer.render(tokens, _PARSER.options, {})))


def code(source: str) -> Markup:
    """Python with its words in classes of Pygments."""
    cut = "" if len(source) <= LONGEST else f"\n# … {len(source) - LONGEST:,} characters are left out here"
    return Markup(pygments.highlight(legible(source[:LONGEST]) + cut, _LEXER, _FORMATTER))


class Image(NamedTuple):
    """A picture that was looked at: really one, and of a bearable size."""

    source: str
    """A `data:` address."""
    width: int
    """In pixels; 0 when it is not known."""
    height: int


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
    return Image(f"data:{mime};base64,{base64.b64encode(content).decode()}", width, height)


def _scrolled(clean_html: str) -> Markup:
    """Each table in a box of its own, that scrolls sideways on a narrow screen.

    Control characters may have been hidden in entities until now.
    """
    html = legible(clean_html).replace("<table>", _SCROLLED).replace("</table>", "</table></div>")
    return Markup(html)


def _settle_headings(tokens: Sequence[Token], level: int) -> None:
    """Headings below ours, none of them more than one deeper than the one before it."""
    above: list[int] = []
    for token in tokens:
        if token.type == "heading_open":
            own = int(token.tag[1])
            while above and above[-1] >= own:
                above.pop()
            above.append(own)
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, level + len(above) - 1)}"


def _image_as_words(
    _self: RendererProtocol, tokens: Sequence[Token], at: int, _options: OptionsDict, _env: EnvType
) -> str:
    return str(escape(f"[image: {tokens[at].content}]"))


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    parser.add_render_rule("image", _image_as_words)
    return parser


_PARSER = _parser()
_LEXER = PythonLexer(stripnl=False)
_FORMATTER: HtmlFormatter[Any] = HtmlFormatter(nowrap=True)
