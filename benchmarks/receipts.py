"""How many false numbers the receipts catch, and how many true ones they doubt, on the corpus of answers with outputs.

uv run python -m benchmarks.receipts [--show]
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from analyst_kernels import Output
from pydantic import TypeAdapter

from analyst.events import Asked, Call, Claim, Event, ModelReplied, Surveyed, ToolReturned, Usage, Variable
from analyst.trust.evidence import Evidence
from analyst.trust.receipts import check

CORPUS = Path(__file__).parent.parent / "tests" / "trust" / "corpus"
PARTS = ("seen", "second", "held", "prose", "hand_dev", "hand_held")
FALSE = ("altered", "invented")
OUTPUTS: TypeAdapter[tuple[Output, ...]] = TypeAdapter(tuple[Output, ...])


@dataclass
class Score:
    """Numbers of each kind, those marked as unsupported, and how long a check took on average."""

    numbers: Counter[str] = field(default_factory=Counter)
    marked: Counter[str] = field(default_factory=Counter)
    answers: int = 0
    seconds: float = 0.0
    wrong: list[str] = field(default_factory=list)

    @property
    def caught(self) -> float:
        return sum(self.marked[k] for k in FALSE) / sum(self.numbers[k] for k in FALSE)

    @property
    def alarms(self) -> float:
        good = sum(n for k, n in self.numbers.items() if k not in FALSE)
        return sum(n for k, n in self.marked.items() if k not in FALSE) / good


def facts(run: dict[str, Any]) -> list[Event]:
    """A run of the corpus as the facts of a log."""
    made: list[Event] = [Asked(run["question"]), Surveyed("", tuple(run["tables"]))]
    for number, cell in enumerate(run["cells"], 1):
        call = Call(f"c{number}", "python", json.dumps({"code": cell["code"]}))
        made.append(ModelReplied("", (call,), Usage(), "tool_calls", "corpus", ""))
        outputs = OUTPUTS.validate_python(cell["outputs"])
        variables = tuple(Variable(**v) for v in cell["variables"])
        made.append(ToolReturned(call.id, True, "", outputs, cell=number, ending="ok", variables=variables))
    return made


def lines(name: str) -> Iterator[dict[str, Any]]:
    for line in (CORPUS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
        yield json.loads(line)


def score(part: str) -> Score:
    runs = {run["name"]: facts(run) for run in lines("runs")}
    result = Score()
    for case in lines(part):
        begun = time.perf_counter()
        claims = check(case["answer"], Evidence.of(runs[case["run"]]))
        result.seconds += time.perf_counter() - begun
        result.answers += 1
        _count(case, claims, result)
    return result


def _count(case: dict[str, Any], claims: Sequence[Claim], result: Score) -> None:
    doubted = [c for c in claims if c.status == "unsupported"]
    left = list(doubted)
    for number in case["numbers"]:
        hits = [c for c in doubted if c.start < number["end"] and c.end > number["start"]]
        left = [c for c in left if c not in hits]
        result.numbers[number["kind"]] += 1
        result.marked[number["kind"]] += bool(hits)
        found = [c.sentence for c in claims if c.start < number["end"] and c.end > number["start"]]
        if bool(hits) != (number["kind"] in FALSE):
            text = case["answer"]
            said = (
                text[max(0, number["start"] - 60) : number["start"]]
                + "«"
                + text[number["start"] : number["end"]]
            )
            result.wrong.append(
                f"{case['run']}/{case['phrase']} {number['kind']}: {said}»{text[number['end'] :][:40]} · {found}"
            )
    # what is marked elsewhere (a number word, an extreme) stands in a true part of the answer
    result.numbers["other"] += len(left)
    result.marked["other"] += len(left)
    result.wrong += [f"{case['run']}/{case['phrase']} other: {c.sentence}" for c in left]


def main() -> None:
    print(f"{'part':9} {'kind':10} {'numbers':>8} {'marked':>8}")
    for part in PARTS:
        result = score(part)
        for kind in sorted(result.numbers):
            print(f"{part:9} {kind:10} {result.numbers[kind]:8} {result.marked[kind]:8}")
        print(
            f"{part:9} {result.answers} answers: {result.caught:.1%} of false numbers caught, {result.alarms:.1%} false alarms, "
            f"{1000 * result.seconds / result.answers:.1f} ms per answer"
        )
        if "--show" in sys.argv and part in sys.argv:
            print("\n".join(result.wrong))


if __name__ == "__main__":
    main()
