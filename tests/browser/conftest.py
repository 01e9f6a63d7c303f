"""A server per worker, a browser per module (Playwright keeps an event loop running, which async tests cannot bear)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, expect, sync_playwright

from .lab import PATIENCE, Lab, browser
from .server import Server

expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("jupyter"))
    yield server
    server.close()


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrowserContext]:
    with sync_playwright() as playwright:
        context = browser(playwright, tmp_path_factory.mktemp("chromium"))
        yield context
        context.close()


@pytest.fixture
def lab(server: Server, chromium: BrowserContext, request: pytest.FixtureRequest) -> Iterator[Lab]:
    """JupyterLab with no notebook open yet; a picture is kept when the test fails."""
    yield from _lab(Lab(server, chromium), request)


@pytest.fixture
def notebook7(server: Server, chromium: BrowserContext, request: pytest.FixtureRequest) -> Iterator[Lab]:
    """Notebook 7, else as `lab`."""
    yield from _lab(Lab(server, chromium, "notebook"), request)


@pytest.fixture(params=["lab", "notebook"])
def either(server: Server, chromium: BrowserContext, request: pytest.FixtureRequest) -> Iterator[Lab]:
    """JupyterLab and then Notebook 7, else as `lab`."""
    yield from _lab(Lab(server, chromium, request.param), request)


def _lab(lab: Lab, request: pytest.FixtureRequest) -> Iterator[Lab]:
    yield lab
    if request.node.stash.get(FAILED, False):
        lab.screenshot(f"failed-{request.node.name}")
    lab.close()


FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    report = yield
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed
    return report
