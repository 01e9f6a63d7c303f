"""Nothing that a model or the data wrote runs, fetches or poses as the page, whichever way it comes in."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from ..attacks import ATTACKS, EVIL
from .front import Front


def _everywhere(text: str) -> list[dict[str, Any]]:
    outputs = [
        {"type": "text", "stream": "stdout", "text": text},
        {"type": "error", "name": text, "message": text, "traceback": text},
        {"type": "html", "html": text},
        {"type": "html", "html": f"<table><thead><th>{text}</th></thead><tr><td>{text}</td></tr></table>"},
        {"type": "image", "png": text, "alt": text},
    ]
    step = {"id": text, "goal": text, "evidence": text, "state": "active", "ask": True}
    return [
        {"id": "1", "kind": "question", "text": text},
        {"id": "2", "kind": "said", "text": text, "streaming": True},
        {"id": "3", "kind": "notice", "text": text},
        {"id": "4", "kind": "stopped", "reason": text, "detail": text},
        {"id": "5", "kind": "plan", "steps": [step], "review": True, "editable": True, "note": text},
        {"id": "6", "kind": "step", "title": text, "summary": text, "state": text, "open": True},
        {"id": "7", "kind": "cell", "code": text, "state": text, "note": text, "number": text, "outputs": outputs,
         "changed": [{"name": text, "what": text}], "undoable": True},
        {"id": "8", "kind": "approval", "call_id": text, "code": text, "goal": text, "reasons": [text], "decided": None,
         "choices": [{"value": text, "label": text}]},
        {"id": "9", "kind": "answer", "text": text, "html": "", "named": {text: text},
         "claims": [{"text": text, "status": "supported", "about": text, "cell": 1}]},
        {"id": "10", "kind": "answer", "text": "", "html": text},
        {"id": text, "kind": text},
    ]  # fmt: skip


def _state(text: str) -> dict[str, Any]:
    names = ("model", "model_reason", "activity", "run", "sandbox", "approve", "plan")
    return {
        **dict.fromkeys(names, text),
        "phase": "running",
        "models": [text],
        "approves": [{"value": text, "label": text}],
        "variables": [{"name": text, "type": text, "about": text}],
        "commands": [{"name": f"/{text}", "about": text}],
    }


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_runs_or_is_fetched(front: Front, attack: str) -> None:
    front.kernel("snapshot", blocks=_everywhere(attack), state=_state(attack))
    front.kernel("toast", text=attack, level="error")
    front.box.press_sequentially("/")
    front.page.evaluate(
        """() => { for (const e of document.querySelectorAll('.blocks *')) {
            e.dispatchEvent(new MouseEvent('mouseover', {bubbles: true})); e.dispatchEvent(new Event('toggle')) } }"""
    )
    for link in front.page.locator(".blocks a").all():
        href = link.get_attribute("href")
        assert href is None or href.startswith(("http:", "https:", "mailto:", "#")), href
        assert link.get_attribute("rel") == "noopener noreferrer nofollow"
    front.page.wait_for_timeout(100)  # time for what should not happen
    assert front.page.evaluate("() => window.__ran") is None
    assert front.requests == []
    panel = front.page.locator(".analyst-panel")
    for forbidden in (
        "script",
        "style",
        "iframe",
        "svg",
        "math",
        "object",
        "link",
        "video",
        "[onerror]",
        "[style*=fixed]",
    ):
        expect(panel.locator(forbidden)).to_have_count(0)
    expect(panel.locator("[data-commandlinker-command]")).to_have_count(0)
    for image in panel.locator("img[src]").all():
        assert str(image.get_attribute("src")).startswith("blob:")


def test_the_attacks_do_run_where_nobody_cleans(front: Front) -> None:
    for attack in ATTACKS[:1]:
        front.page.evaluate(
            "html => { document.querySelector('main').insertAdjacentHTML('beforeend', html) }", attack
        )
    front.page.wait_for_function("() => window.__ran")
    front.errors.clear()


def test_pictures_only_from_the_text_itself(front: Front) -> None:
    pixel = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="
    vector = "data:image/svg+xml;base64,PHN2Zz48L3N2Zz4="
    text = f"![own]({pixel}) ![remote]({EVIL}/a.png) ![vector]({vector}) ![protocol](//evil.invalid/b.png)"
    said = front.block("a", "said", text=text, streaming=False)
    assert [image.get_attribute("src") for image in said.locator("img").all()] == [pixel, None, None, None]
    assert front.requests == []


def test_classes_and_ids_cannot_pose_as_the_page(front: Front) -> None:
    html = '<div class="jp-Dialog" id="place" name="x" style="position:fixed">a</div><span class="mathjax_process">$x$</span>'
    answer = front.block("a", "answer", text="", html=html)
    expect(answer.locator(".jp-Dialog, [id], [name], [style]")).to_have_count(0)
    expect(answer.locator(".mathjax_process")).to_have_count(1)
