"""A plan and what is wanted of its answer, as text: what is shown can be read again, and what is changed is understood."""

from __future__ import annotations

import pytest

from analyst.errors import BadInput
from analyst.events import Contract, PlanStep, Wanted
from analyst.magic.editing import changed, plan_text, read_contract, read_plan_text
from analyst.trust.contract import read

STEPS = [PlanStep("s1", "Count the rows", "a number"), PlanStep("s2", "Write rows: down")]
FULL = Contract(
    values=(Wanted("mean", 2), Wanted("n", 0), Wanted("who")),
    quantities=("mean", "count"),
    filters=("only adults, of any class", "excluding 2008"),
    grouping=("region", "year"),
    units=("kg",),
    decimals=1,
    files=("out.csv", "plot.png"),
)


@pytest.mark.parametrize(
    "wanted", [FULL, Contract(), read("Mean mass per species in kg, rounded to 2 decimals?")]
)
def test_what_is_shown_is_read_again_as_it_was(wanted: Contract) -> None:
    assert read_plan_text(plan_text(STEPS, wanted), STEPS, wanted) == (STEPS, wanted)
    shown = plan_text([], wanted).partition(":\n")[2]
    assert read_contract(shown, Contract()) == wanted  # word by word, and not only because it is unchanged


def test_steps_and_parts_are_changed_moved_and_taken_out() -> None:
    text = (
        "2. Write rows: down\nCount them\n\nAsked for:\n- Rows: only 2008; without guests\nrounded: whole numbers\n"
        "* values: mean (3 decimals), note"
    )
    steps, wanted = read_plan_text(text, STEPS, FULL)
    assert steps == [STEPS[1], PlanStep("s3", "Count them")]
    assert wanted == Contract(
        values=(Wanted("mean", 3), Wanted("note")), filters=("only 2008", "without guests"), decimals=0
    )
    assert read_plan_text("1. Count the rows", STEPS, FULL) == ([STEPS[0]], Contract())


@pytest.mark.parametrize(("typed", "goals", "wanted"), [
    ("2 -", ["Count the rows"], FULL), ("1 Look", ["Look", "Write rows: down"], FULL),
    ("+ Draw", ["Count the rows", "Write rows: down", "Draw"], FULL),
    ("units: g", ["Count the rows", "Write rows: down"], "g"), ("units: -", ["Count the rows", "Write rows: down"], ""),
])  # fmt: skip
def test_one_line_changes_one_thing(typed: str, goals: list[str], wanted: Contract | str) -> None:
    steps, made = changed(STEPS, FULL, typed)
    assert [step.goal for step in steps] == goals
    assert made == wanted if isinstance(wanted, Contract) else made.units == tuple(filter(None, [wanted]))
    assert made.filters == FULL.filters


@pytest.mark.parametrize("typed", ["9 Look", "look", "+", "rounded: a bit", "colour: red"])
def test_a_line_that_says_nothing_is_said_to(typed: str) -> None:
    with pytest.raises(BadInput, match="no "):
        changed(STEPS, FULL, typed)


def test_a_part_that_there_is_not_is_named() -> None:
    with pytest.raises(BadInput, match="'colour: red' names no part"):
        read_plan_text("1. Look\n\nAsked for:\ncolour: red", STEPS, FULL)
