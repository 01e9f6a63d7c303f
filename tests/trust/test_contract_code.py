"""Filters and groups that a question names, held against what the code selects and groups by."""

from __future__ import annotations

import json

import pytest
from analyst_kernels import Stream

from analyst.events import Answered, Asked, Call, Contract, Event, ModelReplied, Surveyed, ToolReturned, Usage
from analyst.trust.checking import check
from analyst.trust.contract import read
from analyst.trust.contract_code import unseen
from analyst.trust.selecting import Selecting

TABLE = {
    "path": "sales.csv",
    "rows": 500,
    "columns": [
        {"column": "region", "type": "text", "distinct": 3, "values": {"North": 200, "South": 200, "Old Town": 100}},
        {"column": "year", "type": "integer", "distinct": 4, "min": 2019, "max": 2022},
        {"column": "order_date", "type": "date", "distinct": 300},
        {"column": "sales_eur", "type": "number", "distinct": 480},
        {"column": "returned", "type": "boolean", "distinct": 2},
        {"column": "customers", "type": "integer", "distinct": 300},
        {"column": "rating", "type": "number", "distinct": 5, "missing": 40},
    ],
}  # fmt: skip


def log(*codes: str, context: str = "") -> list[Event]:
    facts: list[Event] = [Asked("?", context=context), Surveyed("", (TABLE,))]
    for number, code in enumerate(codes, 1):
        call = Call(f"c{number}", "python", json.dumps({"code": code}))
        facts += [
            ModelReplied("", (call,), Usage(), "tool_calls", "m", ""),
            ToolReturned(call.id, True, "", (Stream("stdout", "1\n"),), cell=number, ending="ok"),
        ]
    return facts


def missed(contract: Contract, *codes: str, context: str = "") -> str:
    return " ".join(unseen(contract, log(*codes, context=context)))


KEPT = {
    "excluding the North": (
        "df[df.region != 'North'].sales_eur.sum()",
        "df.query('region != \"North\"').sales_eur.sum()",
        "df.loc[~df['region'].isin(['North']), 'sales_eur'].sum()",
        "by = df.groupby('region').sales_eur.sum()\nby.sum() - by['North']",
        "keep = ['South', 'Old Town']\ndf[df['region'].isin(keep)]",
        "duckdb.sql(\"select sum(sales_eur) from df where region <> 'North'\")",
        "df.groupby('region').sales_eur.sum()",
        "for name in df.region.unique():\n    print(name, df[df.region == name].sales_eur.sum())",
        "wide = df.pivot_table('sales_eur', 'year', 'region')\nwide.drop(columns='North')",
        "pd.crosstab(df.region, df.year)",
        "home = df['region'] + '!'\ndf[home.str.startswith('S')]",
        "df.set_index('region').loc['South']",
    ),
    "only where rating is above 3": (
        "df[df.rating > 3].sales_eur.mean()",
        "limit = 3\ndf[df['rating'].gt(limit)]",
        "good = df.rating.gt(3)\nprint(df.loc[good, 'sales_eur'].mean())",
        "df.where(df.rating > 3).sales_eur.mean()",
        "sum(s for s, r in zip(df.sales_eur, df.rating) if r > 3)",
    ),
    "only in 2021": (
        "df[df.year == 2021]",
        "df[df.order_date >= '2021-01-01']",
        "df.groupby('year').sales_eur.sum()",
        "pd.read_csv('sales_2021.csv')",
        "df[df.order_date.dt.year.between(2021, 2021)]",
    ),
    "only returned orders": (
        "df.returned.sum()",
        "df[df.returned]",
        "df[~df['returned']]",
        "df.sales_eur[df.returned].sum()",
    ),
    "ignoring missing ratings": ("df.rating.mean()", "df['rating'].dropna().mean()"),
    "where rating is known": ("df.rating.mean()",),
    "only the sales": ("df.sales_eur.sum()",),
    "among all regions of the file": ("df.loc[df.sales_eur.idxmax(), 'region']",),
    "among the full years": ("df.year.max()",),
    "only adults": ("df.sales_eur.sum()",),  # nothing of the data is named: it cannot be told
    "without rounding": ("df.sales_eur.sum()",),
    "only values above 100": ("df.sales_eur.sum()",),
}
MISSED = {
    "excluding the North": (
        "df.sales_eur.sum()",
        "print('Sales, excluding the North:', df.sales_eur.sum())",
        "# North is left out\ndf.sales_eur.sum()",
        "df.groupby('year').sales_eur.sum()",
        "df[['region', 'sales_eur']].sales_eur.sum()",
        "df = pd.read_csv(path, names=['region', 'sales_eur'])\ndf.sales_eur.sum()",
        "ax.set_title('without North')\nprint(f'North out: {df.sales_eur.sum()}')",
    ),
    "only where rating is above 3": ("df.sales_eur.mean()", "df.rating.mean()"),
    "only in 2021": ("df.sales_eur.sum()", "df[df.year == 2020].sales_eur.sum()"),
    "only returned orders": ("df.sales_eur.sum()",),
    "where rating is known": ("df.sales_eur.mean()",),
    "only the Old Town": ("df[df.year == 2020].sales_eur.sum()",),
}


@pytest.mark.parametrize(("phrase", "code"), [(p, c) for p, codes in KEPT.items() for c in codes])
def test_a_filter_that_the_code_may_keep_meets_no_objection(phrase: str, code: str) -> None:
    assert missed(Contract(filters=(phrase,)), "import pandas as pd\ndf = pd.read_csv(path)", code) == ""


@pytest.mark.parametrize(("phrase", "code"), [(p, c) for p, codes in MISSED.items() for c in codes])
def test_a_filter_that_no_code_knows_of_is_told(phrase: str, code: str) -> None:
    told = missed(Contract(filters=(phrase,)), "import pandas as pd\ndf = pd.read_csv(path)", code)
    assert f"“{phrase}” is asked for, and no code selects by" in told


@pytest.mark.parametrize(("phrase", "code", "kept"), [
    ("region", "df.groupby('region').sales_eur.sum()", True),
    ("regions", "df.groupby(['year', 'region']).sales_eur.sum()", True),
    ("region", "df.pivot(index='region', columns='year')", True),
    ("region", "df.region.value_counts()", True),
    ("region", "{r: df[df.region == r].sales_eur.sum() for r in names}", True),
    ("region", "key = 'region'\ndf.groupby(key).sales_eur.sum()", True),
    ("region", "df['where'] = df.region.str[:1]\ndf.groupby('where').sales_eur.sum()", True),
    ("order date", "df.resample('ME', on='order_date').sales_eur.sum()", True),
    ("customer", "df.sales_eur.sum() / df.customers.sum()", True),  # a ratio is no group
    ("month", "df.sales_eur.sum()", True),  # no column is called so
    ("region", "df.sales_eur.sum()", False),
    ("region", "print('by region', df.groupby('year').sales_eur.sum())", False),
    ("region", "df[['region', 'sales_eur']].head()", False),
])  # fmt: skip
def test_a_group_that_is_asked_for_is_looked_for(phrase: str, code: str, kept: bool) -> None:
    told = missed(Contract(grouping=(phrase,)), code)
    assert told == ("" if kept else f"“By {phrase}” is asked for, and no code groups by region.")


def test_what_the_person_ran_before_counts_too() -> None:
    contract = Contract(filters=("excluding the North",))
    assert missed(contract, "rest.sales_eur.sum()") != ""
    assert missed(contract, "rest.sales_eur.sum()", context="rest = df[df.region != 'North']") == ""


def test_where_no_code_ran_or_no_data_is_known_nothing_is_told() -> None:
    contract = Contract(filters=("excluding the North",), grouping=("region",))
    assert missed(contract) == ""
    assert [*unseen(contract, [e for e in log("df.sum()") if not isinstance(e, Surveyed)])] == []


def test_a_cell_that_is_no_python_is_read_by_its_words() -> None:
    assert (
        missed(Contract(filters=("only North",)), "%%sql\nselect sum(sales) from t where region = 'North'")
        == ""
    )


def test_it_goes_back_with_the_other_faults() -> None:
    question = "What are the total sales, excluding the North? Save them as out.csv."
    found = check(Answered("The sales are 1."), log("print(df.sales_eur.sum())"), read(question), ())
    assert found.unkept == (
        "The file out.csv is not there.",
        "“excluding the North” is asked for, and no code selects by region or North.",
    )
    assert "no code selects by region or North" in found.told


def test_what_is_made_from_a_column_selects_by_it_and_what_is_printed_does_not() -> None:
    code = (
        "df['net'] = df.paid - df.cost\nprint('tax', df['fee'].sum())\nrows = df[df.net > 0]\nrows.paid.sum()"
    )
    read_ = Selecting.of([code])
    assert all(map(read_.chooses, ("net", "paid", "cost")))
    assert read_.touches("fee")
    assert not read_.chooses("fee")
    assert not read_.touches("tax")
