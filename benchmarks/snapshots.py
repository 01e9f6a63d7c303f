"""What a snapshot of the variables costs before a cell, and a restore after it, beside a bare copy of the same.

    uv run python -m benchmarks.snapshots

The first snapshot copies, the next ones only look whether something changed. What is beyond the budget is not copied,
and named. Times are medians of five, in milliseconds; they vary from machine to machine, the ratio is what counts.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from copy import deepcopy
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
from analyst_kernels.probe.snapshots import forget, restore, snapshot

RANDOM = np.random.default_rng(1)
ROUNDS = 5


def frame(rows: int, columns: int) -> pd.DataFrame:
    return pd.DataFrame(RANDOM.random((rows, columns)), columns=[f"c{n}" for n in range(columns)])


CASES: dict[str, Callable[[], dict[str, Any]]] = {
    "a usual notebook": lambda: {
        "orders": frame(200_000, 12),
        "shipments": frame(50_000, 8).assign(kind="x"),
        "by_month": frame(12, 3),
        "prices": RANDOM.random(10_000),
        "names": {f"k{n}": n for n in range(1000)},
        "groups": [[n] for n in range(200)],
        "threshold": 0.5,
    },
    "a frame, 10 M rows": lambda: {"df": frame(10_000_000, 2)},
    "a frame, 3,000 columns": lambda: {"df": frame(100, 3000)},
    "objects, 1 M rows": lambda: {"s": pd.Series([f"v{n}" for n in range(1_000_000)], dtype=object)},
    "an array of 80 MB": lambda: {"a": RANDOM.random(10_000_000)},
    "an array of 160 MB": lambda: {"a": RANDOM.random(20_000_000)},
    "a list of 900,000": lambda: {"items": list(range(900_000))},
    "a list of 5 M": lambda: {"items": list(range(5_000_000))},
    "a dict of 10,000 lists": lambda: {"d": {n: [n] for n in range(10_000)}},
    "a dict of 100,000 lists": lambda: {"d": {n: [n] for n in range(100_000)}},
    "1,000 frames": lambda: {"d": {n: frame(10, 3) for n in range(1000)}},
}


def main() -> None:
    print(
        f"{'variables':<26} {'first':>9} {'next':>9} {'restore':>9} {'a copy':>9} {'first/copy':>10}  not restorable"
    )
    for name, make in CASES.items():
        measure(name, make())


def measure(name: str, values: dict[str, Any]) -> None:
    user = sys.modules["__main__"] = ModuleType("__main__")
    vars(user).update(values)
    first = median(lambda: snapshot("1"), before=forget)
    lost = snapshot("1")["not_restorable"]
    following = median(lambda: snapshot("2"))
    back = median(lambda: restore("1"))
    forget()
    copied = median(lambda: deepcopy(values))
    times = "".join(f"{seconds * 1000:>7.1f} ms" for seconds in (first, following, back, copied))
    print(f"{name:<26}{times} {first / copied:>10.2f}  {', '.join(lost)}")


def median(work: Callable[[], object], before: Callable[[], object] = lambda: None) -> float:
    times = []
    for _ in range(ROUNDS):
        before()
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


if __name__ == "__main__":
    main()
