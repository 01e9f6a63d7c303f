"""Tables: what heads what, numbers, sorting, copying."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Locator, expect

from .front import Front
from .stories import TABLE


def cell(front: Front, *outputs: dict[str, Any]) -> Locator:
    return front.block("c", "cell", code="sales", state="ok", number=1, outputs=list(outputs), changed=[])


def column(table: Locator, number: int) -> list[str]:
    return table.locator(f"tbody tr > :nth-child({number})").all_inner_texts()


def test_headers_say_what_they_head_and_numbers_stand_to_the_right(front: Front) -> None:
    table = cell(front, TABLE).get_by_role("table")
    assert [h.get_attribute("scope") for h in table.get_by_role("columnheader").all()] == ["col"] * 3
    assert {h.get_attribute("scope") for h in table.get_by_role("rowheader").all()} == {"row"}
    aligned = "cells => cells.map(cell => getComputedStyle(cell).textAlign)"
    assert table.locator("tbody tr").first.locator("> *").evaluate_all(aligned) == ["left", "right", "right", "left"]  # fmt: skip
    expect(front.page.get_by_role("group", name="Table")).to_have_attribute("tabindex", "0")


def test_rows_are_sorted_by_a_column_and_brought_back(front: Front) -> None:
    table = cell(front, TABLE).get_by_role("table")
    header = table.get_by_role("columnheader", name="revenue")
    for order, first in (("ascending", "East"), ("descending", "North"), (None, "North")):
        header.get_by_role("button").click()
        assert header.get_attribute("aria-sort") == order
        assert column(table, 1)[0] == first
    assert column(table, 1) == ["North", "East", "South"]
    orders = table.get_by_role("columnheader", name="orders").get_by_role("button")
    for _ in range(2):
        orders.click()
        assert column(table, 1)[-1] == "South", "what is missing stands last"


def test_a_table_is_copied_as_it_stands(front: Front) -> None:
    front.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    shown = cell(front, TABLE)
    shown.get_by_role("columnheader", name="revenue").get_by_role("button").click()
    shown.get_by_role("button", name="Copy table").click()
    expect(front.status).to_have_text("Table copied.")
    copied = front.page.evaluate("() => navigator.clipboard.readText()").splitlines()
    assert copied[:2] == ["\trevenue\torders\tbest month", "East\t88,410\t1187\t2026-05"]


def test_tables_of_an_odd_shape_are_left_in_their_order(front: Front) -> None:
    head = "<thead><tr><th></th><th colspan=2>sum</th></tr><tr><th>a</th><th>x</th><th>y</th></tr></thead>"
    rows = "<tr><th rowspan=2>1</th><td>2</td><td>3</td></tr><tr><td>4</td><td>5</td></tr><tr><td>1</td></tr>"
    table = cell(front, {"type": "html", "html": f"<table>{head}<tbody>{rows}</tbody></table>"}).get_by_role(
        "table"
    )
    assert table.get_by_role("button").count() == 0
    assert table.locator("thead th").first.get_attribute("scope") == "colgroup"
    assert table.locator("tbody th").get_attribute("scope") == "rowgroup"
    front.block("a", "answer", text="", html="<table><tr><td>only</td></tr></table><table></table>")
    expect(front.shown("a").get_by_text("only")).to_be_visible()
    assert front.errors == []


def test_marks_at_numbers_are_no_part_of_what_a_cell_says(front: Front) -> None:
    rows = "".join(
        f"<tr><td>{name}</td><td>{value}\ue0000\ue001</td></tr>"
        for name, value in (("a", 10), ("b", 9), ("c", 11))
    )
    html = f"<table><thead><tr><th>name</th><th>value</th></tr></thead><tbody>{rows}</tbody></table>"
    claim = {"text": "10", "status": "supported", "about": "", "cell": None}
    answer = front.block("a", "answer", text="", html=html, claims=[claim])
    table = answer.get_by_role("table")
    expect(table.get_by_role("button", name="10: shown by an output")).to_have_count(3)
    expect(table.locator("tbody td.number")).to_have_count(3)
    table.get_by_role("columnheader", name="value").get_by_role("button").click()
    assert column(table, 1) == ["b", "a", "c"]
