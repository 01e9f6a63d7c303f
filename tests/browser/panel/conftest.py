"""A page with the panel per test, from one server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext

from .front import Front, served


@pytest.fixture(scope="session")
def panel_url() -> Iterator[str]:
    with served() as url:
        yield url


@pytest.fixture
def front(chromium: BrowserContext, panel_url: str) -> Iterator[Front]:
    """A panel that nothing was said to yet."""
    front = Front(chromium, panel_url)
    yield front
    front.close()
    assert not front.errors
