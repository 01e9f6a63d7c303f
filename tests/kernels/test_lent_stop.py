"""The user's Stop, as the front end sends it, whatever the agent is doing: a second is promised, five are asserted."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.kernels.lent_cells import Cells, Way

SOON = 5.0

SNIPPETS = {
    "a busy loop": "print('begun', flush=True)\nwhile True: pass",
    "time.sleep": "import time\nprint('begun', flush=True)\ntime.sleep(60)",
    "a child": "import subprocess\nprint('begun', flush=True)\nsubprocess.run(['sleep', '60'])",
    "a shell line": "print('begun', flush=True)\n!sleep 60",
    "a cell of bash": "print('begun', flush=True)\nget_ipython().run_cell_magic('bash', '', 'sleep 60')",
    "numpy": "import numpy as np\na = np.random.rand(300, 300)\nprint('begun', flush=True)\n"
    "while True: np.linalg.svd(a)",
    "printing": "print('begun', flush=True)\nwhile True: print('x')",
}
AWAITING = {
    "await": "import asyncio\nprint('begun', flush=True)\nawait asyncio.sleep(60)",
    "a busy loop after await": "import asyncio\nawait asyncio.sleep(0)\nprint('begun', flush=True)\nwhile True: pass",
}
CASES: list[tuple[str, str, Way]] = [
    *((name, code, "direct") for name, code in {**SNIPPETS, **AWAITING}.items()),
    *((name, code, "pumped") for name, code in SNIPPETS.items()),
]

# the run: one snippet, then whatever a stop leads to; what the agent's view hears is shown to the user as it comes
RUN = """
import asyncio, sys, signal
stops = []
before = signal.getsignal(signal.SIGINT)
def heard(output):
    if getattr(output, 'text', '').startswith('begun'):
        print('begun', flush=True)

async def ask():
    execution = await lent.execute(CODE, heard)
    return execution.ending, [o.ename for o in execution.outputs if o.output_type == 'error']
"""
DIRECT = """
with stop_control(lambda: stops.append(1)) as control:
    ending = await ask()
"""
PUMPED = """
ending = lent.drive(ask, lambda: stops.append(1))
"""
TELL = """
tell([*ending, len(stops), signal.getsignal(signal.SIGINT) is before])
"""


@pytest.fixture(scope="module")
def cells() -> Iterator[Cells]:
    with Cells() as cells:
        yield cells


@pytest.mark.parametrize(("code", "way"), [pytest.param(c, w, id=f"{name}, {w}") for name, c, w in CASES])
def test_stop_ends_the_snippet(cells: Cells, code: str, way: Way) -> None:
    run = RUN.replace("CODE", repr(code)) + (DIRECT if way == "direct" else PUMPED) + TELL
    ran = cells.run(run, stop_after="begun")
    assert ran.seconds < SOON
    ending, errors, stops, restored = ran.told()[0]
    assert ending == "interrupted"
    assert set(errors) <= {"KeyboardInterrupt", "CalledProcessError"}
    assert stops == 1
    assert restored
    assert ran.status == "ok"
    assert cells.snippet("1", way)["ending"] == "ok"


@pytest.mark.parametrize("way", ["direct", "pumped"])
def test_stop_is_heard_while_the_model_is_awaited(cells: Cells, way: Way) -> None:
    code = """
import asyncio
async def ask():
    global stopped
    stopped = asyncio.Event()
    print('begun', flush=True)
    await stopped.wait()
    return 'the answer so far'
"""
    stop = "lambda: stopped.set()"
    call = (
        f"with stop_control({stop}):\n    got = await ask()"
        if way == "direct"
        else f"got = lent.drive(ask, {stop})"
    )
    ran = cells.run(f"{code}\n{call}\ntell(got)", stop_after="begun")
    assert ran.seconds < SOON
    assert ran.told() == ["the answer so far"]


@pytest.mark.parametrize("way", ["direct", "pumped"])
def test_a_second_stop_ends_the_run(cells: Cells, way: Way) -> None:
    code = """
import asyncio
async def ask():
    print('begun', flush=True)
    await asyncio.sleep(60)
"""
    deaf = "lambda: print('begun', flush=True)"
    call = (
        f"    with stop_control({deaf}):\n        await ask()"
        if way == "direct"
        else f"    lent.drive(ask, {deaf})"
    )
    ran = cells.run(
        f"{code}\ntry:\n{call}\nexcept asyncio.CancelledError:\n    tell('cancelled')",
        stop_after="begun",
        presses=2,
    )
    assert ran.seconds < SOON
    assert ran.told() == ["cancelled"]


def test_code_that_swallows_the_interrupt_counts_as_interrupted(cells: Cells) -> None:
    code = "import time\nprint('begun', flush=True)\ntry:\n    time.sleep(60)\nexcept KeyboardInterrupt:\n    print('went on')"
    ran = cells.run(RUN.replace("CODE", repr(code)) + DIRECT + TELL, stop_after="begun")
    assert ran.told()[0][:2] == ["interrupted", []]


@pytest.mark.parametrize("way", ["direct", "pumped"])
def test_code_that_does_not_listen_is_asked_again_and_it_is_said(cells: Cells, way: Way) -> None:
    code = "import time\nwhile True:\n    try:\n        time.sleep(0.05)\n    except KeyboardInterrupt:\n        pass"
    told = cells.snippet(code, way, "Limits(wall=0.3, grace=0.4)")
    assert told["ending"] == "wall limit"
    assert "cannot be killed" in told["outputs"][-1]["text"]
    assert told["outputs"][0]["ename"] == "CodeStopped"


def test_a_prompt_is_ended_by_stop(cells: Cells) -> None:
    code = """
from analyst_kernels.lent import ask
import time
def read(prompt):
    print(prompt, flush=True)
    time.sleep(60)
pressed = []
with stop_control(lambda: pressed.append(1)):
    try:
        ask(read, 'begun')
    except KeyboardInterrupt:
        tell('ended')
"""
    ran = cells.run(code, stop_after="begun")
    assert ran.told() == ["ended"]
    assert ran.seconds < SOON


def test_the_users_own_cells_are_interrupted_as_before(cells: Cells) -> None:
    cells.snippet("1")
    ran = cells.run("print('begun', flush=True)\nimport time\ntime.sleep(60)", stop_after="begun")
    assert ran.status == "error"
    assert ran.seconds < SOON


def test_after_a_stop_the_run_goes_on_but_runs_no_code_any_more(cells: Cells) -> None:
    code = """
async def ask():
    first = await lent.execute("import time\\nprint('begun', flush=True)\\ntime.sleep(60)",
                               lambda o: o.output_type == 'stream' and print(o.text, end='', flush=True))
    second = await lent.execute("ran = 1")
    return [first.ending, second.ending, "ran" in globals()]
tell(lent.drive(ask))
with stop_control(lambda: None):
    tell(await ask())
"""
    ran = cells.run(code, stop_after="begun", presses=2)
    assert ran.told() == [["interrupted", "interrupted", False]] * 2
    assert cells.snippet("1")["ending"] == "ok"
