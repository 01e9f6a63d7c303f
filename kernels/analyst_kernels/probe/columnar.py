"""Parquet and Feather: columns in a binary file, read by pyarrow."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Any

from .cells import counted, named
from .files import Bounds, Source, Unreadable
from .tables import Table, expression

PLACES = 10
"""Row groups that a sample is taken from."""
COLUMNS = 100
"""Columns that a sample has of a wide file."""
ROOM = 100_000_000
"""Bytes of the values that are looked at: where rows are long, fewer of them."""


def missing(error: ImportError, what: str, usual: str) -> Unreadable:
    """The sentence on a package that is not there."""
    name = next((word for word in ("openpyxl", "xlrd", "pyarrow") if word in str(error)), usual)
    return Unreadable(
        f"This is {what}, and the package {name} that reads it is not installed in this kernel: pip install {name}."
    )


def parquet(source: Source, bounds: Bounds) -> Iterator[Table]:
    """A Parquet file.

    Raises:
        Unreadable: it is cut off, or pyarrow is not there.
    """
    try:
        arrow: Any = import_module("pyarrow.parquet")
    except ImportError as error:
        raise missing(error, "a Parquet file", "pyarrow") from None
    _check_end(source)
    with arrow.ParquetFile(source.path) as file:
        rows = file.metadata.num_rows
        names = file.schema_arrow.names
        some = _some(names, file.schema_arrow)
        groups = file.num_row_groups
        step = -(-groups // PLACES) or 1
        chosen = range(0, groups, step)
        each = -(-bounds.rows // max(len(chosen), 1))
        looked = min(1, COLUMNS / max(len(names), 1))
        sizes = [
            group.total_byte_size / max(group.num_rows, 1) for group in map(file.metadata.row_group, chosen)
        ]
        each = min(each, -(-_fitting(looked * max(sizes, default=0)) // max(len(chosen), 1)))
        pieces = [_piece(file, group, each, some) for group in chosen] or [
            file.schema_arrow.empty_table().select(some)
        ]
    table = import_module("pyarrow").concat_tables(pieces)
    read = expression("read_parquet", repr(str(source.path)), {})
    yield _table("parquet", read, table, rows, names, len(chosen))


def _check_end(source: Source) -> None:
    with source.path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(size - 8, 0))
        length, mark = int.from_bytes(file.read(4), "little"), file.read(4)
    if mark != b"PAR1":
        raise Unreadable(
            "This Parquet file is cut off: the mark at its end, which pyarrow needs, is missing. Get it again."
        )
    if length > ROOM:
        raise Unreadable(
            f"This Parquet file says that its description takes {length:,} bytes, which no table does: get it again."
        )


def _fitting(size: float) -> int:
    """How many rows of so many bytes fit into the room.

    Raises:
        Unreadable: hardly one does.
    """
    if size > ROOM / 10:
        raise Unreadable(
            f"One row of it takes {size / 1e6:,.0f} MB, which no row of a table does: read only the columns that are meant."
        )
    return int(ROOM / max(size, 1))


def _piece(file: Any, group: int, rows: int, columns: list[str]) -> Any:
    batches = file.iter_batches(batch_size=rows, row_groups=[group], columns=columns)
    batch = next(batches, None)
    arrow = import_module("pyarrow")
    return (
        file.schema_arrow.empty_table().select(columns)
        if batch is None
        else arrow.Table.from_batches([batch])
    )


def feather(source: Source, bounds: Bounds) -> Iterator[Table]:
    """An Arrow file, called Feather too.

    Raises:
        Unreadable: pyarrow is not there.
    """
    try:
        arrow: Any = import_module("pyarrow")
    except ImportError as error:
        raise missing(error, "a Feather file", "pyarrow") from None
    with arrow.memory_map(str(source.path)) as mapped:
        if mapped.read(6) != b"ARROW1":
            raise Unreadable(
                "This Feather file is of the old version 1; read it with pyarrow.feather and save it anew."
            )
        mapped.seek(0)
        try:
            file = arrow.ipc.open_file(mapped)
        except arrow.ArrowInvalid as error:
            raise Unreadable(f"This Feather file is cut off or broken ({error}); get it again.") from None
        some = _some(file.schema.names, file.schema)
        rows = 0
        pieces = [file.schema.empty_table().select(some)]
        for number in range(file.num_record_batches):
            batch = file.get_batch(number)
            if rows < bounds.rows:
                pieces.append(arrow.Table.from_batches([batch]).select(some).slice(0, bounds.rows - rows))
            rows += batch.num_rows
        table = arrow.concat_tables(pieces)
        read = expression("read_feather", repr(str(source.path)), {})
        yield _table("feather", read, table, rows, file.schema.names, 1)


def _some(names: list[str], schema: Any) -> list[str]:
    """The columns that are looked at: all, or the first ones and those that are pandas' index."""
    index = [name for name in _index(schema) if name in names]
    return [*names[:COLUMNS], *(name for name in index if name not in names[:COLUMNS])]


def _index(schema: Any) -> list[str]:
    """The columns that pandas makes its index of."""
    said = (schema.pandas_metadata or {}).get("index_columns", [])
    return [name for name in said if isinstance(name, str)]


def _table(form: str, read: str, table: Any, rows: int, names: list[str], places: int) -> Table:
    for number, column in enumerate(table.columns):
        if import_module("pyarrow").types.is_dictionary(column.type):
            # a value that is there once can be meant by every row
            table = table.set_column(number, table.field(number).name, column.cast(column.type.value_type))
    if table.nbytes > ROOM:
        table = table.slice(0, _fitting(table.nbytes / table.num_rows))
    frame = table.to_pandas()
    notes: list[str] = []
    if len(frame) < rows:
        where = f"from {counted(places, 'row group')}" if places > 1 else "at the beginning"
        notes.append(f"sampled: statistics are of {len(frame):,} rows {where}")
    if any(name is not None for name in frame.index.names) and not set(frame.index.names) & set(
        frame.columns
    ):
        notes.append(f"the index {named(list(map(str, frame.index.names)))} is made a column")
        frame, read = frame.reset_index(), read + ".reset_index()"
    if len(set(names)) < len(names):
        notes.append("some columns have the same name")
    found = Table(form, read, frame, rows, True, notes)
    found.more_columns = max(0, len(names) - table.num_columns)
    return found
