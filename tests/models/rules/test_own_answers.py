"""The answers of `rules` hold against the checks of the harness: nothing doubted, nothing sent back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from analyst_kernels.managed import ManagedKernel

from analyst import Session
from analyst.events import Checked, Event, ModelReplied
from tests.models.rules.conftest import PENGUINS

DATA = {
    "penguins": PENGUINS,
    "weather": PENGUINS.with_name("seattle_weather.csv"),
    "macrodata": PENGUINS.parents[2] / "analyst" / "evals" / "regress" / "files" / "macrodata.csv",
}
OPEN = "What is interesting here?"
QUESTIONS = {
    "penguins": (
        "Which species is heaviest, and does sex explain more than island?",
        "Which species has the second highest mean flipper length?",
        "What is the lowest and the highest body mass of each species?",
        "What is the distribution of flipper_length_mm?",
        "Is bill_length_mm correlated with bill_depth_mm?",
        "How many penguins are there on each island?",
        "What share of the penguins is female?",
        "What are the 5 heaviest penguins?",
        "How many values are missing in each column?",
        "What explains body_mass_g best?",
        OPEN,
    ),
    "weather": (
        "Which month has the highest total precipitation?",
        "Which day was the coldest?",
        "Which weather has the highest and the lowest mean wind?",
        "How did the mean temp_max develop per year?",
        "Plot the mean temp_max per month",
        "How many days had rain?",
        "What share of days is sun by year?",
        OPEN,
    ),
    "macrodata": (
        "How did realgdp change from 1959 to 2009?",
        "In which year was the unemployment the highest?",
        "Which quarter has the highest mean of infl?",
        "What is the sum of realinv by year?",
        "What explains unemp best?",
        "How many rows are there for each year?",
        "Is infl correlated with tbilrate?",
        OPEN,
    ),
}


def doubts(events: list[Event]) -> Iterator[str]:
    """What the checks said against the drafts."""
    for event in events:
        if isinstance(event, Checked):
            yield from (c.sentence for c in event.claims if c.status == "unsupported")
            yield from filter(None, [event.told])


@pytest.mark.parametrize("data", DATA)
async def test_no_answer_is_doubted_or_sent_back(data: str, tmp_path: Path) -> None:
    kernel = ManagedKernel(cwd=tmp_path)
    await kernel.start()
    try:
        for number, question in enumerate(QUESTIONS[data]):
            folder = tmp_path / str(number)
            async with Session("rules", folder=folder, kernel=kernel) as session:
                result = await session.ask(question, [DATA[data]])
                events = list(session.events)
            assert result.status == "answered", question
            assert [e for e in events if isinstance(e, Checked)], question
            assert list(doubts(events)) == [], question
            replies = sum(isinstance(e, ModelReplied) for e in events)
            assert replies == 2 or question == OPEN and replies <= 6, question
    finally:
        await kernel.close()
