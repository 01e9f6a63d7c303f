from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.kernels.survey.looking import look


@pytest.fixture
def csv(tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """Write a text file and survey it."""

    def write(text: str | bytes, name: str = "a.csv", encoding: str = "utf-8") -> dict[str, Any]:
        path = tmp_path / name
        path.write_bytes(text.encode(encoding) if isinstance(text, str) else text)
        (table,) = look(path)
        return table

    return write
