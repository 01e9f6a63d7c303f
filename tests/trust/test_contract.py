from __future__ import annotations

import pytest

from analyst.digest import contract_text
from analyst.events import Answered, Contract, Event, Wanted
from analyst.trust.contract import filled, read, settled, unkept
from analyst.trust.receipts import receipts

QUESTION = (
    "What is the mean body mass in kg per species, only where sex is known? Save it as result.csv.\n"
    "@mean[m] rounded to two decimals, @n[count, integer]"
)


def test_a_question_is_read_into_a_contract() -> None:
    contract = read(QUESTION)
    assert [w.name for w in contract.values] == ["mean", "n"]
    assert contract.values[0].decimals == 2
    assert contract.files == ("result.csv",)
    assert contract.quantities == ("mean",)
    assert contract.grouping == ("species",)
    assert contract.filters == ("only where sex is known",)
    assert contract.units == ("kg",)


def test_an_open_question_makes_an_empty_contract() -> None:
    assert read("Tell me about these data.") == Contract()
    assert contract_text(Contract()) == ""
    assert unkept(Contract(), Answered("Anything, 3.14159."), []) == ()


def test_it_is_shown_in_words() -> None:
    assert "- files: result.csv" in contract_text(read(QUESTION))
    assert "mean (2 decimals)" in contract_text(read(QUESTION))


@pytest.mark.parametrize(("named", "files", "told"), [
    ({"n": "333"}, ["result.csv"], "@mean[…] is missing"),
    ({"mean": "4.20719", "n": "333"}, ["result.csv"], "@mean[4.20719]: 2 decimals"),
    ({"mean": "4.21", "n": "333"}, [], "result.csv is not there"),
])  # fmt: skip
def test_what_is_not_kept_is_objected_to(named: dict[str, str], files: list[str], told: str) -> None:
    assert told in " ".join(unkept(read(QUESTION), Answered("", named), files))


def test_a_kept_contract_meets_no_objection() -> None:
    assert unkept(read(QUESTION), Answered("", {"mean": "4.21", "N": "333"}), ["out/result.csv"]) == ()


def test_words_and_not_applicable_are_no_wrong_rounding() -> None:
    contract = Contract((Wanted("a", 2), Wanted("d", 2)))
    assert unkept(contract, Answered("", {"a": "Not Applicable", "d": "2020-01-05"}), []) == ()


def test_a_value_that_was_rounded_too_far_is_known_by_its_receipt(facts: list[Event]) -> None:
    contract = read("@r[r] rounded to three decimals")
    short, right = Answered("@r[0.87]", {"r": "0.87"}), Answered("@r[0.871]", {"r": "0.871"})
    assert "0.871" in " ".join(unkept(contract, short, [], receipts(short.text, facts)))
    assert unkept(contract, right, [], receipts(right.text, facts)) == ()


def test_one_rule_for_all_numbers_is_kept_in_prose() -> None:
    contract = read("Which species is heaviest? Round to one decimal.")
    assert contract.decimals in (1, None)
    assert "5.076" in " ".join(unkept(Contract(decimals=1), Answered("Gentoo: 5.076 kg"), []))


def test_a_person_can_add_to_a_contract_but_not_take_from_it() -> None:
    contract = filled(Contract(quantities=("median",), files=("more.csv",)), QUESTION)
    assert [w.name for w in contract.values] == ["mean", "n"]
    assert contract.files == ("result.csv", "more.csv")
    assert contract.quantities == ("median",)
    loosened = filled(Contract(values=(Wanted("mean", 5),)), QUESTION)
    assert Wanted("mean", 2) in loosened.values


def test_what_a_model_leaves_open_is_as_the_question_says() -> None:
    contract = settled(QUESTION, Contract(quantities=("mean body mass",), decimals=0), "model")
    assert (contract.quantities, contract.decimals) == (("mean body mass",), 0)
    assert (contract.grouping, contract.files) == (("species",), ("result.csv",))
    assert contract.values == read(QUESTION).values
    assert settled(QUESTION, None, "question") == read(QUESTION)
    assert settled(QUESTION, Contract(), "person").grouping == ()


@pytest.mark.parametrize(("question", "filters", "grouping"), [
    ("Where do most penguins live?", (), ()),
    ("Where is the yield highest, only in the north's fields?", ("only in the north's fields",), ()),
    ("Ignore rows where 'No. of deaths' is empty.", (), ()),
    ("List them sorted by mass.", (), ()),
    ("Regress mass, where Mass is the dependent variable.", (), ()),
    ("Mean mass where a bird is not considered, or where sex is known?", ("where a bird is not considered", "where sex is known"), ()),
    ("What is gdp divided by population, by region?", (), ("region",)),
    ("How much did it grow per year?", (), ("year",)),
])  # fmt: skip
def test_what_is_no_filter_and_no_group_is_not_read_as_one(
    question: str, filters: tuple[str, ...], grouping: tuple[str, ...]
) -> None:
    contract = read(question)
    assert (contract.filters, contract.grouping) == (filters, grouping)


@pytest.mark.parametrize(("question", "answer", "told"), [
    ("What is the mean mass in kg?", "It is 4,207 g.", ""),
    ("What is the mean mass in kg?", "| species | mass (kg) |\n|---|---|\n| Gentoo | 5.1 |", ""),
    ("What is the mean mass in kg?", "The mean mass is 4.2.", "kg is asked for, and the answer names no such unit."),
    ("What was paid in dollars?", "$1,200", ""),
    ("What was paid in dollars?", "1,200", "dollars is asked for"),
    ("How large is the share in percent?", "0.42 of them", "percent is asked for"),
    ("How large is the share in percent?", "42 %", ""),
    ("What are the sales in millions?", "They are 3.4 mn.", ""),
    ("What are the sales in millions?", "There are no sales in the file.", ""),
    ("What is the mass in kg? @mass[kg]", "@mass[4.2]", ""),  # the format leaves no room for it
])  # fmt: skip
def test_a_unit_that_is_asked_for_is_named(question: str, answer: str, told: str) -> None:
    found = " ".join(unkept(read(question), Answered(answer, {"mass": "4.2"}), ()))
    assert told in found if told else found == ""


@pytest.mark.parametrize(("question", "answer", "told"), [
    ("Mean and median of x?", "The mean is 3.1, the median 2.9.", ""),
    ("Mean and median of x?", "On average 3.1; half of them are below 2.9.", ""),
    ("Mean and median of x?", "It is 3.1 on average.", "The median is asked for, and the answer names none."),
    ("Mean and standard deviation of x?", "3.1 ± 0.4 on average", ""),
    ("Mean and standard deviation of x?", "The mean is 3.1.", "The standard deviation is asked for"),
    ("What is the mean of x?", "It is 3.1.", ""),
    ("Which month has the maximum mean?", "November, with 5.1 on average.", ""),
    ("Mean and median of x?", "The file holds no x.", ""),
    ("Mean and median? @mean[x], @median[x]", "@mean[3] @median[2]", ""),
])  # fmt: skip
def test_of_several_statistics_each_is_named(question: str, answer: str, told: str) -> None:
    named = {"mean": "3", "median": "2"} if "@" in question else {}
    found = " ".join(unkept(read(question), Answered(answer, named), ()))
    assert told in found if told else found == ""
