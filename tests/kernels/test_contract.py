from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio
from analyst_kernels import Kernel
from analyst_kernels.contract import CHECKS, OWNED, PROBE, Check
from analyst_kernels.fake import FakeKernel
from analyst_kernels.managed import ManagedKernel

pytestmark = pytest.mark.asyncio(loop_scope="module")

KERNELS: dict[str, Callable[[], Kernel]] = {
    "managed": lambda: ManagedKernel(probe=PROBE),
    "forked": lambda: ManagedKernel("analyst-fast", probe=PROBE, config={"spare": False}),
    "spare": lambda: ManagedKernel("analyst-fast", probe=PROBE),
    "sandboxed": lambda: ManagedKernel("analyst-sandbox", probe=PROBE),
    "fake": lambda: FakeKernel(probe=PROBE),
}


@pytest_asyncio.fixture(params=KERNELS, scope="module", loop_scope="module")
async def any_kernel(request: pytest.FixtureRequest) -> AsyncIterator[Kernel]:
    kernel = KERNELS[request.param]()
    await kernel.start()
    yield kernel
    await kernel.close()


@pytest.mark.parametrize("check", CHECKS + OWNED, ids=lambda check: check.__name__)
async def test_keeps_the_contract(any_kernel: Kernel, check: Check) -> None:
    if not any_kernel.alive:  # an earlier check failed half-way
        await any_kernel.restart()
    await check(any_kernel)
