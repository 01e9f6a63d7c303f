"""What cells did to the variables is taken back: by a session, for every kernel, and known to all who read the log."""

from __future__ import annotations

from pathlib import Path

import pytest
from analyst_kernels.fake import FakeKernel

from analyst.errors import BadInput
from analyst.events import Undone
from analyst.messages import project
from analyst.models.scripted import ScriptedModel
from analyst.rebuild import cells
from analyst.session import Session, undoable
from tests.scripts import answers, runs


async def test_a_session_takes_cells_back(tmp_path: Path) -> None:
    script = [runs("c1", "rows = [1]"), runs("c2", "rows.append(2)\nmore = 3"), answers("c3", "Done.")]
    kernel = FakeKernel()
    async with Session(ScriptedModel(script), folder=tmp_path, kernel=kernel, undo=True) as session:
        await session.ask("Do it")
        assert undoable(session.events, 1) == (2,)
        first = await session.undo(1)
        assert (first.cells, first.removed) == ((2,), ("more",))
        assert (await kernel.execute("assert rows == [1]")).ok
        second = await session.undo()
        assert (second.cells, second.removed) == ((1,), ("rows",))
        with pytest.raises(BadInput, match="no cell to undo"):
            await session.undo()
        assert [e.cells for e in session.events if isinstance(e, Undone)] == [(2,), (1,)]
        assert "cells did to the variables: 2" in str(project(session.events)[-1]["content"])
        assert cells(session.events) == []
    await kernel.close()


async def test_only_a_session_that_keeps_the_variables_can_undo(tmp_path: Path) -> None:
    async with Session(ScriptedModel([]), folder=tmp_path, kernel=FakeKernel()) as session:
        with pytest.raises(BadInput):
            await session.undo()
