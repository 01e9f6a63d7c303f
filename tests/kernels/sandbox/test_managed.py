"""A managed kernel runs on the installed kernelspec by its name, configured in memory."""

from __future__ import annotations

from pathlib import Path

import pytest
from analyst_kernels import Stream
from analyst_kernels.contract import PROBE
from analyst_kernels.managed import ManagedKernel

from tests.kernels.sandbox.boxes import SMALL


@pytest.mark.parametrize("tier", ["bubblewrap", "landlock"])
async def test_it_runs_sandboxed_and_can_be_stopped_and_restarted(tier: str, tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    (tmp_path / "a.csv").write_text("a\n7\n")
    config = {**SMALL, "tier": tier, "work": str(tmp_path / "work"), "data": [str(tmp_path / "a.csv")]}
    kernel = ManagedKernel("analyst-sandbox", config=config, probe=PROBE)
    await kernel.start()
    try:
        shown = await kernel.execute(
            f"import os\nprint(os.getcwd(), open('{tmp_path}/a.csv').read().split())"
        )
        assert shown.outputs == (Stream("stdout", f"{tmp_path}/work ['a', '7']\n"),)
        assert "os" in await kernel.evaluate("names")
        died = await kernel.execute("os.kill(os.getpid(), 9)")
        assert died.state_lost
        await kernel.restart()
        assert (await kernel.execute("print('again')")).ok
    finally:
        await kernel.close()
    assert not kernel.alive
