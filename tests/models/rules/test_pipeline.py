from __future__ import annotations

import math
import re

import numpy as np
import pandas as pd
import pytest
from scipy import stats


def known(p: pd.DataFrame, column: str, **chosen: str) -> pd.Series:
    for name, value in chosen.items():
        p = p[p[name] == value]
    return p[column].dropna()


def inside(v: pd.Series) -> pd.Series:
    q1, q3 = v.quantile([0.25, 0.75])
    return v[(v >= q1 - 1.5 * (q3 - q1)) & (v <= q3 + 1.5 * (q3 - q1))]


def near(v: pd.Series, bound: float) -> pd.Series:
    return v[(((v - v.mean()) / v.std(ddof=0)).abs() <= bound)]


def pair(p: pd.DataFrame, a: str, b: str) -> tuple[float, float]:
    both = p[[a, b]].dropna()
    r, significance = stats.pearsonr(both[a], both[b])
    return float(r), float(significance)


NUMBERS = [
    (
        "Calculate the mean and the population standard deviation of the body mass.\n"
        "@mean_mass[mean] @std_mass[std] where both are rounded to two decimal places.",
        lambda p: {
            "mean_mass": known(p, "body_mass_g").mean(),
            "std_mass": known(p, "body_mass_g").std(ddof=0),
        },
    ),
    (
        "What are the median and the range of flipper length?\n@median_flipper[m], @range_flipper[r], two decimals",
        lambda p: {
            "median_flipper": known(p, "flipper_length_mm").median(),
            "range_flipper": np.ptp(known(p, "flipper_length_mm")),
        },
    ),
    (
        "Calculate the mean body mass of each species separately.\n@mean_mass_adelie[m] @mean_mass_gentoo[m], two decimals",
        lambda p: {
            "mean_mass_adelie": known(p, "body_mass_g", species="Adelie").mean(),
            "mean_mass_gentoo": known(p, "body_mass_g", species="Gentoo").mean(),
        },
    ),
    (
        "Calculate skewness and kurtosis of bill_depth_mm with scipy.\n@skewness[s] @kurtosis[k], three decimals",
        lambda p: {
            "skewness": stats.skew(known(p, "bill_depth_mm")),
            "kurtosis": stats.kurtosis(known(p, "bill_depth_mm")),
        },
    ),
    (
        "Calculate the skewness of bill_depth_mm with pandas.\n@bill_depth_skewness[s] three decimals",
        lambda p: {"bill_depth_skewness": known(p, "bill_depth_mm").skew()},
    ),
    (
        "Is there a correlation between bill length and flipper length? Calculate Pearson's r and the p-value.\n"
        "@correlation_coefficient[r] @p_value[p], rounded to four decimals",
        lambda p: dict(
            zip(
                ("correlation_coefficient", "p_value"),
                pair(p, "bill_length_mm", "flipper_length_mm"),
                strict=True,
            )
        ),
    ),
    (
        "Calculate Spearman's rank correlation between body mass and bill depth.\n@spearman[rho] three decimals",
        lambda p: {"spearman": p.body_mass_g.corr(p.bill_depth_mm, method="spearman")},
    ),
    (
        "How does the Pearson correlation of body mass and flipper length differ between male and female penguins?\n"
        "@r_male[r] @r_female[r] three decimals",
        lambda p: {
            f"r_{s}": pair(p[p.sex == s], "body_mass_g", "flipper_length_mm")[0] for s in ("male", "female")
        },
    ),
    (
        "Identify the outliers of body mass by the z-score method with a threshold of 2. How many are there?\n@outlier_count[n]",
        lambda p: {
            "outlier_count": known(p, "body_mass_g").size - near(known(p, "body_mass_g"), 2).size,
        },
    ),
    (
        "Remove the outliers of bill_depth_mm, values with a Z-score greater than 1.5 or less than -1.5. Report the mean of "
        "the column before and after removal.\n@mean_before[m] @mean_after[m] three decimals",
        lambda p: {
            "mean_before": known(p, "bill_depth_mm").mean(),
            "mean_after": near(known(p, "bill_depth_mm"), 1.5).mean(),
        },
    ),
    (
        "Using the IQR method, remove outliers in the body mass of Gentoo penguins and calculate the median of the rest.\n"
        "@median_mass[m] one decimal",
        lambda p: {"median_mass": inside(known(p, "body_mass_g", species="Gentoo")).median()},
    ),
    (
        "Perform a Shapiro-Wilk test on the flipper length of each species.\n"
        "@p_value_adelie[p] @p_value_chinstrap[p] four decimals",
        lambda p: {
            f"p_value_{s.lower()}": stats.shapiro(known(p, "flipper_length_mm", species=s)).pvalue
            for s in ("Adelie", "Chinstrap")
        },
    ),
    (
        "Test whether body mass is normally distributed by D'Agostino's test (scipy normaltest).\n@p_value[p] ten decimals",
        lambda p: {"p_value": stats.normaltest(known(p, "body_mass_g")).pvalue},
    ),
    (
        "Use a two-sample Kolmogorov-Smirnov test to compare the bill depth of male and female penguins.\n"
        "@ks_statistic[d] three decimals",
        lambda p: {
            "ks_statistic": stats.ks_2samp(
                known(p, "bill_depth_mm", sex="male"), known(p, "bill_depth_mm", sex="female")
            ).statistic
        },
    ),
    (
        "Compare the body mass of Adelie and Chinstrap penguins with a Mann-Whitney U test.\n@u_statistic[u] @p_value[p] four decimals",
        lambda p: dict(
            zip(
                ("u_statistic", "p_value"),
                stats.mannwhitneyu(
                    known(p, "body_mass_g", species="Adelie"), known(p, "body_mass_g", species="Chinstrap")
                ),
                strict=True,
            )
        ),
    ),
    (
        "Does flipper length differ between the species? One-way ANOVA.\n@F[F, two decimals]",
        lambda p: {
            "F": stats.f_oneway(*(g.dropna() for _, g in p.groupby("species").flipper_length_mm)).statistic
        },
    ),
    (
        "Is species independent of island? Chi-square test of the contingency table.\n@chi2[statistic, two decimals] @dof[d]",
        lambda p: dict(
            zip(
                ("chi2", "dof"),
                [stats.chi2_contingency(pd.crosstab(p.species, p.island))[n] for n in (0, 2)],
                strict=True,
            )
        ),
    ),
    (
        "What percentage of the values of sex is missing?\n@missing_percentage[p] two decimals",
        lambda p: {"missing_percentage": 100 * p.sex.isna().mean()},
    ),
    (
        "Calculate the average bill length of male penguins whose body mass is above the average body mass.\n"
        "@average_bill_length[m] two decimals",
        lambda p: {
            "average_bill_length": p[
                (p.sex == "male") & (p.body_mass_g > p.body_mass_g.mean())
            ].bill_length_mm.mean()
        },
    ),
    (
        "How many values of bill_length_mm lie within two standard deviations from the mean?\n@values_within_two_std[n]",
        lambda p: {
            "values_within_two_std": int(
                ((p.bill_length_mm - p.bill_length_mm.mean()).abs() <= 2 * p.bill_length_mm.std()).sum()
            )
        },
    ),
]


@pytest.mark.parametrize(("question", "wanted"), NUMBERS, ids=[q.split(".")[0][:50] for q, _ in NUMBERS])
async def test_slots_are_filled_with_the_right_numbers(
    question, wanted, harness, penguins, penguin_data
) -> None:
    played = await harness.ask(question, penguin_data)
    expected = wanted(penguins)
    assert set(played.named) == set(expected), played.text
    places = re.search(r"(one|two|three|four|ten) decimal", question)
    digits = {"one": 1, "two": 2, "three": 3, "four": 4, "ten": 10}[places[1]] if places else 0
    for name, value in expected.items():
        assert math.isclose(float(played.named[name]), value, abs_tol=0.51 * 10**-digits), (name, value)


WORDS = [
    (
        "Is body mass normally distributed? Use the Shapiro-Wilk test with a significance level of 0.05.\n"
        '@is_normal[answer] where "answer" is "Yes" or "No".',
        {"is_normal": "No"},
    ),
    (
        "Check the normality of bill_depth_mm. Consider the data normal if the skewness is between -0.5 and 0.5.\n"
        '@distribution[kind] where "kind" is either "normal" or "not normal".',
        {"distribution": "normal"},
    ),
    (
        "Is there a linear relationship between body mass and flipper length? Consider it strong if the absolute value of r "
        "is greater than or equal to 0.8, and weak if the absolute value of r is less than 0.8.\n"
        '@relationship[kind] where "kind" is "strong" or "weak".',
        {"relationship": "strong"},
    ),
    (
        "Test with a t-test whether the bill length of male and female penguins differs (alpha = 0.05). If the p-value is less "
        "than 0.05 report that there is a significant difference, else that there is none.\n"
        "@significance[significant/not significant]",
        {"significance": "significant"},
    ),
    (
        "Is the year correlated with the bill depth? Use Pearson's correlation; if the p-value is below 0.05 the relation is "
        'called "significant", otherwise "none".\n@result[r] where "r" is "significant" or "none".',
        {"result": "none"},
    ),
    (
        "Which island has the highest mean body mass?\n@island[name]",
        {"island": "Biscoe"},
    ),
]


@pytest.mark.parametrize(("question", "wanted"), WORDS, ids=[q.split(".")[0][:50] for q, _ in WORDS])
async def test_slots_are_filled_with_the_right_words(question, wanted, harness, penguin_data) -> None:
    played = await harness.ask(question, penguin_data)
    assert dict(played.named) == wanted, played.text


async def test_what_is_listed_comes_in_the_slot(harness) -> None:
    frame = pd.DataFrame({"site": list("abcdefghij"), "depth": [1.0, 2, 3, 2, 1, 2, 3, 2, 60, 2]})
    data = harness.save(frame)
    played = await harness.ask(
        "Which sites are outliers of depth by the 1.5 IQR rule?\n"
        '@outlier_sites[list] where "list" is a list of the names of the site.',
        data,
    )
    assert played.named == {"outlier_sites": "i"}, played.text


async def test_a_slot_that_is_not_understood_stays_empty_and_is_named(harness, penguin_data) -> None:
    played = await harness.ask(
        "What is the mean body mass, and how is the mood of the birds?\n@mean_mass[m] @mood[word]",
        penguin_data,
    )
    assert "mood" not in played.named
    assert "I could not fill in mood" in played.text
    assert "mean_mass" in played.named


async def test_how_the_question_was_read_is_said(harness, penguin_data) -> None:
    played = await harness.ask(
        "Remove the outliers of body_mass_g by the IQR rule, then give the mean.\n@mean_mass[m]", penguin_data
    )
    assert (
        "without outliers of body_mass_g (outside 1.5 interquartile ranges from the quartiles)" in played.text
    )
    assert "mean of body_mass_g" in played.text


async def test_a_frame_of_the_users_stays_as_it_is(harness) -> None:
    from tests.models.rules.conftest import survey  # noqa: PLC0415  (only here)

    frame = pd.DataFrame({"x": [1.0, 2, 3, 2, 1, 2, 50], "y": range(7)})
    harness.namespace["data"] = frame
    played = await harness.ask(
        "Remove outliers of x by the IQR method and report the mean of x.\n@mean_x[m] two decimals",
        survey("data", frame, read="data"),
    )
    assert played.named == {"mean_x": "1.83"}, played.text
    assert harness.namespace["data"] is frame
    assert len(frame) == 7


async def test_two_slots_cannot_be_the_same_value(harness) -> None:
    """Both names fit both columns: nothing is claimed rather than one of them twice."""
    frame = pd.DataFrame({"votes_a": range(20), "votes_b": range(5, 25)})
    played = await harness.ask(
        "What is the mean of the votes of the two parties?\n@mean_left[m] @mean_right[m]", harness.save(frame)
    )
    assert not played.named, played.text


async def test_the_share_of_a_yes_or_no_column_in_each_group(harness) -> None:
    frame = pd.DataFrame({"city": ["Rome", "Oslo"] * 10, "churned": [1, 0, 1, 1, 0, 0, 1, 1, 1, 0] * 2})
    played = await harness.ask(
        "What percentage of customers in each city have churned?\n@rate_rome[p] @rate_oslo[p], one decimal",
        harness.save(frame),
    )
    shares = 100 * frame.groupby("city").churned.mean()
    assert {k: float(v) for k, v in played.named.items()} == {
        "rate_rome": shares["Rome"],
        "rate_oslo": shares["Oslo"],
    }


async def test_work_that_is_not_known_is_not_passed_over(harness, penguin_data) -> None:
    played = await harness.ask(
        "Cluster the penguins with k-means and give the mean body mass of the largest cluster.\n@mean_mass[m]",
        penguin_data,
    )
    assert not played.named, played.text
