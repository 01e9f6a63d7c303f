"""The promise: of altered or invented numbers at least 98 % are caught, of the others at most 2 % doubted."""

from __future__ import annotations

import pytest

from benchmarks.receipts import FALSE, PARTS, score


@pytest.mark.parametrize("part", PARTS)
def test_false_numbers_are_caught_and_true_ones_are_not_doubted(part: str) -> None:
    result = score(part)
    by_hand = part == "prose"  # fewer, and not as good yet: see the corpus's README
    assert result.answers >= (70 if by_hand else 110)
    assert sum(result.numbers[k] for k in FALSE) >= (60 if by_hand else 140)
    assert result.caught >= (0.92 if by_hand else 0.98), result.wrong
    assert result.alarms <= (0.06 if by_hand else 0.02), result.wrong
