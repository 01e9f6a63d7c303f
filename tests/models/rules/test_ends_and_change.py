"""Both ends of a measure, a change between two years, and a unit that is said once."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from analyst.models.rules.vocabulary import unitless

ENDS = ["Lowest and highest body mass of each species?",
        "What are the smallest and the largest body mass by species?",
        "What is the minimum and the maximum of body mass per species?"]  # fmt: skip


@pytest.mark.parametrize("question", ENDS)
async def test_both_ends_are_the_values_and_no_ranking(
    question: str, harness: Any, penguins: pd.DataFrame, penguin_data: str
) -> None:
    played = await harness.ask(question, penguin_data)
    for low, high in penguins.groupby("species")["body_mass_g"].agg(["min", "max"]).to_numpy():
        assert played.says(low)
        assert played.says(high)


async def test_which_is_at_an_end_is_still_a_ranking(harness: Any, penguin_data: str) -> None:
    assert "Gentoo" in (await harness.ask("Which species has the highest body mass?", penguin_data)).text


@pytest.mark.parametrize("question", [
    "How did output change from 1959 to 1980?", "How has output changed between 1959 and 1980?",
])  # fmt: skip
async def test_a_change_between_two_years_is_told_by_both_values(question: str, harness: Any) -> None:
    frame = pd.DataFrame({"year": range(1950, 1990), "output": [100 + n * n for n in range(40)]})
    played = await harness.ask(question, harness.save(frame))
    assert "from **181** (1959) to **1000** (1980), up" in played.text


@pytest.mark.parametrize(("name", "words"), [
    ("flipper_length_mm", "flipper length"), ("mass (g)", "mass"), ("price [USD]", "price"), ("mm", "mm"),
    ("temp_min", "temp min"), ("realgdp", "realgdp"), ("bill depth", "bill depth"),
])  # fmt: skip
def test_a_unit_is_no_part_of_the_name(name: str, words: str) -> None:
    assert unitless(name) == words
