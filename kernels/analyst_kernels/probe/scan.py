"""One pass over a text file: its encoding, its rows counted, and a sample from all along it. Nothing else is kept."""

from __future__ import annotations

import codecs
import lzma
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from .encodings import old_encoding
from .files import HEAD, Bounds, Source, Unreadable

BLOCK = 1 << 20
TAIL = 16 * 1024
PLACES = 25
"""Stretches of a file that is too large to be read whole."""
LINE = 8_000_000
"""Bytes in which a row has come to its end."""
PACKED = {"gzip": 100_000_000, "zip": 100_000_000, "bz2": 10_000_000, "xz": 20_000_000}
"""Bytes that can be unpacked in some tenths of a second."""
JUDGED = 20_000
"""Lines that are told apart, where some are UTF-8 and some are not."""

BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass
class Lines:
    """What the pass found."""

    encoding: str = "utf-8"
    doubtful: bool = False
    """Another old encoding would have been nearly as likely."""
    odd: int = 0
    """Lines that are not UTF-8 in a file that else is; `encoding` is theirs."""
    sure: bool = True
    """All lines were judged."""
    count: int = 0
    """Rows, the header among them: line ends outside quotes, empty lines aside."""
    empty: int = 0
    """Empty lines."""
    whole: bool = True
    """All of the file was looked at."""
    share: float = 1.0
    """The part of the file that was looked at."""
    sample: list[bytes] = field(default_factory=list)
    """Whole lines from all along the file, the first of them from its beginning."""
    complete: bool = True
    """The sample is all of it."""
    tail: bytes = b""
    """The last lines, if the end was seen."""
    end: str = "\n"


def wide_encoding(head: bytes) -> str:
    """UTF-16 or UTF-32, by the mark at the beginning or by where the zero bytes are; else nothing."""
    marked = next((name for mark, name in BOMS if head.startswith(mark)), "")
    if marked:
        return marked if marked != "utf-8-sig" else ""
    start = head[:4000]
    zeros = (start[0::2].count(0), start[1::2].count(0))
    if max(zeros) > 0.3 * len(start) / 2 and min(zeros) < 0.05 * max(zeros):
        return "utf-16-be" if zeros[0] > zeros[1] else "utf-16-le"
    return ""


def scan(source: Source, bounds: Bounds, *, quotes: bool = True) -> Lines:
    """Count the rows, find the encoding and take a sample. Without `quotes` each line is a row, whatever is in it.

    Raises:
        Unreadable: a packed file is broken.
    """
    head = source.head()
    wide = wide_encoding(head)
    if wide:
        return _wide(source, bounds, wide)
    end = b"\r" if b"\r" in head and b"\n" not in head else b"\n"
    found = Lines(end=end.decode())
    judge = _Judge()
    size = source.path.stat().st_size * (4 if source.packing else 1)
    sample = _Sample(bounds, size, end, quotes)
    try:
        for block in _blocks(source, bounds, found, end, quotes):
            ends = _count(block, found, end, quotes)
            judge.look(block)
            sample.take(block, ends)
            found.tail = block if len(block) > TAIL else (found.tail + block)[-TAIL - 1 :]
    except (EOFError, OSError, lzma.LZMAError) as error:
        raise Unreadable(f"The packed file is cut off or broken ({error}); get it again.") from None
    judge.tell(found)
    if head.startswith(codecs.BOM_UTF8) and not found.odd:
        found.encoding = "utf-8-sig"
    found.sample = sample.pieces(found.count)
    found.complete = sample.complete and found.whole
    if not found.whole:
        found.tail = _end_of(source) if not source.packing else b""
    found.tail = _last_rows(found.tail, end, quotes)
    return found


def _blocks(source: Source, bounds: Bounds, found: Lines, end: bytes, quotes: bool) -> Iterator[bytes]:
    """Whole rows, about a megabyte at a time; of a file that is too large, from `PLACES` places of it."""
    size = source.path.stat().st_size
    limit = min(bounds.scanned, PACKED.get(source.packing, bounds.scanned))
    places = PLACES if not source.packing and size > limit else 1
    seen = 0
    with source.path.open("rb") as raw, source.unpacked(raw) as file:
        for place in range(places):
            if place:
                file.seek(place * (size - limit // PLACES) // (PLACES - 1))
                _check_length(file.readline(LINE + 1))
            used, rest = 0, b""
            while used < limit // places and (block := file.read(BLOCK)):
                used += len(block)
                rows, rest = _split(rest + block, end, quotes)
                _check_length(rest)
                if rows:
                    yield rows
            seen += used - len(rest)
            last = not file.read(1)
            if rest and last:
                yield rest
        found.whole = last and places == 1
        if not found.whole:
            found.share = raw.tell() / size if source.packing else seen / size


def _check_length(row: bytes) -> None:
    if len(row) > LINE:
        raise Unreadable(
            f"One of its lines is longer than {LINE // 1_000_000} million bytes, which no row of a table is: look at its "
            "beginning."
        )


def _split(block: bytes, end: bytes, quotes: bool) -> tuple[bytes, bytes]:
    """The whole rows, and what is left: the end of a row is a line's end outside of quotes."""
    cut = len(block)
    for _ in range(50):
        cut = block.rfind(end, 0, cut)
        if cut < 0:
            return b"", block
        if not quotes or block.count(b'"', 0, cut) % 2 == 0:
            return block[: cut + 1], block[cut + 1 :]
    # a quote that is never closed is no quote
    cut = block.rfind(end)
    return block[: cut + 1], block[cut + 1 :]


def _last_rows(block: bytes, end: bytes, quotes: bool) -> bytes:
    """The whole rows among the last bytes: between the start of a row and the end there are all quotes or none."""
    if len(block) <= TAIL:
        return block
    start = len(block) - TAIL
    for _ in range(50):
        start = block.find(end, start) + 1
        if not start or not quotes or block.count(b'"', start) % 2 == 0:
            return block[start:] if start else b""
    return b""


def _count(block: bytes, found: Lines, end: bytes, quotes: bool) -> int:
    """Count the rows of a block; gives the number of its line ends, in quotes or not."""
    import numpy  # noqa: PLC0415 - pandas brings it: loaded when there is something to read, not when the kernel starts

    codes = numpy.frombuffer(block, numpy.uint8)
    ends = codes == end[0]
    count = int(numpy.count_nonzero(ends))
    outside = count
    if quotes and _has_ends_inside(block, end):
        inside = (
            numpy.cumsum(codes == ord('"'), dtype=numpy.uint8) & 1
        )  # wraps at 256, which keeps it odd or even
        if not inside[-1]:
            ends &= inside == 0
            outside = int(numpy.count_nonzero(ends))
    blank = numpy.count_nonzero(ends[1:] & ends[:-1]) + block.startswith((end, b"\r\n"))
    if b"\n\r\n" in block:
        blank += numpy.count_nonzero(ends[2:] & (codes[1:-1] == ord("\r")) & ends[:-2])
    found.empty += int(blank)
    found.count += outside + (not block.endswith(end)) - int(blank)
    return count


def _has_ends_inside(block: bytes, end: bytes) -> bool:
    """Whether a line ends within quotes. Where there are many quotes it is quicker to look at each byte."""
    count = block.count(b'"')
    return count > len(block) // 30 or (count > 0 and end in b"".join(block.split(b'"')[1::2]))


class _Sample:
    """Pieces of the blocks that came by, so long that all together take no more than the bounds."""

    def __init__(self, bounds: Bounds, size: int, end: bytes, quotes: bool) -> None:
        self.bounds, self.end, self.quotes = bounds, end, quotes
        self.kept: list[bytes] = []
        self.size = self.ends = 0
        self.rest = b""
        self.complete = True
        self.piece = bounds.bytes // 2 // (min(bounds.scanned, size) // BLOCK + 1)

    def take(self, block: bytes, ends: int) -> None:
        self.kept.append(block if self.complete else self.cut(block, self.piece))
        self.rest = block[len(self.kept[-1]) :]
        self.size += len(block)
        self.ends += ends
        if self.complete and self.size > self.bounds.bytes:
            self.shorten(lambda _: self.piece)

    def shorten(self, length: Callable[[bytes], int]) -> None:
        self.complete = False
        last = self.kept[-1] + self.rest
        first, *others = self.kept
        # the beginning, where the names are, stays long
        first = self.cut(first, max(HEAD, length(first)))
        self.kept = [first, *(self.cut(piece, length(piece)) for piece in others)]
        self.rest = last[len(self.kept[-1]) :]

    def pieces(self, count: int) -> list[bytes]:
        """The sample, the last rows in it, with hardly more rows than the bounds allow; `count` rows came by in all."""
        rows = sum(piece.count(self.end) for piece in self.kept) * count / max(self.ends, 1)
        share = 1.02 * self.bounds.rows / max(rows, 1)
        if share < 1:
            self.shorten(lambda piece: int(len(piece) * share))
        return [*self.kept, _last_rows(self.rest, self.end, self.quotes)]

    def cut(self, block: bytes, length: int) -> bytes:
        if len(block) <= length:
            return block
        rows, _ = _split(block[:length], self.end, self.quotes)
        # a row that is longer than the piece: its whole
        return rows or block[: max(block.find(self.end, length), length) + 1]


class _Judge:
    """Whether lines are UTF-8, told from whole lines."""

    def __init__(self) -> None:
        self.good = self.bad = 0
        self.sure = True
        self.evidence = bytearray()

    def look(self, block: bytes) -> None:
        if block.isascii():
            return
        try:
            block.decode("utf-8")
        except UnicodeDecodeError:
            self.lines(block)
        else:
            self.good += 1

    def lines(self, block: bytes) -> None:
        for line in block.splitlines():
            if self.good + self.bad >= JUDGED:
                self.sure = False
                return
            if line.isascii():
                continue
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                self.bad += 1
                if len(self.evidence) < 50_000:
                    self.evidence += line[:2000] + b"\n"
            else:
                self.good += 1

    def tell(self, found: Lines) -> None:
        if not self.bad:
            return
        found.encoding, found.doubtful = old_encoding(bytes(self.evidence))
        found.sure = self.sure
        # text in an old encoding is hardly ever UTF-8 by chance
        if self.good > 0.1 * self.bad:
            found.odd = self.bad


def _end_of(source: Source) -> bytes:
    with source.path.open("rb") as file:
        file.seek(-TAIL - 1, 2)
        return file.read()


def _wide(source: Source, bounds: Bounds, encoding: str) -> Lines:
    """UTF-16 and UTF-32: the beginning of the text, in UTF-8."""
    found = Lines(encoding=encoding)
    with source.path.open("rb") as raw, source.unpacked(raw) as file:
        packed = file.read(bounds.bytes)
        found.complete = found.whole = not file.read(1)
        found.share = 1.0 if found.whole else raw.tell() / source.path.stat().st_size
    # cut in the middle of a character, the last one is left out with its line below
    text = packed.decode(encoding, "replace")
    content = text.removeprefix("\ufeff").encode("utf-8", "replace")
    end = b"\r" if b"\r" in content and b"\n" not in content else b"\n"
    if not found.whole:
        content = _split(content, end, True)[0] or content
    found.end = end.decode()
    _count(content, found, end, True)
    found.sample, found.tail = [content], content[-TAIL:] if found.whole else b""
    return found


def estimated(lines: Lines) -> int:
    """The rows of all the file, from those that were counted."""
    return lines.count if lines.whole else round(lines.count / max(lines.share, 1e-9))
