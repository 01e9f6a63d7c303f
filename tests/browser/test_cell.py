"""The cell's view as a reader sees it, in JupyterLab."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from analyst.events import ToolReturned

from .attacks import ATTACKS, EVIL
from .feeding import feeding, go
from .lab import Lab
from .stories import hostile, returns

pytestmark = pytest.mark.timeout(400)

SENTINEL = """() => new Promise(done => { const image = document.createElement('img');
    image.onerror = () => setTimeout(done, 200); image.src = 'data:image/png;base64,none'; document.body.append(image) })"""
"""Done when a page that had something to run has had the time for it."""


def all_open(output: Locator) -> None:
    output.evaluate("output => output.querySelectorAll('details').forEach(one => { one.open = true })")


def nothing_acts(lab: Lab, output: Locator) -> None:
    all_open(output)
    output.locator("b, strong").first.hover()
    lab.javascript(SENTINEL)
    assert lab.javascript("() => window.__ran") is None
    assert lab.requests == []
    for link in output.locator("a[href]").all():
        assert (link.get_attribute("href") or "").startswith(("http://", "https://", "mailto:"))
    odd = "script, iframe, svg:not(mjx-container *), form, input, button, object, link, video, meta, img:not([src^='data:image/png'])"
    assert output.locator(".analyst-block").locator(odd).count() == 0
    assert (
        output.locator("[data-commandlinker-command], [onerror], [onload], [onclick], [onfocus]").count() == 0
    )
    fixed = "output => [...output.querySelectorAll('*')].filter(e => getComputedStyle(e).position === 'fixed').length"
    assert output.evaluate(fixed) == 0
    expect(output).to_be_visible()


def test_the_attacks_do_run_where_nobody_cleans(lab: Lab) -> None:
    """Else the next test would prove nothing."""
    lab.open("from IPython.display import HTML, Markdown\nHTML('''<img src=x onerror=\"window.__ran=1\">''')",
             f"Markdown('![chart]({EVIL}/leak.png)')")  # fmt: skip
    lab.run_all()
    lab.page.wait_for_function("() => window.__ran === 1")
    expect(lab.output(1).locator("img")).to_have_count(1)
    lab.javascript(SENTINEL)
    assert lab.requests == [f"{EVIL}/leak.png"]


def test_nothing_that_was_said_or_shown_runs_or_is_fetched(lab: Lab) -> None:
    lab.open(feeding(lab.folder, hostile().events))
    output = lab.run_cell(0)
    expect(output).to_contain_text(f"Step {len(ATTACKS)}")
    expect(output).to_contain_text("<script>window.__ran=2</script>")
    nothing_acts(lab, output)
    assert output.locator("style").count() == 1
    lab.reopen_untrusted()
    assert (
        lab.javascript("() => window.jupyterapp.shell.currentWidget.content.widgets[0].model.trusted")
        is False
    )
    expect(lab.output(0)).to_contain_text("<script>window.__ran=2</script>")
    nothing_acts(lab, lab.output(0))


def test_steps_fold_and_stay_as_the_reader_left_them(lab: Lab) -> None:
    events = returns().events
    third = next(n for n, event in enumerate(events) if isinstance(event, ToolReturned) and event.cell == 3)
    lab.open(feeding(lab.folder, events, stop=third))
    lab.start_cell(0)
    steps = lab.output(0).locator(".analyst-step > details")
    expect(steps).to_have_count(2)
    expect(steps.nth(0)).not_to_have_attribute("open", "")
    expect(steps.nth(1)).to_have_attribute("open", "")
    expect(steps.nth(1)).to_contain_text("Running code")
    steps.nth(0).locator("> summary").click()
    lab.screenshot("cell-running")
    go(lab.folder)
    lab.finish()
    expect(steps).to_have_count(3)
    expect(steps.nth(0)).to_have_attribute("open", "")
    for step in (1, 2):
        expect(steps.nth(step)).not_to_have_attribute("open", "")
    expect(lab.outputs(0)).to_have_count(7)


def test_it_reads_well_in_light_and_dark_trusted_or_not(lab: Lab) -> None:
    lab.page.set_viewport_size({"width": 1100, "height": 2200})
    lab.open(feeding(lab.folder, returns().events))
    output = lab.run_cell(0)
    answer = output.locator(".analyst-answer")
    expect(answer.locator("mjx-container")).to_have_count(2)
    expect(answer).to_contain_text("between $5,200 and $6,100")
    expect(output.locator("img")).to_have_count(1)
    all_open(output)
    for theme in ("light", "dark"):
        lab.theme(theme)
        lab.screenshot(f"cell-{theme}", output)
    lab.reopen_untrusted()
    output = lab.output(0)
    expect(output).to_contain_text("Step 2: Compare the return rate between regions (done)")
    expect(output.locator(".analyst-answer mjx-container")).to_have_count(2)
    expect(output.locator("table")).to_have_count(2)
    all_open(output)
    lab.screenshot("cell-dark-untrusted", output)
    assert (lab.requests, lab.errors) == ([], [])


def test_notebook_7_shows_the_same(notebook7: Lab) -> None:
    notebook7.open(feeding(notebook7.folder, returns().events))
    output = notebook7.run_cell(0)
    expect(output.locator(".analyst-step")).to_have_count(3)
    expect(output.locator(".analyst-answer mjx-container")).to_have_count(2)
    notebook7.screenshot("cell-notebook7")
