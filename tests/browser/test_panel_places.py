"""The panel where it really stands, in JupyterLab and Notebook 7: for everyone to use, and with no other server than Jupyter's."""

from __future__ import annotations

from typing import Any, Literal

import pytest
from playwright.sync_api import Route, expect

from analyst.models import Reply
from analyst.models.scripted_server import ScriptedServer
from tests.scripts import call, does, runs

from .chatting import opened, panel, press, type_
from .lab import Lab
from .panel.front import HERE

pytestmark = pytest.mark.timeout(500)

AXE = (HERE / "axe" / "axe.min.js").read_text(encoding="utf-8")
THEMES: tuple[Literal["light", "dark", "dark high contrast"], ...] = ("light", "dark", "dark high contrast")
STEPS = [
    {"id": "s1", "goal": "Compare the species", "evidence": "one mean for each"},
    {"id": "s2", "goal": "Save it"},
]
FAILS = "penguins.groupby('kind').body_mass_g.mean()"
TABLE = "penguins.groupby('species').body_mass_g.agg(['mean', 'count']).round(1)"
FIGURE = "import matplotlib.pyplot as plt\npenguins.body_mass_g.plot.hist(title='Body mass')\nplt.show()"
RISKY = "import subprocess\nsubprocess.run(['true'])"


def everything() -> list[Reply]:
    """A plan, a cell that fails, a table, a figure, a step that is done, and code that waits for a yes."""
    return [
        does(call("p", "propose_plan", steps=STEPS), text="First I **compare**, with `groupby`."),
        runs("c1", FAILS), runs("c2", TABLE), runs("c3", FIGURE),
        does(call("f", "finish_step", result="Gentoo penguins are the heaviest: 5,076.0 g.")),
        runs("c4", RISKY),
    ]  # fmt: skip


def violations(lab: Lab) -> list[str]:
    """What axe-core finds in the panel, each with the elements that it is about."""
    found: dict[str, list[Any]] = lab.javascript(
        "async () => await axe.run(document.querySelector('.analyst-panel'), {resultTypes: ['violations']})"
    )
    assert len(found["passes"]) > 10, "it looked at nothing"
    return [
        f"{v['id']}: {[[*n['target'], n['failureSummary']] for n in v['nodes']]}" for v in found["violations"]
    ]


def test_axe_finds_nothing_in_the_notebook(either: Lab) -> None:
    with ScriptedServer(everything()) as server:
        opened(either, server)
        type_(either, "Which penguins are the heaviest?")
        expect(panel(either)).to_contain_text("May this code run?")
        expect(panel(either).locator("img")).to_have_count(1)
        either.javascript(AXE)
        # what is scrolled or folded away is not looked at
        either.page.add_style_tag(content=".analyst-panel { height: auto !important }")
        panel(either).evaluate(
            "panel => { for (const one of panel.querySelectorAll('details:not(.menu)')) one.open = true }"
        )
        for shown in ("KeyError", "Compare the species", "Copy table"):
            expect(panel(either)).to_contain_text(shown)
        for theme in THEMES:
            either.theme(theme)
            assert violations(either) == [], theme
            for menu in ("settings", "variables"):
                panel(either).locator(f".{menu} > summary").click()
                assert violations(either) == [], (theme, menu)
                either.page.keyboard.press("Escape")
            either.screenshot(f"panel-axe-{either.front}-{theme}", panel(either))


def test_it_needs_no_other_server(either: Lab) -> None:
    """Every request that does not go to the Jupyter server is refused, and none was tried."""
    tried, sockets = list[str](), list[str]()

    def only_jupyter(route: Route) -> None:
        if route.request.url.startswith((either.server.url, "data:", "blob:")):
            route.continue_()
        else:
            tried.append(route.request.url)
            route.abort()

    either.page.route("**/*", only_jupyter)
    either.page.on("websocket", lambda socket: sockets.append(socket.url))
    opened(either, None)
    type_(either, "What is the distribution of body_mass_g?")
    expect(panel(either).locator("img")).to_be_visible()
    expect(panel(either).locator(".status")).to_contain_text("Ready")
    type_(either, "What is the mean of body_mass_g for each species?")
    expect(panel(either).locator(".answer")).to_have_count(2)
    expect(panel(either).locator(".status")).to_contain_text("Ready")
    panel(either).get_by_text("Export").click()
    with either.page.expect_download() as document:
        press(either, "Report (.html)")
    assert document.value.suggested_filename.endswith(".html")
    assert (tried, either.requests, either.errors) == ([], [], [])
    assert sockets
    assert all(url.startswith(either.server.url.replace("http", "ws", 1)) for url in sockets)
