from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from analyst.models.scripted_server import ScriptedServer

from .front import Front

PENGUINS = Path(__file__).parent.parent.parent / "notebooks" / "data" / "penguins.csv"


@pytest.fixture
def front(tmp_path: Path) -> Iterator[Callable[..., Front]]:
    """Opens notebooks with a panel in the test's folder; with a server, its model is the one that is asked."""
    opened: list[Front] = []

    def open_(server: ScriptedServer | None = None, *, chat: bool = True, **env: str) -> Front:
        if server is not None:
            env = {
                "ANALYST_MODEL": "openai/gpt-4o-mini",
                "OPENAI_BASE_URL": server.url,
                "OPENAI_API_KEY": "none",
            } | env
        opened.append(Front(tmp_path, **env))
        if chat:
            opened[-1].chat()
        return opened[-1]

    yield open_
    for one in opened:
        one.close()


@pytest.fixture
def penguins() -> str:
    """Code that makes the frame `penguins`."""
    return f"import pandas as pd\npenguins = pd.read_csv({str(PENGUINS)!r})"
