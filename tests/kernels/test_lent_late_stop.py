"""A Stop that comes while the run's loop is not free to hear of it still ends what the run does next."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.kernels.lent_cells import Cells

SOON = 5.0


@pytest.fixture(scope="module")
def cells() -> Iterator[Cells]:
    with Cells() as cells:
        yield cells


# the run prints, is busy itself for a moment, in which Stop is pressed, and then begins a snippet that has no end
BUSY = """
import time
async def ask():
    print('begun', flush=True)
    until = time.monotonic() + 1.0
    while time.monotonic() < until:
        pass
    execution = await lent.execute("while True: pass")
    return execution.ending
"""


def test_before_a_snippet_on_the_kernels_own_loop(cells: Cells) -> None:
    code = BUSY + "stops = []\nwith stop_control(lambda: stops.append(1)):\n    tell([await ask(), stops])"
    ran = cells.run(code, stop_after="begun")
    assert ran.seconds < SOON
    assert ran.told() == [["interrupted", [1]]]


def test_before_a_snippet_in_a_thread(cells: Cells) -> None:
    code = BUSY + "stops = []\ntell([lent.drive(ask, lambda: stops.append(1)), stops])"
    ran = cells.run(code, stop_after="begun")
    assert ran.seconds < SOON
    assert ran.told() == [["interrupted", [1]]]


def test_while_a_thread_waits(cells: Cells) -> None:
    code = """
import asyncio
heard = asyncio.Event()
async def ask():
    await heard.wait()
    return 'heard'
print('begun', flush=True)
tell(lent.drive(ask, heard.set))
"""
    ran = cells.run(code, stop_after="begun")
    assert ran.seconds < SOON
    assert ran.told() == ["heard"]


def test_await_is_refused_where_autoawait_is_off(cells: Cells) -> None:
    cells.run("%autoawait off")
    try:
        told = cells.snippet("import asyncio\nawait asyncio.sleep(0)", "pumped")
        assert told["ending"] == "error"
        assert told["outputs"][0]["ename"] == "AwaitNotAvailable"
        assert "ThreadPoolExecutor" in told["outputs"][0]["evalue"]
        assert cells.snippet("1 + 1", "pumped")["ending"] == "ok"
    finally:
        cells.run("%autoawait on")
