"""Where a table begins and ends among rows of cells, and what its columns are called. For text and for sheets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from .cells import REMARK, TOTAL, filled, is_date, is_gap, is_number, is_value, named, share

ABOVE = 60
"""Rows in which the names of the columns are looked for."""

Rows = Sequence[Sequence[str]]


@dataclass
class Layout:
    """A table among rows of cells."""

    width: int = 0
    """Cells of most rows."""
    header: int = 0
    """Rows above the names; without names, above the data."""
    names: list[str] = field(default_factory=list)
    """Of the columns, as they stand there; empty if nothing names them."""
    levels: int = 1
    """Rows that the names take; 0 without names."""
    units: list[str] = field(default_factory=list)
    """The row below the names, if it holds units."""
    notes: list[str] = field(default_factory=list)

    @property
    def first(self) -> int:
        """The row in which the data begins."""
        return self.header + self.levels + bool(self.units)


def layout(rows: Rows, *, merged: bool = False) -> Layout:
    """Find the table in the first rows of a file; `merged`: cells are empty where the one to the left reaches over them."""
    found = Layout(_width(rows))
    found.header = _start(rows, found.width)
    _say_above(found, rows)
    body = [row for row in rows[found.header + 1 :] if filled(row)]
    first = list(rows[found.header]) if rows else []
    if not _names_columns(first, body):
        found.levels = 0
        return found
    found.names = [cell.strip() if merged else cell for cell in first]
    levels = _levels(found, [first, *body])
    if levels > 1:
        found.levels = levels
        found.names = flat([first, *body[: levels - 1]])
        found.notes.append(f"the names of the columns take {levels} rows, joined here into one")
    elif body and _is_units(body[0], body[1:], found.width):
        found.units = [cell.strip() for cell in body[0]]
        said = [f"{n.strip()}: {u}" for n, u in zip(found.names, found.units, strict=False) if u]
        found.notes.append(f"the row below the names holds no data and is left out ({named(said, 8)})")
    return found


def _say_above(found: Layout, rows: Rows) -> None:
    if not found.header:
        return
    said = [" ".join(cell.strip() for cell in row if cell.strip()) for row in rows[: found.header]]
    text = "; ".join(line[:60] for line in said if line)[:200]
    lines = (
        "1 line above the header is" if found.header == 1 else f"{found.header} lines above the header are"
    )
    found.notes.append(f"{lines} skipped" + (f": {text!r}" if text else ""))


def _width(rows: Rows) -> int:
    widths = Counter(len(row) for row in rows if filled(row))
    if not widths:
        return 0
    wide = {width: times for width, times in widths.items() if width > 1 and times > 1} or widths
    return max(wide.items(), key=lambda pair: (pair[1], pair[0]))[0]


# ── where it begins ─────────────────────────────────────────────────────────────────────────────────────────────────


def _start(rows: Rows, width: int) -> int:
    """The row of names, or of the first data: the first that is as full as a table's, below all that stands apart."""
    near = rows[:ABOVE]
    begin = _below_gap(near, width) if width > 1 else 0
    for number in range(begin, len(near)):
        row = near[number]
        if not filled(row) or row[0].lstrip().startswith(("#", "//")) and len(row) < width:
            continue
        if _is_full(row, width) or _is_group_row(near[number : number + 3], width):
            return number
    return next((n for n, row in enumerate(near) if filled(row)), 0)


def _is_full(row: Sequence[str], width: int) -> bool:
    # one less than most: the names of rows may have no name themselves
    if len(row) < width - 1 or (len(row) < width and len(row) < 2):
        return False
    said = filled(row)
    if width <= 2:
        return said == width or (said >= 1 and not row[0].strip())
    return said >= max(2, 0.5 * width)


def _is_group_row(rows: Rows, width: int) -> bool:
    """Whether the first row names groups of the columns that the next one names: cells far apart, none a number."""
    if len(rows) < 3 or width < 3:
        return False
    first, second, third = rows
    apart = 2 <= filled(first) < 0.5 * width and len(first) >= width - 1
    words = not any(is_value(cell) for cell in [*first, *second] if cell.strip())
    return apart and words and _is_full(second, width) and share(third) > 0


def _below_gap(rows: Rows, width: int) -> int:
    """The row below the empty ones above which the cells do not fit the columns below."""
    start = 0
    full = [filled(row) > 0 for row in rows]
    for number in range(len(rows) - 1):
        if full[number]:
            continue
        above = [row for row, said in zip(rows[start:number], full[start:], strict=False) if said]
        below = [row for row, said in zip(rows[number + 1 :], full[number + 1 :], strict=False) if said]
        if not above:
            start = number + 1
            continue
        table = sum(len(row) == width for row in below) > 0.6 * len(below) > 1
        if not table or len(below) < 0.5 * len(above) or _alike(above, below, width):
            break
        start = number + 1
    return start


def _alike(above: Rows, below: Rows, width: int) -> bool:
    """Whether the rows above could be names and data of the same columns as those below."""
    if all(len(row) < width for row in above):
        return False
    first, below = below[0], below[1:]
    empty = {n for n in range(width) if not any(cell.strip() for cell in _column(below, n))}
    places = [n for row in above for n, cell in enumerate(row) if cell.strip()]
    if sum(n in empty for n in places) > 0.5 * len(places):
        return False
    for column in range(width):
        over = _column(above[1:], column)
        said = not all(map(is_gap, over))
        if said and share(_column(below, column)) > 0.8 and share(over) < 0.5:
            return False
    values = any(share(row) > 0 for row in below)
    return not values or share(first) > 0 or any(share(row) > 0 for row in above[1:])


# ── what the columns are called ─────────────────────────────────────────────────────────────────────────────────────


def _names_columns(first: Sequence[str], body: Rows) -> bool:
    """Whether a row holds names: no values where the column below has some, no words that the column has again."""
    said = [cell for cell in first if cell.strip()]
    if not said:
        return False
    if not body:
        return not all(map(is_value, said))
    years = [cell for cell in said if cell.strip().isdigit() and 1700 <= int(cell) <= 2200]
    series = len(years) > 1 and years == sorted(years)
    votes = 0.0
    for column, cell in enumerate(first):
        below = [row[column] for row in body[:100] if len(row) > column and not is_gap(row[column])]
        if not cell.strip() or not below:
            continue
        if share(below) > 0.8:
            votes += -1 if is_value(cell) and not (series and cell in years) else 0.3 if is_gap(cell) else 1
        elif is_value(cell):
            votes -= 0.5 if not (series and cell in years) else 0
        elif cell in below:
            votes -= 0.5
        elif len({len(value) for value in below}) == 1 < len(below) and len(cell) != len(below[0]):
            votes += 0.5
    if series and len(years) < len(said):
        votes += 1
    return votes >= 0 and not (all(map(is_value, said)) and not series)


def _levels(found: Layout, rows: Rows) -> int:
    """How many rows the names take: more than one if the first repeats or leaves out names that the next one tells apart."""
    first = [cell.strip() for cell in rows[0]]
    named_twice = len({cell for cell in first if cell}) < sum(map(bool, first))
    if not (named_twice or not all(first[: found.width])):
        return 1
    for levels in (2, 3):
        above, below = rows[:levels], [row for row in rows[levels:] if filled(row)]
        if len(below) < 1 or any(is_number(cell) and not _is_year(cell) for row in above[1:] for cell in row):
            return 1
        names = flat(above)
        values = any(share(_column(below, n)) > 0.8 for n in range(found.width))
        if values and len(set(names)) == len(names) and all(names) and share(below[0]) > 0:
            return levels
    return 1


def _is_year(cell: str) -> bool:
    return cell.strip().isdigit() and 1700 <= int(cell) <= 2200


def _column(rows: Rows, number: int) -> list[str]:
    return [row[number] for row in rows[:100] if len(row) > number]


def flat(rows: Rows) -> list[str]:
    """Names that stand in several rows, each in one: `2023` over `Q1` becomes `2023 Q1`.

    An empty cell over a name continues the cell to its left, if that one has something below it too.
    """
    width = max(map(len, rows))
    cells = [[*(cell.strip() for cell in row), *[""] * (width - len(row))] for row in rows]
    for number, row in enumerate(cells[:-1]):
        below = [any(later[n] for later in cells[number + 1 :]) for n in range(width)]
        last = ""
        for n in range(width):
            if row[n]:
                last = row[n] if below[n] else ""
            elif below[n]:
                row[n] = last
    return [" ".join(dict.fromkeys(row[n] for row in cells if row[n])) for n in range(width)]


def _is_units(row: Sequence[str], body: Rows, width: int) -> bool:
    """Whether the first row below the names holds words, of the columns that else hold numbers."""
    if len(body) < 2:
        return False
    numbers = [n for n in range(width) if share(_column(body, n)) > 0.9]
    cells = [row[n].strip() for n in numbers if n < len(row)]
    words = [cell for cell in cells if cell and not is_value(cell) and not is_gap(cell) and len(cell) <= 25]
    return len(words) > 0 and len(words) == sum(map(bool, cells)) and len(words) >= 0.5 * len(numbers) > 0


# ── where it ends ───────────────────────────────────────────────────────────────────────────────────────────────────


def footer(tail: Rows, body: Rows, width: int) -> int:
    """How many of the last rows, empty ones among them, are no data: remarks, sources, totals."""
    usual = sorted(filled(row) for row in body)[len(body) // 2] if body else 0
    firsts = Counter(row[0].strip() for row in body if row)
    beginning = [row[0] for row in body[:200] if row and row[0].strip()]
    cut = 0
    for number, row in enumerate(reversed(tail), 1):
        if not filled(row):
            continue
        apart = _stands_apart(tail[: len(tail) - number + 1], width)
        if number > 25 or not _is_below(list(row), usual, width, firsts, beginning, apart):
            break
        cut = number
    return cut


def _stands_apart(rows: Rows, width: int) -> bool:
    """Whether the last of these rows, and those above it up to an empty one, have another number of cells."""
    for row in reversed(rows):
        if not filled(row):
            return True
        if len(row) == width:
            return False
    return False


def _is_below(
    row: list[str], usual: int, width: int, firsts: Counter[str], beginning: list[str], apart: bool
) -> bool:
    start = row[0].strip()
    if TOTAL.fullmatch(start) and firsts[start] <= 1 and width > 1:
        return True
    if REMARK.match(start) and firsts[start] <= 1 and (filled(row) <= max(1, usual // 4) or len(row) < width):
        return True
    if width <= 2 and len(row) == width:
        return False
    if usual < 2 or (filled(row) > max(1, usual // 4) and not apart):
        return False
    if not start:
        return False
    # a row that breaks off after a value like those above is a row, and the file is cut
    like = share(beginning) > 0.8 and is_value(start) or is_date(start) or firsts[start] > 1
    return not like
