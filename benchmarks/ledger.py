"""What the data ledger costs on a million rows: each step with and without it, in one process, medians of some rounds.

A round is plain, told, told, plain: a step that follows itself may find the memory it needs, or have to ask for it, by turns.

uv run python -m benchmarks.ledger [--rows 1000000] [--rounds 5]
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from analyst_kernels.probe import ledger, namespace

from analyst.trust.ledger import judge

LOAD = "orders = pd.read_csv(file, parse_dates=['day'])"
STEPS = {
    "load": LOAD,
    "merge": "m = orders.merge(customers, on='customer', how='left')",
    "merge, rows multiplied": "m = orders.merge(doubled, on='customer')",
    "group": "g = orders.groupby('region').agg({'amount': ['mean', 'median'], 'price': 'sum'})",
    "group by text and day": "g = orders.groupby(['region', orders.day.dt.month])['amount'].describe()",
    "filter": "big = orders[orders.amount > 500]",
    "new column": "orders['total'] = orders.amount * orders.price",
    "numbers by force": "orders['p'] = pd.to_numeric(orders.code, errors='coerce')",
    "put together": "both = pd.concat([orders, orders.head(1000)])",
    "drop": "clean = orders.dropna()",
    "describe": "d = orders.describe()",
    "loop of filters": "for r in orders.region.unique():\n    n = len(orders[orders.region == r])",
}


def data(rows: int) -> dict[str, Any]:
    random = np.random.default_rng(1)
    people = rows // 10
    orders = pd.DataFrame(
        {
            "customer": random.integers(0, people, rows),
            "amount": random.normal(400, 100, rows).round(2),
            "price": random.random(rows),
            "region": random.choice(["north", "south", "east", "west"], rows),
            "code": random.integers(0, 99999, rows).astype(str),
            "day": pd.Timestamp("2024-01-01") + pd.to_timedelta(random.integers(0, 366, rows), unit="D"),
        }
    )
    customers = pd.DataFrame(
        {"customer": np.arange(people // 2), "age": random.integers(18, 90, people // 2)}
    )
    doubled = pd.concat([customers, customers.head(10)], ignore_index=True)
    return {"orders": orders, "customers": customers, "doubled": doubled}


def timed(code: str, names: dict[str, Any], *, watched: bool) -> tuple[float, float]:
    """Seconds of processor time of the code, which what is told while it runs belongs to, and of the look before and after."""
    compiled = compile(code, "<cell>", "exec")
    clock = time.process_time  # what else runs on the machine does not count
    began = clock()
    if watched:
        ledger.watch()  # what others changed meanwhile is looked at once, not for each cell
        ledger.told()
        began = clock()
        ledger.watch()
    ready = clock()
    exec(compiled, names)  # our own text
    done = clock()
    if watched:
        seen = ledger.told()
        changed: Iterable[str] = [
            n for n in ("orders", "m", "g", "big", "both", "clean") if f"{n} = " in code or f"{n}[" in code
        ]
        seen += ledger.frames(changed)
        judge(code, seen)
    return done - ready, ready - began + clock() - done


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    main_names: dict[str, Any] = vars(sys.modules["__main__"])
    tables = data(given.rows)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "orders.csv"
        tables["orders"].to_csv(file, index=False)
        main_names |= {**tables, "pd": pd, "file": file}
        namespace.begin()
        ledger.watch()
        print(f"{'step':26} {'plain ms':>9} {'told ms':>9} {'share':>7}")
        plain_all = cost_all = 0.0
        for name, code in STEPS.items():
            plain, told = [], []
            for _ in range(given.rounds):
                took = [sum(timed(code, main_names, watched=w)) for w in (False, True, True, False)]
                plain.append((took[0] + took[3]) / 2)
                told.append((took[1] + took[2]) / 2)
            a, b = statistics.median(plain), statistics.median(told)
            plain_all, cost_all = plain_all + a, cost_all + max(0.0, b - a)
            print(f"{name:26} {1000 * a:9.1f} {1000 * b:9.1f} {(b - a) / a:7.1%}")
        print(
            f"{'all steps':26} {1000 * plain_all:9.1f} {1000 * (plain_all + cost_all):9.1f} {cost_all / plain_all:7.1%}"
        )


if __name__ == "__main__":
    main()
