"""What a suite came to: shares with their intervals, costs, causes of failure, and two runs side by side. Pure, but for `spent`."""

from __future__ import annotations

import json
import statistics
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from ..events import Paid
from ..log import read
from ..story import Spent
from .grading import Verdict
from .stats import Interval, mcnemar, wilson

# ── figures ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Score:
    """How many of some tasks are solved."""

    name: str
    tasks: int
    solved: int
    interval: Interval
    """Of the share that is solved; Wilson, 95 %."""
    parts: int
    """Sub-answers: named values, columns, facts of a figure, checks."""
    parts_right: int

    @classmethod
    def of(cls, name: str, verdicts: Sequence[Verdict]) -> Score:
        """Count."""
        parts = [p for v in verdicts for p in v.parts]
        solved = sum(v.solved for v in verdicts)
        interval = wilson(solved, len(verdicts))
        return cls(name, len(verdicts), solved, interval, len(parts), sum(p.ok for p in parts))


@dataclass(frozen=True, slots=True)
class Cost:
    """What one quantity came to over the tasks."""

    name: str
    median: float
    total: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs on the same tasks."""

    against: str
    both: int
    neither: int
    only_here: tuple[str, ...]
    only_there: tuple[str, ...]
    p: float
    """McNemar's exact test: how likely so uneven a split is when both are equally good."""


@dataclass(frozen=True, slots=True)
class Report:
    """All of it; `text` and `to_json` are its forms."""

    suite: str
    model: str
    scores: tuple[Score, ...]
    """First all tasks; then those without suspect labels, if there are others; then by level, kind and what a review said."""
    costs: tuple[Cost, ...]
    priced: bool
    """Whether the price of each model call is known; if not, the cost is that of those which are."""
    solved: tuple[str, ...]
    """Ids of the tasks that were."""
    failures: Mapping[str, tuple[str, ...]]
    """Ids of the tasks that were not solved, by cause, the commonest first."""
    comparison: Comparison | None = None


def report(
    suite: str,
    model: str,
    verdicts: Sequence[Verdict],
    spending: Sequence[Spent],
    seconds: Sequence[float],
    comparison: Comparison | None = None,
    reviews: Mapping[str, str] | None = None,
) -> Report:
    """Put a report together; spending and seconds are those of the same tasks as the verdicts, `reviews` by their ids."""
    quantities: dict[str, list[float]] = {
        "model calls": [s.calls for s in spending],
        "tokens": [s.tokens for s in spending],
        "seconds": list(seconds),
        "cost in USD": [s.usd for s in spending],
    }
    costs = (Cost(name, statistics.median(v), round(sum(v), 9)) for name, v in quantities.items() if v)
    causes = defaultdict[str, list[str]](list)
    for v in verdicts:
        if v.cause:
            causes[v.cause].append(v.key.id)
    failures = {c: tuple(ids) for c, ids in sorted(causes.items(), key=lambda item: -len(item[1]))}
    priced = all(s.priced for s in spending)
    solved = tuple(v.key.id for v in verdicts if v.solved)
    return Report(
        suite,
        model,
        tuple(_scores(verdicts, reviews or {})),
        tuple(costs),
        priced,
        solved,
        failures,
        comparison,
    )


def _scores(verdicts: Sequence[Verdict], reviews: Mapping[str, str]) -> Iterator[Score]:
    yield Score.of("all", verdicts)
    clean = [v for v in verdicts if not v.key.suspect]
    if len(clean) < len(verdicts):
        yield Score.of("without suspect labels", clean)
    yield from _by("level", verdicts, lambda v: (v.key.level,) if v.key.level else ())
    yield from _by("kind", verdicts, lambda v: v.key.tags)
    yield from _by("review", verdicts, lambda v: filter(None, (reviews.get(v.key.id),)))


def _by(what: str, verdicts: Sequence[Verdict], names: Callable[[Verdict], Iterable[str]]) -> Iterator[Score]:
    groups = defaultdict[str, list[Verdict]](list)
    for verdict in verdicts:
        for name in names(verdict):
            groups[name].append(verdict)
    return (Score.of(f"{what} {name}", members) for name, members in groups.items())


def compare(against: str, here: Sequence[Verdict], there: Sequence[Verdict]) -> Comparison:
    """Two runs on the same tasks, in the same order."""
    pairs = [(a.key.id, a.solved, b.solved) for a, b in zip(here, there, strict=True)]
    only_here = tuple(id for id, a, b in pairs if a and not b)
    only_there = tuple(id for id, a, b in pairs if b and not a)
    return Comparison(
        against,
        both=sum(a and b for _, a, b in pairs),
        neither=sum(not a and not b for _, a, b in pairs),
        only_here=only_here,
        only_there=only_there,
        p=mcnemar(len(only_here), len(only_there)),
    )


def spent(run: Path) -> Spent:
    """What the model calls of a run used, folded from its log; nothing when the run never began.

    Raises:
        LogError: the log cannot be read.
    """
    total = Spent()
    for line in read(run) if (run / "log.jsonl").exists() else ():
        if isinstance(line.event, Paid):
            total = total.plus(line.event.usage)
    return total


# ── forms ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def to_json(report: Report) -> str:
    """The report as one JSON object."""
    return json.dumps(asdict(report), ensure_ascii=False, indent=2)


def text(report: Report) -> str:
    """The report as a page of plain text."""
    scores = [("", "tasks", "solved", "share", "95 % interval", "sub-answers"), *map(_score, report.scores)]
    price = "" if report.priced else " (of the calls with a known price)"
    costs = [("", "median", "total"), *map(_cost, report.costs)]
    parts = [
        f"{report.suite}, answered by {report.model}",
        _aligned(scores),
        _aligned(costs) + price,
        "\n".join(_failures(report.failures)),
    ]
    if report.comparison:
        parts.append("\n".join(_comparison(report.comparison)))
    return "\n\n".join(filter(None, parts))


def _score(score: Score) -> tuple[str, ...]:
    low, high = score.interval
    share = f"{score.solved / score.tasks:.1%}" if score.tasks else "–"
    interval = f"{100 * low:.1f}–{100 * high:.1f}"
    return (
        score.name,
        str(score.tasks),
        str(score.solved),
        share,
        interval,
        f"{score.parts_right} of {score.parts}",
    )


def _cost(cost: Cost) -> tuple[str, ...]:
    digits = {"seconds": 1, "cost in USD": 4}.get(cost.name, 0)
    return cost.name, f"{cost.median:,.{digits}f}", f"{cost.total:,.{digits}f}"


def _failures(failures: Mapping[str, Sequence[str]]) -> Iterator[str]:
    if failures:
        yield f"Not solved: {sum(map(len, failures.values()))}"
    for cause, ids in failures.items():
        yield f"  {cause} ({len(ids)}): {', '.join(ids)}"


def _comparison(c: Comparison) -> Iterator[str]:
    yield f"Against {c.against}: both {c.both}, neither {c.neither}, p = {c.p:.3g} (McNemar, exact)"
    yield f"  only here ({len(c.only_here)}): {', '.join(c.only_here) or '–'}"
    yield f"  only there ({len(c.only_there)}): {', '.join(c.only_there) or '–'}"


def _aligned(rows: Sequence[tuple[str, ...]]) -> str:
    """Columns under each other, the first to the left, the others to the right."""
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
    return "\n".join(
        "  ".join(
            cell.ljust(w) if n == 0 else cell.rjust(w)
            for n, (cell, w) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )
