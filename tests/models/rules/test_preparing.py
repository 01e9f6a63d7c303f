"""Cleaning, filling in, transforming, coding: the values before and after are computed again in the test."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest


@pytest.fixture
def gauges() -> pd.DataFrame:
    """Measurements with gaps, newest first."""
    n = np.arange(90)
    depth = np.where(n % 7 == 3, np.nan, 5 + (n * 13) % 17 + n / 10)
    return pd.DataFrame(
        {
            "day": pd.date_range("2022-03-01", periods=90)[::-1].strftime("%Y-%m-%d"),
            "depth": depth,
            "flow": np.where(n % 11 == 4, np.nan, (n * 5) % 23 + 2.0),
            "site": [("north", "south", None, "south")[i % 4] for i in n],
            "alarm": [("on", "off", "off")[i % 3] for i in n],
        }
    )


FILLED = [
    (
        "Replace the missing values in the depth column with the median. Calculate the mean of depth afterwards.\n@mean_depth[m] three decimals",
        lambda g: g.depth.fillna(g.depth.median()).mean(),
    ),
    (
        "Handle missing values in the flow column by imputing them with the mean. What is the standard deviation of flow?\n@std_flow[s] three decimals",
        lambda g: g.flow.fillna(g.flow.mean()).std(),
    ),
    (
        "Fill the gaps of depth with forward fill and calculate its mean.\n@mean_depth[m] three decimals",
        lambda g: g.sort_values("day").depth.ffill().mean(),
    ),
    (
        "Fill missing values of flow with 0. What is the mean of flow?\n@mean_flow[m] three decimals",
        lambda g: g.flow.fillna(0).mean(),
    ),
    (
        "Drop the rows with missing values in depth. What is the sum of flow?\n@sum_flow[s] one decimal",
        lambda g: g.dropna(subset=["depth"]).flow.sum(),
    ),
    (
        "Standardise the depth column with z-scores. What is the maximum of depth?\n@max_depth[m] four decimals",
        lambda g: ((g.depth - g.depth.mean()) / g.depth.std(ddof=0)).max(),
    ),
    (
        "Normalize the flow column using min-max scaling. What is the mean of flow after scaling?\n@mean_flow[m] four decimals",
        lambda g: ((g.flow - g.flow.min()) / (g.flow.max() - g.flow.min())).mean(),
    ),
    (
        "Apply a log transformation (base 10) to the depth column. What is the mean of depth?\n@mean_depth[m] four decimals",
        lambda g: np.log10(g.depth).mean(),
    ),
    (
        "Replace any depth value that is more than 1.5 standard deviations away from the mean with the mean. What is the mean of depth?\n@mean_depth[m] four decimals",
        lambda g: g.depth.mask(
            ((g.depth - g.depth.mean()) / g.depth.std(ddof=0)).abs() > 1.5, g.depth.mean()
        ).mean(),
    ),
    (
        "Encode alarm, where 'on' is coded as 1 and 'off' as 0. Calculate the Pearson correlation coefficient between alarm and flow.\n@correlation_coefficient[r] four decimals",
        lambda g: g.flow.corr(g.alarm.map({"on": 1, "off": 0})),
    ),
]


@pytest.mark.parametrize(("question", "expected"), FILLED, ids=[q[:50] for q, _ in FILLED])
async def test_a_preparation_changes_the_value(harness, gauges, question, expected) -> None:
    """The slot holds the value after the preparation."""
    played = await harness.ask(question, harness.save(gauges))
    value = next(iter(played.named.values()))
    assert float(value) == pytest.approx(expected(gauges), abs=0.51 * 10 ** -len(value.partition(".")[2]))


async def test_before_and_after_filling(harness, gauges) -> None:
    """Slots that say before are about the values as they were."""
    question = (
        "Impute the missing values of depth with 0. Compare the mean of depth before and after imputation.\n"
        "@mean_depth_before[a] @mean_depth_after[b], both with three decimals"
    )
    played = await harness.ask(question, harness.save(gauges))
    assert float(played.named["mean_depth_before"]) == pytest.approx(gauges.depth.mean(), abs=0.0006)
    assert float(played.named["mean_depth_after"]) == pytest.approx(gauges.depth.fillna(0).mean(), abs=0.0006)


async def test_duplicates_and_spelling(harness, gauges) -> None:
    """Rows that repeat another go first; then blanks, letters and named typing errors are made alike."""
    gauges["site"] = [("North ", "south", "north", "Nroth", "SOUTH")[i % 5] for i in range(len(gauges))]
    dirty = pd.concat([gauges, gauges.iloc[:7]], ignore_index=True)
    question = (
        'Drop rows that repeat another row exactly, then trim and unify the spelling of site ("Nroth" is a typing error for '
        '"North"). How many rows were dropped, and how many rows of each site remain?\n@dropped[n], @north[n], @south[n]'
    )
    played = await harness.ask(question, harness.save(dirty))
    assert played.named["dropped"] == "7"
    clean = gauges.site.str.strip().str.lower().replace("nroth", "north")
    assert played.named["north"] == str((clean == "north").sum())
    assert played.named["south"] == str((clean == "south").sum())


async def test_counts_of_codes(harness, gauges) -> None:
    """One slot for the counts of all labels."""
    question = "Encode alarm with label encoding, where 'on' is 1 and 'off' is 0. Count each label.\n@alarm_count[label_0_count, label_1_count]"
    played = await harness.ask(question, harness.save(gauges))
    assert played.named["alarm_count"] == f"{(gauges.alarm == 'off').sum()}, {(gauges.alarm == 'on').sum()}"


async def test_running_mean_over_filled_gaps(harness, gauges) -> None:
    """Sorted by date, interpolated, then the trailing mean: its last value and when it first passes a bound."""
    question = (
        "The depth has gaps. Fill them by linear interpolation, then take the trailing 7-day mean. How many values were "
        "missing, what is the last value of the 7-day mean, and on which date does it first exceed 15?\n"
        "@missing[n], @last[two decimals], @date[YYYY-MM-DD]"
    )
    played = await harness.ask(question, harness.save(gauges))
    ordered = gauges.sort_values("day")
    mean = ordered.depth.interpolate().rolling(7).mean()
    assert played.named["missing"] == str(gauges.depth.isna().sum())
    assert float(played.named["last"]) == pytest.approx(mean.iloc[-1], abs=0.006)
    assert played.named["date"] == ordered.day[mean > 15].iloc[0]


async def test_a_description_in_brackets_names_the_column(harness, gauges) -> None:
    """Slots may use the words by which the text describes a column."""
    question = (
        "Calculate the mean water height (depth) and the mean discharge speed (flow).\n"
        "@mean_water_height[a] @mean_discharge_speed[b], two decimals"
    )
    played = await harness.ask(question, harness.save(gauges))
    assert float(played.named["mean_water_height"]) == pytest.approx(gauges.depth.mean(), abs=0.006)
    assert float(played.named["mean_discharge_speed"]) == pytest.approx(gauges.flow.mean(), abs=0.006)


async def test_rows_whose_value_is_known(harness, gauges) -> None:
    """A condition that a value is known leaves the other rows out."""
    question = "What is the mean flow of the rows whose site is known, and how many are they?\n@mean[two decimals], @n[count]"
    played = await harness.ask(question, harness.save(gauges))
    rows = gauges[gauges.site.notna()]
    assert float(played.named["mean"]) == pytest.approx(rows.flow.mean(), abs=0.006)
    assert played.named["n"] == str(len(rows))
