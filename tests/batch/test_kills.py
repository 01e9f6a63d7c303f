"""Whatever is killed, whenever: every job is done once, and nothing is left. The long form is `benchmarks/batch_kills.py`."""

from __future__ import annotations

from pathlib import Path

from analyst.models.scripted_server import ScriptedServer
from tests.batch.kills import KINDS, Kills, answering


def test_runner_kernels_and_template_are_killed_at_random_moments(tmp_path: Path) -> None:
    with ScriptedServer(answering) as server, Kills(tmp_path, server.url, count=10, seed=6) as kills:
        kills.kill(times=6)
        kills.finish()
    assert kills.faults() == []
    assert kills.killed == dict.fromkeys(KINDS, 2)
