"""How values are written: marks, dates, words for nothing."""

from __future__ import annotations

import pandas as pd

from tests.kernels.survey.looking import Csv, NaN, said, same, types


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
    assert "in some the day comes first" in said(contrary)


def test_a_spelling_of_dates_that_is_not_known(csv: Csv) -> None:
    table = csv("day,n\n2024-01-05,1\nMarch 3 2024,2\n5.5.2024,3\nsoon,4\n05/20/2024,5\n")
    assert types(table)["day"] == "text"
    assert "'day' holds dates in several spellings: 'soon' is none that is known" in said(table)
