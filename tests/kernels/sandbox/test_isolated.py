"""A kernel that is held by the best sandbox: what it may read can grow; where there is none, only trusted code runs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from analyst_kernels import SandboxUnavailable, Stream
from analyst_kernels.isolated import IsolatedKernel

LOOK = """
def readable(path):
    try:
        return bool(open(path).read())
    except OSError:
        return False
print(*map(readable, {!r}))
"""


@asynccontextmanager
async def started(kernel: IsolatedKernel) -> AsyncIterator[IsolatedKernel]:
    try:
        await kernel.start()
        yield kernel
    finally:
        await kernel.close()


async def printed(kernel: IsolatedKernel, code: str) -> str:
    done = await kernel.execute(code)
    return "".join(o.text if isinstance(o, Stream) else str(o) for o in done.outputs)


@pytest.fixture
def table(tmp_path: Path) -> Callable[[str], str]:
    def make(name: str) -> str:
        path = tmp_path / name
        path.write_text(f"x\n{name}\n")
        return str(path)

    return make


@pytest.mark.parametrize("tier", ["auto", "landlock"])
async def test_data_that_is_declared_later_is_seen_after_a_restart(
    tmp_path: Path, table: Callable[[str], str], tier: str
) -> None:
    first, second = table("first.csv"), table("second.csv")
    kernel = IsolatedKernel(work=tmp_path / "work", sandbox=tier)  # type: ignore[arg-type]
    assert kernel.isolated
    assert not kernel.declare([first]), "there is nothing yet that had to be started anew"
    async with started(kernel):
        look = LOOK.format([first, second])
        assert await printed(kernel, look) == "True False\n"
        assert not kernel.declare([first])
        assert kernel.declare([first, second])
        await kernel.restart()
        assert await printed(kernel, look) == "True True\n"


async def test_what_lies_in_seen_folders_needs_no_restart(
    tmp_path: Path, table: Callable[[str], str]
) -> None:
    (tmp_path / "work").mkdir()
    (tmp_path / "data").mkdir(0o755)
    mine, inner = table("work/own.csv"), table("data/a.csv")
    kernel = IsolatedKernel(work=tmp_path / "work")
    kernel.declare([str(tmp_path / "data")])
    async with started(kernel):
        assert not kernel.declare([mine, inner])
        assert await printed(kernel, f"open({mine!r}, 'a').write('more')\nprint(open({inner!r}).read())") == (
            "x\ndata/a.csv\n\n"
        )


async def test_off_is_plain_and_forked(tmp_path: Path) -> None:
    kernel = IsolatedKernel(work=tmp_path / "work", sandbox="off")
    assert (kernel.held_by.name, kernel.isolated) == ("none", False)
    assert not kernel.declare(["/nowhere"])
    async with started(kernel):
        assert kernel.notice == ""
        assert await printed(kernel, "import os, sys\nprint(os.getcwd(), 'pandas' in sys.modules)") == (
            f"{tmp_path}/work True\n"
        )


def test_a_sandbox_that_was_named_is_never_replaced(tmp_path: Path) -> None:
    with pytest.raises(SandboxUnavailable, match="macOS only"):
        IsolatedKernel(work=tmp_path / "work", sandbox="seatbelt", trusted=True)
    assert not (tmp_path / "work").exists()
