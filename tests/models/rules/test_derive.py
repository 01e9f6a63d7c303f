"""New columns: formulas, words, parts of dates and texts, groups; every value is computed again in the test."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest


@pytest.fixture
def shop() -> pd.DataFrame:
    """Orders of a made-up shop, newest first."""
    n = np.arange(120)
    days = pd.date_range("2023-01-01", periods=120, freq="D")[::-1]
    return pd.DataFrame(
        {
            "order_day": days.strftime("%Y-%m-%d"),
            "delivered": (days + pd.to_timedelta(n % 9 + 1, unit="D")).strftime("%Y-%m-%d"),
            "price": 20 + (n * 7) % 31 + n / 8,
            "cost": 9 + (n * 5) % 11,
            "units": 1 + (n * 3) % 7,
            "age": 1 + (n * 11) % 83,
            "comment": [("fine", "not so good", "would buy again", "no")[i % 4] for i in n],
            "returned": (n % 5 == 0).astype(int),
        }
    )


Computed = Callable[[pd.DataFrame], float]

DERIVED: list[tuple[str, Computed]] = [
    (
        'Create a new column called "margin" that is calculated as (price - cost) / price. What is its mean?\n'
        "@mean_margin[m] rounded to four decimals",
        lambda s: ((s.price - s.cost) / s.price).mean(),
    ),
    (
        "Create a new feature 'paid' by multiplying the price column with the units column. Calculate its sum.\n"
        "@sum_paid[s] rounded to two decimals",
        lambda s: (s.price * s.units).sum(),
    ),
    (
        'Generate a new feature called "burden" by adding the "cost" and "units" columns together and calculate the median of it.\n'
        "@median_burden[m] rounded to one decimal",
        lambda s: (s.cost + s.units).median(),
    ),
    (
        "Create a new feature by dividing the cost by the price. What is the maximum of the new feature?\n"
        "@max_new_feature[m] rounded to four decimals",
        lambda s: (s.cost / s.price).max(),
    ),
    (
        "Create a new variable 'gain' by subtracting the cost from the price. What is the standard deviation of gain?\n"
        "@std_gain[s] rounded to three decimals",
        lambda s: (s.price - s.cost).std(),
    ),
    (
        "Create a new feature 'per_unit', defined as the ratio of price to units, and find the Pearson correlation "
        "coefficient between per_unit and cost.\n@correlation[r] rounded to four decimals",
        lambda s: (s.price / s.units).corr(s.cost),
    ),
    (
        "What is the average duration of a delivery? Calculate the duration of each delivery in days, by subtracting the "
        "order_day from the delivered column.\n@average_duration[days] rounded to two decimals",
        lambda s: (pd.to_datetime(s.delivered) - pd.to_datetime(s.order_day)).dt.days.mean(),
    ),
    (
        "Create a new feature by subtracting the mean value of the price column from each value in that column. "
        "Calculate the maximum of this new feature.\n@max_new_feature[m] rounded to four decimals",
        lambda s: (s.price - s.price.mean()).max(),
    ),
    (
        "Create a new column 'comment_length' with the length of the comment. What is the mean of comment_length?\n"
        "@mean_comment_length[m] rounded to three decimals",
        lambda s: s.comment.str.len().mean(),
    ),
    (
        "Create a new column 'order_month' by extracting the month from order_day. What is the mean of order_month?\n"
        "@mean_order_month[m] rounded to three decimals",
        lambda s: pd.to_datetime(s.order_day).dt.month.mean(),
    ),
    (
        "Create a new feature that is the price in logarithmic scale (base 10) and calculate the mean of it.\n"
        "@new_feature_mean[m] rounded to four decimals",
        lambda s: np.log10(s.price).mean(),
    ),
    (
        "Create a new column 'daily_change' with the percentage change of the price from day to day. What is the mean of "
        "daily_change?\n@mean_daily_change[m] rounded to four decimals",
        lambda s: (s.sort_values("order_day").price.pct_change() * 100).mean(),
    ),
    (
        "Create a new binary feature 'dear' that is 1 if the price is greater than 40, else 0. What is the mean of dear?\n"
        "@mean_dear[m] rounded to four decimals",
        lambda s: (s.price > 40).mean(),
    ),
]


@pytest.mark.parametrize(("question", "expected"), DERIVED, ids=[q[:50] for q, _ in DERIVED])
async def test_a_new_column_is_computed(harness, shop, question, expected) -> None:
    """The one slot holds what the test computes."""
    played = await harness.ask(question, harness.save(shop))
    places = len(next(iter(played.named.values())).partition(".")[2])
    assert float(next(iter(played.named.values()))) == pytest.approx(expected(shop), abs=0.51 * 10**-places)
    assert played.outputs[0].startswith("[cell 1] ok")


async def test_groups_with_ranges(harness, shop) -> None:
    """Whole bounds meet: 12.5 belongs to 0-12."""
    shop = shop.assign(age=shop.age + 0.5)
    question = (
        "Create a new column 'AgeGroup' that sorts the customers into 'Child' (0-12 years old), 'Teenager' (13-19 years "
        "old), 'Adult' (20-59 years old) and 'Elderly' (60 years old and above). Calculate the mean price of each age group.\n"
        "@mean_price_child[m], @mean_price_teenager[m], @mean_price_adult[m], @mean_price_elderly[m], two decimals"
    )
    played = await harness.ask(question, harness.save(shop))
    bounds = {"child": (0, 13), "teenager": (13, 20), "adult": (20, 60), "elderly": (60, 999)}
    for name, (low, high) in bounds.items():
        expected = shop.price[(shop.age >= low) & (shop.age < high)].mean()
        assert float(played.named[f"mean_price_{name}"]) == pytest.approx(expected, abs=0.006)


async def test_two_new_columns_keep_their_formulas(harness, shop) -> None:
    """Each name takes the formula that follows it."""
    question = (
        "Create a new column 'paid' by multiplying price by units. Create another column named 'gain' by subtracting cost "
        "from price. Calculate the mean of paid and the mean of gain.\n@mean_paid[a] @mean_gain[b], two decimals"
    )
    played = await harness.ask(question, harness.save(shop))
    assert float(played.named["mean_paid"]) == pytest.approx((shop.price * shop.units).mean(), abs=0.006)
    assert float(played.named["mean_gain"]) == pytest.approx((shop.price - shop.cost).mean(), abs=0.006)


async def test_a_formula_that_nothing_defines_stays_out(harness, shop) -> None:
    """Without words for how, nothing is made up."""
    question = (
        "Create a new feature called 'mood' from the comments. What is the mean of mood?\n@mean_mood[m]"
    )
    played = await harness.ask(question, harness.save(shop))
    assert not played.named
    assert "could not fill in mean_mood" in played.text


async def test_lengths_of_time_become_seconds(harness, shop) -> None:
    """Texts like 1:02:03 are calculated with."""
    seconds = pd.Series([3600 + 7 * i for i in range(len(shop))])
    shop["running"] = [f"{s // 3600}:{s % 3600 // 60:02}:{s % 60:02}" for s in seconds]
    played = await harness.ask(
        "What is the mean running time?\n@mean_running[s], two decimals", _surveyed(harness, shop)
    )
    assert float(played.named["mean_running"]) == pytest.approx(seconds.mean(), abs=0.006)


def _surveyed(harness, frame: pd.DataFrame) -> str:
    """A survey with the examples of texts, as the probe tells them."""
    lines = harness.save(frame).splitlines()
    told = '"column": "running", "type": "text"'
    examples = ", ".join(f'"{v}"' for v in frame.running[:3])
    assert any(told in line for line in lines)
    return "\n".join(line.replace(told, f'{told}, "examples": [{examples}]') for line in lines)
