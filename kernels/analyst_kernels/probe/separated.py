"""Separated text: CSV with any separator and encoding, columns of fixed width, and text that is no table."""

from __future__ import annotations

import io
import re
import warnings
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from .brief import short
from .cells import counted, filled
from .dates import converted
from .dialect import LINES, Dialect, dialect
from .files import Bounds, Source, Unreadable
from .layout import Layout, footer, layout
from .marks import lost, marks
from .scan import Lines, scan
from .tables import Table, expression, renamed

PROSE = {"txt", "md", "log", "rst"}
KEPT = 2000
"""Rows that are kept as text, to see how values are written; fewer of a wide table."""
CELLS = 200_000
WIDEST = 50_000
"""Columns beyond which nothing is looked at: each costs time, however short."""
BEGINNING = 300_000
"""Characters that are looked at to find out how lines are divided, unless a dozen lines take more."""
FEW = 0.01
"""Up to this share of rows that do not fit are left out; of more, all is kept."""
_UNREAD = {"encoding", "encoding_errors", "compression", "nrows", "skipfooter"}
"""Arguments that have no meaning for text that is decoded and cut already."""


def csv(source: Source, bounds: Bounds) -> Iterator[Table]:
    """Separated text, or text that is no table.

    Raises:
        Unreadable: a row is too long, or it has too many columns.
    """
    lines = scan(source, bounds)
    text = _decoded(b"".join(lines.sample), lines)
    mark = text[4] if text[:4].lower() == "sep=" and text[5:6] in {"\r", "\n"} else ""
    begin = _first_lines(text)
    form = dialect(begin[bool(mark) :], mark)
    if form.score < 0.5 and source.name.rpartition(".")[2] in PROSE:
        yield _prose(source, lines, text)
        return
    rows = [*([[""]] if mark else []), *form.rows(begin[bool(mark) :])]
    _check_width(max(map(len, rows), default=0))
    shape = layout(rows)
    with warnings.catch_warnings():
        # what pandas warns of (mixed types, dates) is said in notes and types
        warnings.simplefilter("ignore")
        yield _Reading(source, bounds, lines, text, form, shape).table()


def _check_width(width: int) -> None:
    if width > WIDEST:
        raise Unreadable(
            f"It has {width:,} columns, and more than {WIDEST:,} are not looked at: read those that are meant (usecols)."
        )


def _first_lines(text: str) -> list[str]:
    lines: list[str] = []
    room = BEGINNING
    for line in islice(io.StringIO(text, newline=""), LINES):
        if room < 0 and len(lines) >= 12:
            break
        lines.append(line)
        room -= len(line)
    return lines


def _decoded(sample: bytes, lines: Lines) -> str:
    if lines.encoding.startswith(("utf-16", "utf-32")):
        return sample.decode("utf-8", "replace")  # as `scan` gives it
    if not lines.odd:
        return sample.decode(lines.encoding, "replace")
    text = sample.decode("utf-8", "surrogateescape").removeprefix("\ufeff")
    return _ODD.sub(
        lambda odd: odd[0].encode("utf-8", "surrogateescape").decode(lines.encoding, "replace"), text
    )


_ODD = re.compile(r"[\udc80-\udcff]+")
_MIXED = (
    "io.StringIO(re.sub(r'[\\udc80-\\udcff]+', lambda odd: odd[0].encode('utf-8', "
    "'surrogateescape').decode({encoding!r}, 'replace'), {content}.decode('utf-8', 'surrogateescape')))"
)
"""Python that does for pandas.read_csv what `_decoded` does."""


def _prose(source: Source, lines: Lines, text: str) -> Table:
    read = f"open({str(source.path)!r}, encoding={lines.encoding!r}).read()"
    if source.packing:
        read = f"{source.content}.decode({lines.encoding!r})"
    return Table("text", read, None, lines.count + lines.empty, lines.whole, [short(text, 600)])


@dataclass
class _Reading:
    """One file while it is found out how to read it."""

    source: Source
    bounds: Bounds
    lines: Lines
    text: str
    """The sample."""
    form: Dialect
    shape: Layout
    options: dict[str, Any] = field(default_factory=dict)
    after: str = ""
    """Python that follows the reading."""
    notes: list[str] = field(default_factory=list)
    kept: list[list[str]] = field(default_factory=list)
    """Some rows of the data."""
    below: int = 0
    """Lines of a footer, empty ones among them."""
    filled_below: int = 0
    row_name: str = ""
    """What the names of rows are called, where they have no name themselves."""

    def table(self) -> Table:
        """Find out, read the sample, describe."""
        self.options = {**self.form.options, **self.source.options}
        self.say_encoding()
        self.notes += self.shape.notes
        self.place_names()
        self.cut_footer()
        self.fit_rows()
        frame = self.read()
        frame = self.type_columns(frame)
        if not self.shape.names:
            frame, self.after = frame.add_prefix("c"), self.after + ".add_prefix('c')"
            self.notes.append("no line with names: the columns are called c0, c1, …")
        else:
            self.notes += renamed(self.shape.names, list(frame.columns))
        frame, code, notes = converted(frame, whole=self.lines.complete)
        self.after += code
        self.notes += notes
        return self.finished(frame)

    # ── what the lines say ──────────────────────────────────────────────────────────────────────────────────────────

    def say_encoding(self) -> None:
        lines = self.lines
        if lines.odd:
            odd = counted(lines.odd, "line is", "lines are")
            known = "" if lines.sure else "at least "
            self.notes.append(
                f"{known}{odd} not UTF-8 as the others are: read as {lines.encoding}, each odd byte by itself"
            )
        elif lines.encoding not in {"utf-8", "utf-8-sig"}:
            self.options["encoding"] = lines.encoding
            old = not lines.encoding.startswith("utf")
            if old and not lines.sure:
                self.options["encoding_errors"] = "replace"
            guessed = (
                f"not UTF-8: decoded as {lines.encoding}, a guess" if old else f"encoded in {lines.encoding}"
            )
            self.notes.append(guessed + (" that should be checked on names" if lines.doubtful else ""))

    def place_names(self) -> None:
        shape = self.shape
        if shape.units:
            self.options["skiprows"] = [*range(shape.header), self.units_line()]
        elif shape.levels > 1:
            self.options |= {"header": None, "names": shape.names, "skiprows": shape.header + shape.levels}
        elif shape.header:
            self.options["skiprows"] = shape.header
        if not shape.levels:
            self.options["header"] = None

    def units_line(self) -> int:
        rows = list(self.form.rows(_first_lines(self.text)))
        return next(n for n in range(self.shape.header + 1, len(rows)) if filled(rows[n]))

    def cut_footer(self) -> None:
        tail = _decoded(self.lines.tail, self.lines) if self.lines.tail else ""
        head = list(self.form.rows(_first_lines(self.text)))
        rows = list(self.form.rows(io.StringIO(tail, newline="")))
        body = [row for row in head[self.shape.first :] if filled(row)]
        self.below = footer(rows, body, self.shape.width)
        if not self.below:
            return
        left_out = [row for row in rows[-self.below :] if filled(row)]
        self.filled_below = len(left_out)
        said = "; ".join(short(" ".join(filter(None, row)), 60) for row in left_out)
        were = "the last line is" if len(left_out) == 1 else f"the last {len(left_out)} lines are"
        self.notes.append(f"{were} no data and left out: {short(said, 200)!r}")
        cut = len(self.text) - (self.text.endswith(self.lines.end))
        for _ in range(self.below):
            cut = self.text.rfind(self.lines.end, 0, cut)
        self.text = self.text[: cut + 1]

    def fit_rows(self) -> None:
        """What is to be done where quotes are not closed, and where rows have more or fewer cells than there are names."""
        usual = max(len(self.shape.names), self.shape.width)
        widths, long = self.look(usual)
        if self.has_open_quote(sum(widths.values())):
            self.form = Dialect(self.form.separator, {**self.form.options, "quoting": 3})
            self.options["quoting"] = 3
            widths, long = self.look(usual)
        if "quoting" in self.options:
            self.notes.append("a quote is never closed: quotes are read as characters like others")
        if self.form.widths:
            return
        self.fit_names(usual)
        if long:
            more = {width: times for width, times in widths.items() if width > usual}
            self.fit_long(sum(more.values()), max(more), sum(widths.values()), usual, long)
        named = min(usual, len(self.shape.names) or usual)
        fewer = sum(times for width, times in widths.items() if 0 < width < named)
        if fewer:
            has = counted(fewer, f"line{self.where} has", f"lines{self.where} have")
            self.notes.append(f"{has} fewer cells than there are columns: the missing ones are empty")

    def look(self, usual: int) -> tuple[dict[int, int], list[str]]:
        """How many rows have how many cells, and the first that has more than usual; some rows are kept."""
        most = max(20, min(KEPT, CELLS // max(self.shape.width, 1)))
        step = max(1, self.text.count(self.lines.end) // most)
        widths: defaultdict[int, int] = defaultdict(int)
        long: list[str] = []
        self.kept = []
        for number, row in enumerate(islice(self.rows(), self.shape.first, None)):
            size = len(row)
            if size > usual:
                while len(row) > usual and not row[-1].strip():
                    row.pop()
                size = len(row)
                long = long or (row if size > usual else [])
            widths[size] += 1
            if number % step == 0 and row:
                self.kept.append(row)
        return widths, long

    def has_open_quote(self, rows: int) -> bool:
        """Whether a quote swallows lines: taken as a character like others, it leaves the rows more even."""
        if (
            '"' not in self.text
            or {"quoting", "quotechar", "escapechar"} & set(self.options)
            or self.form.widths
        ):
            return False
        if len(self.form.separator) > 1:
            return False
        swallowed = self.text.count(self.lines.end) - rows - self.shape.first > 20
        if self.text.count('"') % 2 == 0 and not (
            swallowed and any(cell.count("\n") > 20 for row in self.rows() for cell in row)
        ):
            return False
        plain = Dialect(self.form.separator, {**self.form.options, "quoting": 3})
        return _evenness(plain, self.text) >= _evenness(self.form, self.text)

    def rows(self) -> Iterator[list[str]]:
        return self.form.rows(io.StringIO(self.text, newline=""))

    @property
    def where(self) -> str:
        """What a count of lines is of, where it is not of all."""
        return "" if self.lines.complete else " of the sample"

    def fit_names(self, usual: int) -> None:
        names = self.shape.names
        more = usual - len(names)
        if not names or self.shape.levels > 1:
            return
        ends = [row[len(names) :] for row in self.kept if len(row) > len(names)]
        if more > 0 and not any(filled(row) for row in ends):
            self.options["usecols"] = list(range(len(names)))
            return
        if more == 1:
            name = next(n for n in ("row", "row name", "row_") if n not in names)
            self.row_name = name
            self.after += f".reset_index(names={name!r})"
            self.notes.append(f"the first column has no name and is called {name!r}")
            return
        nameless = len(names)
        while nameless > 1 and not names[nameless - 1].strip():
            nameless -= 1
        if nameless < len(names) and not any(filled(row[nameless:]) for row in self.kept):
            self.options["usecols"] = list(range(nameless))
            self.notes.append(f"{counted(len(names) - nameless, 'column')} without name and content left out")

    def fit_long(self, count: int, widest: int, rows: int, usual: int, example: list[str]) -> None:
        has = counted(count, f"line{self.where} has", f"lines{self.where} have")
        said = f"{has} more cells than there are columns (the first begins {short(' '.join(example), 60)!r})"
        if count > FEW * rows and widest <= usual + 20:
            names: list[Any] = [*self.shape.names] or [*range(usual)]
            names += [f"extra {n}" for n in range(1, widest - len(names) + 1)] if self.shape.names else []
            names += [*range(len(names), widest)]
            skip = self.units_line() + 1 if self.shape.units else self.shape.header + self.shape.levels
            self.options |= {"header": None, "names": _unique(names), "skiprows": skip}
            self.options.pop("usecols", None)
            self.shape.names = [str(name) for name in names] if self.shape.names else []
            self.notes.append(f"{said}: these stand in the columns {', '.join(map(str, names[usual:]))}")
            if not self.lines.complete:
                self.options["on_bad_lines"] = "skip"
        else:
            self.options["on_bad_lines"] = "skip"
            self.notes.append(f"{said} and {'is' if count == 1 else 'are'} left out (on_bad_lines='skip')")

    # ── what pandas makes of them ───────────────────────────────────────────────────────────────────────────────────

    def read(self) -> Any:
        import pandas  # noqa: PLC0415 - imported when there is something to read, not when the kernel starts

        given = {key: value for key, value in self.options.items() if key not in _UNREAD}
        if self.form.widths:
            return pandas.read_fwf(io.StringIO(self.text), **given)
        try:
            frame = pandas.read_csv(io.StringIO(self.text, newline=""), **given)
        except pandas.errors.ParserError as error:
            if "EOF inside string" in str(error) and "quoting" not in given:
                self.options["quoting"] = 3
                self.notes.append("a quote is never closed: quotes are read as characters like others")
            elif "on_bad_lines" not in given:
                self.options["on_bad_lines"] = "skip"
                self.notes.append(f"lines that do not fit are left out ({short(str(error), 120)})")
            else:
                raise
            return self.read()
        return frame.reset_index(names=self.row_name) if self.row_name else frame

    def type_columns(self, frame: Any) -> Any:
        chosen = self.options.get("usecols")
        rows = self.kept if chosen is None else [row[: len(chosen)] for row in self.kept]
        options, notes = marks(frame, rows, list(frame.columns), self.form.separator)
        self.notes += notes
        if self.lines.complete and len(self.kept) >= len(frame):
            self.notes += lost(rows)
        if not options:
            return frame
        self.options |= options
        return self.read()

    def finished(self, frame: Any) -> Table:
        lines, bounds = self.lines, self.bounds
        rows, exact = len(frame), True
        if not lines.complete:
            head = islice(self.form.rows(io.StringIO(self.text, newline="")), self.shape.first)
            rows = lines.count - sum(filled(row) > 0 for row in head) - self.filled_below
            rows = round(rows / max(lines.share, 1e-9)) if not lines.whole else rows
            exact = lines.whole and "on_bad_lines" not in self.options
            frame = _thinned(frame, bounds.rows)
            self.notes.insert(
                0, f"sampled: statistics are of about {len(frame):,} rows from all along the file"
            )
            if not lines.whole:
                self.notes.insert(1, f"rows are estimated from {lines.share:.0%} of the file")
        if self.below:
            end = {"nrows": rows} if exact else {"skipfooter": self.below, "engine": "python"}
            self.options |= end
        function = "read_fwf" if self.form.widths else "read_csv"
        place = self.source.place
        if lines.odd:
            place = _MIXED.format(encoding=lines.encoding, content=self.source.content)
            self.options = {k: v for k, v in self.options.items() if k not in {"compression", "encoding"}}
        read = expression(function, place, self.options) + self.after
        form = "tsv" if self.form.separator == "\t" else "csv"
        return Table(form, read, frame, rows, exact, self.notes)


def _thinned(frame: Any, most: int) -> Any:
    """At most so many rows, at even distances, the first and the last among them."""
    if len(frame) <= most:
        return frame
    return frame.iloc[[n * (len(frame) - 1) // (most - 1) for n in range(most)]]


def _evenness(form: Dialect, text: str) -> float:
    """The share of rows with the most usual number of cells, among lines."""
    widths = Counter(len(row) for row in form.rows(io.StringIO(text, newline="")) if row)
    width, times = max(widths.items(), key=lambda pair: pair[1], default=(0, 0))
    return times / max(text.count("\n"), 1) if width > 1 else 0.0


def _unique(names: list[Any]) -> list[Any]:
    seen: Counter[Any] = Counter()
    said = []
    for name in names:
        said.append(f"{name}.{seen[name]}" if seen[name] else name)
        seen[name] += 1
    return said
