"""Files of a few bytes that say they are much, or hold what is not to be run. Each function writes one."""

from __future__ import annotations

import gzip
import io
import json
import pickle
import sqlite3
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet
from openpyxl import Workbook

LONG = 30_000_000
"""Characters of a cell."""
_SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def of_text(text: bytes, times: int, before: bytes = b"") -> Callable[[Path], None]:
    """Packed text, a piece of it so many times."""

    def write(path: Path) -> None:
        with gzip.open(path, "wb", 1) as file:
            file.write(before)
            for _ in range(times):
                file.write(text)

    return write


def of_json(text: str) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        path.write_text(text)

    return write


def of_sheet(rows: str, texts: str = "<si><t>x</t></si>") -> Callable[[Path], None]:
    """A workbook with these rows, and these texts that its cells refer to."""

    def write(path: Path) -> None:
        held = io.BytesIO()
        made = Workbook()
        assert made.active is not None
        made.active["A1"] = "text"
        made.save(held)
        with zipfile.ZipFile(held) as whole, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as changed:
            for name in whole.namelist():
                content = whole.read(name)
                if name == "xl/worksheets/sheet1.xml":
                    content = (
                        f'<worksheet xmlns="{_SHEET}"><sheetData>{rows}</sheetData></worksheet>'.encode()
                    )
                if name != "xl/sharedStrings.xml":
                    changed.writestr(name, content)
            changed.writestr("xl/sharedStrings.xml", f'<sst xmlns="{_SHEET}">{texts}</sst>')

    return write


def parquet_of_long_cells(path: Path) -> None:
    cells = pa.table({"a": pa.array(["z" * LONG] * 10, pa.large_string())})
    pa.parquet.write_table(cells, path, compression="zstd", use_dictionary=False)


def parquet_of_one_long_cell_many_times(path: Path) -> None:
    numbers = pa.array(np.zeros(200, "int8"))
    cells = pa.DictionaryArray.from_arrays(numbers, pa.array(["z" * LONG], pa.large_string()))
    pa.parquet.write_table(pa.table({"a": cells}), path, compression="zstd")


def parquet_of_many_rows(path: Path) -> None:
    """A hundred million rows in a few kilobytes, which is honest: the same value each time."""
    cells = pa.DictionaryArray.from_arrays(pa.array(np.zeros(100_000_000, "int8")), pa.array(["x"]))
    pa.parquet.write_table(pa.table({"a": cells}), path, row_group_size=100_000_000)


def parquet_with_a_huge_description(path: Path) -> None:
    path.write_bytes(b"PAR1" + bytes(100) + (2**31 - 1).to_bytes(4, "little") + b"PAR1")


def feather_of_zeros(path: Path) -> None:
    zeros = pa.table({"a": np.zeros(350_000_000, "int64")})
    pa.feather.write_feather(zeros, str(path), compression="zstd", chunksize=350_000_000)


def zip_of_many(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as container:
        for number in range(10_001):
            container.writestr(f"{number}.csv", "")


def database(*statements: str) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        base = sqlite3.connect(path)
        for statement in statements:
            base.execute(statement)
        base.commit()
        base.close()

    return write


EVIL_SCHEMA = database(
    "CREATE TABLE t (a)",
    "INSERT INTO t VALUES ('x')",
    "CREATE TRIGGER r AFTER INSERT ON t BEGIN DELETE FROM t; END",
    "CREATE VIEW long AS SELECT hex(zeroblob(400000000)) AS x",
    "CREATE VIEW loads AS SELECT load_extension('evil') AS x",
    "CREATE VIEW much AS WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) "
    "SELECT hex(randomblob(1000000)) AS b FROM c LIMIT 100000",
)


class Runs:
    """What runs when it is unpickled."""

    def __init__(self, canary: Path) -> None:
        self.canary = canary

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.canary,)


def pickles(folder: Path, canary: Path) -> list[Path]:
    """Pickles by themselves, packed, and in files of other kinds."""
    evil = Runs(canary)
    paths = []
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        for name in ("a.pkl", "a.joblib", "a.csv", "a.parquet", "a"):
            paths.append(folder / f"{protocol}{name}")
            paths[-1].write_bytes(pickle.dumps(evil, protocol))
    paths.append(folder / "a.pkl.gz")
    paths[-1].write_bytes(gzip.compress(pickle.dumps(evil)))
    objects = np.array([evil], dtype=object)
    np.save(folder / "a.npy", objects, allow_pickle=True)
    np.savez(folder / "a.npz", a=objects)
    cells = pa.table({"a": [pickle.dumps(evil)]})
    pa.parquet.write_table(cells, folder / "cells.parquet")
    pa.feather.write_feather(cells, str(folder / "cells.feather"))
    database("CREATE TABLE t (a BLOB)")(folder / "a.db")
    return [*paths, *(folder / name for name in ("a.npy", "a.npz", "cells.parquet", "cells.feather", "a.db"))]


def records_with_fields_of_their_own(count: int) -> str:
    return json.dumps([{f"k{n}": 1} for n in range(count)])
