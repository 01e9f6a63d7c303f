from __future__ import annotations

import pytest

from analyst.evals.values import close, items, normal, same, to_number

SAME = [
    ("0.3449", "0.34"),  # rounds to the label
    ("0.335", "0.34"),
    ("1,234.5", "1234.50"),
    ("34.650", "34.65"),
    ("34.65%", "34.65"),
    ("$34.65", "34.65"),
    ("−0.5", "-0.5"),
    ("4", "4.0"),
    ("0.5", ".50"),
    ("2.34e-06", "2.34e-06"),
    ("0.00000234", "2.34e-06"),
    ("1e-20", "0.0000"),
    ("0.00004", "0.0000"),
    ("Yes.", "yes"),
    ("True", "true"),
    ('"Non-Normal"', "Non-Normal"),
    ("Non-Normal", '"Non-Normal"'),
    ("`a  b`", "A b"),
    ("9.03, 9.00", "9.03,9.0"),
    ("[1, 2, 3]", "1, 2, 3"),
    ("1; 2; 3", "[1, 2, 3]"),
    ("b, a", "a, b"),
    ("(HA2)121, 326", "(HA2)121,326"),
    ("A, B-C, D Area; E, F Area", "E, F Area; A, B-C, D Area"),
    ("{'a': 1.0, 'b':2}", "{'a': 1, 'b': 2}"),
    ("'b': 2, 'a': 1", "{'a': 1, 'b': 2}"),
    ("", "["),
    ("[]", ""),
    ("none", ""),
    ("n/a", "nan"),
]
DIFFERENT = [
    ("0.3451", "0.34"),
    ("0.35", "0.34"),
    ("0.3", "0.34"),  # fewer decimals than the label are not enough
    ("-0.14", "0.14"),
    ("1", "10"),
    ("0.0001", "0.0000"),
    ("2.4e-06", "2.34e-06"),
    ("yes", "1"),
    ("True", "1"),
    ("nan", "0.5"),
    ("inf", "0.5"),
    ("not normal", "normal"),
    ("nonlinear", "linear"),
    ("Nevada City", "Nevada"),
    ("9.03", "9.03,9.0"),
    ("3,2,1", "1,2,3"),  # only words may stand in any order
    ("a, b, b", "a, b"),
    ("{'a':1}", "{'a': 1, 'b': 2}"),
    ("{'a':1, 'c': 2}", "{'a': 1, 'b': 2}"),
    ("{1, 2}", "{'a': 1, 'b': 2}"),
    ("5", ""),
    ("", "Nevada"),
    ("", "0"),
    ("(]", "[a, b]"),
    ("[", "[1, 2, 3"),
]


@pytest.mark.parametrize(("given", "right"), SAME)
def test_the_same(given: str, right: str) -> None:
    assert same(given, right)


@pytest.mark.parametrize(("given", "right"), DIFFERENT)
def test_not_the_same(given: str, right: str) -> None:
    assert not same(given, right)


@pytest.mark.parametrize(
    ("given", "right", "agree"),
    [
        (0.004, 0.00402, True),
        (1e-78, 0.004, False),
        (0.0, 0.0, True),
        (0.005, 0.0, False),
        (0.5049, 0.5, True),
        (0.506, 0.5, False),
        (3368.8, 3368.84, True),
        (3368.8, 3369.9, False),
        (-5.0, 5.0, False),
    ],
)
def test_close(given: float, right: float, agree: bool) -> None:
    assert close(given, right) is agree


def test_numbers() -> None:
    texts = ("12", " 1,234,567.5 ", "€3", "5 %", "1,23", "12 birds", "", True, 2.5, None, "infinity")
    assert [to_number(t) for t in texts] == [
        12.0, 1234567.5, 3.0, 5.0, None, None, None, None, 2.5, None, None
    ]  # fmt: skip


def test_a_number_keeps_its_form() -> None:
    assert [normal(t) for t in ("1E5", "5.", "Yes.", ' "A  b" ')] == ["1E5", "5.", "yes", "a b"]


def test_items() -> None:
    assert items("A, B-C, D Area; E, F Area") == ["A, B-C, D Area", "E, F Area"]
    assert items("(1, 2), (3, 4)") == ["(1, 2)", "(3, 4)"]
    assert items("a\nb, c\n") == ["a", "b, c"]
    assert items("[a, [b, c]]") == ["a", "[b, c]"]
