from __future__ import annotations

import pytest

from analyst.trust.numbers import numbers


@pytest.mark.parametrize(
    ("text", "value", "tolerance"),
    [
        ("mean 1,234.5 g", 1234.5, 0.05),
        ("mean 1 234.5 g", 1234.5, 0.05),
        ("mean 1\u202f234,5 g", 1234.5, 0.05),
        ("Mittel 1.234,5 g", 1234.5, 0.05),
        ("Mittel 1’234.5 g", 1234.5, 0.05),
        ("Mittel 0,83 und 1.234 g; 0,5", 0.83, 0.005),
        ("r = −0.83", -0.83, 0.005),
        ("r=-0.83", -0.83, 0.005),
        ("p = 1.2e-5", 1.2e-5, 5e-7),
        ("p = 1.2×10⁻⁵", 1.2e-5, 5e-7),
        ("p = 1.2 x 10^-5", 1.2e-5, 5e-7),
        ("cost $4.5M", 4.5e6, 5e4),
        ("cost 2,3 Mio. €", 2.3e6, 5e4),
        ("cost 12k", 12000, 500),
        ("3 billion people", 3e9, 5e8),
        ("12.5mm long", 12.5, 0.05),
        ("about 4,200 g", 4200, 50),
        ("exactly 4,200 g", 4200, 0.5),
        ("@mean[4,201.75]", 4201.75, 0.005),
        ("`0.83` is r", 0.83, 0.005),
        ("a third of them", 1 / 3, 0.025),
        ("one in five", 0.2, 0.025),
        ("three species", 3, 0),
    ],
)  # fmt: skip
def test_a_numeral_is_read_with_its_rounding(text: str, value: float, tolerance: float) -> None:
    first = numbers(text)[0]
    assert first.readings[0].value == pytest.approx(value)
    assert first.readings[0].tolerance == pytest.approx(tolerance)
    assert first.text == text[first.start : first.end].strip()


@pytest.mark.parametrize(
    "text",
    [
        "see step 3 and cell 12", "version 1.2.3", "Python 3.11", "`q3_2020` and q3_2020", "as shown [2]", "1. first\n2. second",
        "## 2. Results", "```\nprint(42)\n```", "[here](https://x.org/17)", "file_2.csv", "Figure 1", "Q3", "the 2nd highest",
        "per 100,000 people", "in the 1990s", "a 95 % confidence interval", "the two groups",
    ],
)  # fmt: skip
def test_what_is_no_claim_is_not_extracted(text: str) -> None:
    assert numbers(text) == []


@pytest.mark.parametrize(
    "text", ["31 January 2020", "January 31, 2020", "31.01.2020", "31. Januar 2020", "31 janvier 2020", "2020-01-31", "31/01/2020"]
)  # fmt: skip
def test_a_date_is_read_in_its_spellings(text: str) -> None:
    (date,) = numbers(f"On {text} it rained.")
    assert date.kind == "date"
    assert date.days == ((2020, 1, 31),)


def test_a_date_that_can_be_read_in_two_ways_is() -> None:
    assert numbers("03/04/2020")[0].days == ((2020, 3, 4), (2020, 4, 3))


@pytest.mark.parametrize(("text", "kinds"), [
    ("3–5 %", ["percent", "percent"]), ("between 3 and 5 g", ["number", "number"]), ("4.2 ± 0.3", ["number", "number"]),
    ("2.5x as much", ["times"]), ("5 percentage points", ["points"]), ("€ 30", ["money"]), ("in 2019", ["year"]),
])  # fmt: skip
def test_kinds(text: str, kinds: list[str]) -> None:
    assert [n.kind for n in numbers(text)] == kinds


def test_a_comma_of_three_digits_is_read_as_the_rest_of_the_text_is_written() -> None:
    assert numbers("1.234 g, 0,5 und 7,25")[0].readings[0].value == 1234
    assert numbers("1.234 g, 0.5 and 7.25")[0].readings[0].value == 1.234


def test_data_kept_in_millions_and_the_full_value_are_both_read() -> None:
    assert {r.value for r in numbers("608.0 million dollars")[0].readings} == {608e6, 608e3, 608.0}


def test_a_long_hostile_text_is_read_in_time() -> None:
    assert len(numbers("1,234.5 | " * 20_000)) == 20_000
    assert numbers("[" * 50_000 + "(" * 50_000) == []
