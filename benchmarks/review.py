"""What a review of answers is worth, and what it costs, on scripted cases: eight wrong answers of kinds that no receipt can
catch (each number was printed by code), four right ones, and four right ones whose reviewer is wrong.

    uv run python -m benchmarks.review

Analyst and reviewer are scripted: this measures what becomes of a good check, not how good a model is at writing one. Each
case runs with and without review; tokens are those that a provider would count, as ratios.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from analyst_kernels import Kernel
from analyst_kernels.managed import ManagedKernel

from analyst.events import Call, Event, Paid, Reviewed
from analyst.models import Reply
from analyst.models.choice import choose
from analyst.models.scripted_server import ScriptedServer
from analyst.session import Session
from analyst.settings import Settings


@dataclass(frozen=True)
class Case:
    """A question, how it is answered, and the reviewer's check."""

    name: str
    question: str
    label: str
    """The words before the number, in output and answer."""
    right: str
    """An expression of `orders` and `customers`."""
    check: str
    """An expression that comes to the same in another way."""
    wrong: str = ""
    """The expression that the analyst uses first; "": the right one."""
    mistaken: str = ""
    """The reviewer's whole code, where it is wrong; "": it asserts that the answer states what `check` comes to."""
    verdicts: tuple[str, ...] = ()
    """What the review comes to then."""


_JOINED = "orders.merge(customers, on='customer')"
CASES = (
    Case(
        "wrong filter", "How much was paid for orders that were not returned?", "Paid for orders not returned",
        "orders.loc[~orders.returned, 'paid'].sum()", "orders.paid.sum() - orders.paid[orders.returned].sum()",
        wrong="orders.paid.sum()",
    ),
    Case(
        "wrong denominator", "What percentage of customers have returned something?", "Customers with a return, in percent",
        "100 * orders.groupby('customer').returned.any().mean()",
        "100 * orders[orders.returned].customer.nunique() / orders.customer.nunique()",
        wrong="100 * orders.returned.mean()",
    ),
    Case(
        "join counts twice", "How much did business customers pay?", "Paid by business customers",
        f"{_JOINED.replace('customers', 'customers.drop_duplicates()')}.query(\"segment == 'business'\").paid.sum()",
        "orders.paid[orders.customer.isin(customers.customer[customers.segment == 'business'])].sum()",
        wrong=f"{_JOINED}.query(\"segment == 'business'\").paid.sum()",
    ),
    Case(
        "wrong unit", "How many kilograms were sent in all? `grams` is in grams.", "Kilograms sent",
        "orders.grams.sum() / 1000", "sum(orders.grams) * 0.001", wrong="orders.grams.sum() / 100",
    ),
    Case(
        "wrong period", "How much was paid in 2023?", "Paid in 2023",
        "orders.loc[orders.year == 2023, 'paid'].sum()", "orders.groupby('year').paid.sum()[2023]",
        wrong="orders.loc[orders.year >= 2023, 'paid'].sum()",
    ),
    Case(
        "wrong sign", "By how much did the mean payment change from 2022 to 2023?", "Change of the mean payment",
        "orders.paid[orders.year == 2023].mean() - orders.paid[orders.year == 2022].mean()",
        "orders.groupby('year').paid.mean().diff()[2023]",
        wrong="orders.paid[orders.year == 2022].mean() - orders.paid[orders.year == 2023].mean()",
    ),
    Case(
        "mean of means", "What is the mean payment over all orders?", "Mean payment",
        "orders.paid.mean()", "orders.paid.sum() / len(orders)", wrong="orders.groupby('region').paid.mean().mean()",
    ),
    Case(
        "nulls dropped", "What percentage of all orders were rated four or more?", "Orders rated four or more, in percent",
        "100 * (orders.rating >= 4).sum() / len(orders)", "100 * orders.rating.ge(4).mean()",
        wrong="100 * (orders.rating.dropna() >= 4).mean()",
    ),
    Case("right: count", "How many customers are there?", "Customers", "orders.customer.nunique()", "len(set(orders.customer))"),
    Case("right: sum", "How much was paid in the north?", "Paid in the north",
         "orders.loc[orders.region == 'north', 'paid'].sum()", "orders.groupby('region').paid.sum()['north']"),
    Case("right: median", "What is the median payment?", "Median payment", "orders.paid.median()", "orders.paid.quantile(0.5)"),
    Case("right: share", "What percentage of orders were returned?", "Orders returned, in percent",
         "100 * orders.returned.mean()", "100 * orders.returned.sum() / len(orders)"),
    Case("reviewer: wrong claim", "How much was paid in all?", "Paid in all", "orders.paid.sum()", "",
         mistaken="right = orders.paid[orders.year == 2023].sum()\nassert stated(right), f'it is {right}'", verdicts=("refuted", "refuted")),
    Case("reviewer: spoils data", "What is the highest payment?", "Highest payment", "orders.paid.max()", "",
         mistaken="orders['paid'] = 0.0\ndel customers\nassert stated(orders.paid.max()), 'it is 0'", verdicts=("refuted", "refuted")),
    Case("reviewer: error", "How many orders are there?", "Orders", "len(orders)", "",
         mistaken="assert stated(orders.order_number.nunique())", verdicts=("undecided",)),
    Case("reviewer: no check", "What is the lowest payment?", "Lowest payment", "orders.paid.min()", "",
         mistaken="assert orders.paid.min() < 0, 'payments must be negative'", verdicts=("undecided",)),
)  # fmt: skip


def tables() -> dict[str, pd.DataFrame]:
    """Orders, and customers of whom some are listed twice."""
    draw = np.random.default_rng(4)
    size = 240
    orders = pd.DataFrame(
        {
            "customer": draw.integers(1, 60, size),
            "region": draw.choice(["north", "south", "west"], size, p=[0.6, 0.3, 0.1]),
            "year": draw.choice([2022, 2023, 2024], size),
            "paid": draw.gamma(3, 40, size).round(2),
            "grams": draw.integers(200, 9_000, size),
            "returned": draw.random(size) < 0.2,
            "rating": np.where(draw.random(size) < 0.3, np.nan, draw.integers(1, 6, size)),
        }
    )
    customers = pd.DataFrame(
        {"customer": range(1, 60), "segment": draw.choice(["business", "private"], 59)}
    ).sample(80, replace=True, random_state=1)
    listed = pd.DataFrame({"customer": range(1, 60)}).merge(customers.drop_duplicates(), how="left")
    listed["segment"] = listed.segment.fillna("private")
    return {"orders": orders, "customers": pd.concat([listed, listed.iloc[::4]], ignore_index=True)}


@dataclass(frozen=True)
class Outcome:
    """One case, one way."""

    answer: str
    facts: tuple[Event, ...]

    @property
    def tokens(self) -> int:
        usages = (e.usage for e in self.facts if isinstance(e, Paid))
        return sum(u.input + u.output for u in usages)

    @property
    def verdicts(self) -> list[str]:
        return [e.verdict for e in self.facts if isinstance(e, Reviewed)]


def shown(expression: str) -> str:
    return f"{eval(expression, {}, tables()):.2f}"


def answer(case: Case, expression: str) -> str:
    return f"{case.label}: {shown(expression)}"


def _replies(case: Case) -> Iterator[Reply]:
    load = (
        "import pandas as pd\norders, customers = pd.read_csv('orders.csv'), pd.read_csv('customers.csv')\n"
    )
    for number, expression in enumerate(filter(None, (case.wrong, case.right))):
        code = f"{load if number == 0 else ''}value = {expression}\nprint({case.label!r} + ':', f'{{value:.2f}}')"
        yield Reply("", (Call(f"run{number}", "python", json.dumps({"code": code})),), finish="tool_calls")
        yield Reply(answer(case, expression))


async def ask(case: Case, folder: Path, kernel: Kernel, *, review: bool) -> Outcome:
    """Ask the case's question of its scripted analyst, with its scripted reviewer or without."""
    replies, last = _replies(case), Reply(answer(case, case.right))
    # the cells read the files by their names
    await kernel.execute(f"import os\nos.chdir({str(folder)!r})")
    own = f"right = {case.check}\nassert stated(right), f'{case.label}: {{right}} is right'"
    code = case.mistaken or own
    check = Reply("", (Call("check", "python", json.dumps({"code": code})),), finish="tool_calls")

    def script(request: dict[str, Any]) -> Reply:
        return check if request["model"] == "reviewer" else next(replies, last)

    with ScriptedServer(script) as server:
        env = {"OPENAI_BASE_URL": server.url, "OPENAI_API_KEY": "none"}
        analyst, reviewer = (choose(f"openai/{name}", env).model for name in ("analyst", "reviewer"))
        run = Path(tempfile.mkdtemp(dir=folder))
        async with Session(
            analyst, folder=run, kernel=kernel, settings=Settings(), reviewer=reviewer if review else None
        ) as session:
            files = [folder / "orders.csv", folder / "customers.csv"]
            result = await session.ask(case.question, files)
            return Outcome(result.answer, session.events)


async def measure(kernel: Kernel, cases: tuple[Case, ...] = CASES) -> dict[str, tuple[Outcome, Outcome]]:
    """Each case without review and with it."""
    with tempfile.TemporaryDirectory() as name:
        for table, frame in tables().items():
            frame.to_csv(Path(name) / f"{table}.csv", index=False)
        await kernel.start()
        return {
            case.name: (
                await ask(case, Path(name), kernel, review=False),
                await ask(case, Path(name), kernel, review=True),
            )
            for case in cases
        }


def main() -> None:
    async def body() -> dict[str, tuple[Outcome, Outcome]]:
        kernel = ManagedKernel()
        try:
            return await measure(kernel)
        finally:
            await kernel.close()

    found = asyncio.run(body())
    print(f"{'case':22} {'without':>8} {'with':>8} {'review':<18} {'tokens':>8} {'ratio':>6}")
    for case in CASES:
        without, reviewed = found[case.name]
        right = answer(case, case.right)
        said = ["right" if outcome.answer == right else "WRONG" for outcome in (without, reviewed)]
        ratio = reviewed.tokens / without.tokens
        told = ", ".join(reviewed.verdicts)
        print(f"{case.name:22} {said[0]:>8} {said[1]:>8} {told:<18} {reviewed.tokens:>8,} {ratio:>6.2f}")
    for kind, chosen in (
        ("wrong at first", [c for c in CASES if c.wrong]),
        ("right at first", [c for c in CASES if not c.wrong and not c.mistaken]),
        ("reviewer wrong", [c for c in CASES if c.mistaken]),
    ):
        pairs = [found[c.name] for c in chosen]
        right = sum(pair[1].answer == answer(c, c.right) for pair, c in zip(pairs, chosen, strict=True))
        tokens = [sum(outcome.tokens for outcome in side) for side in zip(*pairs, strict=True)]
        print(
            f"{kind}: {right} of {len(chosen)} right with review · tokens with review {tokens[1] / tokens[0]:.2f} times"
        )


if __name__ == "__main__":
    main()
