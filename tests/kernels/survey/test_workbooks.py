"""Excel: several sheets, merged headers, tables somewhere in a sheet."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd

from tests.kernels.survey.looking import NaN, load, look, said, same, types


def workbook(path: Path, **sheets: list[list[Any]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)  # type: ignore[arg-type]
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


DAY = datetime(2024, 1, 5)


def test_a_workbook_with_several_sheets(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "a.xlsx",
        sales=[["day", "n", "x"], [DAY, 1, 1.5], [DAY, 2, None]],
        nothing=[],
        people=[["name"], ["A"], ["B"]],
    )
    sales, people = look(path)
    same(sales, {"day": [DAY, DAY], "n": [1, 2], "x": [1.5, NaN]})
    same(people, {"name": ["A", "B"]})
    assert types(sales) == {"day": "date", "n": "integer", "x": "number"}
    assert (sales["part"], people["part"]) == ("sales", "people")
    assert "empty sheets: 'nothing'" in said(sales)


def test_a_table_somewhere_in_a_sheet(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "a.xlsx",
        s=[
            ["Sales report"],
            ["as of", "2024"],
            [],
            [None, None, "city", "n", "share", None, "see notes"],
            [None, None, "Rome", 1, "-"],
            [None, None, None, None, None],
            [None, None, "Oslo", 2, 0.5],
            [None, None, "Bern", 3, 0.25],
            [None, None, "Total", 6, 0.75],
            [None, None, "Source: the office"],
        ],
    )
    (table,) = look(path)
    same(table, {"city": ["Rome", "Oslo", "Bern"], "n": [1, 2, 3], "share": [NaN, 0.5, 0.25]})
    notes = said(table)
    for words in ("above the header", "left out: 'Total 6", "1 empty row left out", "no value", "set apart"):
        assert words in notes


def test_merged_headers(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ["city", 2023, None, 2024, None],
        [None, "Q1", "Q2", "Q1", "Q2"],
        ["Rome", 1, 2, 3, 4],
        ["Oslo", 5, 6, 7, 8],
    ):
        sheet.append(row)
    for cells in ("A1:A2", "B1:C1", "D1:E1"):
        sheet.merge_cells(cells)
    book.save(tmp_path / "a.xlsx")
    (table,) = look(tmp_path / "a.xlsx")
    expected = pd.DataFrame(
        [["Rome", 1, 2, 3, 4], ["Oslo", 5, 6, 7, 8]],
        columns=["city", "2023 Q1", "2023 Q2", "2024 Q1", "2024 Q2"],
    )
    same(table, expected)


def test_two_tables_in_a_sheet(tmp_path: Path) -> None:
    rows = [["a", "b"], [1, 2], [3, 4], [5, 6], [], ["city", "people"], ["Rome", 3], ["Oslo", 1]]
    (table,) = look(workbook(tmp_path / "a.xlsx", s=rows))
    same(table, {"a": [1, 3, 5], "b": [2, 4, 6]})
    assert "another table begins in row 6 ('city', 'people'): its 3 rows left out" in said(table)


def test_odd_names_in_a_sheet(tmp_path: Path) -> None:
    rows = [["country", 2019, 2020, 2020, None], ["A", 1.5, 2, 3, 9], ["B", 4, 5, 6, 9]]
    (table,) = look(workbook(tmp_path / "a.xlsx", s=rows))
    frame = load(table)
    assert frame.columns.tolist() == [c["column"] for c in table["columns"]]
    assert frame.columns[1] == "2019"


def test_a_large_sheet_is_looked_at_in_its_beginning(tmp_path: Path) -> None:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("big")
    sheet.append(["id", "name", "day", "x"])
    for n in range(120_000):
        sheet.append([n, f"name {n}", DAY, n / 7])
    book.save(tmp_path / "big.xlsx")
    (table,) = look(tmp_path / "big.xlsx")
    assert not table["rows_exact"]
    assert 110_000 < table["rows"] < 130_000
    assert types(table) == {"id": "integer", "name": "text", "day": "date", "x": "number"}
    first = {c["column"]: c for c in table["columns"]}
    assert first["name"]["examples"][0] == "name 0"
    assert first["day"]["min"] == "2024-01-05"
