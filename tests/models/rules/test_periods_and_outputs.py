"""Periods ranked by a total or a change; files and charts."""

from __future__ import annotations

import json

import pandas as pd
import pytest


async def test_month_with_the_highest_total(harness, sales) -> None:
    """The period and its value."""
    question = "Which month (year and month) had the highest total revenue, and how much was it?\n@month[YYYY-MM], @total[one decimal]"
    played = await harness.ask(question, harness.save(sales))
    totals = sales.groupby(sales.order_date.str[:7]).revenue.sum()
    assert played.named["month"] == totals.idxmax()
    assert float(played.named["total"]) == totals.max()


async def test_largest_fall_in_a_newest_first_table(harness, sales) -> None:
    """Changes are taken in the order of time, whatever the order of rows."""
    question = "Which day saw the largest fall of revenue compared with the row before, and how large was it?\n@day[YYYY-MM-DD], @change[integer]"
    played = await harness.ask(question, harness.save(sales[::-1]))
    changes = sales.set_index("order_date").revenue.diff()
    assert played.named == {"day": changes.idxmin(), "change": str(int(changes.min()))}


async def test_only_the_rows_of_a_month_or_of_a_day(harness, sales) -> None:
    """Months over all years, days of the week."""
    dates = pd.to_datetime(sales.order_date)
    played = await harness.ask("How many rows are in March? @n[integer]", harness.save(sales))
    assert played.named == {"n": str((dates.dt.month == 3).sum())}
    played = await harness.ask("How many rows are there on weekends? @n[integer]", harness.save(sales))
    assert played.named == {"n": str(dates.dt.day_name().isin(["Saturday", "Sunday"]).sum())}


@pytest.fixture
def _here(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("_here")
async def test_a_table_is_saved(harness, sales, tmp_path) -> None:
    """Names, order and decimals as wanted."""
    question = (
        "Mean revenue for every region. Save it as means.csv with the columns region, mean_revenue, sorted by region, "
        "rounded to one decimal."
    )
    played = await harness.ask(question, harness.save(sales))
    expected = sales.groupby("region").revenue.mean().round(1).reset_index(name="mean_revenue")
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "means.csv"), expected)
    assert "means.csv" in played.text


@pytest.mark.usefixtures("_here")
async def test_ranges_of_years_become_columns(harness, tmp_path) -> None:
    """A pivot over two spans of years."""
    frame = pd.DataFrame(
        {"firm": ["a", "b"] * 20, "year": [2000 + i // 2 for i in range(40)], "spent": range(40)}
    )
    question = (
        "Mean spent of every firm in 2000-2009 and 2010-2019. Save wide.csv with the columns firm, 2000-2009, 2010-2019, "
        "sorted by firm, rounded to two decimals."
    )
    await harness.ask(question, harness.save(frame))
    early = frame[frame.year < 2010].groupby("firm").spent.mean()
    late = frame[frame.year >= 2010].groupby("firm").spent.mean()
    expected = pd.DataFrame({"2000-2009": early, "2010-2019": late}).reset_index()
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "wide.csv"), expected)


@pytest.mark.usefixtures("_here")
async def test_a_chart_with_titles(harness, sales, tmp_path) -> None:
    """What the chart shows is also written as JSON."""
    question = (
        'Draw a bar chart of the mean revenue per region. Title "Revenue", x label "Where", y label "How much", figure size 9 '
        "by 3. Show it, and write plot.json with graph_title, x_label, y_label, figsize, data."
    )
    played = await harness.ask(question, harness.save(sales))
    told = json.loads((tmp_path / "plot.json").read_text())
    assert told == {
        "graph_title": "Revenue",
        "x_label": "Where",
        "y_label": "How much",
        "figsize": [9, 3],
        "data": sales.groupby("region").revenue.mean().round(2).tolist(),
    }
    assert "plt.show()" in played.cells[0]
