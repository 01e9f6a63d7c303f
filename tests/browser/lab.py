"""A notebook in a browser, as a person has it before her: open it, run its cells, look at what they show."""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path
from typing import Any, Literal

import nbformat
from playwright.sync_api import BrowserContext, Locator, Playwright

from .server import Server

SCREENSHOTS = Path(__file__).parent / "screenshots"
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
PATIENCE = 30_000
"""Milliseconds to wait for anything: the machine may be busy."""

_SHELL = "window.jupyterapp?.shell?.currentWidget"
_READY = f"() => {_SHELL}?.context?.isReady && {_SHELL}.content?.widgets?.length > 0"
_IDLE = f"""() => {{ const kernel = {_SHELL}?.sessionContext?.session?.kernel;
    return kernel && kernel.connectionStatus === 'connected' && kernel.status === 'idle' }}"""
_EXECUTE = """([command, args]) => { window.__done = false; window.__failed = null;
    Promise.resolve(window.jupyterapp.commands.execute(command, args)).then(
        () => { window.__done = true }, error => { window.__done = true; window.__failed = String(error) }) }"""
_SELECT = f"""cell => {{ const notebook = {_SHELL}.content;
    notebook.deselectAll(); notebook.activeCellIndex = cell; notebook.mode = 'command' }}"""


def browser(playwright: Playwright, folder: Path) -> BrowserContext:
    """The machine's own Chromium, with a profile in `folder`."""
    found = next(filter(None, map(shutil.which, CHROMIUM)), None)
    assert found, f"no browser is installed: none of {', '.join(CHROMIUM)} is on the PATH"
    context = playwright.chromium.launch_persistent_context(
        folder,
        executable_path=found,
        headless=True,
        chromium_sandbox=False,
        args=[
            "--disable-gpu",
            "--disable-quic",
            "--disable-background-networking",
            "--disable-component-update",
        ],
        viewport={"width": 1100, "height": 1000},
    )
    context.set_default_timeout(PATIENCE)
    return context


class Lab:
    """A notebook in JupyterLab, or (`front` "notebook") in Notebook 7. `open` one first.

    `page` is Playwright's own, for what is not here. Cells are counted from 0.
    """

    def __init__(
        self, server: Server, context: BrowserContext, front: Literal["lab", "notebook"] = "lab"
    ) -> None:
        self.server = server
        self.front = front
        self.folder = Path(tempfile.mkdtemp(dir=server.root))
        """Where its notebooks lie and their kernels work; nothing of another test is there."""
        self.name = ""
        """The notebook that is open."""
        self.requests: list[str] = []
        """Addresses that the page asked for outside of this server, also in vain."""
        self.errors: list[str] = []
        """What the page wrote to its console as an error, and exceptions that nothing caught."""
        self.page = context.new_page()
        self.page.on("request", lambda request: self._requested(request.url))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", lambda m: self.errors.append(m.text) if m.type == "error" else None)

    def close(self) -> None:
        """Close the page and end its kernels."""
        self.page.close()
        self.server.end_kernels()

    # ── the notebook ──

    def open(self, *cells: str, name: str = "test.ipynb") -> None:
        """Open a new notebook of these code cells, with its kernel ready."""
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
        notebook.metadata["kernelspec"] = {
            "name": "python3",
            "display_name": "Python 3",
            "language": "python",
        }
        self.open_notebook(notebook, name)

    def open_notebook(self, notebook: nbformat.NotebookNode, name: str = "test.ipynb") -> None:
        """Open this notebook; what it shows is not trusted, as in any file that came from elsewhere."""
        self.name = name
        nbformat.write(notebook, self.folder / name)
        place = "doc/tree" if self.front == "lab" else "notebooks"
        path = f"{place}/{self.folder.name}/{name}"
        self.page.goto(f"{self.server.url}{path}?token={self.server.token}")
        self._wait_until_ready()
        if self.page.locator("body[data-jp-theme-light=false]").count():
            self.theme("light")  # the server keeps what the test before has chosen

    def reload(self) -> None:
        """Load the page again, as F5 does; what was not saved is gone from it."""
        self.page.reload()
        self._wait_until_ready()

    def save(self) -> None:
        """Save the notebook to its file."""
        self._do("docmanager:save")

    def saved(self) -> nbformat.NotebookNode:
        """The notebook as its file has it."""
        return nbformat.read(self.folder / self.name, as_version=4)

    def reopen_untrusted(self) -> None:
        """Save, and open a copy that nobody has trusted: what a colleague sees who is sent the file."""
        self.save()
        notebook = self.saved()
        notebook.metadata["sent"] = "by mail"  # another content has another signature
        self.open_notebook(notebook, "sent.ipynb")

    # ── cells ──

    def run_cell(self, cell: int, *, timeout: float = 60) -> Locator:
        """Run a cell to its end, and give back its output."""
        self.start_cell(cell)
        self.finish(timeout=timeout)
        return self.output(cell)

    def start_cell(self, cell: int) -> None:
        """Run a cell and do not wait; `finish` does."""
        self.page.evaluate(_SELECT, cell)
        self.page.evaluate(_EXECUTE, ["notebook:run-cell", {}])

    def run_all(self, *, timeout: float = 120) -> None:
        """Run all cells to their end."""
        self._do("notebook:run-all-cells", timeout=timeout)

    def start_all(self) -> None:
        """Run all cells and do not wait; `finish` does."""
        self.page.evaluate(_EXECUTE, ["notebook:run-all-cells", {}])

    def finish(self, *, timeout: float = 60) -> None:
        """Wait until what was started is over, and the kernel idle."""
        self.page.wait_for_function("() => window.__done", timeout=timeout * 1000)
        self.page.wait_for_function(_IDLE, timeout=timeout * 1000)

    def interrupt(self) -> None:
        """Press Stop; does not wait for what runs to end."""
        self.page.evaluate(
            "() => { window.jupyterapp.commands.execute('notebook:interrupt-kernel') }",
        )

    def press_stop(self) -> None:
        """Press the Stop button of the notebook's own toolbar."""
        self.page.locator("[data-command='notebook:interrupt-kernel']").first.click()

    def focused(self) -> str:
        """The text of what has the focus."""
        return str(self.page.evaluate("() => document.activeElement?.textContent ?? ''")).strip()

    def restart(self) -> None:
        """A fresh kernel, without the question whether that is wanted."""
        self.page.evaluate(f"() => {_SHELL}.sessionContext.session.kernel.restart()")
        self.page.wait_for_function(_IDLE)

    def cell(self, cell: int) -> Locator:
        """A cell, input and output."""
        return self.page.locator(".jp-Notebook .jp-Cell").nth(cell)

    def output(self, cell: int) -> Locator:
        """All that a cell shows."""
        return self.cell(cell).locator(".jp-Cell-outputArea")

    def outputs(self, cell: int) -> Locator:
        """The outputs of a cell, one by one."""
        return self.cell(cell).locator(".jp-OutputArea-child .jp-OutputArea-output")

    def prompt(self, cell: int) -> str:
        """What stands beside a cell: its number, "*" while it runs, "" when it did not."""
        return self.cell(cell).locator(".jp-InputPrompt").first.inner_text().strip("[]: \n")

    def count(self) -> int:
        """How many cells there are."""
        return int(self.page.evaluate(f"() => {_SHELL}.content.widgets.length"))

    def source(self, cell: int) -> str:
        """What a cell holds."""
        return str(
            self.page.evaluate(f"cell => {_SHELL}.content.widgets[cell].model.sharedModel.source", cell)
        )

    def write(self, cell: int, source: str) -> None:
        """Have a cell hold something else."""
        set_source = f"([cell, to]) => {_SHELL}.content.widgets[cell].model.sharedModel.setSource(to)"
        self.page.evaluate(set_source, [cell, source])

    # ── the page ──

    def theme(self, theme: Literal["light", "dark", "dark high contrast"]) -> None:
        """Change the colours of everything."""
        name = f"JupyterLab {theme.title()}"
        self.page.evaluate(_EXECUTE, ["apputils:change-theme", {"theme": name}])
        light = "true" if theme == "light" else "false"
        self.page.locator(f"body[data-jp-theme-light={light}][data-jp-theme-name='{name}']").wait_for(
            state="attached"
        )
        self.page.locator("#jupyterlab-splash").wait_for(state="detached")

    def screenshot(self, name: str, of: Locator | None = None) -> Path:
        """A picture of the page, or of a part of it, in `tests/browser/screenshots`."""
        path = SCREENSHOTS / f"{re.sub(r'[^-.a-zA-Z0-9]+', '_', name)}.png"
        (of or self.page).screenshot(path=path)
        return path

    def javascript(self, code: str, argument: Any = None) -> Any:
        """Evaluate JavaScript in the page."""
        return self.page.evaluate(code, argument)

    def _do(self, command: str, *, timeout: float = 60) -> None:
        """A command of the front end, to its end."""
        self.page.evaluate(_EXECUTE, [command, {}])
        self.page.wait_for_function("() => window.__done", timeout=timeout * 1000)
        assert self.page.evaluate("() => window.__failed") is None

    def _wait_until_ready(self) -> None:
        self.page.wait_for_function(_READY)
        self.page.wait_for_function(_IDLE)

    def _requested(self, url: str) -> None:
        if not url.startswith((self.server.url, "data:", "blob:", "about:")):
            self.requests.append(url)
