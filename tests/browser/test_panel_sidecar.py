"""The panel in a sidecar: the `sidecar` package, which JupyterLab's users know."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from .asking import load
from .chatting import PENGUINS
from .lab import Lab

pytestmark = pytest.mark.timeout(400)

OPEN = """import analyst
from sidecar import Sidecar
with Sidecar(title="Analyst"):
    display(analyst.chat())"""


def test_in_a_sidecar_it_takes_all_the_room_and_works(lab: Lab) -> None:
    lab.page.set_viewport_size({"width": 1400, "height": 900})
    lab.open(load(), PENGUINS, OPEN)
    for number in range(3):
        lab.run_cell(number)
    side = lab.page.locator(".jupyterlab-sidecar")
    panel = side.get_by_role("region", name="Analyst")
    box = panel.get_by_label("Question or command")
    box.fill("Which species has the highest mean body mass?")
    box.press("Enter")
    expect(panel.locator(".answer")).to_contain_text("Gentoo")
    expect(box).to_be_focused()
    sizes = side.evaluate(
        "side => { const panel = side.querySelector('.analyst-panel');"
        " return [side.clientWidth, side.clientHeight, panel.offsetWidth, panel.offsetHeight] }"
    )
    assert sizes[:2] == sizes[2:]
    cells = lab.count()
    panel.get_by_role("button", name="Insert as cell").click()
    expect(lab.page.locator(".jp-Notebook .jp-Cell")).to_have_count(cells + 1)
    for theme, dark in (("light", False), ("dark", True)):
        lab.theme(theme)
        colour = panel.evaluate("panel => getComputedStyle(panel).backgroundColor")
        assert (max(map(int, colour.removeprefix("rgb(").rstrip(")").split(","))) < 60) is dark
        lab.screenshot(f"panel-sidecar-{theme}")
    assert (lab.requests, lab.errors) == ([], [])
