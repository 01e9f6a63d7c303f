"""Excel workbooks, and what is read like them: the table of each sheet, wherever in the sheet it stands."""

from __future__ import annotations

import datetime
import math
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from .brief import brief, short
from .cells import GAPS, counted, filled, is_value, named
from .columnar import missing
from .files import Bounds, Source, Unreadable
from .layout import Layout, footer, layout
from .sheet import SPREAD, Sheets
from .tables import TABLES, Table, expression, renamed

LARGE = 20_000_000
"""Bytes of XML that are read in half a second; of a larger sheet only the first rows are read."""
BOMB, DENSE = 200_000_000, 100
"""Bytes from which a workbook that is packed so many times smaller is no table (those are packed 5 to 40 times)."""
LONGEST = 1 << 20
"""Bytes of XML in which a text of a cell has come to its end (a cell holds 32,767 characters)."""
FIRST = 5_000
HEAD = 200


def excel(source: Source, bounds: Bounds) -> Iterator[Table]:
    """The sheets of a workbook.

    Raises:
        Unreadable: it is protected or broken, has no data, or the package that reads it is not there.
    """
    _check(source)
    tables: list[Table] = []
    empty: list[str] = []
    with ExitStack() as stack, warnings.catch_warnings():
        # of parts of a workbook that are no data, as styles and validations
        warnings.simplefilter("ignore")
        book = stack.enter_context(_opened(source))
        sheets = None
        if zipfile.is_zipfile(source.path):
            container = stack.enter_context(zipfile.ZipFile(source.path))
            sheets = Sheets(container) if "xl/workbook.xml" in container.namelist() else None
        left = LARGE
        for name in book.sheet_names[:TABLES]:
            size = sheets.size(name) if sheets else 0
            large = sheets if sheets and size and (size > left or sheets.spread(name) > SPREAD) else None
            left -= 0 if large else size
            rows, last = large.first_rows(name, FIRST) if large else (_rows(book, name), 0)
            table = _table(source, name, rows, last, bounds)
            if table is None:
                empty.append(name)
            else:
                tables.append(table)
        more = book.sheet_names[TABLES:]
    if not tables:
        raise Unreadable(f"This workbook holds no data; its sheets are empty: {named(empty)}.")
    notes = [f"empty sheets: {named(empty)}"] if empty else []
    notes += [f"{len(more)} more sheets are not looked at: {named(more, 20)}"] if more else []
    tables[0].notes += notes
    yield from tables


def _check(source: Source) -> None:
    if zipfile.is_zipfile(source.path):
        with zipfile.ZipFile(source.path) as container:
            size = sum(part.file_size for part in container.infolist())
        if size > BOMB and size > DENSE * source.path.stat().st_size:
            raise Unreadable(
                f"This workbook holds {size / 1e9:.1f} GB in a file of {source.path.stat().st_size / 1e6:.1f} MB, which no "
                "table does: it is not unpacked. Save the data as CSV if it is what you need."
            )
        with zipfile.ZipFile(source.path) as container:
            _check_texts(container)
    elif source.path.stat().st_size > BOMB:
        raise Unreadable("This old workbook is larger than any is: get it again, or save it as .xlsx.")
    head = source.head()
    if not head.startswith(b"\xd0\xcf\x11\xe0"):
        return
    with source.path.open("rb") as file:
        content = file.read(50_000_000)
    for word, sentence in (
        ("EncryptedPackage", "This workbook is protected by a password: save a copy without one."),
        ("WordDocument", "This is a Word document, not data; save its tables as CSV or Excel."),
        (
            "PowerPoint Document",
            "This is a PowerPoint presentation, not data; save its tables as CSV or Excel.",
        ),
    ):
        if word.encode("utf-16-le") in content:
            raise Unreadable(sentence)


def _check_texts(container: zipfile.ZipFile) -> None:
    """Each text is there once and is meant by many cells: a long one would be a long one for each."""
    for part in container.infolist():
        if "sharedstrings" in part.filename.lower():
            with container.open(part) as file:
                while block := file.read(LONGEST):
                    if b"si>" not in block and len(block) == LONGEST:
                        raise Unreadable(
                            "This workbook holds a text that is longer than Excel allows: it is not read. Save the data as "
                            "CSV if it is what you need."
                        )


def _options() -> dict[str, Any]:
    # much the faster reader, where the user has it
    return {"engine": "calamine"} if find_spec("python_calamine") else {}


def _opened(source: Source) -> Any:
    import pandas  # noqa: PLC0415 - imported when there is something to read, not when the kernel starts

    try:
        return pandas.ExcelFile(source.path, **_options())
    except ImportError as error:
        raise missing(error, "an Excel workbook", "openpyxl") from None
    except Exception as error:  # noqa: BLE001 - each reader has errors of its own
        said = short(" ".join(str(error).split()), 150)
        if "password" in said.lower() or "encrypt" in said.lower():
            raise Unreadable("This workbook is protected by a password: save a copy without one.") from None
        raise Unreadable(f"This workbook is broken ({said}): open it with Excel and save it anew.") from None


def _rows(book: Any, name: str) -> list[list[Any]]:
    import pandas  # noqa: PLC0415 - as above

    raw = pandas.read_excel(book, sheet_name=name, header=None, dtype=object)
    return [
        [None if _is_nothing(cell) else cell for cell in row] for row in raw.to_numpy(dtype=object).tolist()
    ]


def _is_nothing(cell: Any) -> bool:
    return cell is None or (type(cell) is float and math.isnan(cell)) or type(cell).__name__ == "NaTType"


def _text(cell: Any) -> str:
    """A cell as text, in which numbers and dates can be told from words."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime.datetime | datetime.date):
        return cell.isoformat()
    return str(cell)


# ── one sheet ───────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class _Sheet:
    """One sheet while the table in it is looked for."""

    rows: list[list[Any]]
    left: int = 0
    right: int = 0
    shape: Layout = field(default_factory=Layout)
    end: int = 0
    """The row below the table."""
    options: dict[str, Any] = field(default_factory=dict)
    after: str = ""
    notes: list[str] = field(default_factory=list)

    def text(self, begin: int, end: int) -> list[list[str]]:
        """The cells of the table's columns as text."""
        return [[_text(cell) for cell in row[self.left : self.right]] for row in self.rows[begin:end]]


def _table(source: Source, name: str, rows: list[list[Any]], last: int, bounds: Bounds) -> Table | None:
    if not any(cell is not None for row in rows for cell in row):
        return None
    sheet = _Sheet(rows, end=len(rows))
    cut = last > len(rows)
    _span(sheet, 0)
    sheet.shape = layout(sheet.text(0, HEAD), merged=True)
    above = sheet.shape.header
    if above:
        # what stands above the table may reach over other columns than the table
        sheet.options, sheet.notes = {}, []
        _span(sheet, above)
        notes = sheet.shape.notes[:1]
        sheet.shape = layout([*[[""]] * above, *sheet.text(above, HEAD)], merged=True)
        sheet.shape.notes[:1] = notes
    sheet.notes += sheet.shape.notes
    if not cut:
        _end(sheet)
    _place(sheet)
    frame = _frame(sheet)
    count = len(frame)
    if cut:
        count = last - sheet.shape.first
        sheet.notes.insert(
            0, f"sampled: statistics are of the first {len(frame):,} rows; rows as the sheet says"
        )
    elif count > bounds.rows:
        frame = frame.iloc[:: -(-count // bounds.rows)]
        sheet.notes.insert(0, f"sampled: statistics are of {len(frame):,} rows at even distances")
    read = expression(
        "read_excel", repr(str(source.path)), {"sheet_name": name, **_options(), **sheet.options}
    )
    return Table(
        "excel", read + sheet.after, frame, count, not cut, [f"sheet {brief(name)}", *sheet.notes], name
    )


def _span(sheet: _Sheet, above: int) -> None:
    """The columns of the table: of those that empty columns set apart, the block with the most cells."""
    width = max(map(len, sheet.rows))
    counts = [sum(row[n] is not None for row in sheet.rows[above:] if n < len(row)) for n in range(width)]
    blocks: list[tuple[int, int]] = []
    for n, count in enumerate(counts):
        if count and blocks and blocks[-1][1] == n:
            blocks[-1] = (blocks[-1][0], n + 1)
        elif count:
            blocks.append((n, n + 1))
    sheet.left, sheet.right = max(blocks, key=lambda block: sum(counts[block[0] : block[1]]))
    others = [block for block in blocks if block != (sheet.left, sheet.right)]
    if others:
        cells = sum(sum(counts[a:b]) for a, b in others)
        where = ", ".join(f"{_letter(a)}:{_letter(b - 1)}" for a, b in others)
        sheet.notes.append(f"{counted(cells, 'cell')} in columns set apart ({where}) left out")
    if (sheet.left, sheet.right) != (0, width):
        sheet.options["usecols"] = list(range(sheet.left, sheet.right))


def _letter(number: int) -> str:
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _end(sheet: _Sheet) -> None:
    """Where the table ends: above a second table, or above remarks and totals."""
    first = sheet.shape.first
    body = [row for row in sheet.text(first, first + HEAD) if filled(row)]
    second = _second_table(sheet, body)
    if second:
        begins = named([_text(cell) for cell in sheet.rows[second] if cell is not None])
        sheet.notes.append(
            f"another table begins in row {second + 1} ({begins}): its {counted(sheet.end - second, 'row')} left out"
        )
        sheet.end = second
    below = footer(sheet.text(max(first, sheet.end - 40), sheet.end), body, sheet.shape.width)
    if below:
        gone = [row for row in sheet.text(sheet.end - below, sheet.end) if filled(row)]
        said = "; ".join(short(" ".join(filter(None, row)), 60) for row in gone)
        were = "the last row is" if len(gone) == 1 else f"the last {len(gone)} rows are"
        sheet.notes.append(f"{were} no data and left out: {short(said, 200)!r}")
        sheet.end -= below
    while sheet.end > first and all(
        cell is None for cell in sheet.rows[sheet.end - 1][sheet.left : sheet.right]
    ):
        sheet.end -= 1


def _second_table(sheet: _Sheet, body: Sequence[Sequence[str]]) -> int:
    """The row in which another table begins: below an empty one, full of words, where the columns above hold values."""
    values = [
        n
        for n in range(sheet.shape.width)
        if sum(is_value(row[n]) for row in body if n < len(row)) > 0.5 * len(body)
    ]
    for number in range(sheet.shape.first + 1, sheet.end - 1):
        above, row, below = sheet.text(number - 1, number + 2)
        words = [cell for cell in row if cell]
        if filled(above) or len(words) < 2 or any(map(is_value, words)) or not any(map(is_value, below)):
            continue
        if any(row[n] for n in values):
            return number
    return 0


def _place(sheet: _Sheet) -> None:
    """The arguments that make pandas read what was found."""
    shape, options = sheet.shape, sheet.options
    if shape.units:
        options["skiprows"] = [*range(shape.header), shape.header + 1]
    elif shape.levels > 1:
        options |= {"header": None, "names": shape.names, "skiprows": shape.first}
    elif shape.header:
        options["skiprows"] = shape.header
    if not shape.levels:
        options["header"] = None
    if sheet.end < len(sheet.rows):
        options["nrows"] = sheet.end - shape.first


def _frame(sheet: _Sheet) -> Any:
    """The frame that the expression reads, from the cells that are there already, by the parser that pandas uses."""
    parser: Any = import_module("pandas.io.parsers").TextParser  # its types leave it out
    shape = sheet.shape
    rows = [row[sheet.left : sheet.right] for row in sheet.rows[shape.first : sheet.end]]
    names = shape.names if shape.levels > 1 else _header(sheet)
    options = _column_options(sheet, rows, list(_parsed(parser, names, rows[:1], {}).columns))
    sheet.options |= options
    frame = _parsed(parser, names, rows, options)
    empty = int(frame.isna().all(axis=1).sum())
    if empty:
        frame = frame.dropna(how="all").reset_index(drop=True)
        sheet.after += ".dropna(how='all').reset_index(drop=True)"
        sheet.notes.append(f"{counted(empty, 'empty row')} left out")
    if not names:
        sheet.after += ".add_prefix('c')"
        sheet.notes.append("no row with names: the columns are called c0, c1, …")
        return frame.add_prefix("c")
    sheet.notes += renamed([_text(name) for name in names], list(map(str, frame.columns)))
    if any(type(name) is not str for name in frame.columns):
        sheet.after += ".rename(columns=str)"
        frame = frame.rename(columns=str)
    return frame


def _header(sheet: _Sheet) -> list[Any]:
    if not sheet.shape.levels:
        return []
    return sheet.rows[sheet.shape.header][sheet.left : sheet.right]


def _parsed(parser: Any, names: list[Any], rows: list[list[Any]], options: dict[str, Any]) -> Any:
    """What pandas.read_excel makes of cells, where empty ones are empty texts."""
    cells = [["" if cell is None else cell for cell in row] for row in ([names] if names else []) + rows]
    return parser(cells, header=0 if names else None, **options).read()


def _column_options(sheet: _Sheet, rows: list[list[Any]], names: list[Any]) -> dict[str, Any]:
    """Words for nothing in columns of numbers, and texts of digits that would lose something as numbers."""
    gaps: dict[Any, list[str]] = {}
    types: dict[Any, str] = {}
    for n, name in enumerate(names):
        column = [row[n] for row in rows if n < len(row) and row[n] is not None]
        words = sorted({cell for cell in column if type(cell) is str})
        others = [cell for cell in column if type(cell) is not str]
        if words and others and set(words) <= GAPS and all(isinstance(cell, int | float) for cell in others):
            gaps[name] = words
        digits = [word for word in words if word.isdigit()]
        if any((word[0] == "0" and len(word) > 2) or len(word) > 15 for word in digits):
            types[name] = "str"
    said = sorted({word for words in gaps.values() for word in words})
    if gaps:
        sheet.notes.append(f"{named(said)} in {counted(len(gaps), 'column')} of numbers stands for no value")
    if types:
        sheet.notes.append(
            f"{counted(len(types), 'column')} of digits read as text ({named(list(map(str, types)))})"
        )
    return ({"na_values": gaps} if gaps else {}) | ({"dtype": types} if types else {})
