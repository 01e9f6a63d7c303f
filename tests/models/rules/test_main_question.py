from __future__ import annotations

import numpy as np
import pandas as pd

QUESTION = "Which species is heaviest, and does sex explain more than island?"


def r_squared(frame: pd.DataFrame, *names: str) -> float:
    x = pd.get_dummies(frame[list(names)], drop_first=True).astype(float)
    x.insert(0, "one", 1.0)
    y = frame["body_mass_g"].to_numpy(float)
    fit = x.to_numpy() @ np.linalg.lstsq(x.to_numpy(), y, rcond=None)[0]
    return float(1 - ((y - fit) ** 2).sum() / ((y - y.mean()) ** 2).sum())


async def test_both_parts_are_answered_right_in_two_replies(harness, penguins, penguin_data):
    played = await harness.ask(QUESTION, penguin_data)
    assert [[c.tool for c in r.calls] for r in played.replies] == [["python"], ["answer"]]
    assert "**Gentoo** is the species with the highest mean of body_mass_g" in played.text
    for mean in penguins.groupby("species")["body_mass_g"].mean():
        assert played.says(mean)
    complete = penguins[["body_mass_g", "sex", "island", "species"]].dropna()
    assert "No: taken alone, island explains more of the variance of body_mass_g than sex" in played.text
    for names in (("sex",), ("island",), ("sex", "island"), ("species",)):
        assert played.says(100 * r_squared(complete, *names), 1)


async def test_it_says_that_island_and_species_are_confounded(harness, penguins, penguin_data):
    played = await harness.ask(QUESTION, penguin_data)
    complete = penguins[["body_mass_g", "sex", "island", "species"]].dropna()
    alone = r_squared(complete, "species")
    assert played.says(100 * (r_squared(complete, "species", "sex") - alone), 1)
    assert "most of what island seems to explain goes with species: the two are confounded" in played.text
    assert "Within the groups of species it is sex that explains more" in played.text


async def test_it_says_how_it_read_the_question(harness, penguin_data):
    played = await harness.ask(QUESTION, penguin_data)
    assert (
        "I read this as: species with the highest mean of body_mass_g; "
        "share of the variance of body_mass_g that is explained by sex and island." in played.text
    )
    assert "could not place" not in played.text


async def test_the_other_way_round_it_says_yes(harness, penguin_data):
    played = await harness.ask(
        "Does island explain more of the variance of body mass than sex?", penguin_data
    )
    assert "Yes: taken alone, island explains more" in played.text


async def test_without_a_measure_it_does_not_guess_one(harness, penguin_data):
    played = await harness.ask("Does sex explain more than island?", penguin_data)
    assert "I did not understand what “Does sex explain more than island?” asks" in played.text
    assert "explains more of" not in played.text.partition("Questions that I can answer")[0]
