"""A wrong answer that every receipt lets pass is mended by a review; a right one is left alone, also by a reviewer that is wrong."""

from __future__ import annotations

from analyst_kernels.managed import ManagedKernel

from analyst.events import Checked
from benchmarks.review import CASES, answer, measure

CHOSEN = tuple(case for case in CASES if case.mistaken or case.name in ("join counts twice", "right: median"))


async def test_wrong_ones_are_mended_and_right_ones_left_alone() -> None:
    kernel = ManagedKernel()
    try:
        found = await measure(kernel, CHOSEN)
    finally:
        await kernel.close()
    for case in CHOSEN:
        without, reviewed = found[case.name]
        assert without.answer == answer(case, case.wrong or case.right)
        assert [e.told for e in without.facts if isinstance(e, Checked)] == [""]
        assert reviewed.answer == answer(case, case.right)
        told = case.verdicts or (("refuted", "held") if case.wrong else ("held",))
        assert tuple(reviewed.verdicts) == told
        assert reviewed.tokens > without.tokens
