"""Rules for outliers: z-scores and quartiles, with the threshold that the text gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .task import Task

_ZSCORE = r"z-? ?scores?|standard deviations? (?:away )?from|standard deviations? (?:above|below) the mean"
_QUARTILES = r"iqr|inter-?quartile(?: range)?|quartiles?"
_NUMBER = r"(\d+(?:\.\d+)?|one|two|three|four)"
_THRESHOLDS = (
    rf"threshold (?:of|is|=|:|value of|at)? ?(?:\+/?-|±)? ?{_NUMBER}",
    rf"z-? ?scores?[^.]{{0,50}}?(?:greater than|above|exceed\w*|more than|larger than|beyond|over|>=|>|outside(?: of)?) ?(?:or equal to )?[^\d.]{{0,12}}{_NUMBER}",
    rf"(?:more than|greater than|beyond|exceed\w*|over|above|outside(?: of)?) {_NUMBER} (?:times the )?(?:standard deviations?|std)",
    rf"{_NUMBER} standard deviations?",
    rf"\|z\| ?(?:>|>=|above) ?{_NUMBER}",
)


@dataclass(frozen=True, slots=True)
class Rule:
    """When a value is an outlier."""

    kind: Literal["z-score", "quartiles"]
    threshold: float
    above_only: bool = False

    def __str__(self) -> str:
        number = f"{self.threshold:g}"
        if self.kind == "quartiles":
            return f"outside {number} interquartile ranges from the quartiles"
        return f"z-score above {number}" if self.above_only else f"z-score beyond ±{number}"


def rule(task: Task) -> Rule | None:
    """The rule that the text lays down; None when it names no method."""
    quartiles, zscore = task.says(_QUARTILES), task.says(_ZSCORE)
    if quartiles and not zscore:
        return Rule(
            "quartiles",
            task.number(r"(\d\.\d+|\d)(?: times| ?\*|x)? (?:the )?(?:iqr|inter-?quartile)") or 1.5,
        )
    if not zscore:
        return None
    found = next((n for p in _THRESHOLDS if (n := task.number(p)) is not None), 3.0)
    both = task.says(
        r"less than|below|smaller than|absolute|±|\+/-|either|away|beyond|lesser|outside"
    ) or "-" in _signed(task)
    above = task.says(rf"z-? ?scores?[^.]{{0,30}}?(?:greater than|above|exceeds?|over|higher than) {_NUMBER}")
    return Rule("z-score", found, above and not both)


def _signed(task: Task) -> str:
    match = task.match(r"-\d(?:\.\d+)?")
    return match[0] if match else ""


def outside(found: Rule, values: str, variable: str = "values") -> tuple[tuple[str, ...], str]:
    """Lines that prepare, and the test that is true for outliers; never for a missing value."""
    first = f"{variable} = {values}"
    if found.kind == "quartiles":
        fence = f"{found.threshold:g} * (q3 - q1)"
        lines = (first, f"q1, q3 = {variable}.quantile([0.25, 0.75])")
        return lines, f"({variable} < q1 - {fence}) | ({variable} > q3 + {fence})"
    z = f"(({variable} - {variable}.mean()) / {variable}.std(ddof=0))"
    return (first,), f"{z if found.above_only else z + '.abs()'} > {found.threshold:g}"
