from __future__ import annotations

import pytest
from scipy.stats import binomtest

from analyst.evals.stats import mcnemar, wilson


@pytest.mark.parametrize(("k", "n"), [(0, 1), (1, 1), (0, 32), (9, 32), (90, 128), (128, 128)])
def test_wilson_is_what_scipy_has(k: int, n: int) -> None:
    theirs = binomtest(k, n).proportion_ci(0.95, method="wilson")
    assert wilson(k, n) == pytest.approx((theirs.low, theirs.high), abs=1e-12)


def test_of_nothing_nothing_is_known() -> None:
    assert wilson(0, 0) == (0.0, 1.0)


@pytest.mark.parametrize(("b", "c"), [(0, 0), (1, 0), (3, 3), (2, 9), (30, 11), (900, 1000)])
def test_mcnemar_is_the_binomial_test(b: int, c: int) -> None:
    theirs = binomtest(b, b + c).pvalue if b + c else 1.0
    assert mcnemar(b, c) == mcnemar(c, b) == pytest.approx(theirs, rel=1e-9)
