"""Separators, quotes, line ends and encodings of text."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from analyst_kernels.probe.encodings import old_encoding
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.kernels.survey.looking import Csv, load, look, said, same

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
