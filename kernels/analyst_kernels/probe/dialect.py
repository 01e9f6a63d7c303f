"""How a text file divides its lines: separator, quotes, escapes, or columns of fixed width."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from .cells import is_gap, is_number, is_value

LINES = 200
"""Lines at the beginning that are looked at."""
USUAL = (",", ";", "\t", "|")
_NO_SEPARATOR = set(" .-_/:'\"+()%*#&@\r\n")
"""Signs that stand within words, numbers, dates and times."""

csv.field_size_limit(1 << 24)


@dataclass
class Dialect:
    """The separator and what else pandas.read_csv must be told, and how well it divides the lines (0 to 1)."""

    separator: str = ","
    options: dict[str, Any] = field(default_factory=dict)
    score: float = 0.0
    widths: list[tuple[int, int | None]] = field(default_factory=list)
    """Where columns begin and end, if they have a fixed width."""

    def rows(self, lines: Iterable[str]) -> Iterator[list[str]]:
        """The cells of each row. Empty lines are empty rows."""
        if self.widths:
            return ([line[a:b].strip() for a, b in self.widths] if line.strip() else [] for line in lines)
        if self.separator == r"\s+":
            return (line.split() for line in lines)
        if len(self.separator) > 1:
            return (line.rstrip("\r\n").split(self.separator) if line.strip() else [] for line in lines)
        return self._quoted(lines)

    def _quoted(self, lines: Iterable[str]) -> Iterator[list[str]]:
        given = {
            key: self.options[key] for key in ("quotechar", "escapechar", "quoting") if key in self.options
        }
        try:
            yield from csv.reader(
                lines,
                delimiter=self.separator,
                skipinitialspace=bool(self.options.get("skipinitialspace")),
                doublequote="escapechar" not in given,
                **given,
            )
        except csv.Error:
            # a field of many megabytes: such a file is not divided so
            return


def dialect(lines: Sequence[str], mark: str = "") -> Dialect:
    """The dialect that divides these lines best. A file can say it: `mark` is the separator of a line `sep=;`."""
    kept = [line for line in lines[:LINES] if line.strip()]
    if mark:
        return _refined(Dialect(mark, score=1.0), kept)
    best = max((_judged(separator, kept) for separator in USUAL), key=lambda found: found.score)
    best = max(
        (_judged(run, kept) for run in _longer(best.separator, kept)), key=lambda f: f.score, default=best
    )
    if best.score < 0.3:
        other = max((_judged(s, kept) for s in _unusual(kept)), key=lambda found: found.score, default=best)
        best = other if other.score > max(best.score, 0.3) else best
    if best.score < 0.3 and "".join(kept).count('"') % 2:
        # a quote that is never closed
        plain = max((_judged(s, kept, quoting=3) for s in USUAL), key=lambda found: found.score)
        best = plain if plain.score > best.score else best
    if best.score < 0.3:
        best = _blanks(kept) or best
    numbers = [line for line in (line.strip('"\r\n ') for line in kept[1:]) if line]
    decimals = best.separator == "," not in "".join(kept[:1]) and sum(map(is_number, numbers)) > 0.9 * len(
        numbers
    )
    return _refined(_undivided(kept) if best.score < 0.2 or decimals else best, kept)


def _undivided(lines: Sequence[str]) -> Dialect:
    """One column: a separator that stands nowhere."""
    signs = set("".join(lines))
    return Dialect(next((sign for sign in (*USUAL, "\x1f") if sign not in signs), ","))


def _judged(separator: str, lines: Sequence[str], **options: Any) -> Dialect:
    """How well a separator divides the lines.

    The product of: the share of lines with the most usual number of cells, more for more cells, and the share of cells
    in which no other separator is left. After Van den Burg et al., "Wrangling messy CSV files" (2019), made simpler.
    """
    found = Dialect(separator, options)
    rows = [row for row in found.rows(lines) if row]
    widths = Counter(len(row) for row in rows if len(row) > 1)
    if not widths:
        return found
    width, times = max(widths.items(), key=lambda pair: (pair[1], pair[0]))
    start = next(n for n, row in enumerate(rows) if len(row) == width)
    later = rows[start:]
    even = times / len(later) * (times / len(rows)) ** 0.5 * sum(len(row) > 1 for row in later) / len(later)
    cells = [cell for row in rows[start:] if len(row) == width for cell in row[:100]][:2000]
    others = {sign for sign in USUAL if sign != separator[:1]}
    clean = sum(not (others & set(cell)) or is_value(cell) or is_gap(cell) for cell in cells) / len(cells)
    found.score = even * clean * (1 - 1 / width) ** 0.5
    return found


def _unusual(lines: Sequence[str]) -> list[str]:
    """Signs, or pairs of them, that stand equally often in nearly all lines."""
    counts = [Counter(re.findall(r"[^\w\s]+|[\x1c-\x1f\x01-\x08]", line)) for line in lines]
    runs: Counter[str] = Counter(run for count in counts for run in count)
    often = [run for run, times in runs.items() if times >= 0.8 * len(lines) and len(run) <= 3]
    return [run for run in often if not set(run) & _NO_SEPARATOR or run == "::"]


def _longer(separator: str, lines: Sequence[str]) -> list[str]:
    """Runs of several signs that a separator never stands without: `||`, `|~|`."""
    text = "".join(lines)
    runs = [run for run in _unusual(lines) if len(run) > 1 and separator in run]
    return [run for run in runs if text.count(separator) == text.count(run) * run.count(separator)]


def _blanks(lines: Sequence[str]) -> Dialect | None:
    """Columns set apart by blanks: the same number of words in each line, or gaps at the same places in all."""
    if len(lines) < 3 or max(map(len, lines)) > 2000 or all(map(is_value, lines[1:])):
        return None
    words = {len(line.split()) for line in lines}
    if len(words) == 1 < max(words) and not _is_prose(lines):
        return Dialect(r"\s+", score=1.0)
    texts = [line.rstrip("\r\n") for line in lines]
    length = max(map(len, texts))
    gap = [all(n >= len(text) or text[n] == " " for text in texts) for n in range(length)]
    starts = [n for n in range(length) if not gap[n] and (n == 0 or gap[n - 1])]
    ends = [n + 1 for n in range(length) if not gap[n] and (n == length - 1 or gap[n + 1])]
    columns = [[text[a:b].strip() for text in texts[1:]] for a, b in zip(starts, ends, strict=True)]
    numbers = [
        all(is_number(cell) or is_gap(cell) for cell in cells) and any(map(is_number, cells))
        for cells in columns
    ]
    if (
        len(columns) < 2
        or not any(numbers)
        or "\t" in "".join(lines)
        or not all(any(cells) for cells in columns)
    ):
        return None
    # numbers may grow to the left, words to the right
    edges = [ends[n - 1] if numbers[n] else starts[n] for n in range(1, len(columns))]
    widths = list(zip([0, *edges], [*edges, None], strict=True))
    return Dialect("", {"colspecs": widths}, 1.0, widths)


def _is_prose(lines: Sequence[str]) -> bool:
    return not any(is_value(word) for line in lines[1:] for word in line.split())


def _refined(found: Dialect, lines: Sequence[str]) -> Dialect:
    """With quotes, escapes and blanks after the separator as the lines have them."""
    if found.widths:
        return found
    if found.separator != ",":
        found.options["sep"] = found.separator if len(found.separator) == 1 else _pattern(found.separator)
    if len(found.separator) > 1 and found.separator != r"\s+":
        found.options["engine"] = "python"
    if len(found.separator) > 1:
        return found
    if not found.separator.isascii():
        found.options["engine"] = "python"
    later = [cell for row in found.rows(lines) for cell in row[1:] if cell]
    if later and found.separator != "\t" and sum(cell.startswith(" ") for cell in later) > 0.8 * len(later):
        found.options["skipinitialspace"] = True
    text = "".join(lines)
    if '"' not in text and text.count("'") > 1 and _quotes_singly(found, lines):
        found.options["quotechar"] = "'"
    if re.search(r'[^\\"]\\"', text) and '""' not in text:
        found.options["escapechar"] = "\\"
    return found


def _quotes_singly(found: Dialect, lines: Sequence[str]) -> bool:
    """Whether apostrophes quote: cells begin and end with one, and the rows are as even as without."""
    other = Dialect(found.separator, {**found.options, "quotechar": "'"})
    before, after = ([len(row) for row in form.rows(lines)] for form in (found, other))
    even = [
        max(map(widths.count, set(widths)), default=0) / max(len(widths), 1) for widths in (before, after)
    ]
    cells = [cell.strip() for row in found.rows(lines) for cell in row]
    opened, closed = (
        sum(getattr(c, test)("'") for c in cells if len(c) > 1) for test in ("startswith", "endswith")
    )
    return opened > 1 and opened == closed and even[1] >= even[0]


def _pattern(separator: str) -> str:
    return separator if separator == r"\s+" else re.escape(separator)
