"""What stands above, below and in between the rows of a text."""

from __future__ import annotations

import pandas as pd
import pytest

from tests.kernels.survey.looking import Csv, NaN, load, said, same


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
