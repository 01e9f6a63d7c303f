"""How printed tables are read: marks of lists, names of rows that are dates or numbers, values shown at two precisions."""

from __future__ import annotations

import pytest
from analyst_kernels import Stream

from analyst.events import Event
from analyst.trust.receipts import receipts
from tests.trust.conftest import run

RANKED = """species
Gentoo       5076.016260
Chinstrap    3733.088235
Adelie       3700.662252
groups: 3
ranked, Gentoo: 5076.016260162602
ranked, Chinstrap: 3733.0882352941176
ranked, Adelie: 3700.662251655629
"""
DAYS = """date
2013-12-07   -7.1
2013-12-08   -6.6
2014-02-06   -6.0
2014-02-05   -5.5
"""
QUARTERS = """quarter
3.0    4.129216
2.0    4.128235
1.0    3.805882
4.0    3.778400
"""


def printed(text: str) -> list[Event]:
    return run(("print(ranking)", [Stream("stdout", text)]), question="")


def doubted(answer: str, facts: list[Event]) -> list[str]:
    return [c.text for c in receipts(answer, facts) if c.status == "unsupported"]


@pytest.mark.parametrize(
    ("answer", "wrong"),
    [
        ("Gentoo is the species with the highest mean.", []),
        ("Chinstrap is the species with the second highest mean.", []),
        ("Adelie is the species with the lowest mean.", []),
        ("Chinstrap is the species with the highest mean.", ["highest"]),
        ("Adelie is the species with the second highest mean.", ["second highest"]),
        ("Chinstrap is the species with the lowest mean.", ["lowest"]),
    ],
)
def test_a_value_shown_at_two_precisions_has_one_rank(answer: str, wrong: list[str]) -> None:
    assert doubted(answer, printed(RANKED)) == wrong


def test_a_date_names_its_row() -> None:
    assert doubted("2013-12-08: -6.6, 2014-02-05: -5.5", printed(DAYS)) == []
    assert doubted("2013-12-08: -5.5", printed(DAYS)) == ["-5.5"]


def test_a_number_with_a_point_names_its_row() -> None:
    assert doubted("1.0: 3.81, 4.0: 3.78", printed(QUARTERS)) == []
    assert doubted("1.0: 3.78", printed(QUARTERS)) == ["3.78"]


def test_the_mark_of_a_list_is_no_minus() -> None:
    facts = printed("- 1461 rows repeat nothing\n")
    assert doubted("Found:\n\n- 1461 rows repeat nothing", facts) == []
    assert doubted("Found:\n\n- 1416 rows repeat nothing", facts) == ["1416"]


def test_a_word_that_joins_numbers_names_none() -> None:
    facts = printed(
        "distribution, where year between 1959 and 2009\nlower quartile: 4440.1035\nupper quartile: 9629.3465\n"
    )
    assert doubted("the middle half lies between 4440.1 and 9629.35", facts) == []
    assert doubted("the middle half lies between 4440.1 and 9692.35", facts) == ["9692.35"]
