"""A survey of files that lie: bounded in time and memory, nothing is run, and what was not read is said in a sentence."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.kernels.survey.looking import look
from tests.security import lying_files as lying

MOST = 1_500
"""MiB that a look at one file may take; without bounds each would take several times as much, or never end."""
LOOK = """
import json, resource, sys
import pandas, pyarrow
from analyst_kernels.probe.survey import survey
used = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
limits, before = resource.getrlimit(resource.RLIMIT_DATA), used()
tables = survey([sys.argv[1]])["tables"]
assert resource.getrlimit(resource.RLIMIT_DATA) == limits
print(json.dumps([tables, used() - before]))
"""

CELL = '<row r="{0}"><c r="{1}{0}"><v>1</v></c></row>'
LIES: dict[str, tuple[Callable[[Path], None], str]] = {
    "cells.parquet": (lying.parquet_of_long_cells, "One row of it takes 30 MB"),
    "again.parquet": (lying.parquet_of_one_long_cell_many_times, "2 GB at most"),
    "head.parquet": (lying.parquet_with_a_huge_description, "its description takes"),
    "zeros.feather": (lying.feather_of_zeros, "2 GB at most"),
    "line.csv.gz": (lying.of_text(b"a" * 1_000_000, 300), "longer than 8 million bytes"),
    "line.jsonl.gz": (lying.of_text(b"a" * 1_000_000, 300, b'{"a": "'), "longer than 8 million bytes"),
    "wide.csv.gz": (lying.of_text(b"," * 60_000 + b"\n", 20), "60,001 columns"),
    "deep.json": (lying.of_json("[" * 100_000 + "]" * 100_000), "nested too deep"),
    "object.json": (lying.of_json('{"a":' * 100_000 + "1" + "}" * 100_000), "nested too deep"),
    "deep.jsonl": (lying.of_json(('{"a":' * 100_000 + "1" + "}" * 100_000 + "\n") * 3), "nested too deep"),
    "fields.json": (lying.of_json(lying.records_with_fields_of_their_own(20_000)), "20,000 fields"),
    "far.xlsx": (lying.of_sheet(CELL.format(1, "A") + CELL.format(1_048_576, "XFD")), ""),
    "spread.xlsx": (lying.of_sheet("".join(CELL.format(n, "XFD") for n in range(1, 5_001))), "sampled"),
    "long.xlsx": (
        lying.of_sheet(
            '<row><c t="s"><v>0</v></c></row>' * 2000, f"<si><t>{'x' * lying.LONG}</t></si>"
        ),
        "longer than Excel allows",
    ),
    "laughs.xlsx": (
        lying.of_sheet('<row r="1"><c r="A1" t="inlineStr"><is><t>&a;</t></is></c></row>'),
        "&a;",
    ),
    "many.zip": (lying.zip_of_many, "10,001 files"),
    "evil.db": (lying.EVIL_SCHEMA, "'long'"),
}  # fmt: skip


def surveyed(path: Path) -> tuple[list[dict[str, Any]], int]:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", LOOK, str(path)],
        capture_output=True,
        text=True,
        check=True,
        timeout=100,
    )
    tables, used = json.loads(done.stdout)
    return tables, used


@pytest.mark.parametrize("name", LIES)
def test_a_file_that_says_it_is_much_is_bounded_and_told(tmp_path: Path, name: str) -> None:
    write, words = LIES[name]
    write(tmp_path / name)
    assert (tmp_path / name).stat().st_size < 2_000_000
    tables, used = surveyed(tmp_path / name)
    assert used < MOST
    told = " ".join(str(table.get("error") or table["notes"]) for table in tables)
    assert words in told


def test_a_file_that_is_honest_about_much_is_sampled(tmp_path: Path) -> None:
    lying.parquet_of_many_rows(tmp_path / "a.parquet")
    [table], used = surveyed(tmp_path / "a.parquet")
    assert table["rows"] == 100_000_000
    assert "sampled" in table["notes"][0]
    assert used < MOST


def test_of_an_evil_database_the_tables_are_read_and_nothing_is_written_or_loaded(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    lying.EVIL_SCHEMA(path)
    before = path.read_bytes()
    tables = {table["part"]: table for table in look(path) if "part" in table}
    assert tables["t"]["rows"] == 1
    assert all("could not be looked at" in str(tables[name]["notes"]) for name in ("long", "loads", "much"))
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["a.db"]


def test_no_pickle_is_ever_loaded(tmp_path: Path) -> None:
    canary = tmp_path / "it ran"
    (tmp_path / "files").mkdir()
    paths = lying.pickles(tmp_path / "files", canary)
    told = {Path(table["path"]).name: table for path in paths for table in look(path)}
    assert not canary.exists()
    for protocol in (2, 3, 4, 5):
        assert "a Python pickle; loading one runs code" in told[f"{protocol}a.csv"]["error"]
    assert "read_pickle" not in json.dumps(told)
    assert {table["columns"][0]["column"] for name, table in told.items() if name.startswith("cells")} == {
        "a"
    }
