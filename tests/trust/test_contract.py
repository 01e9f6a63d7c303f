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
