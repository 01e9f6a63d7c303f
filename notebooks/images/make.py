"""Takes the README's pictures: reports of the built-in analyst in a real browser, light and dark.

uv run python notebooks/images/make.py

Chromium is looked for on PATH. Report and picture are made from the checkout as it is.
"""

from __future__ import annotations

import shutil
import tempfile
from io import BytesIO
from pathlib import Path
from typing import Literal

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

import analyst

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
DATA = {
    "penguins": ROOT / "notebooks/data/penguins.csv",
    "weather": ROOT / "notebooks/data/seattle_weather.csv",
    "macrodata": ROOT / "analyst/evals/regress/files/macrodata.csv",
}
QUESTION = "What is interesting here?"
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
SIZE = {"width": 960, "height": 1500}


def main() -> None:
    """One report for each file, two pictures of each report."""
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for name, data in DATA.items():
            with analyst.run(QUESTION, data, model="rules", out=Path(folder, name)) as result:
                assert result.html, f"no report on {name}"
                picture(browser, name, result.html)
        browser.close()


def picture(browser: Browser, name: str, report: Path) -> None:
    """The top of a report as PNG files beside this one, for each colour scheme."""
    for scheme in SCHEMES:
        page = browser.new_page(viewport=SIZE, color_scheme=scheme)
        page.goto(report.as_uri())
        shot = Image.open(BytesIO(page.screenshot()))
        shot.quantize(256).save(HERE / f"report-{name}-{scheme}.png", optimize=True)
        page.close()


if __name__ == "__main__":
    main()
