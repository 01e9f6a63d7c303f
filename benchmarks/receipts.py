"""How many false numbers the receipts catch, and how many true ones they doubt, on the corpus of answers with outputs.

uv run python -m benchmarks.receipts [PART ...] [--show]

After its own numbers each part that was written by hand is altered by machine, one change at a time: a true number gets other digits,
or the value of another row or column of its table, or changes places with another number of its table.
"""

from __future__ import annotations

import json
import math
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from analyst_kernels import Output
from pydantic import TypeAdapter

from analyst.events import Asked, Call, Claim, Event, ModelReplied, Surveyed, ToolReturned, Usage, Variable
from analyst.trust.evidence import Evidence, Shown
from analyst.trust.numbers import numbers
from analyst.trust.receipts import check

CORPUS = Path(__file__).parent.parent / "tests" / "trust" / "corpus"
PARTS = ("seen", "second", "held", "prose", "hand_dev", "hand_held", "fresh_dev", "fresh_held")
BY_HAND = ("prose", "hand_dev", "hand_held", "fresh_dev", "fresh_held")
FALSE = ("altered", "invented")
WAYS = ("digits", "neighbour", "swapped")
"""What is done to true numbers by machine."""
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


@cache
def records() -> dict[str, Evidence]:
    """What each run of the corpus has on record."""
    return {run["name"]: Evidence.of(facts(run)) for run in lines("runs")}


def score(part: str) -> Score:
    result = Score()
    runs = {run["name"]: facts(run) for run in lines("runs")}
    for case in lines(part):
        begun = time.process_time()
        claims = check(case["answer"], Evidence.of(runs[case["run"]]))
        result.seconds += time.process_time() - begun
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


# ── altered by machine ──────────────────────────────────────────────────────────────────────────────────────────────


Change = tuple[tuple[int, int, str], ...]
"""Places of a text, and what stands there instead."""
_NUMERAL = re.compile(r"\d[\d.,’' \u202f]*\d|\d")


def altered(part: str) -> dict[str, Score]:
    """The true numbers of a part with one change at a time, by the way in which they are changed."""
    scores = {way: Score() for way in WAYS}
    for number, case in enumerate(lines(part)):
        evidence = records()[case["run"]]
        for way, change in _changes(case, evidence, random.Random(f"{part} {number}")):
            text, spans = _changed(case["answer"], change)
            claims = check(text, evidence)
            for start, end in spans:
                found = [c for c in claims if c.start < end and c.end > start]
                hit = any(c.status == "unsupported" for c in found)
                scores[way].numbers["altered"] += 1
                scores[way].marked["altered"] += hit
                if not hit:
                    said = f"{text[max(0, start - 60) : start]}«{text[start:end]}»{text[end : end + 40]}"
                    scores[way].wrong.append(f"{case['run']} {way}: {said} · {[c.sentence for c in found]}")
    return scores


def _changes(case: dict[str, Any], evidence: Evidence, rng: random.Random) -> Iterator[tuple[str, Change]]:
    text = case["answer"]
    true = {(n["start"], n["end"]) for n in case["numbers"] if n["kind"] not in FALSE}
    found: list[tuple[int, int, str, Shown]] = []
    for claim in check(text, evidence):
        span = next(((a, b) for a, b in true if a <= claim.start < b), None)
        numeral = _NUMERAL.search(text, claim.start, claim.end)
        if span is None or numeral is None or claim.status not in ("supported", "derived"):
            continue
        if not any(n.days for n in numbers(text) if n.start == claim.start) and (
            other := _other_digits(numeral[0], rng)
        ):
            yield "digits", ((numeral.start(), numeral.end(), other),)
        if claim.status == "supported" and (shown := _shown(claim, evidence)):
            found.append((numeral.start(), numeral.end(), numeral[0], shown))
    for start, end, told, shown in found:
        others = [
            new for s in evidence.tables[shown.table]
            if sum(a != b for a, b in zip(s.item.labels, shown.item.labels, strict=False)) == 1
            and (new := _told(s.value, told, shown.value))
        ]  # fmt: skip
        if others:
            yield "neighbour", ((start, end, rng.choice(others)),)
    for n, (start, end, told, shown) in enumerate(found):
        for other_start, other_end, other_told, other in found[n + 1 :]:
            if shown.table == other.table and told != other_told:
                yield "swapped", ((start, end, other_told), (other_start, other_end, told))


def _other_digits(told: str, rng: random.Random) -> str | None:
    """The numeral with another digit at one of its first three places."""
    places = [m.start() for m in re.finditer(r"\d", told)]
    telling = [p for p in places if told[: p + 1].strip("0.,")][:3]
    if len(telling) < 2:
        return None
    place = rng.choice(telling)
    digit = rng.choice([d for d in "123456789" if abs(int(d) - int(told[place])) > 1])
    return told[:place] + digit + told[place + 1 :]


def _shown(claim: Claim, evidence: Evidence) -> Shown | None:
    return next((s for t in evidence.tables.values() for s in t if s.place == claim.places[0]), None)


def _told(value: float, told: str, instead_of: float) -> str | None:
    """A value as a numeral was told that stands for another; None where it cannot be told from it, or has another sign."""
    sign = re.search(r"[.,](?=\d{1,2}$|\d{4,}$)|^0[.,]|(?<=\d{4})[.,]", told)
    decimals = len(told) - sign.end() if sign else 0
    mantissa = float(re.sub(r"\D", "", told)) / 10**decimals
    if not mantissa or value * instead_of <= 0:
        return None
    scale = 10 ** round(math.log10(mantissa / abs(instead_of)))
    grouped = re.search(r"\d([,.’' \u202f])\d{3}(?!\d)", told[: sign.start()] if sign else told)
    plain = f"{abs(value) * scale:,.{decimals}f}".replace(",", "_").replace(".", sign[0][-1] if sign else ".")
    new = plain.replace("_", grouped[1] if grouped else "")
    return new if new != told and float(re.sub(r"\D", "", new)) and len(new) < 16 else None


def _changed(text: str, change: Change) -> tuple[str, list[tuple[int, int]]]:
    made, spans, last = "", [], 0
    for start, end, new in change:
        made += text[last:start]
        spans.append((len(made), len(made) + len(new)))
        made += new
        last = end
    return made + text[last:], spans


def main() -> None:
    wanted = [a for a in sys.argv[1:] if a in PARTS] or PARTS
    show = "--show" in sys.argv
    print(f"{'part':9} {'kind':10} {'numbers':>8} {'marked':>8}")
    for part in wanted:
        result = score(part)
        for kind in sorted(result.numbers):
            print(f"{part:9} {kind:10} {result.numbers[kind]:8} {result.marked[kind]:8}")
        print(
            f"{part:9} {result.answers} answers: {result.caught:.1%} of false numbers caught, {result.alarms:.1%} false alarms, "
            f"{1000 * result.seconds / result.answers:.1f} ms per answer"
        )
        for way, by_machine in altered(part).items() if part in BY_HAND else ():
            print(
                f"{part:9} {way:10} {by_machine.numbers['altered']:8} {by_machine.marked['altered']:8} {by_machine.caught:.1%}"
            )
            result.wrong += by_machine.wrong
        if show:
            print("\n".join(line.replace("\n", "⏎") for line in result.wrong))


if __name__ == "__main__":
    main()
