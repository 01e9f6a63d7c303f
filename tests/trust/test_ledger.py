"""What cells did to data, seen by the probe and judged: each rule speaks where it should, and is silent where it should."""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Iterator
from types import ModuleType

import numpy as np
import pandas as pd
import pytest
from analyst_kernels.probe import ledger as probe

from tests.trust.seen import Notebook, notebook

ORDERS = pd.DataFrame(
    {
        "customer": [1, 1, 2, 3, 9, 9],
        "amount": [10, 20, 30, 40, 50, 60],
        "price": ["1.5", "2", "x", "3", "y", "4"],
        "region": ["n", "n", "n", "n", "n", "s"],
    }
)
CUSTOMERS = pd.DataFrame({"customer": [1, 2, 3, 4], "age": [30, 40, 50, 60]})
DOUBLED = pd.DataFrame({"customer": [1, 2, 2, 3, 9], "age": [30, 40, 41, 50, 60]})


@pytest.fixture
def book(monkeypatch: pytest.MonkeyPatch) -> Iterator[Notebook]:
    monkeypatch.setitem(sys.modules, "__main__", ModuleType("__main__"))
    made = notebook()
    made.cell("")
    made.names |= {"ORDERS": ORDERS, "CUSTOMERS": CUSTOMERS, "DOUBLED": DOUBLED}
    assert not made.cell("orders, customers, doubled = ORDERS.copy(), CUSTOMERS.copy(), DOUBLED.copy()")
    yield made
    probe.told()


SPEAKS = {
    "rows multiplied by a left join": (
        "m = customers.merge(orders, on='customer', how='left')",
        "join: line 1: the left join on customer multiplies rows: 4 become 5. The key is not unique in the right table",
    ),
    "many to many": (
        "m = orders.merge(doubled, on='customer')",
        "multiplies rows: 6 become 7. The key is not unique in the right table and not in the left one either (up to 2 rows",
    ),
    "rows lost by an inner join": (
        "m = pd.merge(orders, customers, on='customer')",
        "join: line 1: the inner join on customer loses 2 of 6 rows of the left table: their key has no match.",
    ),
    "gaps by a left join": (
        "m = orders.merge(customers, on='customer', how='left')",
        "finds no match for 2 of 6 rows: the right table's columns are empty there; age became float.",
    ),
    "no match at all": (
        "m = orders.assign(customer=orders.customer + 100).merge(customers)",
        "the inner join on customer finds no match at all: no row is left.",
    ),
    "by the index": (
        "m = orders.set_index('customer').join(customers.set_index('customer'))",
        "the left join on the index finds no match for 2 of 6 rows",
    ),
    "by the index, multiplied": (
        "m = customers.set_index('customer').join(doubled.set_index('customer').age.rename('years'))",
        "the left join on the index multiplies rows: 4 become 5",
    ),
    "nothing kept": (
        "big = orders[orders.amount > 1000]",
        "filter: line 1: the filter keeps none of 6 rows.",
    ),
    "nothing kept by query": (
        "n = orders.query('amount > 1000').amount.sum()",
        "the filter keeps none of 6 rows.",
    ),
    "everything kept": (
        "big = orders.loc[orders.amount > 5, ['amount']]",
        "filter: line 1: the filter keeps all of 6 rows.",
    ),
    "nothing kept in a loop": (
        "for low in (100, 200):\n    print(len(orders[orders.amount > low]))",
        "filter: line 2: the filter keeps none of 6 rows, 2 times out of 2.",
    ),
    "rows dropped": (
        "c = orders.assign(p=pd.to_numeric(orders.price, errors='coerce')).dropna()",
        "dropped: line 1: dropna keeps 4 of 6 rows.",
    ),
    "duplicates": (
        "both = pd.concat([orders, orders.head(2)])",
        "duplicates: line 1: after concat 2 rows repeat another one.",
    ),
    "nulls by force": (
        "orders['price'] = pd.to_numeric(orders.price, errors='coerce')",
        "nulls: orders.price: 2 of 6 values are missing (0 before); ",
    ),
    "nulls in a new column": (
        "orders['name'] = orders.customer.map({1: 'a', 2: 'b'})",
        "nulls: orders.name: 3 of 6 values are missing (of a new column).",
    ),
    "nulls in a copy": (
        "clean = orders.copy()\nclean['price'] = pd.to_numeric(clean['price'], errors='coerce')",
        "nulls: clean.price: 2 of 6 values are missing (0 before)",
    ),
    "a type degraded": (
        "orders.loc[0, 'amount'] = 5\norders['amount'] = [10, 20, 'many', 40, 50, 60]",
        "types: orders.amount: int64 became ",
    ),
    "small groups": (
        "m = orders.groupby('region')['amount'].mean()",
        "groups: line 1: 1 of 2 groups by region have fewer than 5 rows (the smallest 1)",
    ),
    "small groups over lines": (
        "m = (\n    orders\n    .groupby('region')\n    .agg({'amount': 'median'})\n)",
        "1 of 2 groups by region have fewer than 5 rows",
    ),
}


@pytest.mark.parametrize("name", SPEAKS)
def test_it_speaks(book: Notebook, name: str) -> None:
    code, text = SPEAKS[name]
    assert text in "\n".join(book.cell(code))


SILENT = {
    "an enriching join": "m = doubled.drop_duplicates('customer').merge(orders, on='customer')",
    "a join that looks up": "m = orders[orders.customer < 5].merge(customers, on='customer', how='left')",
    "the lookup on the left": "m = customers[customers.customer < 4].merge(orders[orders.customer < 4])",
    "a filter": "few = orders[orders.amount > 30]",
    "a search that finds nothing": "outliers = orders[(orders.amount - 35).abs() > 1000]",
    "a check that keeps all": "good = orders[orders.amount.notna()]",
    "a loop that once keeps none": "for r in ('n', 'x'):\n    print(len(orders[orders.region == r]))",
    "an own library's filter": "u = orders.drop_duplicates()",
    "dropna that drops nothing": "c = orders.dropna()",
    "concat of different rows": "both = pd.concat([orders.head(3), orders.tail(3)])",
    "concat of what was doubled before": "t = pd.concat([doubled.assign(age=0), pd.DataFrame({'customer': [7], 'age': [1]})])",
    "columns side by side": "side = pd.concat([orders.amount, orders.region], axis=1)",
    "gaps on purpose": "orders['before'] = orders.amount.shift()\norders['amount'] = orders.amount.where(orders.amount > 20)",
    "a type changed on purpose": "orders['customer'] = orders.customer.astype(str)",
    "sizes of small groups": "n = orders.groupby('region').size()",
    "groups of one size": "m = customers.groupby('customer').age.mean()",
    "a pivot": "p = orders.pivot_table(index='region', values='amount')",
    "own tables changed": "orders['twice'] = orders.amount * 2\ndel orders['price']",
    "nothing": "print(orders.amount.sum())",
    "no Python": "pass",
}


@pytest.mark.parametrize("name", SILENT)
def test_it_is_silent(book: Notebook, name: str) -> None:
    assert book.cell(SILENT[name]) == []


@pytest.mark.usefixtures("book")
def test_a_table_of_the_user_is_not_changed_in_silence() -> None:
    made = notebook().has(sales=pd.DataFrame({"x": [1, 2, 3]}))
    assert made.cell("own = sales.copy()\nown['y'] = 1") == []
    assert made.cell("sales['y'] = sales.x * 2") == [
        "changed: sales, which was there before, was changed in place (new: y). Work on a copy unless that was asked for."
    ]
    assert "is another table now (3 rows became 2)" in made.cell("sales = sales.head(2)")[0]
    assert made.cell("own = own.head(1)") == []


def test_nothing_is_said_twice(book: Notebook) -> None:
    first = book.cell("big = orders[orders.amount > 1000]")
    assert first
    assert book.cell("big = orders[orders.amount > 1000]") == []


def test_many_remarks_are_cut_and_counted(book: Notebook) -> None:
    found = book.cell("\n".join(f"f{n} = orders[orders.amount > {1000 + n}]" for n in range(12)))
    assert len(found) == 9
    assert found[-1] == "more: 4 more remarks of this kind are left out."


def test_every_point_of_pandas_is_there_and_is_put_back() -> None:
    def now() -> list[object]:
        homes = [(importlib.import_module(m), owner, name) for m, owner, name, _ in probe.POINTS]
        return [vars(getattr(home, owner) if owner else home)[name] for home, owner, name in homes]

    before = now()
    probe.watch()
    watched = now()
    assert not any(a is b for a, b in zip(before, watched, strict=True))
    probe.told()
    assert all(a is b for a, b in zip(before, now(), strict=True))


def test_an_error_in_the_code_stays_the_codes(book: Notebook) -> None:
    with pytest.raises(KeyError):
        book.cell("orders.merge(customers, on='nobody')")
    assert book.cell("m = orders.merge(customers, on='customer')")


def test_duplicates_of_a_long_table_are_estimated_and_said_to_be(book: Notebook) -> None:
    book.names |= {"long": pd.DataFrame({"a": np.arange(200_000), "b": np.arange(200_000) * 0.5, "c": "x"})}
    assert book.cell("twice = pd.concat([long, long.iloc[:0]])") == []
    assert book.cell("other = pd.concat([long, long.assign(c='y')])") == []
    (told,) = book.cell("thrice = pd.concat([long, long.head(100_000)])")
    assert re.fullmatch(
        r"duplicates: line 1: after concat about \d+,000 rows \(estimated from a sample\) repeat another one\.",
        told,
    )
    assert 90_000 < book.observed[0]["doubled"] < 110_000


def test_duplicates_of_a_short_table_are_counted(book: Notebook) -> None:
    book.names |= {
        "short": pd.DataFrame({"a": np.arange(20_000), "c": "x"}),
        "flags": pd.DataFrame({"f": [1, 2] * 50}),
    }
    assert book.cell("both = pd.concat([short, short.iloc[7:12], short.iloc[:10].assign(c='y')])") == [
        "duplicates: line 1: after concat 5 rows repeat another one."
    ]
    assert book.cell("flagged = pd.concat([flags, pd.DataFrame({'f': [2, 3]})])") == [
        "duplicates: line 1: after concat 1 row repeat another one."
    ]


ORDERS_OF_ROWS = {
    "in the table's order": "m = left.merge(right, on='k')",
    "in the other's order": "m = left.sort_values('k', ascending=False).merge(right, on='k', how='right')",
}


@pytest.mark.parametrize("way", ORDERS_OF_ROWS)
def test_a_join_is_counted_whatever_the_order_of_its_rows(book: Notebook, way: str) -> None:
    book.names |= {
        "left": pd.DataFrame({"k": [1, 2, 3, 4], "a": 1}),
        "right": pd.DataFrame({"k": [4, 2, 2, 2, 1, 1], "b": 1}),
    }
    book.cell(ORDERS_OF_ROWS[way])
    (fact,) = [f for f in book.observed if f["what"] == "join"]
    assert fact["left"] == {"rows": 4, "lost": 1, "most": 3, "empty": 0}
