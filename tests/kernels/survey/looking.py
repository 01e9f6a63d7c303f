"""Looks at files as all tests of the survey do."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import pathlib
import re
import sqlite3
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from analyst_kernels.probe.survey import survey

NaN = float("nan")
MODULES = {m.__name__: m for m in (bz2, gzip, io, json, lzma, pathlib, re, sqlite3, zipfile)} | {"pd": pd}
"""What the expression that reads a table may name."""


def look(*paths: Path) -> list[dict[str, Any]]:
    """Survey, and check what all readers of a survey count on."""
    found = survey([str(path) for path in paths])
    json.dumps(found, allow_nan=False)
    assert len(found["text"]) <= 12_000
    assert all(isinstance(json.loads(line), dict) for line in found["text"].splitlines())
    tables: list[dict[str, Any]] = found["tables"]
    for table in tables:
        assert table.get("error") or table["notes"] is not None
        assert all(
            c["type"] in {"number", "integer", "text", "date", "boolean", "other"}
            for c in table.get("columns", ())
        )
    return tables


def load(table: dict[str, Any]) -> pd.DataFrame:
    assert "read" in table, table
    frame = eval(table["read"], MODULES)
    assert isinstance(frame, pd.DataFrame)
    return frame


def same(table: dict[str, Any], expected: pd.DataFrame | dict[str, Sequence[Any]]) -> None:
    """The expression gives the intended frame, and the survey says its rows, names and gaps."""
    frame = load(table)
    pd.testing.assert_frame_equal(frame, pd.DataFrame(expected), check_dtype=False)
    assert table["rows_exact"]
    assert table["rows"] == len(frame)
    assert [column["column"] for column in table["columns"]] == list(frame.columns)
    assert [column["missing"] for column in table["columns"]] == frame.isna().sum().tolist()


def types(table: dict[str, Any]) -> dict[str, str]:
    return {column["column"]: column["type"] for column in table["columns"]}


def said(table: dict[str, Any]) -> str:
    return "\n".join(table["notes"])


Csv = Callable[..., dict[str, Any]]
