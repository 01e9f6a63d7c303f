"""Takes the README's pictures of the panel, and those of the marks at numbers: panel, cell and report, light and dark.

uv run python -m notebooks.images.make_panel

A scripted model works in a real JupyterLab; it states one number that no output shows. Chromium is looked for on PATH.
"""

from __future__ import annotations

import tempfile
from io import BytesIO
from pathlib import Path
from typing import Literal

from PIL import Image
from playwright.sync_api import Locator, Page, expect, sync_playwright

from analyst.models import Reply
from analyst.models.scripted_server import ScriptedServer
from tests.browser.asking import load
from tests.browser.chatting import CHAT, PENGUINS, heaviest, panel, press, type_
from tests.browser.lab import PATIENCE, Lab, browser
from tests.browser.server import Server
from tests.scripts import answers, runs

HERE = Path(__file__).parent
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
QUESTION = "How much heavier are Gentoo than Adelie penguins?"
MEANS = "penguins.groupby('species').body_mass_g.mean().round(1)"
INVENTED = "Gentoo penguins weigh **5076.0 g** on average, 1375.3 g more than Adelie. At sea they eat some 820 g a day."


def invents() -> list[Reply]:
    """One cell, and an answer with numbers that are shown, that follow from them, and that come from nowhere."""
    return [runs("c1", MEANS), answers("a", INVENTED), answers("b", INVENTED)]  # it goes back once


def main() -> None:
    """Two notebooks, eight pictures."""
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder, "jupyter"))
        context = browser(playwright, Path(folder, "chromium"))
        lab = Lab(server, context)
        try:
            _conversation(lab)
            report = _marks(lab, Path(folder))
            for scheme in SCHEMES:
                page = context.new_page()
                page.set_viewport_size({"width": 860, "height": 900})
                page.emulate_media(color_scheme=scheme)
                page.goto(report.as_uri())
                _save(page, f"marks-report-{scheme}")
                page.close()
        finally:
            lab.close()
            context.close()
            server.close()


def _conversation(lab: Lab) -> None:
    """A plan, its steps, a figure and the answer."""
    with ScriptedServer(heaviest()) as model:
        _opened(lab, model, "heaviest.ipynb", CHAT, height=1900)
        type_(lab, "Which penguins are the heaviest?")
        expect(panel(lab)).to_contain_text("penguins have no mass")
        expect(panel(lab).locator("img")).to_be_visible()
        panel(lab).evaluate("panel => { panel.style.height = '1440px' }")
        panel(lab).locator("details > summary", has_text="Compare the mean").first.click()
        panel(lab).get_by_role("log").evaluate("log => { log.scrollTop = 0 }")
        _both(lab, panel(lab), "panel")


def _marks(lab: Lab, folder: Path) -> Path:
    """The marks in a cell and in the panel; gives the report."""
    with ScriptedServer(invents() * 2) as model:
        _opened(lab, model, "heavier.ipynb", f"%%agent\n{QUESTION}", CHAT, height=1500)
        answer = lab.output(2).locator(".analyst-answer")
        answer.evaluate("one => one.querySelectorAll('details').forEach(fold => { fold.open = true })")
        _both(lab, lab.cell(2), "marks-cell")
        lab.page.keyboard.press("Escape")
        type_(lab, "/clear")
        expect(panel(lab).locator(".answer")).to_have_count(0)
        type_(lab, QUESTION)
        expect(panel(lab)).to_contain_text("not found in the outputs")
        expect(panel(lab).locator(".status")).to_contain_text("Ready")
        panel(lab).evaluate("panel => { panel.style.height = '640px' }")
        panel(lab).get_by_role("button", name="820: not shown by any output").click()
        panel(lab).get_by_label("Question or command").focus()
        _both(lab, panel(lab), "marks-panel")
        panel(lab).get_by_text("Export").click()
        with lab.page.expect_download() as document:
            press(lab, "Report (.html)")
        document.value.save_as(folder / "report.html")
        return folder / "report.html"


def _opened(lab: Lab, model: ScriptedServer, name: str, *cells: str, height: int) -> None:
    lab.page.set_viewport_size({"width": 1000, "height": height})
    lab.open(load(model), PENGUINS, *cells, name=name)
    for number in range(2 + len(cells)):
        lab.run_cell(number)


def _both(lab: Lab, part: Locator, name: str) -> None:
    lab.page.evaluate("() => document.activeElement?.blur()")
    for scheme in SCHEMES:
        lab.theme(scheme)
        _save(part, f"{name}-{scheme}")


def _save(part: Locator | Page, name: str) -> None:
    shot = Image.open(BytesIO(part.screenshot()))
    shot.quantize(256).save(HERE / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
