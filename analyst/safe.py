"""Untrusted text made harmless: in a terminal, and as Markdown that can neither run nor fetch anything when it is opened."""

from __future__ import annotations

import html
import re

# C0 and C1 without tab and newline, line separators, marks that turn the direction of text, lone surrogates
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_OPENING = re.compile(r"(?P<indent>[ \t]*)(?P<fence>`{3,}|~{3,})[ \t]*(?P<info>[\w+-]*)[^`]*")
_INLINE = re.compile(
    r"(?P<brackets>(?<!\\)\\++(?=[()\[\]]))"  # `\\(` would open maths; `\(` is a bracket
    r"|(?P<kept>\\[\\`]|(?P<ticks>`+)(?!`)[^|\n]*?(?<!`)(?P=ticks)(?!`))"  # escapes; code that no `|` can cut in two
    r"|(?P<fence>`+|~{3,})"  # backticks without a partner in their line, fences that are none to us
    r"|(?P<image>(?<!!)\\?!++(?=\[))"  # an image fetches; a link waits to be clicked
    r"|(?P<link>\](?=[(:])(?!.\s*(?:https?://|mailto:|#)))"  # `javascript:` and all else that is no plain address
    r"|(?P<tag>\\?<)"
    r"|(?P<entity>\\?&(?=#?\w+;))"
    r"|(?P<maths>(?<=\\)begin(?=\{))"  # MathJax can make links of its own
    r"|(?P<dollar>\\?\$)"
)
_WRITTEN = {"brackets": "\\", "image": "", "link": "] ", "tag": "&lt;", "entity": "&amp;", "maths": "begin "}


def legible(text: str) -> str:
    """The text with its control characters (terminal escapes among them) written out, so that none acts."""
    text = text.replace("\r\n", "\n")
    return _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def one_line(text: str, longest: int = 200) -> str:
    """Legible, in one line, and cut at `longest` characters."""
    line = " ".join(legible(text[: 4 * longest]).split())
    return line if len(line) <= longest else line[: longest - 1] + "…"


def safe_markdown(text: str) -> str:
    """Untrusted Markdown with its HTML, images, maths and odd links made plain text; code and the rest stay.

    Fences are written anew, so that every renderer agrees on where code ends; one that is left open is closed.
    """
    written, plain, code = list[str](), list[str](), list[str]()
    opening: re.Match[str] | None = None
    for line in [*legible(text).split("\n"), None]:
        if opening is None:
            opening = _OPENING.fullmatch(line or "")
            if opening or line is None:
                written.append(escaped("\n".join(plain)))
                plain.clear()
            else:
                plain.append(line)
        elif line is None or re.fullmatch(rf"[ \t]*{opening['fence']}[`~]*[ \t]*", line):
            written.append(fenced("\n".join(code), opening["info"]))
            code.clear()
            opening = None
        else:
            code.append(line.removeprefix(opening["indent"]))
    return "\n\n".join(filter(None, (block.strip("\n") for block in written)))


def safe_line(text: str, longest: int = 200) -> str:
    """Untrusted text as one line of safe Markdown."""
    return escaped(one_line(text, longest))


def escaped(text: str) -> str:
    """Legible text without fences as safe Markdown."""
    # a pair of `$` is maths to JupyterLab even when both are escaped, unless each stands in an element of its own
    dollar = r"\$" if text.count("$") < 2 else r"<span>\$</span>"

    def safe(found: re.Match[str]) -> str:
        match found.lastgroup:
            case "fence":
                return "".join(f"\\{character}" for character in found[0])
            case "dollar":
                return dollar
            case kind:
                return _WRITTEN.get(kind or "", found[0])

    return _INLINE.sub(safe, text)


def fenced(code: str, info: str = "") -> str:
    """Untrusted text as a block of code."""
    code = legible(code)
    fence = _ticks(code, 3)
    return f"{fence}{info}\n{code}\n{fence}"


def code_span(text: str) -> str:
    """Untrusted text as code within a line."""
    line = one_line(text, 500)
    ticks, space = _ticks(line, 1), " " if "`" in (line[:1], line[-1:]) else ""
    return f"{ticks}{space}{line}{space}{ticks}"


def entities(text: str) -> str:
    """Untrusted text inside an HTML element that we write."""
    return html.escape(one_line(text, 500), quote=False).replace("$", "&#36;")


def _ticks(text: str, least: int) -> str:
    """Backticks, more than the text has in a row."""
    return "`" * max(least, 1 + max(map(len, re.findall("`+", text)), default=0))
