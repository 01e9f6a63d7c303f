"""The panel in a plain page, with a test in the kernel's place."""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Literal

import jupyterlab
from playwright.sync_api import BrowserContext, Locator

import analyst

HERE = Path(__file__).parent
STATIC = Path(analyst.__file__).parent / "widget" / "static"
THEMES = Path(jupyterlab.__file__).parent / "themes" / "@jupyterlab"
Theme = Literal["none", "light", "dark", "dark-high-contrast"]


class _Files(SimpleHTTPRequestHandler):
    """The bundle, the page, and nothing else."""

    def translate_path(self, path: str) -> str:
        name = path.partition("?")[0].strip("/")
        return str((STATIC if name in ("panel.js", "panel.css") else HERE) / name)

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def served() -> Iterator[str]:
    """The address of a server of the panel's files."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Files, directory=str(HERE))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


class Front:
    """A page with the panel. What the kernel would say is said with `kernel`; what it would hear is in `sent`."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.url = url
        self.requests: list[str] = []
        """Addresses that the page asked for outside of its server, also in vain."""
        self.errors: list[str] = []
        self.page = context.new_page()
        self.page.on("request", lambda request: self._requested(request.url))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", lambda m: self.errors.append(m.text) if m.type == "error" else None)
        self.page.goto(f"{url}page.html")
        self.page.wait_for_function("() => window.close_panel")

    def _requested(self, url: str) -> None:
        if not url.startswith((self.url, "data:", "blob:")):
            self.requests.append(url)

    def theme(self, theme: Theme) -> None:
        """The colours of one of JupyterLab's themes, or none."""
        css = "" if theme == "none" else (THEMES / f"theme-{theme}-extension" / "index.css").read_text()
        self.page.evaluate(
            """css => { document.querySelector('#theme')?.remove();
                document.head.insertAdjacentHTML('afterbegin', '<style id=theme></style>');
                document.querySelector('#theme').textContent = css }""",
            css,
        )

    def kernel(self, op: str, *, buffers: tuple[bytes, ...] = (), **fields: Any) -> None:
        """Say something as the kernel does, and wait until it is drawn."""
        encoded = [base64.b64encode(buffer).decode() for buffer in buffers]
        self.page.evaluate("([m, b]) => window.model.say(m, b)", [{"op": op, **fields}, encoded])
        self.drawn()

    def drawn(self) -> None:
        """Wait until the page has drawn what it was told."""
        self.page.evaluate(
            "() => new Promise(done => setTimeout(() => requestAnimationFrame(() => setTimeout(done)), 60))"
        )

    def block(self, id: str, kind: str, *, buffers: tuple[bytes, ...] = (), **fields: Any) -> Locator:
        """Have a block shown; its element."""
        self.kernel("block", block={"id": id, "kind": kind, **fields}, buffers=buffers)
        return self.shown(id)

    def shown(self, id: str) -> Locator:
        """The element of a block."""
        return self.page.locator(f"[data-block='{id}']")

    def state(self, **fields: Any) -> None:
        """Change the state."""
        self.kernel("state", set=fields)

    @property
    def sent(self) -> list[dict[str, Any]]:
        """What the panel said to the kernel, but for greetings."""
        found: list[dict[str, Any]] = self.page.evaluate("() => window.model.sent")
        return [message for message in found if message["do"] != "hello"]

    @property
    def box(self) -> Locator:
        """Where one types."""
        return self.page.get_by_role("textbox", name="Question or command")

    @property
    def status(self) -> Locator:
        """What a screen reader is told."""
        return self.page.get_by_role("status")

    def close(self) -> None:
        """Close the page."""
        self.page.close()
