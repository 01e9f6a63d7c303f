"""The survey on odd and broken data: the expression it gives loads what is meant, and what is left out is counted."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import os
import sqlite3
import zipfile
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest
from analyst_kernels.probe.encodings import old_encoding
from analyst_kernels.probe.survey import survey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

NaN = float("nan")


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
    frame = eval(table["read"], {"pd": pd})
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


@pytest.fixture
def csv(tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """Write a text file and survey it."""

    def write(text: str | bytes, name: str = "a.csv", encoding: str = "utf-8") -> dict[str, Any]:
        path = tmp_path / name
        path.write_bytes(text.encode(encoding) if isinstance(text, str) else text)
        (table,) = look(path)
        return table

    return write


Csv = Callable[..., dict[str, Any]]

# ── separators, quotes, encodings ───────────────────────────────────────────────────────────────────────────────────

SEPARATORS = [",", ";", "\t", "|", "^", "~", "§", "\x1f", "\x01", "||", "::", "|~|"]


@pytest.mark.parametrize("separator", SEPARATORS)
def test_any_separator(csv: Csv, separator: str) -> None:
    rows = [
        ("name", "n", "day"),
        ("a b", "1", "2024-01-05"),
        ("c-d", "2", "2024-02-06"),
        ("e", "3", "2024-02-07"),
    ]
    table = csv("\n".join(separator.join(row) for row in rows))
    same(table, {"name": ["a b", "c-d", "e"], "n": [1, 2, 3], "day": [row[2] for row in rows[1:]]})


def test_a_separator_that_also_stands_in_cells(csv: Csv) -> None:
    same(
        csv('who;what\n"Doe, Jane";1,5\n"Roe, Max";2,5\n'),
        {"who": ["Doe, Jane", "Roe, Max"], "what": [1.5, 2.5]},
    )
    same(csv("a,b\n1;2,x\n3;4,y\n"), {"a": ["1;2", "3;4"], "b": ["x", "y"]})


def test_a_file_that_says_its_separator(csv: Csv) -> None:
    same(csv("sep=;\r\na;b\r\n1;2,5\r\n3;4,5\r\n"), {"a": [1, 3], "b": [2.5, 4.5]})


def test_columns_of_blanks(csv: Csv) -> None:
    same(csv("a   b\n1   2\n10  3\n", "a.txt"), {"a": [1, 10], "b": [2, 3]})
    text = "city          n\nNew York      1\nRome         20\nLos Angeles 300\n"
    same(csv(text, "b.dat"), {"city": ["New York", "Rome", "Los Angeles"], "n": [1, 20, 300]})


def test_quotes_of_all_kinds(csv: Csv) -> None:
    same(csv("a,b\n'x, y',1\n'z',2\n"), {"a": ["x, y", "z"], "b": [1, 2]})
    same(csv('a,b\n"x \\" y",1\n"z",2\n'), {"a": ['x " y', "z"], "b": [1, 2]})
    same(csv('a, b\n1, "x, y"\n2, "z"\n'), {"a": [1, 2], "b": ["x, y", "z"]})
    same(csv('a,b\n"two\nlines",1\n"x",2\n'), {"a": ["two\nlines", "x"], "b": [1, 2]})


def test_a_quote_that_is_never_closed(csv: Csv) -> None:
    table = csv('size,n\n"5 inch,1\n6 inch,2\n7 inch,3\n')
    same(table, {"size": ['"5 inch', "6 inch", "7 inch"], "n": [1, 2, 3]})
    assert "never closed" in said(table)


def test_a_quote_that_swallows_many_lines(csv: Csv) -> None:
    rows = [f"item {n},{n}" for n in range(200)]
    rows[50] = '"item 50,50'
    rows[150] = 'item 150","150'
    table = csv("name,n\n" + "\n".join(rows))
    assert len(load(table)) == table["rows"] == 200
    assert "never closed" in said(table)


def test_line_ends_of_all_kinds(csv: Csv) -> None:
    for end in ("\n", "\r\n", "\r"):
        same(csv(end.join(["a,b", "1,x", "2,y", ""])), {"a": [1, 2], "b": ["x", "y"]})


LANGUAGES = {
    "cp1252": "Größe;Straße;Müller;Köln;25°;5 €",
    "latin-1": "élève;français;déjà vu;Noël",
    "mac_roman": "São Paulo;Brasília;preço;élève;Malmö",
    "cp850": "Größe;Straße;Müller;café",
    "cp1250": "Łódź;Kraków;Gdańsk;część;Příliš žluťoučký kůň",
    "iso8859_2": "Łódź;Kraków;Gdańsk;część;žluťoučký",
    "cp1254": "İstanbul;Şişli;ağaç;çocuk",
    "cp1251": "Москва;Санкт-Петербург;цена;количество",
    "koi8_r": "Москва;Санкт-Петербург;цена;количество",
    "cp866": "Москва;Санкт-Петербург;цена;количество",
    "cp1253": "Αθήνα;Θεσσαλονίκη;τιμή",
    "shift_jis": "東京;大阪;商品名;カメラ;これはテストです",
    "euc_jp": "東京;大阪;商品名;カメラ;これはテストです",
    "gb18030": "北京;上海;价格;这是一个测试",
    "big5": "臺北;價格;這是一個測試;高雄市",
    "euc_kr": "서울;부산;가격;이것은 시험이다",
}


@pytest.mark.parametrize("encoding", LANGUAGES)
def test_old_encodings_are_guessed_and_said_to_be(csv: Csv, encoding: str) -> None:
    words = LANGUAGES[encoding].split(";")
    table = csv("name,n\n" + "".join(f"{word},{n}\n" for n, word in enumerate(words)), encoding=encoding)
    same(table, {"name": words, "n": range(len(words))})
    assert "a guess" in said(table)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_unicode_in_all_forms(csv: Csv, encoding: str) -> None:
    same(csv("größe;n\nä;1\nö;2\n", encoding=encoding), {"größe": ["ä", "ö"], "n": [1, 2]})


def test_two_encodings_in_one_file(csv: Csv) -> None:
    lines = [f"Köln,{n}\n".encode("cp1252" if n % 10 == 3 else "utf-8") for n in range(100)]
    table = csv(b"stadt,n\n" + b"".join(lines))
    same(table, {"stadt": ["Köln"] * 100, "n": range(100)})
    assert "10 lines are not UTF-8" in said(table)


def test_bytes_that_mean_nothing_are_no_reason_to_fail() -> None:
    assert old_encoding(b"caf\xe9 d\xe9j\xe0 \x81 na\xefve") == ("latin-1", True)
    assert old_encoding(b"caf\xe9")[0] == "cp1252"


COLUMNS = st.sampled_from(
    [
        [1, -20, 300000, 4],
        [0.5, -2.25, 1234.75, 10.5],
        ["red", "dark blue", "x, y", "a; b"],
        ["Köln", "two\nlines", 'a "quoted" word', "it's"],
        ["2024-01-05", "2024-02-06", "2024-12-31", "2025-01-01"],
        ["2024-01-05 10:00:00", "2024-01-05 11:30:00", "2024-01-06 00:00:00", "2024-01-07 01:00:00"],
        ["A12", "E450", "B7", "F003"],
        [True, False, True, True],
        [1.5, None, 2.5, None],
        ["x", None, "z", None],
    ]
)


@settings(
    deadline=None,
    derandomize=True,
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    columns=st.lists(COLUMNS, min_size=2, max_size=6),
    times=st.integers(1, 30),
    separator=st.sampled_from([",", ";", "\t", "|"]),
    decimal=st.sampled_from([".", ","]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
    quoting=st.sampled_from([0, 1, 2]),
    above=st.sampled_from(["", "A report\n", "A report of 2024\n\n", "# a comment\n"]),
    below=st.sampled_from(["", "Source: the office\n", "\nSource: the office\n"]),
)
def test_any_frame_comes_back(
    tmp_path: Path, columns: list[list[Any]], times: int, separator: str, decimal: str, encoding: str, quoting: Any,
    above: str, below: str,
) -> None:  # fmt: skip
    names = ["name", "Größe", "rate (%)", "value 1", "a,b", "x;y"]
    frame = pd.DataFrame({name: column * times for name, column in zip(names, columns, strict=False)})
    text = frame.to_csv(index=False, sep=separator, decimal=decimal, quoting=quoting)
    path = tmp_path / "any.csv"
    path.write_bytes((above + text + below).encode(encoding))
    (table,) = look(path)
    same(table, pd.read_csv(io.StringIO(text), sep=separator, decimal=decimal))


# ── what stands above, below and in between ─────────────────────────────────────────────────────────────────────────


def test_lines_above_the_header(csv: Csv) -> None:
    for above in (
        "Report of 2024\n\n",
        "Report\nmade by: me\nfor: you\n",
        "# comment, with a comma\n# another\n",
        "Station,Berlin\nHeight,34\n\n",
        "Sales report,,\nJanuary to March,,\n,,\n",
    ):
        table = csv(above + "day,city,n\n2024-01-05,Rome,1\n2024-01-06,Oslo,2\n2024-01-07,Bern,3\n")
        expected = {
            "day": ["2024-01-05", "2024-01-06", "2024-01-07"],
            "city": ["Rome", "Oslo", "Bern"],
            "n": [1, 2, 3],
        }
        same(table, expected)
        assert "above the header" in said(table)


def test_no_header(csv: Csv) -> None:
    table = csv("Rome,1,2024-01-05\nOslo,2,2024-01-06\nRome,3,2024-01-07\n")
    same(
        table,
        {"c0": ["Rome", "Oslo", "Rome"], "c1": [1, 2, 3], "c2": ["2024-01-05", "2024-01-06", "2024-01-07"]},
    )
    assert "no line with names" in said(table)


def test_years_are_names_too(csv: Csv) -> None:
    table = csv("country,2019,2020,2021\nA,1.5,2,3\nB,4,5,6\n")
    assert load(table).columns.tolist() == ["country", "2019", "2020", "2021"]


def test_a_row_of_units(csv: Csv) -> None:
    table = csv("time,speed\ns,m/s\n0,1.5\n1,2.5\n2,3.5\n")
    same(table, {"time": [0, 1, 2], "speed": [1.5, 2.5, 3.5]})
    assert "speed: m/s" in said(table)


def test_names_in_two_rows(csv: Csv) -> None:
    table = csv("city,2023,,2024,\n,Q1,Q2,Q1,Q2\nRome,1,2,3,4\nOslo,5,6,7,8\n")
    expected = pd.DataFrame(
        [["Rome", 1, 2, 3, 4], ["Oslo", 5, 6, 7, 8]],
        columns=["city", "2023 Q1", "2023 Q2", "2024 Q1", "2024 Q2"],
    )
    same(table, expected)
    assert "take 2 rows" in said(table)


@pytest.mark.parametrize(
    "footer",
    ["Total,6,\n", "Source: the office\n", "\nTotal,6,\n\nSource: the office, 2024\n\n", "Note 1\nNote 2\n"],
)
def test_a_footer(csv: Csv, footer: str) -> None:
    table = csv("city,n,x\nRome,1,0.5\nOslo,2,1.5\nBern,3,2.5\n" + footer)
    same(table, {"city": ["Rome", "Oslo", "Bern"], "n": [1, 2, 3], "x": [0.5, 1.5, 2.5]})
    assert "no data and left out" in said(table)


def test_no_footer_where_the_last_row_is_data(csv: Csv) -> None:
    same(csv("k,n\nTotal,1\nPart,2\nTotal,3\n"), {"k": ["Total", "Part", "Total"], "n": [1, 2, 3]})
    table = csv("n,city,x\n1,Rome,5\n2,Oslo,6\n3")
    same(table, {"n": [1, 2, 3], "city": ["Rome", "Oslo", None], "x": [5, 6, NaN]})
    assert "1 line has fewer cells" in said(table)


def test_rows_that_do_not_fit(csv: Csv) -> None:
    rows = [f"{n},x\n" for n in range(500)]
    rows[123] = "123,x,y,z\n"
    table = csv("a,b\n" + "".join(rows))
    same(table, {"a": [n for n in range(500) if n != 123], "b": ["x"] * 499})
    assert (
        "1 line has more cells than there are columns (the first begins '123 x y z') and is left out"
        in said(table)
    )


def test_many_rows_that_do_not_fit_are_kept(csv: Csv) -> None:
    table = csv("a,b\n1,2\n3,4,5\n6,7\n8,9,10\n")
    same(table, {"a": [1, 3, 6, 8], "b": [2, 4, 7, 9], "extra 1": [NaN, 5, NaN, 10]})
    assert "2 lines have more cells" in said(table)


def test_separators_at_the_end(csv: Csv) -> None:
    same(csv("a,b\n1,2,\n3,4,\n"), {"a": [1, 3], "b": [2, 4]})
    same(csv("a,b,\n1,2,\n3,4,\n"), {"a": [1, 3], "b": [2, 4]})


def test_names_of_rows(csv: Csv) -> None:
    table = csv('"mpg" "cyl"\n"Mazda RX4" 21 6\n"Fiat" 32.4 4\n'.replace(" 2", ",2").replace(" 3", ",3").replace('" "', '","')
                .replace("21 6", "21,6").replace("32.4 4", "32.4,4"))  # fmt: skip
    same(table, {"row": ["Mazda RX4", "Fiat"], "mpg": [21, 32.4], "cyl": [6, 4]})


def test_names_that_are_there_twice_or_not_at_all(csv: Csv) -> None:
    table = csv(",a,a,b\n0,1,2,x\n1,3,4,y\n")
    same(table, {"Unnamed: 0": [0, 1], "a": [1, 3], "a.1": [2, 4], "b": ["x", "y"]})
    assert "a → a.1" in said(table)
    assert "1 columns have no name" in said(table) or "1 column has no name" in said(table)


# ── how values are written ──────────────────────────────────────────────────────────────────────────────────────────


def test_decimal_commas_and_thousands(csv: Csv) -> None:
    same(csv("a;b\n1.234,5;x\n2,5;y\n"), {"a": [1234.5, 2.5], "b": ["x", "y"]})
    same(csv("a;b\n1 234,5;x\n2,5;y\n"), {"a": [1234.5, 2.5], "b": ["x", "y"]})
    same(csv('a,b\n"1,234,567.5",x\n"2.5",y\n'), {"a": [1234567.5, 2.5], "b": ["x", "y"]})
    same(csv('a,b\n"1,5",x\n"2,75",y\n'), {"a": [1.5, 2.75], "b": ["x", "y"]})
    same(csv("a;b\n1,250;x\n2,125;y\n"), {"a": [1.25, 2.125], "b": ["x", "y"]})
    same(csv("a;b\n1,5;1.234\n2,5;12.345\n"), {"a": [1.5, 2.5], "b": [1234, 12345]})


def test_marks_in_doubt(csv: Csv) -> None:
    table = csv('a,b\n"1,250",x\n"2,125",y\n')
    same(table, {"a": [1250, 2125], "b": ["x", "y"]})
    assert "1,234 is 1234" in said(table)
    table = csv("a;b\n1,5;1.5\n2,5;2.25\n")
    same(table, {"a": ["1,5", "2,5"], "b": [1.5, 2.25]})
    assert "some columns have decimal commas" in said(table)


def test_thousands_do_not_melt_dates_and_addresses(csv: Csv) -> None:
    table = csv("day;ip;n\n31.12.2023;10.0.0.1;1.234,5\n01.02.2024;10.0.0.2;2,5\n")
    same(table, {"day": ["31.12.2023", "01.02.2024"], "ip": ["10.0.0.1", "10.0.0.2"], "n": [1234.5, 2.5]})
    assert types(table) == {"day": "date", "ip": "text", "n": "number"}


def test_lists_of_numbers_are_no_numbers(csv: Csv) -> None:
    same(csv('ids,n\n"12,7",1\n"3,45,6",2\n"8,9",3\n'), {"ids": ["12,7", "3,45,6", "8,9"], "n": [1, 2, 3]})


def test_words_for_nothing_in_columns_of_numbers(csv: Csv) -> None:
    table = csv("n,x,t\n1,-,-\n.,2.5,a\n3,n.a.,b\n4,3.5,-\n")
    same(table, {"n": [1, NaN, 3, 4], "x": [NaN, 2.5, NaN, 3.5], "t": ["-", "a", "b", "-"]})
    assert "stands for no value" in said(table)


def test_words_that_pandas_takes_for_nothing_are_said(csv: Csv) -> None:
    assert "'NA' (2), 'None' (1)" in said(csv("code,n\nNA,1\nEU,2\nNA,3\nNone,4\n"))


def test_zeros_in_front_and_long_numbers_are_kept(csv: Csv) -> None:
    table = csv("zip,month,id\n01234,01,9007199254740993\n10115,02,\n00501,11,9007199254740995\n")
    same(table, {"zip": ["01234", "10115", "00501"], "month": [1, 2, 11],
                 "id": pd.array([9007199254740993, None, 9007199254740995], "Int64")})  # fmt: skip
    assert types(table) == {"zip": "text", "month": "integer", "id": "integer"}
    assert "zeros in front" in said(table)


def test_dates_in_five_spellings(csv: Csv) -> None:
    days = ["2024-01-05", "31/12/2023", "05.02.2024", '"Jan 5, 2024"', "7 March 2024", "2024-03-01"]
    table = csv("day,n\n" + "".join(f"{day},{n}\n" for n, day in enumerate(days)))
    expected = ["2024-01-05", "2023-12-31", "2024-02-05", "2024-01-05", "2024-03-07", "2024-03-01"]
    same(table, {"day": pd.to_datetime(expected), "n": range(6)})
    assert types(table) == {"day": "date", "n": "integer"}
    assert "5 spellings" in said(table)


def test_dates_in_doubt(csv: Csv) -> None:
    table = csv("day\n2024-01-05\n03/04/2024\n2024-01-07\n".replace("\n", ",x\n"))
    assert "the month is taken to come first" in said(table)
    contrary = csv("day,n\n13/01/2024,1\n01/13/2024,2\n2024-01-01,3\n")
    assert types(contrary)["day"] == "text"


# ── packed ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress], ids=["gz", "bz2", "xz"])
def test_packed_text(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    ending = {gzip.compress: "gz", bz2.compress: "bz2", lzma.compress: "xz"}[pack]
    text = "größe;n\nä;1,5\nö;2,5\n"
    for name in (f"a.csv.{ending}", "a.csv"):
        (tmp_path / name).write_bytes(pack(text.encode("cp1252")))
        (table,) = look(tmp_path / name)
        same(table, {"größe": ["ä", "ö"], "n": [1.5, 2.5]})
    (tmp_path / f"a.jsonl.{ending}").write_bytes(pack(b'{"a": 1}\n{"a": 2}\n'))
    (table,) = look(tmp_path / f"a.jsonl.{ending}")
    same(table, {"a": [1, 2]})
    mixed = b"".join(f"K\u00f6ln,{n}\n".encode("cp1252" if n == 3 else "utf-8") for n in range(10))
    (tmp_path / f"m.csv.{ending}").write_bytes(pack(b"a,b\n" + mixed))
    (table,) = look(tmp_path / f"m.csv.{ending}")
    same(table, {"a": ["Köln"] * 10, "b": range(10)})


def test_a_zip_archive(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as container:
        container.writestr("in/a.csv", "a;b\n1;2,5\n3;4,5\n")
        container.writestr("b.json", '[{"x": 1}, {"x": 2}]')
        container.writestr("__MACOSX/._a.csv", "rubbish")
        container.writestr("readme.md", "words")
    first, second = look(path)
    same(first, {"a": [1, 3], "b": [2.5, 4.5]})
    same(second, {"x": [1, 2]})
    assert (first["part"], second["part"]) == ("in/a.csv", "b.json")


# ── JSON ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def js(tmp_path: Path) -> Callable[..., list[dict[str, Any]]]:
    """Write JSON and survey it."""

    def write(value: Any, name: str = "a.json") -> list[dict[str, Any]]:
        path = tmp_path / name
        path.write_text(value if isinstance(value, str) else json.dumps(value), "utf-8")
        return look(path)

    return write


Js = Callable[..., list[dict[str, Any]]]
A_B = pd.DataFrame({"a": [1, 2], "b": ["x", "y"]})


@pytest.mark.parametrize(
    "value",
    [
        [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}],
        {"rows": [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}], "page": 1},
        {"response": {"ok": True, "data": {"items": [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]}}},
        {"a": [1, 2], "b": ["x", "y"]},
        {"place": "Rome", "hourly": {"a": [1, 2], "b": ["x", "y"]}},
        {"columns": ["a", "b"], "index": [0, 1], "data": [[1, "x"], [2, "y"]]},
        {"fields": ["a", "b"], "rows": [[1, "x"], [2, "y"]]},
        {"a": {"0": 1, "1": 2}, "b": {"0": "x", "1": "y"}},
        [["a", "b"], [1, "x"], [2, "y"]],
    ],
)
def test_json_in_all_shapes(js: Js, value: Any) -> None:
    (table,) = js(value)
    same(table, A_B)


def test_records_by_key(js: Js) -> None:
    (table,) = js({"k1": {"a": 1, "b": "x"}, "k2": {"a": 2, "b": "y"}, "k3": {"a": 3}})
    same(table, {"key": ["k1", "k2", "k3"], "a": [1, 2, 3], "b": ["x", "y", None]})


def test_nested_records(js: Js) -> None:
    records = [
        {"id": 1, "who": {"name": "A", "home": {"city": "Rome"}}, "items": [{"sku": "p", "n": 2}, {"sku": "q", "n": 1}], "tags": ["x"]},
        {"id": 2, "who": {"name": "B", "home": {"city": "Oslo"}}, "items": [{"sku": "p", "n": 5}], "tags": []},
        {"id": 3, "who": {"name": "C", "home": {"city": "Bern"}}, "items": [], "tags": ["y", "z"]},
    ]  # fmt: skip
    for name, value in (("a.json", records), ("a.jsonl", "\n".join(map(json.dumps, records)))):
        orders, items = js(value, name)
        frame = load(orders)
        assert frame.columns.tolist() == ["id", "items", "tags", "who.name", "who.home.city"]
        assert frame["who.home.city"].tolist() == ["Rome", "Oslo", "Bern"]
        assert "become columns" in said(orders)
        assert "values of type list" in {c["column"]: c.get("note", "") for c in orders["columns"]}["tags"]
        same(items, {"items.sku": ["p", "q", "p"], "items.n": [2, 1, 5], "id": [1, 1, 2]})
        assert "1 record without entries left out" in said(items)


def test_geojson(js: Js) -> None:
    feature = {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [1, 2]},
        "properties": {"name": "A"},
    }
    (table,) = js({"type": "FeatureCollection", "features": [feature, feature]}, "a.geojson")
    assert "properties.name" in types(table)


def test_json_texts_stay_texts(js: Js) -> None:
    value = [
        {"zip": "01234", "at": "2024-01-05", "n": 12345678901234567890},
        {"zip": "10115", "at": "x", "n": 1},
    ]
    (table,) = js(value)
    same(table, {"zip": ["01234", "10115"], "at": ["2024-01-05", "x"], "n": [12345678901234567890, 1]})
    (table,) = js("\n".join(map(json.dumps, value)), "b.jsonl")
    same(table, {"zip": ["01234", "10115"], "at": ["2024-01-05", "x"], "n": [12345678901234567890, 1]})


def test_json_lines_with_lines_that_are_none(js: Js) -> None:
    lines = [json.dumps({"a": n}) for n in range(300)]
    lines[17] = "oops"
    (table,) = js("\n".join(lines) + '\n{"a": 30', "a.jsonl")
    same(table, {"a": [n for n in range(300) if n != 17]})
    assert "2 lines that are not JSON left out: line 18" in said(table)


def test_large_json_is_looked_at_in_its_beginning(tmp_path: Path) -> None:
    path = tmp_path / "big.json"
    records = [
        {"id": n, "name": f"name {n}", "where": {"x": n / 7}, "tags": ["a", "b"]} for n in range(250_000)
    ]
    path.write_text(json.dumps({"meta": {"made": "today"}, "rows": records}))
    assert path.stat().st_size > 16_000_000
    (table,) = look(path)
    assert not table["rows_exact"]
    assert 200_000 < table["rows"] < 300_000
    assert types(table) == {"id": "integer", "name": "text", "tags": "other", "where.x": "number"}
    assert len(load(table)) == 250_000


# ── Excel ───────────────────────────────────────────────────────────────────────────────────────────────────────────


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


# ── refusals ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _zip(*names: str, **options: Any) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", **options) as container:
        for name in names:
            container.writestr(name, "x")
    return held.getvalue()


REFUSED = {
    "page.csv": (b"<!DOCTYPE html><html><head><title>Sign in</title></head><body>no</body></html>", "web page ('Sign in')"),
    "table.xls": (b"<html><body><table><tr><td>1</td></tr></table></body></html>", "pandas.read_html"),
    "a.xml": (b"<?xml version='1.0'?><a><b/></a>", "XML"),
    "a.csv": (b"%PDF-1.7\nxx", "PDF"),
    "a.png": (b"\x89PNG\r\n\x1a\n\0\0", "image"),
    "a.docx": (_zip("word/document.xml", "[Content_Types].xml"), "Word"),
    "images.zip": (_zip("a.png", "b.png"), "no text data"),
    "a.xlsx": (_zip("xl/workbook.xml")[:60], "not whole"),
    "a.xls": (b"\xd0\xcf\x11\xe0" + bytes(600) + "EncryptedPackage".encode("utf-16-le") + bytes(600), "password"),
    "a.doc": (b"\xd0\xcf\x11\xe0" + bytes(600) + "WordDocument".encode("utf-16-le") + bytes(600), "Word"),
    "a.csv.gz": (gzip.compress(b"a,b\n" + os.urandom(500_000).hex().encode())[:200_000], "cut off"),
    "plain.csv.gz": (b"a,b\n1,2\n", "could not be read"),
    "cut.json": (b'[{"a": 1}, {"a": 2', "cut off"),
    "wrong.json": (b'[{"a": 1}, {a: 2}]', "line 1, column 13"),
    "two.json": (b'{"a": 1} {"a": 2}', "second value"),
    "number.json": (b"[]", "empty list"),
    "bad.jsonl": (b'{"a": 1}\nx\ny\n', "not JSON"),
    "zeros.csv": (bytes(5000), "empty"),
    "a.parquet": (b"PAR1" + bytes(100), "cut off"),
    "a.feather": (b"ARROW1\0\0" + bytes(100), "cut off or broken"),
    "a.duckdb": (bytes(8) + b"DUCK" + bytes(100), "DuckDB"),
    "a.tar": (b"x" * 257 + b"ustar\0" + bytes(100), "tar"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_refusals_say_what_was_seen(tmp_path: Path, name: str) -> None:
    content, words = REFUSED[name]
    (tmp_path / name).write_bytes(content)
    (found,) = look(tmp_path / name)
    assert words in found.get("error", ""), found
    assert found["error"].endswith(".")


def test_pipes_loops_and_closed_doors(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "gone.csv").symlink_to(tmp_path / "nowhere.csv")
    (tmp_path / "dir").mkdir()
    (tmp_path / "dir" / "again").symlink_to(tmp_path)
    (tmp_path / "dir" / "a.csv").write_text("a,b\n1,2\n")
    pipe, device, loop, gone = look(
        tmp_path / "pipe.csv", Path("/dev/null"), tmp_path / "loop", tmp_path / "gone.csv"
    )
    assert "a pipe" in pipe["error"]
    assert "a device" in device["error"]
    assert "a link" in loop["error"]
    assert "nowhere.csv" in gone["error"]
    folder, table = look(tmp_path)
    assert [file["name"] for file in folder["files"]] == ["dir/a.csv"]
    same(table, {"a": [1], "b": [2]})


def test_folders_without_data_and_with_much(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (found,) = look(tmp_path / "empty")
    assert "holds no data files" in found["error"]
    (tmp_path / "empty" / "a.py").write_text("x")
    (found,) = look(tmp_path / "empty")
    assert ".py (1)" in found["error"]
    many = tmp_path / "many"
    many.mkdir()
    for n in range(1000):
        (many / f"{n:04}.csv").write_text(f"a,b\n{n},2\n")
    (many / "0000.md").write_text("what this is")
    folder, *tables = look(many)
    assert len(tables) == 10
    assert "of 1,001 files only the first 50 files are listed" in said(folder)
    assert "10 of the tables have the same columns" in said(folder)


# ── many rows, many columns ─────────────────────────────────────────────────────────────────────────────────────────


def test_three_thousand_columns(tmp_path: Path) -> None:
    path = tmp_path / "wide.csv"
    header = ",".join(f"x{n}" for n in range(3000))
    row = ",".join(str(n) for n in range(3000))
    path.write_text("\n".join([header, *[row] * 300]) + "\n")
    (table,) = look(path)
    assert (len(table["columns"]), table["more_columns"], table["rows"]) == (60, 2940, 300)
    assert "2,940 more columns are not described, from 'x60' to 'x2999'" in said(table)


def test_a_large_file_with_a_footer_and_quoted_lines(tmp_path: Path) -> None:
    path = tmp_path / "big.csv"
    rows = (f'{n},"text, and ""more""",{n / 8}\n' for n in range(400_000))
    path.write_text("Report\n\nid,text,x\n" + "".join(rows) + "Total,,5\nSource: me\n")
    (table,) = look(path)
    assert (table["rows"], table["rows_exact"]) == (400_000, True)
    assert "sampled" in table["notes"][0]
    frame = load(table)
    assert len(frame) == 400_000
    assert frame.iloc[-1]["id"] == 399_999
    assert table["columns"][0]["max"] == 399_999


def test_a_large_file_in_an_old_encoding(tmp_path: Path) -> None:
    path = tmp_path / "big.csv"
    path.write_bytes("".join(["stadt;n\n", *(f"Köln {n};{n},5\n" for n in range(800_000))]).encode("cp1252"))
    (table,) = look(path)
    assert (table["rows"], table["rows_exact"]) == (800_000, True)
    assert types(table) == {"stadt": "text", "n": "number"}
    assert load(table)["stadt"].iloc[-1] == "Köln 799999"
