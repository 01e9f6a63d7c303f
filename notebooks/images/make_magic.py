"""Takes the README's pictures of `%%agent`: the built-in analyst at work in a real JupyterLab, light and dark.

uv run python -m notebooks.images.make_magic

Chromium is looked for on PATH. Everything is made from the checkout as it is.
"""

from __future__ import annotations

import shutil
import tempfile
from io import BytesIO
from pathlib import Path
from typing import Literal

from PIL import Image
from playwright.sync_api import sync_playwright

from tests.browser.lab import Lab, browser
from tests.browser.server import Server

HERE = Path(__file__).parent
DATA = HERE.parent / "data" / "penguins.csv"
CELLS = (
    '%load_ext analyst\n%config AgentMagics.model = "rules"',
    'import pandas as pd\n\npenguins = pd.read_csv("penguins.csv")',
    "%%agent\nWhich species has the highest mean of body_mass_g?",
    "%%agent\nWhat is the distribution of flipper_length_mm?",
)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
SIZE: tuple[int, int] = (960, 1160)


def main() -> None:
    """One notebook, two pictures of it."""
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder, "jupyter"))
        context = browser(playwright, Path(folder, "chromium"))
        lab = Lab(server, context)
        try:
            shutil.copy(DATA, lab.folder)
            lab.page.set_viewport_size({"width": SIZE[0], "height": SIZE[1]})
            lab.open(*CELLS, name="penguins.ipynb")
            for number in range(len(CELLS)):
                lab.run_cell(number)
            lab.page.evaluate("() => document.activeElement?.blur()")
            for scheme in SCHEMES:
                lab.theme(scheme)
                lab.page.locator(".jp-WindowedPanel-outer").first.evaluate("panel => panel.scrollTo(0, 0)")
                shot = Image.open(BytesIO(lab.page.locator(".jp-NotebookPanel-notebook").first.screenshot()))
                shot.quantize(256).save(HERE / f"magic-{scheme}.png", optimize=True)
        finally:
            lab.close()
            context.close()
            server.close()


if __name__ == "__main__":
    main()
