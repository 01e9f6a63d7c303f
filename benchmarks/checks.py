"""What the checks of answers cost: their share of the time that the runs of a folder took.

uv run python -m benchmarks.checks DIR    # DIR: a folder with runs, such as that of `analyst eval`
"""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path

from analyst.events import Answered, Asked, Contract, ContractSet
from analyst.log import read
from analyst.trust.checking import check


def share(log: Path) -> tuple[float, float] | None:
    """Seconds of the last answer's checks, and of the run; None for a run without an answer."""
    lines = list(read(log.parent))
    events = [line.event for line in lines]
    answered = next((e for e in reversed(events) if isinstance(e, Answered)), None)
    asked = next((line.at for line in reversed(lines) if isinstance(line.event, Asked)), None)
    if answered is None or asked is None:
        return None
    contract = next((e.contract for e in reversed(events) if isinstance(e, ContractSet)), Contract())
    begun = time.perf_counter()
    check(answered, events, contract, ())
    return time.perf_counter() - begun, lines[-1].at - asked


def main() -> None:
    found = [s for log in sorted(Path(sys.argv[1]).rglob("log.jsonl")) if (s := share(log)) and s[1] > 0]
    shares = sorted(check / run for check, run in found)
    checks, runs = sum(c for c, _ in found), sum(r for _, r in found)
    print(
        f"{len(found)} runs · median {statistics.median(shares):.1%} · largest {shares[-1]:.1%} · all {checks / runs:.1%}"
    )


if __name__ == "__main__":
    main()
