"""Whatever code prints and displays, the host pays a bounded price."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psutil  # type: ignore[import-untyped]
import pytest
from analyst_kernels import DisplayData, Error, Limits, Output
from analyst_kernels.managed import ManagedKernel

from .outputs import read

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize(
    "code",
    [
        "for i in range(400_000):\n    print('x' * 249)",
        "print('x' * 100_000_000)",
        "print('ü\\n' * 25_000_000)",
        "for i in range(10_000):\n    display('x' * 10_000)",
        "import os\nfrom IPython.display import Image\nImage(data=os.urandom(50_000_000), format='png')",
        "raise ValueError('x' * 50_000_000)",
    ],
    ids=[
        "100 MB of lines",
        "one print of 100 MB",
        "wide text",
        "10 000 displays",
        "50 MB image",
        "50 MB error",
    ],
)
async def test_costs_the_host_bounded_memory(kernel: ManagedKernel, code: str) -> None:
    told = 0

    def count(output: Output) -> None:
        nonlocal told
        told += len(repr(output))

    with _growth() as growth:
        execution = await kernel.execute(code, count)
    assert execution.ending in {"ok", "error"}
    assert growth() < 150
    assert told < 40_000_000
    said = " cut …]", " left out]", "more outputs cut"
    assert any(sentence in repr(execution.outputs) for sentence in said)


async def test_a_huge_image_is_named_with_its_size(kernel: ManagedKernel) -> None:
    code = "from IPython.display import Image\nImage(data=bytes({}), format='png')"
    limits = Limits(data=1_000_000)
    for size in (2_000_000, 60_000_000):
        execution = await kernel.execute(code.format(size), limits=limits)
        text = read(execution)
        assert "image/png" in text
        assert f"{size * 4 // 3:,}"[:3] in text
        assert "image/png" not in getattr(execution.outputs[0], "data")  # noqa: B009


async def test_both_ends_of_a_huge_print_are_kept(kernel: ManagedKernel) -> None:
    code = "print('begin ä\"\\n' + 'x\\\\' * 5_000_000 + '\\nend ü')"
    execution = await kernel.execute(code, limits=Limits(text=1000, data=0))
    text = read(execution)
    assert text.startswith('begin ä"\nx\\x\\')
    assert text.endswith("\\x\\\nend ü\n")
    assert len(text) < 1100


async def test_a_message_beyond_all_bounds_is_lost_and_that_is_said(kernel: ManagedKernel) -> None:
    code = "from IPython.display import Image\nkept = 11\nImage(data=bytes(200_000_000), format='png')"
    with _growth() as growth:
        execution = await kernel.execute(code)
    assert "output is lost" in read(execution)
    assert growth() < 150
    assert read(await kernel.execute("kept")) == "11"


async def test_nothing_is_lost_when_the_host_is_slow(kernel: ManagedKernel) -> None:
    seen: list[Output] = []

    def slow(output: Output) -> None:
        if not seen:
            time.sleep(1)  # the whole host stands still
        seen.append(output)

    execution = await kernel.execute("for i in range(8_000):\n    display(i)", slow, Limits(outputs=10_000))
    assert [output.data["text/plain"] for output in seen if isinstance(output, DisplayData)] == [
        str(i) for i in range(8_000)
    ]
    assert len(execution.outputs) == 8_000


async def test_endless_printing_is_interrupted_at_once(kernel: ManagedKernel) -> None:
    with _growth() as growth:
        execution = await kernel.execute("while True:\n    print('x' * 1_000_000)", limits=Limits(wall=1))
    assert execution.ending == "wall limit"
    assert not execution.state_lost
    assert isinstance(execution.outputs[-1], Error)
    assert growth() < 150


@contextmanager
def _growth() -> Iterator[Callable[[], float]]:
    """How many MB this process grew at most while in the block."""
    process = psutil.Process()
    before = most = process.memory_info().rss
    over = threading.Event()

    def sample() -> None:
        nonlocal most
        while not over.wait(0.002):
            most = max(most, process.memory_info().rss)

    thread = threading.Thread(target=sample)
    thread.start()
    try:
        yield lambda: (most - before) / 1e6
    finally:
        over.set()
        thread.join()
