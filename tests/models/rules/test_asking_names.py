"""Columns that are named like words of asking are found where they are meant, and only there."""

from __future__ import annotations

import pandas as pd
import pytest

from analyst.models.rules import survey
from analyst.models.rules.answering import title
from analyst.models.rules.understand import understand
from tests.models.rules.conftest import survey as surveyed


@pytest.fixture(scope="module")
def orders() -> survey.Survey:
    n = range(96)
    frame = pd.DataFrame(
        {
            "date": pd.date_range("2021-01-03", periods=len(n), freq="9D").strftime("%Y-%m-%d"),
            "region": [("North", "South", "East")[i % 3] for i in n],
            "amount": [10 + (i * 37) % 91 for i in n],
            "discount": [(i * 7) % 13 / 10 for i in n],
            "count": [1 + (i * 5) % 9 for i in n],
            "score": [50 + (i * 11) % 47 for i in n],
            "rate": [(i * 17) % 29 / 29 for i in n],
            "total": [100 + (i * 53) % 201 for i in n],
        }
    )
    return survey.parse(surveyed("orders.csv", frame))


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Which region has the highest average amount?", "region with the highest mean of amount"),
        ("Is amount correlated with discount?", "correlation of amount and discount"),
        ("What is the total amount?", "total of amount"),
        ("How many rows have an amount above 50?", "number of rows, where amount above 50"),
        ("On which date was the amount highest?", "date with the highest amount"),
        ("Which date has the highest total?", "date with the highest total"),
        ("What is the average total per region?", "mean of total for each region"),
        ("Which region has the lowest median count?", "region with the lowest median of count"),
        ("What is the mean score by region?", "mean of score for each region"),
        ("Is score correlated with rate?", "correlation of score and rate"),
        ("Which region has the highest rate?", "region with the highest mean of rate"),
        ("Count the rows for each region", "number of rows for each region"),
        ("What is the total discount?", "total of discount"),
    ],
)
def test_a_column_of_that_name_is_meant(orders: survey.Survey, question: str, expected: str) -> None:
    assert [title(i) for i in understand(question, orders).intents] == [expected]


def test_a_plot_is_of_the_column(orders: survey.Survey) -> None:
    reading = understand("Plot the total amount per month", orders)
    assert [title(i) for i in reading.intents] == ["total of amount for each month"]


def test_without_such_a_column_the_words_only_ask(penguin_data: str) -> None:
    reading = understand("What is the total count for each species?", survey.parse(penguin_data))
    assert [title(i) for i in reading.intents] == ["number of rows for each species"]
