from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from analyst_kernels import Kernel
from analyst_kernels.contract import CHECKS, PROBE, Check
from analyst_kernels.managed import ManagedKernel

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(params=[False, True], ids=["forked", "spare"], scope="module", loop_scope="module")
async def fast(request: pytest.FixtureRequest) -> AsyncIterator[Kernel]:
    kernel = ManagedKernel("analyst-fast", probe=PROBE, config={"spare": request.param})
    await kernel.start()
    assert kernel.notice == ""
    yield kernel
    await kernel.close()


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
async def test_keeps_the_contract(fast: Kernel, check: Check) -> None:
    if not fast.alive:  # an earlier check failed half-way
        await fast.restart()
    await check(fast)
