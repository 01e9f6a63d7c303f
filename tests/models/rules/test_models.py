"""Fitted models: coefficients, errors on held-out rows, accuracy, predictions; fitted again in the test."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.tree import DecisionTreeRegressor


@pytest.fixture
def flats() -> pd.DataFrame:
    """Made-up flats: rent from area and rooms, with noise."""
    rng = np.random.default_rng(3)
    area = rng.normal(70, 20, 160).round(1)
    rooms = rng.integers(1, 6, 160)
    rent = (200 + 9 * area + 40 * rooms + rng.normal(0, 120, 160)).round(2)
    let = (rent + rng.normal(0, 300, 160) < 950).astype(int)
    return pd.DataFrame({"area": area, "rooms": rooms, "rent": rent, "sold": let})


async def test_least_squares(harness, flats) -> None:
    """Coefficients, intercept, R squared, and the p-value of a coefficient."""
    question = (
        "Regress rent on area and rooms by ordinary least squares.\n"
        "@coef_area[a, three decimals], @coef_rooms[b, three decimals], @intercept[c, two decimals], @r2[four decimals], "
        "@p_value_rooms[p, four decimals]"
    )
    played = await harness.ask(question, harness.save(flats))
    x = np.column_stack([np.ones(len(flats)), flats.area, flats.rooms])
    beta, rss, *_ = np.linalg.lstsq(x, flats.rent, rcond=None)
    spread = np.sqrt(np.diag(np.linalg.inv(x.T @ x)) * rss[0] / (len(x) - 3))
    p = 2 * stats.t.sf(abs(beta / spread), len(x) - 3)
    assert float(played.named["coef_area"]) == pytest.approx(beta[1], abs=0.0006)
    assert float(played.named["coef_rooms"]) == pytest.approx(beta[2], abs=0.0006)
    assert float(played.named["intercept"]) == pytest.approx(beta[0], abs=0.006)
    assert float(played.named["r2"]) == pytest.approx(
        1 - rss[0] / (len(x) * flats.rent.var(ddof=0)), abs=0.00006
    )
    assert float(played.named["p_value_rooms"]) == pytest.approx(p[2], abs=0.00006)


SPLITS = [
    ("70% of the rows for training and 30% for testing", 0.3),
    ("a test size of 0.25", 0.25),
    ("an 80/20 split", 0.2),
]


@pytest.mark.parametrize(("said", "size"), SPLITS)
async def test_errors_on_held_out_rows(harness, flats, said, size) -> None:
    """The share and the seed are read from the text."""
    question = (
        f"Build a linear regression model to predict the rent based on area and rooms. Train and test it with {said} and a "
        "random state of 7. Report RMSE, MAE and the coefficient of determination.\n"
        "@rmse[a], @mae[b], @r2_score[c], four decimals each"
    )
    played = await harness.ask(question, harness.save(flats))
    x, y = flats[["area", "rooms"]], flats.rent
    train, test, y_train, y_test = train_test_split(x, y, test_size=size, random_state=7)
    error = y_test - LinearRegression().fit(train, y_train).predict(test)
    assert float(played.named["rmse"]) == pytest.approx(np.sqrt((error**2).mean()), abs=0.0001)
    assert float(played.named["mae"]) == pytest.approx(error.abs().mean(), abs=0.0001)
    assert float(played.named["r2_score"]) == pytest.approx(
        1 - (error**2).mean() / y_test.var(ddof=0), abs=0.0001
    )


async def test_rows_held_out_by_a_rule(harness, flats) -> None:
    """Every fourth row is the test set."""
    question = (
        "Rows whose number is a multiple of 4 are the test set. Fit ordinary least squares of rent on area on the others; "
        "report the root mean squared error on the test set.\n@rmse[two decimals]"
    )
    played = await harness.ask(question, harness.save(flats))
    held = flats.index % 4 == 0
    line = stats.linregress(flats.area[~held], flats.rent[~held])
    error = flats.rent[held] - line.intercept - line.slope * flats.area[held]
    assert float(played.named["rmse"]) == pytest.approx(np.sqrt((error**2).mean()), abs=0.006)


async def test_logistic_regression(harness, flats) -> None:
    """Accuracy on held-out rows, with the seed said."""
    question = (
        "Build a logistic regression to predict sold from area and rooms. Use train_test_split with test_size=0.3 and "
        "random_state=42. What is the accuracy of the predictions?\n@accuracy[a] three decimals"
    )
    played = await harness.ask(question, harness.save(flats))
    train, test, y_train, y_test = train_test_split(
        flats[["area", "rooms"]], flats.sold, test_size=0.3, random_state=42
    )
    model = LogisticRegression(max_iter=1000).fit(train, y_train)
    assert float(played.named["accuracy"]) == pytest.approx(model.score(test, y_test), abs=0.0006)


async def test_odds_ratio_without_penalty(harness, flats) -> None:
    """All rows are fitted; the odds ratio of the named predictor, and the rows predicted to be positive."""
    question = (
        "Fit a logistic regression without any regularisation of sold on a constant, area and rooms. Give the odds ratio of "
        "rooms and the number of flats whose predicted probability is at least 0.5.\n@odds_ratio[three decimals], @predicted[count]"
    )
    played = await harness.ask(question, harness.save(flats))
    x = flats[["area", "rooms"]]
    model = LogisticRegression(C=np.inf, solver="newton-cholesky", max_iter=1000).fit(x, flats.sold)
    assert float(played.named["odds_ratio"]) == pytest.approx(np.exp(model.coef_[0][1]), abs=0.0006)
    assert int(float(played.named["predicted"])) == (model.predict_proba(x)[:, 1] >= 0.5).sum()


async def test_decision_tree_with_depth(harness, flats) -> None:
    """Kind, depth and seed are read."""
    question = (
        "Train a decision tree with a max depth of 3 to predict rent using area and rooms. Split the data into 80% training "
        "and 20% test, random state 1. What is the mean squared error?\n@mse[m] one decimal"
    )
    played = await harness.ask(question, harness.save(flats))
    train, test, y_train, y_test = train_test_split(
        flats[["area", "rooms"]], flats.rent, test_size=0.2, random_state=1
    )
    model = DecisionTreeRegressor(max_depth=3, random_state=1).fit(train, y_train)
    assert float(played.named["mse"]) == pytest.approx(((y_test - model.predict(test)) ** 2).mean(), abs=0.06)


async def test_prediction_for_a_value(harness, flats) -> None:
    """ "when area is 85": the prediction there."""
    question = "Fit a linear regression to predict rent based on area. What is the predicted rent when area is 85?\n@predicted_rent[two decimals]"
    played = await harness.ask(question, harness.save(flats))
    line = stats.linregress(flats.area, flats.rent)
    assert float(played.named["predicted_rent"]) == pytest.approx(line.intercept + 85 * line.slope, abs=0.006)


async def test_an_unknown_target_is_not_guessed(harness, flats) -> None:
    """Nothing is fitted when what is to be predicted is no column."""
    question = "Train a linear regression to predict the happiness of tenants. What is the mean squared error?\n@mse[m]"
    played = await harness.ask(question, harness.save(flats))
    assert "mse" not in played.named


async def test_what_the_question_leaves_open_is_said(harness, flats) -> None:
    """A share or a seed that was chosen and not asked for changes the figures: the user must know."""
    open_question = (
        "Train a linear regression model to predict the rent based on area and rooms and report the RMSE on the test set.\n"
        "@rmse[a], two decimals"
    )
    played = await harness.ask(open_question, harness.save(flats))
    assert "no share of rows for the test: I took 20%" in played.text
    assert "no random seed for the split: I took 42" in played.text
    closed = open_question.replace("report", "(test size 0.2, random state 42), report")
    other = await harness.ask(closed, harness.save(flats))
    assert "I took" not in other.text
    assert other.named == played.named
