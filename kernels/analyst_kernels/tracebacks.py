"""A traceback reduced to what tells: the user's own frames and the exception. IPython's modes and Python's own."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from . import Error
from .cleaning import clean, middle_cut

_CHAIN = re.compile(
    r"^(The above exception was the direct cause of the following exception:"
    r"|During handling of the above exception, another exception occurred:)$",
    re.MULTILINE,
)
_FRAME = re.compile(
    r"^ {0,4}(?:File \"?(?P<path>[^\"\n]+?)\"?(?::\d+|, line \d+)(?:,? in .*)?"
    r"|(?:Cell |Input )?In ?\[(?:agent )?\d+\](?:, line \d+)?(?:,? in .*)?"
    r"|<ipython-input-.*)$"
)
_EXCEPTION = re.compile(r"^[A-Za-z_][\w.]*(?::|$)")
_LIBRARY = re.compile(r"(?:site|dist)-packages[/\\]([^/\\.]+)")
_ARROW = re.compile(r"-+> *\d+")
_CODE = 200
"""Characters of a line of code."""
_OWN_CODE_AT_MOST = 6
"""Frames of the user's that are shown: of a deep recursion the first three and the last three."""
MESSAGE = 1500
"""Characters of an exception's own text."""


@dataclass
class _Frame:
    header: str
    library: str
    """Where the code is from; empty when it is the user's."""
    body: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        lines = [line for line in self.body if line.strip()]
        arrow = next((number for number, line in enumerate(lines) if _ARROW.match(line)), None)
        if arrow is not None:
            lines = lines[max(arrow - 2, 0) : arrow + 2]
        return "\n".join([self.header, *(line[:_CODE] for line in lines)])


def reduce(error: Error) -> tuple[str, str]:
    """The frames, and the exception with its message: the second is what must reach the reader whatever is cut."""
    text = _clean("\n".join(error.traceback))
    line = _clean(f"{error.ename}: {error.evalue}" if error.evalue else error.ename)
    if not text.strip():
        return "", middle_cut(line, MESSAGE)
    *earlier, last = _CHAIN.split(text)
    frames, exception = _parse(last)
    if not frames:
        # a mode without frames, or a form of traceback that is not known
        return text.strip().removesuffix(line).rstrip(), middle_cut(line, MESSAGE)
    said = [_headline(earlier[n], earlier[n + 1]) for n in range(0, len(earlier), 2)]
    message = exception if exception.startswith(error.ename) or f".{error.ename}" in exception[:200] else line
    return "\n".join([*said, *_shown(frames)]), middle_cut(message, MESSAGE)


def _clean(text: str) -> str:
    # a message must not write over the exception's name, as it could on a terminal
    return clean(text.replace("\r\n", "\n").replace("\r", "\n").replace("\b", ""))


def _parse(text: str) -> tuple[list[_Frame], str]:
    """The frames of one exception, and its last lines."""
    frames: list[_Frame] = []
    lines = text.split("\n")
    for number, line in enumerate(lines):
        match = _FRAME.match(line)
        if match:
            frames.append(_Frame(line.strip(), _library(match["path"])))
        elif frames and _EXCEPTION.match(line):
            return frames, "\n".join(lines[number:]).strip()
        elif frames:
            frames[-1].body.append(line)
    return frames, ""


def _library(path: str | None) -> str:
    """The package that a file belongs to; empty for the user's own files and cells."""
    if path is None or "<cell>" in path or path.startswith("<unknown>") or path.startswith("<string>"):
        return ""
    installed = _LIBRARY.findall(path)
    if installed:
        return str(installed[-1])
    if re.search(r"[/\\]lib[/\\]python\d|[/\\][Ll]ib[/\\](?!.*[/\\]site)|^<frozen", path):
        return "Python's library"
    # compiled modules give a path inside their package
    return re.split(r"[/\\]", path)[0] if path.endswith((".pyx", ".pxi", ".pxd")) else ""


def _shown(frames: list[_Frame]) -> list[str]:
    said: list[str] = []
    own = [frame for frame in frames if not frame.library]
    hidden = own[_OWN_CODE_AT_MOST // 2 : -_OWN_CODE_AT_MOST // 2] if len(own) > _OWN_CODE_AT_MOST else []
    skipped = {id(frame) for frame in hidden}
    waiting: list[_Frame] = []
    for frame in [*frames, None]:
        if frame is not None and (frame.library or id(frame) in skipped):
            waiting.append(frame)
            continue
        if waiting:
            said.append(_folded(waiting))
            waiting = []
        if frame is not None:
            said.append(str(frame))
    return said


def _folded(frames: list[_Frame]) -> str:
    count = f"{len(frames)} frame{'s' if len(frames) > 1 else ''}"
    homes = list(dict.fromkeys(frame.library or "your code" for frame in frames))
    return f"… {count} in {', '.join(homes)} …"


def _headline(text: str, chain: str) -> str:
    """An earlier exception of a chain: its message, where the user's code raised it, and how it led on."""
    frames, exception = _parse(text)
    own = [frame.header for frame in frames if not frame.library]
    place = f" ({own[-1]})" if own else ""
    return f"{middle_cut(exception or text.strip(), 300)}{place}\n{chain}"
