"""A proof that is stopped, or that nothing can hold, says so; the answer stays."""

from __future__ import annotations

import asyncio
from pathlib import Path

from analyst.events import Answered, Event, Live, Proved, Stopped, ToolReturned
from analyst.models.scripted import ScriptedModel
from analyst.session import Session
from analyst.settings import Settings
from tests.scripts import answers, runs
from tests.security.without import without_sandbox

VERIFY = "import sys\nfrom analyst.cli import main\nmain(sys.argv[1:])"


def script(slow: Path) -> ScriptedModel:
    """A model whose cell takes for ever once `slow` is there."""
    code = f"import os, time\nif os.path.exists({str(slow)!r}):\n    time.sleep(600)\nprint('total', 6)"
    return ScriptedModel([runs("1", code), answers("2", "The total is 6.")])


async def test_a_stop_ends_the_proof_and_the_answer_stays(tmp_path: Path) -> None:
    slow, run = tmp_path / "slow", tmp_path / "run"

    def heard(event: Event | Live) -> None:
        if isinstance(event, ToolReturned):
            slow.touch()
        elif isinstance(event, Answered):
            asyncio.get_running_loop().call_later(2.0, session.interrupt)

    settings = Settings.of(sandbox="off", verify="values")
    async with Session(script(slow), folder=run, settings=settings, listeners=[heard]) as session:
        result = await asyncio.wait_for(session.ask("What is the total?"), 60)
        assert (result.status, result.answer) == ("answered", "The total is 6.")
        assert result.proved is not None
        assert "it was stopped before its end, and the answer stays" in str(result.proved)
        assert not (run / "proof").exists()
        assert [type(e) for e in session.events[-2:]] == [Answered, Proved]
        assert not [e for e in session.events if isinstance(e, Stopped)]
        slow.unlink()
        assert (await session.verify()).ok  # a stop does not last


async def test_where_nothing_holds_the_code_it_says_why_and_what_to_do(tmp_path: Path) -> None:
    settings = Settings.of(sandbox="off")
    async with Session(script(tmp_path / "slow"), folder=tmp_path / "run", settings=settings) as session:
        await session.ask("What is the total?")
    done = without_sandbox(VERIFY, "verify", tmp_path / "run", cwd=tmp_path)
    assert done.returncode == 4
    assert done.stdout.startswith("Not proved: nothing holds the code here, so it was not run again.")
    assert "analyst verify RUN --sandbox off" in done.stdout
