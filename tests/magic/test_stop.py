"""Stop, in whatever state the agent is: under a second, the answer so far kept, "Run All" stopped, nothing repaired."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from analyst.models import Reply
from analyst.models.scripted_server import Fault, ScriptedServer
from tests.scripts import answers, call, does, runs

from .conftest import Cell, Typist

SOON = 5.0
"""Seconds; promised is one, on a machine that is not busy. What it took is kept with the test's result."""
BEGUN = "open('begun', 'w').close()"
MODEL: dict[str, Fault] = {
    "waiting for the model": Fault("stall"),
    "streaming": Fault("stall_mid", reply=Reply(" ".join(f"streamed {n}," for n in range(200)))),
}
CODE = {
    "a loop": f"{BEGUN}\nwhile True: pass",
    "a sleep": f"import time\n{BEGUN}\ntime.sleep(60)",
    "a program": f"import subprocess\n{BEGUN}\nsubprocess.run(['sleep', '60'])",
    "a shell line": f"{BEGUN}\n!sleep 60",
    "an await": f"import asyncio\n{BEGUN}\nawait asyncio.sleep(60)",
    "it catches the interrupt": f"import time\n{BEGUN}\ntry:\n    time.sleep(60)\nexcept KeyboardInterrupt:\n    pass",
}
STATES: dict[str, Reply | Fault] = {**MODEL, **{name: runs("c2", code) for name, code in CODE.items()}}
ABOVE = {"awaited": "", "driven": "%%time\n"}
CASES = [(state, above) for state in STATES for above in ABOVE if (state, above) != ("an await", "driven")]


@dataclass
class Said:
    """One kernel for all states: what its model says next is put here."""

    typist: Typist
    server: ScriptedServer
    script: list[Reply | Fault]


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Said]:
    folder, script = tmp_path_factory.mktemp("stop"), list[Reply | Fault]()
    with ScriptedServer(lambda _: script.pop(0)) as server:
        model = {
            "ANALYST_MODEL": "openai/gpt-4o-mini",
            "OPENAI_BASE_URL": server.url,
            "OPENAI_API_KEY": "none",
        }
        typist = Typist(folder, {"IPYTHONDIR": str(folder), "XDG_CONFIG_HOME": str(folder), **model})
        try:
            typist.run("%load_ext analyst")
            yield Said(typist, server, script)
        finally:
            typist.close()


@pytest.mark.parametrize(("state", "above"), CASES)
def test_stop(state: str, above: str, said: Said, record_property: Callable[[str, object], None]) -> None:
    typist, server, begun = said.typist, said.server, said.typist.folder / "begun"
    asked, closed = len(server.requests), server.closed_early
    begun.unlink(missing_ok=True)
    said.script[:] = [runs("c1", "x = 41\nprint('x is', x)"), STATES[state], answers("c3", "never said")]

    def now(cell: Cell) -> bool:
        if state == "waiting for the model":
            return len(server.requests) == asked + 2
        return "streamed 3" in cell.text if state in MODEL else begun.exists()

    question = f"{ABOVE[above]}%%agent --new --replay never\nGo on for ever"
    cell = typist.run(question, types=["y"], stop=now, after="after = 1")
    record_property("seconds", round(cell.seconds, 3))
    assert (cell.status, cell.error and cell.error[0]) == ("error", "AgentStopped")
    assert cell.seconds < SOON
    assert "x is 41" in "".join(str(data) for data in cell.outputs.values() if "Partial" in str(data))
    assert len(server.requests) == asked + 2  # nothing was asked after it: the user's Stop is not repaired
    assert (cell.after, typist.value("'after' in dir()")) == ("aborted", "False")  # "Run All" ends here
    assert server.wait(lambda s: s.closed_early == closed + (state in MODEL), SOON)  # the connection too
    assert typist.value("x") == "41"
    assert "interrupted" in typist.run("%agent show").text.lower()


def test_stop_while_a_person_is_asked(kernel: Callable[..., Typist]) -> None:
    script = [runs("c1", "import os\nos.remove('kept.txt')"), answers("c2", "never said")]
    with ScriptedServer(script) as server:
        typist = kernel(server)
        (typist.folder / "kept.txt").write_text("x")
        cell = typist.run("%%agent\nTidy up", stdin=True, stop=lambda cell: "needs your yes" in cell.text)
        assert (cell.status, cell.error and cell.error[0]) == ("error", "AgentStopped")
        assert cell.seconds < SOON
        assert (typist.folder / "kept.txt").exists()
        assert len(server.requests) == 1


def test_stop_while_the_plan_is_looked_at(kernel: Callable[..., Typist]) -> None:
    script = [does(call("c1", "propose_plan", steps=[{"id": "s1", "goal": "count"}])), answers("c2", "never")]
    with ScriptedServer(script) as server:
        typist = kernel(server)
        # the plan stands there before it is asked about: Stop comes at any time around that
        cell = typist.run("%%agent --plan edit\nCount", stdin=True, stop=lambda cell: "1. count" in cell.text)
        assert (cell.status, cell.error and cell.error[0]) == ("error", "AgentStopped")
        assert cell.seconds < SOON
        assert len(server.requests) == 1
