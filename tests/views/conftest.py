from __future__ import annotations

import io
import re
from typing import Any

import pytest
from analyst_kernels import Stream

from ..stories import Story, failure


@pytest.fixture(name="Story")
def story_class() -> type[Story]:
    return Story


@pytest.fixture(name="failure")
def failure_function() -> Any:
    return failure


@pytest.fixture
def penguins() -> Story:
    """A plan of two steps; in the second one a cell is repaired."""
    return (
        Story()
        .ask("Which species is heaviest?", "/data/penguins.csv")
        .plan("Load the data", "Compare the species")
        .start("s1")
        .cell("# read the file\nmass = {'a': 3, 'b': 5}\nprint(len(mass))", Stream("stdout", "2\n"))
        .finish("s1", "1,344 rows are there.")
        .start("s2")
        .cell("# compare\nprint(mass['c'])", failure("KeyError", "'c'", 2))
        .cell("# compare\nprint(max(mass, key=mass.get))", Stream("stdout", "b\n"))
        .finish("s2", "Species b is.")
        .answer("Species **b** is heaviest.")
    )


class FakeTerminal(io.StringIO):
    """A stream that says it is a terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True

    def text(self) -> str:
        """What was written, without colours and moves of the cursor."""
        return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", self.getvalue())


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> FakeTerminal:
    monkeypatch.setenv("TERM", "xterm-256color")
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE", "COLUMNS", "COLORTERM"):
        monkeypatch.delenv(name, raising=False)
    return FakeTerminal()
