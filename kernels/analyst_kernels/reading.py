"""What a model may read of outputs: bounded, clean, the telling parts first. Derived; the outputs stay as they are."""

from __future__ import annotations

import base64
import binascii
import io
import json
import re
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

from . import DisplayData, Error, ExecuteResult, Output, Stream
from .cleaning import clean, cut, fold, middle_cut
from .tracebacks import reduce

TABLE = "application/vnd.analyst.table+json"
FIGURE = "application/vnd.analyst.figure+json"

SIDE = 1000
"""Pixels of the longer side that an image may have; larger ones are scaled down."""
IMAGES = 6
"""Images that go with one reading; of further figures the digest is read."""
PIXELS = 50_000_000
"""Pixels beyond which an image is not decoded."""
_FIGURE_TEXT = 2500
_HTML = 200_000
_FLOOR = 400
"""Characters that a part of lower rank keeps while those of higher rank are long."""
_READABLE = {"text/plain", "text/html", "text/markdown", "text/latex", "application/json"}
_PLACEHOLDER = re.compile(r"^<[^\n]*(?: object| at 0x[0-9a-fA-F]+)>$")
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]{6,}")


@dataclass(frozen=True, slots=True)
class Reading:
    """`text` for every model; `images`, PNG as base64, for one that sees."""

    text: str
    images: tuple[str, ...] = ()


@dataclass
class _Part:
    """A piece of the reading. Rank 0 is an error, 1 the last value, 2 a display, 3 a stream."""

    rank: int
    text: str
    tail: str = ""
    """What must stay whatever is cut: the exception."""

    @property
    def size(self) -> int:
        return len(self.text) + len(self.tail) + 1


def read(outputs: Sequence[Output], *, cell: int, vision: bool, budget: int = 6000) -> Reading:
    """Read the outputs of cell number `cell` in at most `budget` characters.

    The order is that of the outputs, except that between two displays all of stdout comes before stderr. When it does
    not fit, errors and the last value come before displays, and displays before streams; what is cut is said, with the
    call to `search_output` that finds it.
    """
    images: list[str] = []
    parts: list[_Part] = []
    for output in _joined(outputs):
        if isinstance(output, Stream):
            parts.append(_stream(output))
        elif isinstance(output, Error):
            parts.append(_Part(0, *reduce(output)))
        else:
            parts.append(_shown(output, vision and len(images) < IMAGES, images))
    parts = [part for part in parts if part.text.strip() or part.tail]
    if len(parts) > 1:
        for part in parts:
            part.text = f"[last value]\n{part.text}" if part.rank == 1 else part.text
    return Reading(_fitted(parts, budget, cell) or "[no output]", tuple(images))


def full_text(outputs: Sequence[Output]) -> str:
    """Everything that is text in the outputs, clean and uncut: what a search looks through."""
    said: list[str] = []
    for output in _joined(outputs):
        if isinstance(output, Stream):
            said.append(clean(output.text))
        elif isinstance(output, Error):
            lines = [*output.traceback] or [f"{output.ename}: {output.evalue}"]
            said.append(clean("\n".join(lines)))
        else:
            said.append(_plain(output.data) or _table(output.data))
    return "\n".join(text.rstrip("\n") for text in said if text.strip())


# ── parts ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _joined(outputs: Sequence[Output]) -> list[Output]:
    """Between two displays the pieces of each stream are one: a progress bar comes in hundreds of them."""
    joined: list[Output] = []
    texts: dict[str, list[str]] = {"stdout": [], "stderr": []}

    def flush() -> None:
        for name, pieces in texts.items():
            if pieces:
                joined.append(Stream("stderr" if name == "stderr" else "stdout", "".join(pieces)))
            pieces.clear()

    for output in outputs:
        if isinstance(output, Stream):
            texts[output.name].append(output.text)
        else:
            flush()
            joined.append(output)
    flush()
    return joined


def _stream(output: Stream) -> _Part:
    text = fold(clean(output.text)).strip("\n")
    return _Part(3, f"[stderr]\n{text}" if output.name == "stderr" and text.strip() else text)


def _shown(output: DisplayData | ExecuteResult, attach: bool, images: list[str]) -> _Part:
    rank = 1 if isinstance(output, ExecuteResult) else 2
    if "image/png" in output.data or FIGURE in output.data:
        return _Part(rank, _figure(output.data, attach, images))
    table = _table(output.data)
    strange = not table and any(mime not in _READABLE and mime != TABLE for mime in output.data)
    return _Part(rank, _named(output.data) if strange else table or _plain(output.data))


def _plain(data: Mapping[str, Any]) -> str:
    """The best text there is: plain, unless that only says that there is an object."""
    plain = _text(data.get("text/plain", ""))
    if plain.strip() and not _PLACEHOLDER.match(plain.strip()):
        return _ADDRESS.sub("", clean(plain)).strip("\n")
    for mime in ("text/markdown", "text/latex"):
        if mime in data:
            return clean(_text(data[mime])).strip("\n")
    if "application/json" in data:
        return clean(json.dumps(data["application/json"], ensure_ascii=False, separators=(",", ":")))
    return _stripped(_text(data["text/html"])) if "text/html" in data else ""


def _text(value: Any) -> str:
    """A value of a MIME bundle as text: notebooks also keep it as a list of lines."""
    return "".join(map(str, value)) if isinstance(value, list) else str(value)


def _named(data: Mapping[str, Any]) -> str:
    """One line for what is no text: its type and size."""
    others = [mime for mime in data if mime not in _READABLE]
    sizes = {
        m: len(data[m]) if isinstance(data[m], str) else len(json.dumps(data[m], default=str)) for m in others
    }
    mime = max(sizes, key=lambda name: sizes[name])
    plain = middle_cut(_ADDRESS.sub("", clean(_text(data.get("text/plain", "")))), 200)
    return f"[{clean(mime)}, {sizes[mime]:,} characters: not readable as text]{' ' if plain else ''}{plain}"


# ── tables ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _table(data: Mapping[str, Any]) -> str:
    """A table by its digest; "" when there is none, or none that can be read: the digest came out of a kernel."""
    try:
        digest = data[TABLE]
        rows, columns = (int(size) for size in digest["shape"])
        headers = ["/".join(map(str, digest["index"])).replace("None", "") or "index"]
        headers += [_column(column) for column in digest["columns"]]
        head = [" | ".join(map(str, row)) for row in digest["head"]]
        tail = [" | ".join(map(str, row)) for row in digest["tail"]]
    except (KeyError, TypeError, ValueError):
        return ""
    more = columns - len(headers) + 1
    size = f"{rows:,} values" if digest.get("kind") == "series" else f"{rows:,} rows × {columns:,} columns"
    lines = [
        f"{size}{f', the first {len(headers) - 1} columns' if more > 0 else ''}:",
        " | ".join(headers),
        *head,
    ]
    if tail:
        lines += [f"[… {rows - len(head) - len(tail):,} rows …]", *tail]
    return clean("\n".join(lines))


def _column(column: Mapping[str, Any]) -> str:
    name = "" if column["name"] is None else f"{column['name']}: "
    missing = f", {column['missing']} missing" if column["missing"] else ""
    return f"{name}{column['type']}{missing}"


# ── figures ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _figure(data: Mapping[str, Any], attach: bool, images: list[str]) -> str:
    digest = data.get(FIGURE)
    described = isinstance(digest, Mapping) and "axes" in digest
    content = json.dumps(digest, ensure_ascii=False, separators=(",", ":")) if described else ""
    if "image/png" not in data:
        return clean(middle_cut(f"figure: {content or 'without a description'}", _FIGURE_TEXT))
    try:
        image, width, height = _png(_text(data["image/png"]), scaled=attach)
    except (ValueError, OSError) as error:
        return f"[an image that cannot be read: {middle_cut(clean(str(error)), 200)}] {content}".rstrip()
    size = f"figure of {width}×{height} px"
    if attach and image:
        images.append(image)
        return f"[{size}: attached as image {len(images)}]"
    if described:
        return clean(middle_cut(f"{size}: {content}", _FIGURE_TEXT))
    return f"[a {size}, without a description: print the numbers that it shows]"


def _png(text: str, *, scaled: bool) -> tuple[str, int, int]:
    """The image, scaled down where it is too large, with its original width and height in pixels.

    Raises:
        ValueError: not base64, not PNG, or too many pixels.
        OSError: the image is broken.
    """
    try:
        start = base64.b64decode("".join(text[:64].split())[:44], validate=True)
    except binascii.Error as error:
        raise ValueError(f"not base64: {error}") from None
    if not start.startswith(b"\x89PNG\r\n\x1a\n") or len(start) < 24:
        raise ValueError("not a PNG")
    width, height = struct.unpack(">II", start[16:24])
    if not scaled:
        return "", width, height
    if width * height > PIXELS:
        raise ValueError(f"{width}×{height} px are too many")
    raw = base64.b64decode(text)
    if max(width, height) > SIDE:
        raw = _smaller(raw)
    return base64.b64encode(raw).decode("ascii"), width, height


def _smaller(raw: bytes) -> bytes:
    from PIL import Image  # noqa: PLC0415 - slow to import, and most figures are small enough

    with Image.open(io.BytesIO(raw), formats=["PNG"]) as image:
        image.thumbnail((SIDE, SIDE))
        smaller = io.BytesIO()
        image.save(smaller, "PNG")
    return smaller.getvalue()


# ── HTML ────────────────────────────────────────────────────────────────────────────────────────────────────────────


class _Stripper(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self.silent += tag in {"script", "style"}
        self.said.append(
            {"td": " | ", "th": " | "}.get(
                tag, "\n" if tag in {"br", "p", "div", "tr", "li", "h1", "h2"} else ""
            )
        )

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in {"script", "style"} and self.silent > 0

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.said.append(" ".join(data.split()) + (" " if data[-1:].isspace() else ""))


def _stripped(html: str) -> str:
    stripper = _Stripper()
    stripper.feed(html[:_HTML])
    lines = (line.strip().removeprefix("| ") for line in "".join(stripper.said).split("\n"))
    text = clean("\n".join(line for line in lines if line))
    return text + (f"\n[… {len(html) - _HTML:,} characters of HTML cut …]" if len(html) > _HTML else "")


# ── the budget ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _fitted(parts: Sequence[_Part], budget: int, cell: int) -> str:
    """All parts in their order, each in the room that its rank gives it; parts that got none are counted."""
    dropping = f"[… 0,000 more outputs cut: search_output(cell={cell}, pattern=…) finds text in them …]"
    needs = sum(part.size for part in parts)
    left = budget if needs <= budget else budget - len(dropping) - 1
    rooms: dict[int, int] = {}
    order = sorted(range(len(parts)), key=lambda number: parts[number].rank)
    for position, number in enumerate(order):
        waiting = sum(min(parts[other].size, _FLOOR) for other in order[position + 1 :])
        rooms[number] = min(parts[number].size, left - min(waiting, left // 2))
        left -= rooms[number]
    said = [_in_room(part, rooms[number] - 1, cell) for number, part in enumerate(parts)]
    missing = sum(not text for text in said)
    notice = [dropping.replace("0,000", f"{missing:,}")] if missing else []
    return "\n".join([*(text for text in said if text), *notice])


def _in_room(part: _Part, room: int, cell: int) -> str:
    if part.size - 1 <= room:
        return "\n".join(text for text in (part.text, part.tail) if text)
    if part.tail:
        tail = middle_cut(part.tail, max(room, 0))
        above = cut(part.text, room - len(tail) - 1, cell) if room - len(tail) > 100 else ""
        return f"{above}\n{tail}" if above else tail
    return cut(part.text, room, cell) if room >= 100 else ""
