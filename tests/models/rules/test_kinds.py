from __future__ import annotations

import pandas as pd
import pytest


def mass(p: pd.DataFrame, **chosen: str) -> pd.Series:
    for name, value in chosen.items():
        p = p[p[name] == value]
    return p["body_mass_g"]


SINGLE = [
    ("How many rows are there?", len),
    ("What is the mean body mass?", lambda p: mass(p).mean()),
    ("What is the average flipper length?", lambda p: p["flipper_length_mm"].mean()),
    ("What is the median weight of Adelie penguins?", lambda p: mass(p, species="Adelie").median()),
    ("Total of body_mass_g on Biscoe?", lambda p: mass(p, island="Biscoe").sum()),
    ("What is the smallest bill depth?", lambda p: p["bill_depth_mm"].min()),
    (
        "What is the highest bill length among female penguins?",
        lambda p: p[p.sex == "female"].bill_length_mm.max(),
    ),
    ("What is the standard deviation of flipper length?", lambda p: p["flipper_length_mm"].std()),
    (
        "What is the population standard deviation of flipper length?",
        lambda p: p["flipper_length_mm"].std(ddof=0),
    ),
    ("What is the range of body mass?", lambda p: mass(p).max() - mass(p).min()),
    (
        "What is the interquartile range of body mass?",
        lambda p: mass(p).quantile(0.75) - mass(p).quantile(0.25),
    ),
    ("What is the variance of bill depth?", lambda p: p["bill_depth_mm"].var()),
    ("What is the skewness of body mass?", lambda p: mass(p).skew()),
    ("How many penguins are female?", lambda p: (p.sex == "female").sum()),
    ("How many penguins weigh more than 5000 g?", lambda p: (p.body_mass_g > 5000).sum()),
    ("How many penguins are heavier than 5 kg?", lambda p: (p.body_mass_g > 5000).sum()),
    ("How many penguins are heavier than 5000 g?", lambda p: (p.body_mass_g > 5000).sum()),
    ("How many penguins have a bill length of at least 50 mm?", lambda p: (p.bill_length_mm >= 50).sum()),
    (
        "How many penguins have a bill depth between 15 and 16?",
        lambda p: p.bill_depth_mm.between(15, 16).sum(),
    ),
    ("How many penguins were measured in 2008?", lambda p: (p.year == 2008).sum()),
    ("How many penguins are not Gentoo?", lambda p: (p.species != "Gentoo").sum()),
    (
        "How many penguins from Dream island have a flipper longer than 195 mm and a known sex?",
        lambda p: ((p.island == "Dream") & (p.flipper_length_mm > 195) & p.sex.notna()).sum(),
    ),
    ("How many missing values does sex have?", lambda p: p.sex.isna().sum()),
    ("What percentage of sex is missing?", lambda p: 100 * p.sex.isna().mean()),
    ("How many different islands are there?", lambda p: p.island.nunique()),
    ("What percentage of penguins are Gentoo?", lambda p: 100 * (p.species == "Gentoo").mean()),
    (
        "What share of the female penguins is from Biscoe?",
        lambda p: 100 * (p[p.sex == "female"].island == "Biscoe").mean(),
    ),
    ("Is bill length correlated with flipper length?", lambda p: p.bill_length_mm.corr(p.flipper_length_mm)),
    (
        "What is the difference in body mass between male and female penguins?",
        lambda p: mass(p, sex="male").mean() - mass(p, sex="female").mean(),
    ),
]


@pytest.mark.parametrize(("question", "expected"), SINGLE, ids=[q for q, _ in SINGLE])
async def test_one_number(harness, penguins, penguin_data, question, expected):
    played = await harness.ask(question, penguin_data)
    value = float(expected(penguins))
    assert played.says(value, 1 if abs(value) >= 10 else 2), (value, played.text)
    assert "could not place" not in played.text
    assert len(played.replies) == 2


GROUPED = [
    ("Mean body mass by species", lambda p: p.groupby("species").body_mass_g.mean()),
    (
        "What is the median bill length for each island?",
        lambda p: p.groupby("island").bill_length_mm.median(),
    ),
    ("How many penguins are there per species and sex?", lambda p: p.groupby(["species", "sex"]).size()),
    ("Average flipper length per year", lambda p: p.groupby("year").flipper_length_mm.mean()),
    (
        "What is the range of body mass for each sex?",
        lambda p: p.groupby("sex").body_mass_g.agg(lambda v: v.max() - v.min()),
    ),
    (
        "Mean body mass for male and female penguins of Dream",
        lambda p: p[p.island == "Dream"].groupby("sex").body_mass_g.mean(),
    ),
    ("How does body mass differ between species?", lambda p: p.groupby("species").body_mass_g.mean()),
    (
        "What percentage of the penguins is there for each island?",
        lambda p: 100 * p.island.value_counts(normalize=True),
    ),
    (
        "Correlation of bill length and bill depth for each species",
        lambda p: p.groupby("species").apply(lambda g: g.bill_length_mm.corr(g.bill_depth_mm)),
    ),
]


@pytest.mark.parametrize(("question", "expected"), GROUPED, ids=[q for q, _ in GROUPED])
async def test_a_number_for_each_group(harness, penguins, penguin_data, question, expected):
    played = await harness.ask(question, penguin_data)
    for name, value in expected(penguins).items():
        label = ", ".join(map(str, name)) if isinstance(name, tuple) else str(name)
        assert f"{label}: **" in played.text
        assert played.says(value, 1 if abs(value) >= 10 else 2), (name, value, played.text)


EXTREMES = [
    (
        "Which species has the longest flippers?",
        "Gentoo",
        lambda p: p.groupby("species").flipper_length_mm.mean().max(),
    ),
    (
        "Which island has the lowest median body mass?",
        "Dream",
        lambda p: p.groupby("island").body_mass_g.median().min(),
    ),
    ("Which species has the most penguins?", "Adelie", lambda p: (p.species == "Adelie").sum()),
    ("What is the most common island?", "Biscoe", lambda p: (p.island == "Biscoe").sum()),
    (
        "Which species has the second highest mean bill depth?",
        "Adelie",
        lambda p: p[p.species == "Adelie"].bill_depth_mm.mean(),
    ),
    ("Which penguin is the heaviest?", "row 169", lambda p: p.body_mass_g.max()),
]


@pytest.mark.parametrize(("question", "who", "expected"), EXTREMES, ids=[q for q, _, _ in EXTREMES])
async def test_who_is_on_top(harness, penguins, penguin_data, question, who, expected):
    played = await harness.ask(question, penguin_data)
    assert f"**{who}** is the" in played.text
    assert played.says(float(expected(penguins)), 1)


async def test_top_three(harness, penguins, penguin_data):
    played = await harness.ask("What are the top 2 species by mean body mass?", penguin_data)
    means = penguins.groupby("species").body_mass_g.mean().nlargest(2)
    head = played.text.split("\n")[0]
    assert [w for w in ("Gentoo", "Chinstrap", "Adelie") if w in head] == list(means.index)


async def test_totals_by_month_and_what_adds_up(harness, sales):
    data = harness.save(sales, "sales.csv")
    by_month = sales.groupby(sales.order_date.str[:7]).revenue.sum()
    played = await harness.ask("Which month had the highest revenue?", data)
    assert f"**{by_month.idxmax()}** is the month with the highest total of revenue" in played.text
    assert played.says(by_month.max())


async def test_trend_over_dates_with_a_figure(harness, sales):
    data = harness.save(sales, "sales.csv")
    played = await harness.ask("How did revenue develop over time?", data)
    by_month = sales.groupby(sales.order_date.str[:7]).revenue.sum()
    assert played.says(by_month.iloc[0])
    assert played.says(by_month.iloc[-1])
    assert played.says(by_month.max())
    assert "plt.show()" in played.cells[0]
    assert "xlabel=" in played.cells[0]


async def test_years_are_taken_from_dates(harness, sales):
    data = harness.save(sales, "sales.csv")
    played = await harness.ask("What was the total revenue in 2022?", data)
    assert played.says(sales[sales.order_date.str.startswith("2022")].revenue.sum())


async def test_a_share_of_a_total(harness, sales):
    data = harness.save(sales, "sales.csv")
    played = await harness.ask("What share of total revenue comes from the North?", data)
    assert played.says(100 * sales[sales.region == "North"].revenue.sum() / sales.revenue.sum(), 1)


async def test_yes_or_no_columns_are_conditions(harness, sales):
    data = harness.save(sales, "sales.csv")
    played = await harness.ask("What percentage of orders were returned by region?", data)
    for name, value in (100 * sales.groupby("region").returned.mean()).items():
        assert f"{name}: **{value:.1f}%**" in played.text


async def test_numbers_written_as_text_are_read(harness):
    frame = pd.DataFrame({"town": ["A", "B", "C"], "people": ["1,200", "800", "3,450 [3000]"]})
    data = harness.save(frame).replace(
        '"column": "people"', '"note": "numbers written as text", "column": "people"'
    )
    played = await harness.ask("What is the mean number of people?", data)
    assert played.says((1200 + 800 + 3450) / 3)


async def test_describe_a_column_draws_it(harness, penguins, penguin_data):
    played = await harness.ask("Describe body mass and species", penguin_data)
    assert played.says(penguins.body_mass_g.mean())
    assert "Adelie (152)" in played.text
    assert ".hist(" in played.cells[0]
    assert ".barh(" in played.cells[0]


async def test_missing_values_of_all_columns(harness, penguins, penguin_data):
    played = await harness.ask("How many values are missing in each column?", penguin_data)
    assert f"{penguins.isna().sum().sum()} values are missing, in 5 columns" in played.text
    assert "sex: **11**" in played.text


async def test_strongest_correlations(harness, penguins, penguin_data):
    played = await harness.ask("Which columns have the strongest correlation?", penguin_data)
    assert "flipper_length_mm and body_mass_g" in played.text
    assert played.says(penguins.flipper_length_mm.corr(penguins.body_mass_g), 3)


async def test_several_statistics_at_once(harness, penguins, penguin_data):
    played = await harness.ask(
        "What are the mean, the median and the standard deviation of body mass?", penguin_data
    )
    for value in (penguins.body_mass_g.mean(), penguins.body_mass_g.median(), penguins.body_mass_g.std()):
        assert played.says(value)


async def test_what_numbers_the_rows_is_counted(harness):
    rides = pd.DataFrame({"ride": range(40), "city": ["Ulm", "Bonn"] * 20, "km": [1.5, 2.5, 4.0, 8.0] * 10})
    played = await harness.ask("How many rides per city?", harness.save(rides))
    assert "Number of rows for each city" in played.text
    assert "**20**" in played.text
