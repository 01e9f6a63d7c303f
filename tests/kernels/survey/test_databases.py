"""Columns in binary files, and databases."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import numpy as np
import pandas as pd

from tests.kernels.survey.looking import NaN, load, look, said, same, types

# ── columns in binary files ─────────────────────────────────────────────────────────────────────────────────────────


def test_parquet_and_feather(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "n": range(1000),
            "t": ["a", None] * 500,
            "d": pd.date_range("2024", periods=1000),
            "l": [[1], [2, 3]] * 500,
        }
    )
    frame.to_parquet(tmp_path / "a.parquet", row_group_size=100)
    frame.to_feather(tmp_path / "a.feather")
    for name in ("a.parquet", "a.feather"):
        (table,) = look(tmp_path / name)
        assert load(table).equals(frame) or name
        assert (table["rows"], types(table)) == (
            1000,
            {"n": "integer", "t": "text", "d": "date", "l": "other"},
        )
    frame.set_index("d").to_parquet(tmp_path / "i.parquet")
    (table,) = look(tmp_path / "i.parquet")
    assert "d" in types(table)
    assert load(table)["d"].tolist() == frame["d"].tolist()
    assert "index 'd' is made a column" in said(table)


def test_large_parquet_is_sampled_from_many_places(tmp_path: Path) -> None:
    pd.DataFrame({"n": np.arange(500_000)}).to_parquet(tmp_path / "a.parquet", row_group_size=50_000)
    (table,) = look(tmp_path / "a.parquet")
    assert (table["rows"], table["rows_exact"]) == (500_000, True)
    assert table["columns"][0]["max"] > 400_000
    assert "sampled" in table["notes"][0]


# ── databases ───────────────────────────────────────────────────────────────────────────────────────────────────────


def database(path: Path, *statements: str) -> Path:
    base = sqlite3.connect(path)
    for statement in statements:
        base.execute(statement)
    base.commit()
    base.close()
    return path


def test_a_database_with_keys_and_a_view(tmp_path: Path) -> None:
    path = database(
        tmp_path / "a b?.db",
        "CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT)",
        "CREATE TABLE orders (id INTEGER PRIMARY KEY, customer INTEGER REFERENCES customers(id), n REAL)",
        "INSERT INTO customers VALUES (1, 'A'), (2, 'B')",
        "INSERT INTO orders VALUES (1, 1, 0.5), (2, 1, NULL), (3, 2, 1.5)",
        "CREATE VIEW wide AS SELECT name, n FROM orders JOIN customers ON customer = customers.id",
    )
    customers, orders, wide = look(path)
    same(customers, {"id": [1, 2], "name": ["A", "B"]})
    same(orders, {"id": [1, 2, 3], "customer": [1, 1, 2], "n": [0.5, NaN, 1.5]})
    same(wide, {"name": ["A", "A", "B"], "n": [0.5, NaN, 1.5]})
    assert "customer refers to customers.id" in said(orders)
    assert (orders["part"], "primary key id" in said(orders)) == ("orders", True)


def test_a_large_database_is_sampled_from_many_places(tmp_path: Path) -> None:
    numbers = "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 300000)"
    path = database(
        tmp_path / "a.db", "CREATE TABLE t (n INTEGER)", f"INSERT INTO t {numbers} SELECT n FROM c"
    )
    (table,) = look(path)
    assert (table["rows"], table["rows_exact"]) == (300_000, True)
    assert table["columns"][0]["max"] == 300_000


def test_a_view_without_end_is_given_up(tmp_path: Path) -> None:
    forever = "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT count(*) AS n FROM c"
    path = database(tmp_path / "a.db", "CREATE TABLE t (n INTEGER)", f"CREATE VIEW v AS {forever}")
    table, view = look(path)
    assert table["rows"] == 0
    assert "takes long" in said(view)


def test_a_locked_database(tmp_path: Path) -> None:
    path = database(tmp_path / "a.db", "CREATE TABLE t (n INTEGER)")
    writer = sqlite3.connect(path)
    try:
        writer.execute("BEGIN EXCLUSIVE")
        (found,) = look(path)
        assert "locked by another program" in found["error"]
    finally:
        writer.close()
    (found,) = look(path)
    assert found["rows"] == 0


def test_a_database_that_is_written_to_in_wal_mode_can_be_read(tmp_path: Path) -> None:
    path = database(
        tmp_path / "a.db", "PRAGMA journal_mode=WAL", "CREATE TABLE t (n INTEGER)", "INSERT INTO t VALUES (1)"
    )
    writer = sqlite3.connect(path)
    try:
        writer.execute("INSERT INTO t VALUES (2)")
        (found,) = look(path)
        same(found, {"n": [1]})
    finally:
        writer.close()
