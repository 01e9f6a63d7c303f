"""What of outputs is on record, and that very large ones are read within bounds and hold nobody up."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress

import pandas as pd
import pytest
from analyst_kernels import DisplayData, Output, Stream

from analyst.events import Answered, Contract
from analyst.trust.checking import check
from analyst.trust.dates import month_names
from analyst.trust.evidence import READ, Evidence
from analyst.trust.tables import CELLS, in_html
from tests.trust.conftest import run


def of(output: Output) -> Evidence:
    return Evidence.of(run(("x", [output])))


def numbers(html: str) -> list[tuple[str, str, float]]:
    return [(i.row, i.column, i.value) for i in in_html(html)]


def html(value: pd.DataFrame) -> str:
    return str(value.to_html())


TABLES: dict[str, tuple[str, Sequence[tuple[str, str, float]]]] = {
    "of pandas": (
        html(pd.DataFrame({"mean": [1.5, 2.5]}, index=["north", "south"])),
        [("north", "mean", 1.5), ("south", "mean", 2.5)],
    ),
    "levels of rows": (
        html(pd.DataFrame({"n": [1, 2]}, index=pd.MultiIndex.from_tuples([("a", "x"), ("a", "y")]))),
        [("a x", "n", 1), ("a y", "n", 2)],
    ),
    "levels of columns": (
        html(pd.DataFrame([[1, 2]], index=["r"], columns=pd.MultiIndex.from_tuples([("a", "min"), ("a", "max")]))),
        [("r", "a min", 1), ("r", "a max", 2)],
    ),
    "words in cells, tags and entities": (
        "<TABLE border=1><TR><TH>who<TH>pay</TR><tr><td class='x'><b>Tom</b> &amp; Ann</td><td align=\"right\"> 1,200 </td></tr></TABLE>",
        [("Tom & Ann", "pay", 1200)],
    ),
    "one number without a name": ("<table><tr><td>42</td></tr></table>", [("", "", 42)]),
    "numbers at the margin": (
        "<table><tr><th>year</th><th>n</th></tr><tr><td>2024</td><td>7</td></tr></table>",
        [("2024", "year", 2024), ("2024", "n", 7)],
    ),
    "two tables": (
        "<table><tr><th></th><th>a</th></tr><tr><th>r</th><td>1</td></tr></table><p>5</p><table><tr><th>s</th><td>2</td></tr></table>",
        [("r", "a", 1), ("s", "", 2)],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TABLES)
def test_numbers_of_a_table_have_the_labels_of_row_and_column(name: str) -> None:
    given, found = TABLES[name]
    assert numbers(given) == list(found)


EVIL = {
    "a row without end": "<table><tr>" + "<td>1" * 1_000_000,
    "cells over many columns": "<table>" + "<tr><td colspan=999>1" * 100_000,
    "cells over many rows": "<table>" + "<tr>" + "<td rowspan=999>1" * 1000 + "<tr><td>1" * 100_000,
    "tags without end": "<table><tr>" + "<td <td " * 300_000,
    "brackets": "<table><tr><td>" + "<" * 2_000_000,
    "one long line": "<table><tr><td>" + "1 " * 2_000_000,
}


@pytest.mark.parametrize("name", EVIL)
def test_hostile_html_is_read_within_bounds(name: str) -> None:
    evidence = of(DisplayData({"text/html": EVIL[name]}))
    assert len(evidence.shown) <= CELLS + 1000


def test_of_a_very_long_text_the_beginning_and_the_end_are_read() -> None:
    shown = of(
        Stream("stdout", "first: 12.5\n" + "no number here\n" * (READ // 10) + "2024-03-09 last: 17.25\n")
    )
    assert {12.5, 17.25} <= set(shown.values)
    assert (2024, 3, 9) in shown.days


def test_months_are_found_in_every_language_that_dates_are_read_in() -> None:
    for line in (
        "3 mars 2024",
        "March 3, 2024",
        "3. März 2024",
        "3 marzo 2024",
        "3.3.2024",
        "03/03/2024",
        "2024-03-03",
    ):
        assert (2024, 3, 3) in of(Stream("stdout", f"until {line}\n")).days, line
    for month in range(1, 13):
        assert (2024, month, None) in of(Stream("stdout", f"{month_names(month)} 2024\n")).days


async def test_a_large_table_holds_nobody_up() -> None:
    rows = pd.DataFrame({"customer": [f"c{n}" for n in range(20_000)], "a": range(20_000)})
    rows["b"] = [*(n / 7 for n in range(19_999)), 123456.75]
    facts = run(("rows", [DisplayData({"text/html": html(rows)})]))
    gaps = [0.0]

    async def ticks() -> None:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(0.01)
            gaps.append(time.perf_counter() - before)

    ticking = asyncio.create_task(ticks())
    draft = Answered("The largest b is 123,456.75.")
    checked = await asyncio.to_thread(check, draft, facts, Contract(), ())
    ticking.cancel()
    with suppress(asyncio.CancelledError):
        await ticking
    assert "supported" in [c.status for c in checked.claims]
    assert max(gaps) < 1.5  # typically a tenth of that
