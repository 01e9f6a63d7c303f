from __future__ import annotations

import json
import time

import pytest
from analyst_kernels import Stream

from analyst.events import Claim, Event, Surveyed
from analyst.trust.claims import codec, explain, loose, sent_back, to_json
from analyst.trust.receipts import receipts
from tests.trust.conftest import run


def statuses(answer: str, facts: list[Event]) -> list[str]:
    return [c.status for c in receipts(answer, facts)]


@pytest.mark.parametrize("answer", [
    "Gentoo weigh 5076.02 g.", "Gentoo weigh 5,076 g.", "Gentoo wiegen 5.076,0 g.", "Gentoo (n = 124)", "| | mean |\n|---|---|\n| Gentoo | 5,076 |",
    "r = 0.87", "r = 0.8712", "The correlation r is 87.1 %.", "p = 0.00012", "p = 1.2e-4", "49.5 % are female", "344 rows", "It fell by 3.25.",
    "from 11 November 2007 to 2009-12-01", "The data end in 2009.", "about 5,100 g for Gentoo", "![Gentoo: 5,076 g](figure.png)",
])  # fmt: skip
def test_what_was_shown_is_supported(answer: str, facts: list[Event]) -> None:
    assert set(statuses(answer, facts)) == {"supported"}


@pytest.mark.parametrize("answer", [
    "Gentoo weigh 5176.02 g.", "Gentoo weigh 5,067 g.", "Gentoo wiegen 5.176,0 g.", "Gentoo (n = 142)", "| | mean |\n|---|---|\n| Gentoo | 5,706 |",
    "r = -0.87", "r = 0.78", "p = 0.0012", "59.4 % are female", "443 rows", "R² = 0.761", "on 12 November 2008", "The data end in 2031.",
    "17 birds were dropped.", "Adelie weigh 5076 g.", "Gentoo (n = 152)", "![Gentoo: 5,706 g](figure.png)",
])  # fmt: skip
def test_what_was_not_shown_or_shown_of_something_else_is_not(answer: str, facts: list[Event]) -> None:
    assert set(statuses(answer, facts)) == {"unsupported"}


@pytest.mark.parametrize(("answer", "how"), [
    ("Gentoo are 1,375.4 g heavier than Adelie.", "5076.016260 − 3700.662252"),
    ("Gentoo weigh 1.37 times as much as Adelie.", "5076.016260 / 3700.662252"),
    ("Gentoo weigh 37.2 % more than Adelie.", "100 × (5076.016260 / 3700.662252 − 1)"),
    ("Adelie and Gentoo together are 276 birds.", "152 + 124"),
    ("Adelie are 44.2 % of all birds (152).", "100 × 152 / 344"),
])  # fmt: skip
def test_what_is_computed_from_shown_values_is_derived_when_the_words_name_it(
    answer: str, how: str, facts: list[Event]
) -> None:
    (derived,) = [c for c in receipts(answer, facts) if c.status == "derived"]
    turned = " − ".join(reversed(how.split(" − ")))
    assert derived.how in (how, turned, " + ".join(reversed(how.split(" + "))))


def test_a_difference_that_no_word_names_is_not_derived(facts: list[Event]) -> None:
    assert statuses("Gentoo, Adelie: 1,375.4", facts) == ["unsupported"]


@pytest.mark.parametrize(("answer", "wrong"), [
    ("Adelie and Gentoo weigh 3,701 and 5,076 g.", 0), ("Adelie and Gentoo weigh 5,076 and 3,701 g.", 2),
    ("Gentoo are heavier than Adelie (5,076 vs. 3,701 g).", 0), ("Gentoo are heavier than Adelie (3,701 vs. 5,076 g).", 2),
    ("We saw 152 Adelie, 68 Chinstrap and 124 Gentoo.", 0), ("We saw 124 Adelie, 68 Chinstrap and 152 Gentoo.", 2),
    ("From 3,701 g in Adelie through 3,733 (Chinstrap) to 5,076 g in Gentoo.", 0), ("From 3,733 g in Adelie through 3,701 (Chinstrap).", 2),
    ("Compared with Adelie, Gentoo weigh much: 5,076 against 3,701 g.", 0), ("Adelie: 152 birds, mean 3,701; Gentoo: 124 birds, mean 5,076.", 0),
    ("Adelie: 124 birds, mean 5,076; Gentoo: 152 birds, mean 3,701.", 4), ("Gentoo outweigh the others. Their mean is 3,701 g.", 1),
])  # fmt: skip
def test_names_and_numbers_are_matched_together(answer: str, wrong: int, facts: list[Event]) -> None:
    assert statuses(answer, facts).count("unsupported") == wrong


@pytest.mark.parametrize("answer", [
    "Of the birds 152 of 124 are Adelie.", "It rose from 5,076 to 3,701 g.", "It fell from 3,701 to 5,076 g.", "The interval is [5,076, 3,701].",
])  # fmt: skip
def test_what_cannot_be_is_not_supported_though_it_is_on_record(answer: str, facts: list[Event]) -> None:
    assert set(statuses(answer, facts)) == {"unsupported"}


def test_a_number_of_the_question_is_the_users(facts: list[Event]) -> None:
    assert statuses("Of the top 5 birds nothing is known.", facts) == ["given"]


@pytest.mark.parametrize(("answer", "status"), [
    ("Gentoo is the heaviest.", "supported"), ("Adelie is the lightest.", "supported"), ("Chinstrap is the heaviest.", "unsupported"),
    ("Chinstrap comes second highest.", "supported"), ("It is the largest of them all.", None),
])  # fmt: skip
def test_a_named_extreme_is_held_against_the_tables(
    answer: str, status: str | None, facts: list[Event]
) -> None:
    assert statuses(answer, facts) == ([status] if status else [])


def test_the_name_of_a_column_is_no_row_that_is_said_to_be_an_extreme(facts: list[Event]) -> None:
    columns = [{"column": "species", "missing": 0}, {"column": "sex", "missing": 11}]
    surveyed = Surveyed("", ({"rows": 344, "columns": columns},))
    asked, *others = facts
    told = "Gentoo is the species with the highest mean. I read this as: species with the highest mean."
    assert statuses(told, [asked, surveyed, *others]) == ["supported"]
    assert statuses("The column with the most missing values is sex.", [asked, surveyed, *others]) == [
        "supported"
    ]


def test_a_row_may_have_a_number_for_its_name() -> None:
    shown = "quarter\n3.0    4.129216\n2.0    4.128235\n1.0    3.805882\n4.0    3.778400\n"
    near = Stream("stdout", "\n".join(f"v{n}: {3.7 + n / 100}" for n in range(20)))
    facts = run(("means", [Stream("stdout", shown)]), ("more", [near]))
    assert statuses("Quarter 3: 4.13. The others: 2: 4.13, 1: 3.81, 4: 3.78.", facts)[-1] == "supported"
    assert statuses("Quarter 3: 4.13. The others: 2: 4.13, 1: 3.78, 4: 3.81.", facts)[-1] == "unsupported"


def test_among_many_values_digits_alone_are_chance_and_a_label_is_wanted() -> None:
    many = run(
        ("x", [Stream("stdout", "\n".join(f"{n / 100:.2f}" for n in range(1000)) + "\nfrost days 4.27\n")])
    )
    assert statuses("Frost: 4.27 days", many) == ["supported"]
    assert statuses("The index stands at 4.31.", many) == ["unsupported"]


def test_more_digits_than_were_shown_are_taken_from_six_shown_ones_on() -> None:
    facts = run(("x", [Stream("stdout", "output 3.596739e+06\nrate 0.12\n")]))
    assert statuses("The output is 3,596,739.13.", facts) == ["supported"]
    assert statuses("The rate is 0.1234.", facts) == ["unsupported"]


def test_why_tells_where_a_number_comes_from(facts: list[Event]) -> None:
    claims = receipts("Gentoo weigh 5,076 g, 37.2 % more than Adelie; r = 0.83.", facts)
    assert explain(claims, "5076") == "5,076: 5076.016260 in cell 1 (Gentoo / mean)."
    assert "5076.016260 / 3700.662252" in explain(claims, "37.2%")
    assert explain(claims, "0.83") == "0.83: no output shows it."
    assert "does not state 12" in explain(claims, "12")


def test_what_nothing_shows_goes_back_once_with_what_to_do(facts: list[Event]) -> None:
    claims = receipts("Gentoo weigh 5,076 g; R² = 0.761.", facts)
    told = sent_back(claims)
    assert told
    assert "0.761" in told
    assert "withdraw" in told
    assert "5,076" not in told
    assert [c.text for c in loose(claims)] == ["0.761"]
    assert sent_back(receipts("Gentoo weigh 5,076 g.", facts)) is None


def test_claims_go_to_json_and_back(facts: list[Event]) -> None:
    claims = receipts("Gentoo weigh 5,076 g; R² = 0.761.", facts)
    made = json.loads(json.dumps(to_json(claims)))
    assert made["counts"] == {"supported": 1, "derived": 0, "given": 0, "unsupported": 1}
    assert codec.validate_python(made["claims"]) == claims
    assert isinstance(claims[0], Claim)


@pytest.mark.parametrize(
    "text",
    [
        "1e999",
        "1e-999 g",
        "99999999999999999999 and 1e999 % more",
        "one in 0",
        "2020-13-45",
        "| 1e999 |",
        "٣",
    ],
)
def test_odd_numerals_break_nothing(text: str) -> None:
    for claim in receipts(text, run(("x", [Stream("stdout", text)]), question=text)):
        assert claim.text
        assert explain([claim], claim.text)


def test_a_megabyte_of_outputs_is_matched_in_time() -> None:
    lines = "\n".join(f"station {n} {n * 7.13:.3f} {n * 0.37:.4f} {n}" for n in range(30_000))
    facts = run(("x", [Stream("stdout", lines)]))
    begun = time.perf_counter()
    receipts("Station 9 measured 64.17, 12.5 % more than station 8 with 57.04; together 121.21. " * 10, facts)
    assert time.perf_counter() - begun < 20
