"""Every kind of question, in the order in which they are tried. A new kind is one file here and its line below."""

from __future__ import annotations

from ..kind import Kind
from . import (
    correlation,
    count,
    difference,
    distinct,
    distribution,
    explains,
    extreme,
    missing,
    share,
    statistic,
    trend,
)

KINDS: tuple[Kind, ...] = (
    missing.KIND,  # before share: a percentage of missing values
    explains.KIND,  # before difference and extreme: "explains more than"
    correlation.KIND,
    share.KIND,
    distinct.KIND,
    extreme.KIND,  # before statistic: "which … has the highest mean"
    trend.KIND,
    difference.KIND,
    statistic.KIND,
    distribution.KIND,
    count.KIND,  # last: "number of" stands in many other questions
)

BY_NAME: dict[str, Kind] = {k.name: k for k in KINDS}
