"""`rules` against the real loop, whose policy holds it to what any model is held to."""

from __future__ import annotations

from pathlib import Path

from analyst_kernels.managed import ManagedKernel

from analyst import Session
from analyst.events import PlanRevised, StepFinished
from tests.models.rules.conftest import PENGUINS


async def test_a_plan_goes_on_without_a_step_that_cannot_be_reached(tmp_path: Path) -> None:
    kernel = ManagedKernel(cwd=tmp_path)
    await kernel.start()
    await kernel.execute("import matplotlib.pyplot as plt\nplt.subplots = None")
    try:
        async with Session("rules", folder=tmp_path / "run", kernel=kernel) as session:
            result = await session.ask("What is interesting here?", [PENGUINS])
            ends = {e.step_id: e.ok for e in session.events if isinstance(e, StepFinished)}
            revised = [e for e in session.events if isinstance(e, PlanRevised)]
    finally:
        await kernel.close()
    assert ends == {"s1": True, "s2": False, "s3": True}
    assert [[s.id for s in e.steps] for e in revised] == [["s1", "s3"]]
    assert result.status == "answered"
    assert "go together" in result.answer
    assert "TypeError" in result.answer
