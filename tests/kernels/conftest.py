from __future__ import annotations

import os
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

pytest.register_assert_rewrite("analyst_kernels.contract")

from analyst_kernels.contract import PROBE  # noqa: E402
from analyst_kernels.managed import ManagedKernel  # noqa: E402


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def kernel() -> AsyncIterator[ManagedKernel]:
    """A living kernel for all tests of a module: a test that kills it restarts it."""
    # where it sees that it runs under pytest, ipykernel does not publish what child processes print
    env = {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}  # noqa: TID251
    kernel = ManagedKernel(probe=PROBE, env=env)
    await kernel.start()
    yield kernel
    await kernel.close()
