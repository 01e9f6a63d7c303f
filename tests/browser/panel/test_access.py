"""For everyone: no violation that axe-core knows of, in every theme; one can do it all with the keyboard; it fits."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from playwright.sync_api import expect

from .front import HERE, Front, Theme
from .stories import doc

AXE = (HERE / "axe" / "axe.min.js").read_text(encoding="utf-8")


def violations(front: Front) -> list[str]:
    """What axe-core finds, each with the elements it is about."""
    front.page.evaluate(AXE)
    found: list[dict[str, Any]] = front.page.evaluate(
        "async () => (await axe.run(document, {resultTypes: ['violations']})).violations"
    )
    # the page around the panel is the test's: it has no heading of its own
    return [
        f"{v['id']}: {[n['target'] + [n['failureSummary']] for n in v['nodes']]}"
        for v in found
        if v["id"] != "page-has-heading-one"
    ]


@pytest.mark.parametrize("theme", get_args(Theme))
def test_axe_finds_nothing(front: Front, theme: Theme) -> None:
    front.theme(theme)
    front.page.add_style_tag(
        content=".analyst-panel { height: auto !important }"
    )  # or what is scrolled away is not looked at
    front.kernel("snapshot", **doc())
    expect(front.shown("q2-stopped")).to_contain_text("Stopped: money.")
    front.kernel("toast", text="Saved.", level="warning")
    front.page.evaluate(
        "() => { for (const e of document.querySelectorAll('details:not(.menu)')) e.open = true }"
    )
    assert violations(front) == []
    front.kernel("patch", id="q2-plan", set={"review": True, "editable": True})
    front.shown("q2-plan").get_by_role("button", name="Edit").click()
    front.page.evaluate("() => window.model.trigger('comm_live_update')")
    for name in ("settings", "variables"):
        front.page.locator(f".{name} > summary").click()
        assert violations(front) == []
    front.box.press_sequentially("/")
    expect(front.page.get_by_role("option").first).to_be_visible()
    assert violations(front) == []


def test_the_keyboard_reaches_everything(front: Front) -> None:
    front.kernel("snapshot", **doc())
    front.page.locator("body").press("Tab")
    reached = set()
    for _ in range(80):
        name = front.page.evaluate(
            "() => document.activeElement.textContent || document.activeElement.ariaLabel || document.activeElement.tagName"
        )
        reached.add(str(name).strip())
        front.page.keyboard.press("Tab")
    assert {
        "Allow",
        "Skip",
        "Always in this run",
        "Undo",
        "Insert as cell",
        "Copy answer",
        "Stop",
        "Send",
    } <= reached


def test_the_log_is_quiet_and_says_what_counts(front: Front) -> None:
    log = front.page.get_by_role("log")
    expect(log).to_have_attribute("aria-live", "off")
    front.state(phase="streaming")
    expect(log).to_have_attribute("aria-busy", "true")
    front.block("s", "stopped", reason="time", detail="")
    expect(front.status).to_have_text("Stopped: time.")
    front.kernel("snapshot", **doc())
    expect(log).to_have_attribute("aria-busy", "false")


@pytest.mark.parametrize("width", [320, 480, 900, 1600])
def test_it_fits_from_a_phone_to_a_wide_screen(front: Front, width: int) -> None:
    front.page.set_viewport_size({"width": width, "height": 900})
    front.kernel("snapshot", **doc())
    front.page.locator(".settings > summary").click()
    for part in (".analyst-panel", ".blocks", ".controls", ".sheet >> visible=true"):
        box = front.page.locator(part).first.bounding_box()
        assert box
        assert box["x"] >= 0, part
        assert box["x"] + box["width"] <= width, part
    log = front.page.locator(".log")
    assert log.evaluate("log => log.scrollWidth - log.clientWidth") == 0


@pytest.mark.parametrize("beside", ["jp-LinkedOutputView", "jupyterlab-sidecar"])
def test_beside_the_notebook_it_takes_all_the_room(front: Front, beside: str) -> None:
    front.page.evaluate(
        """name => { const view = document.createElement('div'); view.className = name; view.style.height = '500px';
            view.innerHTML = '<div><div></div></div>'; document.body.append(view);
            view.firstChild.firstChild.append(document.querySelector('#place')) }""",
        beside,
    )
    assert front.page.locator(".analyst-panel").evaluate("panel => panel.offsetHeight") == 500


def test_forced_colours_and_reduced_motion(front: Front) -> None:
    front.page.emulate_media(forced_colors="active", reduced_motion="reduce")
    front.kernel("snapshot", **doc())
    question = front.shown("q1")
    assert question.evaluate("e => getComputedStyle(e).borderTopStyle") == "solid"
    front.state(phase="running")
    assert front.page.locator(".dot").evaluate("e => getComputedStyle(e).animationName") == "none"
    front.page.emulate_media(reduced_motion="no-preference")
    assert front.page.locator(".dot").evaluate("e => getComputedStyle(e).animationName") == "analyst-pulse"


def test_the_reader_is_not_dragged_to_the_end(front: Front) -> None:
    for n in range(60):
        front.page.evaluate(
            "n => window.model.say({op: 'block', block: {id: `n${n}`, kind: 'notice', text: `line ${n}`}})", n
        )
    front.drawn()
    log = front.page.locator(".log")
    at_end = "log => log.scrollHeight - log.scrollTop - log.clientHeight < 2"
    front.page.wait_for_function(f"() => ({at_end})(document.querySelector('.log'))")
    log.hover()
    front.page.mouse.wheel(0, -600)
    latest = front.page.get_by_role("button", name="↓ Latest")
    front.block("new", "notice", text="something new")
    expect(latest).to_be_visible()
    assert not log.evaluate(at_end)
    latest.click()
    front.page.wait_for_function(f"() => ({at_end})(document.querySelector('.log'))")
    expect(latest).to_be_hidden()
