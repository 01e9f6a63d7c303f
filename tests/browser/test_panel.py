"""The chat panel in JupyterLab and Notebook 7, from the kernel to the page."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from analyst.models.scripted_server import Fault, ScriptedServer
from tests.scripts import answers, call, does, runs, says

from .chatting import STEPS, heaviest, opened, panel, press, type_
from .lab import Lab

pytestmark = pytest.mark.timeout(500)

WORDS = "The heavier species live on one island only, as the second table shows. " * 6
HOLD = "import pathlib, time\nwhile not pathlib.Path('go').exists(): time.sleep(0.1)"
"""Code that runs until the test lets it go on."""


def test_it_answers_without_any_model(either: Lab) -> None:
    opened(either, None)
    type_(either, "Which species has the highest mean body mass?")
    expect(panel(either).locator(".answer, .prose").last).to_contain_text("Gentoo")
    expect(panel(either).get_by_label("Question or command")).to_have_value("")
    assert (either.requests, either.errors) == ([], [])


def test_it_streams_while_her_cell_runs_and_is_there_again_after_a_reload(either: Lab) -> None:
    with ScriptedServer([Fault("slow", reply=says(WORDS))]) as server:
        opened(either, server, "import time\nfor n in range(5): time.sleep(0.5); print('mine', n)")
        either.save()
        type_(either, "Tell me")
        expect(panel(either)).to_contain_text("The heavier species")
        either.start_cell(3)
        before = panel(either).inner_text()
        expect(panel(either)).to_contain_text(WORDS[:140])
        assert len(before) < len(panel(either).inner_text())
        panel(either).get_by_label("Question or command").fill("And then")
        either.finish()
        assert either.output(3).inner_text().split() == [
            "mine",
            "0",
            "mine",
            "1",
            "mine",
            "2",
            "mine",
            "3",
            "mine",
            "4",
        ]
        either.reload()
        expect(panel(either)).to_contain_text(WORDS.strip())
        assert panel(either).inner_text().count(WORDS.strip()) == 1
        expect(panel(either).get_by_label("Question or command")).to_have_value("And then")


def test_approve_stop_undo_and_insert(either: Lab) -> None:
    script = [
        runs("c1", "import subprocess\nheavy = penguins.body_mass_g.max()\nsubprocess.run(['true'])\nheavy"), answers("a", "6300 g."),
        runs("c2", "print('begun', flush=True)\nwhile True: pass"),
    ]  # fmt: skip
    with ScriptedServer(script) as server:
        opened(either, server, "'heavy' in dir()")
        type_(either, "How heavy is the heaviest?")
        expect(panel(either)).to_contain_text("runs another program")
        assert either.focused() != "Allow"
        press(either, "Allow")
        expect(panel(either)).to_contain_text("6300✓ g.")
        expect(either.run_cell(3)).to_contain_text("True")
        cells = either.page.locator(".jp-Notebook .jp-Cell").count()
        panel(either).locator("details:not([open]) > summary").first.click()
        press(either, "Insert as cell")
        expect(either.page.locator(".jp-Notebook .jp-Cell")).to_have_count(cells + 1)
        press(either, "Undo")
        expect(panel(either)).to_contain_text("Undone")
        type_(either, "Go on for ever")
        expect(panel(either)).to_contain_text("begun")
        press(either, "Stop")
        expect(panel(either)).to_contain_text("interrupted")
        expect(panel(either).get_by_role("button", name="Send", exact=True)).to_be_visible()
        either.page.get_by_text("'heavy' in dir()").first.click()
        last = either.page.locator(".jp-Notebook .jp-Cell").filter(has_text="'heavy' in dir()").last
        expect(last).to_be_visible()
        assert either.errors == []


def test_after_a_restart_it_says_so_and_a_new_one_goes_on(either: Lab) -> None:
    with ScriptedServer([answers("a", "Gentoo, by far."), answers("b", "They are the same.")]) as server:
        opened(either, server, "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)")
        type_(either, "Which species is the heaviest?")
        expect(panel(either)).to_contain_text("Gentoo, by far.")
        panel(either).get_by_label("Question or command").fill("And the lightest")
        if either.front == "lab":
            either.restart()
        else:
            either.start_cell(3)
            either.page.get_by_role("button", name="Ok").click()  # it died, says the front end
        expect(panel(either)).to_contain_text("connection")
        expect(panel(either).get_by_label("Question or command")).to_have_value("And the lightest")
        for number in range(3):
            either.run_cell(number)
        expect(panel(either)).to_contain_text("Which species is the heaviest?")
        expect(panel(either)).to_contain_text("Gentoo, by far.")
        expect(panel(either).get_by_label("Question or command")).to_have_value("And the lightest")
        type_(either, "Are you sure?")
        expect(panel(either)).to_contain_text("They are the same.")
        told = str(server.requests[-1]["messages"])
    assert "An earlier conversation" in told
    assert "Gentoo, by far." in told


def test_a_plan_is_edited_while_it_is_worked_on(either: Lab) -> None:
    finish = does(call("f", "finish_step", result="There are three species."))
    script = [does(call("p", "propose_plan", steps=STEPS)), runs("c1", HOLD), finish, answers("a", "Three.")]  # fmt: skip
    with ScriptedServer(script) as server:
        opened(either, server)
        type_(either, "How many species are there?")
        press(either, "Edit plan")
        press(either, "Drop step 2")
        press(either, "Save the plan")
        expect(panel(either)).to_contain_text("Your changes hold before the next step begins.")
        (either.folder / "go").touch()
        expect(panel(either)).to_contain_text("You changed the plan.")
        expect(panel(either).locator(".answer")).to_contain_text("Three.")
        expect(panel(either).get_by_label("Plan", exact=True).get_by_role("listitem")).to_contain_text(
            ["done: Compare", "dropped: Draw it"]
        )
    assert either.errors == []


def test_beside_the_notebook_and_in_high_contrast(lab: Lab) -> None:
    opened(lab, None)
    lab.page.evaluate("() => window.jupyterapp.commands.execute('notebook:create-output-view')")
    beside = lab.page.locator(".jp-LinkedOutputView")
    box = beside.get_by_label("Question or command")
    box.fill("Which species has the highest mean body mass?")
    box.press("Enter")
    for place in (beside, lab.output(2)):
        expect(place.locator(".answer")).to_contain_text("Gentoo")
    heights = beside.evaluate(
        "view => [view.clientHeight, view.querySelector('.analyst-panel').clientHeight]"
    )
    assert heights[1] > heights[0] - 8
    lab.theme("dark high contrast")
    lab.screenshot("panel-beside")
    colours = beside.locator(".analyst-panel").evaluate(
        "panel => [getComputedStyle(panel).backgroundColor, getComputedStyle(panel).color]"
    )
    behind, ink = ([int(n) for n in re.findall(r"\d+", colour)[:3]] for colour in colours)
    assert max(behind) < 40
    assert min(ink) > 240
    assert (lab.requests, lab.errors) == ([], [])


def test_pictures_for_the_readme(lab: Lab) -> None:
    with ScriptedServer(heaviest()) as server:
        lab.page.set_viewport_size({"width": 1000, "height": 1900})
        opened(lab, server)
        type_(lab, "Which penguins are the heaviest?")
        expect(panel(lab)).to_contain_text("penguins have no mass")
        expect(panel(lab).locator("img")).to_be_visible()
        panel(lab).evaluate("panel => { panel.style.height = '1290px' }")
        panel(lab).locator(
            "details.step > summary, details > summary", has_text="Compare the mean"
        ).first.click()
        panel(lab).get_by_role("log").evaluate("log => { log.scrollTop = 0 }")
        for theme in ("light", "dark"):
            lab.theme(theme)
            lab.screenshot(f"panel-{theme}", panel(lab))
    assert (lab.requests, lab.errors) == ([], [])
