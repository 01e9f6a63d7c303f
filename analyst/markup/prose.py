"""Markdown of a model as HTML: no HTML of its own, no images, links that only lead away, maths marked, code coloured."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import pygments
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererProtocol
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from markupsafe import escape
from pygments.formatters.html import HtmlFormatter
from pygments.lexers.python import PythonLexer

SCHEMES = ("http", "https", "mailto")
"""Of links that stay links."""
NO_MATHS = "mathjax_ignore tex2jax_ignore"
"""Classes of an element in which a dollar sign is a dollar sign."""
MATHS = "mathjax_process tex2jax_process"
"""Classes of an element that is typeset all the same."""
HIGHLIGHT = "highlight hl-ipython3"
"""Classes of a block of code, as nbconvert writes them: every front end has colours for them."""

_LINK = re.compile(rf"(?:{'|'.join(SCHEMES)}):", re.IGNORECASE)
# pandoc's rule: no space inside next to a dollar sign, no digit after the closing one
_FORMULA = re.compile(r"\$\$[^$]+\$\$|\$(?=[^\s$])[^$\n]*(?<=\S)\$(?!\d)")
_ACTING = re.compile(
    r"\\(?:href|url|class|cssId|style|data|html\w*|require|unicode|def|let|(?:re)?new\w+|begingroup)"
)
"""TeX that makes links, names and macros: shown as it was written."""


def render(source: str, level: int) -> str:
    """HTML of Markdown; its highest heading is one of `level`, and none is more than one deeper than that before it."""
    tokens = _PARSER.parse(source)
    _settle_headings(tokens, level)
    return str(_PARSER.renderer.render(tokens, _PARSER.options, {}))


def plain(source: str) -> str:
    """The words of Markdown without its signs: a line for each paragraph, item and row; code as it was written."""
    said = list[str]()
    for token in _PARSER.parse(source):
        if token.type == "inline":
            said.append("".join(map(_words, token.children or ())))
        elif token.type in ("fence", "code_block"):
            said.append(token.content.rstrip("\n"))
    return "\n".join(said)


def _words(token: Token) -> str:
    return "\n" if token.type in ("softbreak", "hardbreak") else token.content


def _settle_headings(tokens: Sequence[Token], level: int) -> None:
    above: list[int] = []
    for token in tokens:
        if token.type == "heading_open":
            own = int(token.tag[1])
            while above and above[-1] >= own:
                above.pop()
            above.append(own)
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, level + len(above) - 1)}"


def _image(
    _self: RendererProtocol, tokens: Sequence[Token], at: int, _options: OptionsDict, _env: EnvType
) -> str:
    return str(escape(f"[image: {tokens[at].content}]"))


def _text(
    _self: RendererProtocol, tokens: Sequence[Token], at: int, _options: OptionsDict, _env: EnvType
) -> str:
    said, html, end = tokens[at].content, "", 0
    for found in _FORMULA.finditer(said):
        if _ACTING.search(found[0]):
            continue
        html += f'{escape(said[end : found.start()])}<span class="{MATHS}">{escape(found[0])}</span>'
        end = found.end()
    return html + str(escape(said[end:]))


def _fence(
    _self: RendererProtocol, tokens: Sequence[Token], at: int, _options: OptionsDict, _env: EnvType
) -> str:
    token = tokens[at]
    python = token.info.split()[:1] in (["python"], ["py"], ["python3"])
    body = pygments.highlight(token.content, _LEXER, _FORMATTER) if python else str(escape(token.content))
    return f'<div class="{HIGHLIGHT}"><pre>{body.rstrip()}</pre></div>\n'


class _Parser(MarkdownIt):
    def validateLink(self, url: str) -> bool:
        return bool(_LINK.match(url.strip()))


def _parser() -> MarkdownIt:
    parser = _Parser("commonmark", {"html": False}).enable(["table", "strikethrough"])
    for name, rule in (("image", _image), ("text", _text), ("fence", _fence)):
        parser.add_render_rule(name, rule)
    return parser


_LEXER = PythonLexer(stripnl=False)
_FORMATTER: HtmlFormatter[Any] = HtmlFormatter(nowrap=True)
_PARSER = _parser()
