"""The two formulas that a report needs, exact and without scipy."""

from __future__ import annotations

import math
from typing import NamedTuple

Z95 = 1.959963984540054
"""The 97.5 % quantile of the standard normal distribution."""


class Interval(NamedTuple):
    """Bounds of a share, 0 to 1."""

    low: float
    high: float


def wilson(successes: int, n: int) -> Interval:
    """The 95 % score interval of a share.

    E. B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal of the American Statistical
    Association 22 (1927), 209–212. Unlike the usual ± it stays within 0 and 1 and says something about 0 of n. Of nothing
    (n = 0) nothing is known: 0 to 1.
    """
    if n == 0:
        return Interval(0.0, 1.0)
    share, z2 = successes / n, Z95**2
    middle = share + z2 / (2 * n)
    half = Z95 * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    low, high = (middle - half) / (1 + z2 / n), (middle + half) / (1 + z2 / n)
    return Interval(max(0.0, low), min(1.0, high))


def mcnemar(only_first: int, only_second: int) -> float:
    """The two-sided exact p-value that two runs on the same tasks are equally good, from the pairs in which they differ.

    Q. McNemar, "Note on the sampling error of the difference between correlated proportions or percentages", Psychometrika 12
    (1947), 153–157, with the binomial distribution (n discordant pairs, 1/2) in place of its approximation.
    """
    n = only_first + only_second
    tail = sum(math.comb(n, k) for k in range(min(only_first, only_second) + 1))
    return min(1.0, 2 * tail / (1 << n))
