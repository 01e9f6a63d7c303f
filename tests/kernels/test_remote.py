from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from analyst_kernels.contract import CHECKS, OWNED, PROBE, Check
from analyst_kernels.remote import RemoteKernel

from tests.jupyter import ALONE, JupyterServer

pytestmark = pytest.mark.asyncio(loop_scope="module")

PROTOCOLS = {"parts": (), "text": ("--ZMQChannelsWebsocketConnection.kernel_ws_protocol=",)}
"""The protocol of today, and the one that servers without it speak."""


@pytest.fixture(scope="module", params=PROTOCOLS)
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[JupyterServer]:
    server = JupyterServer(tmp_path_factory.mktemp("server"), *ALONE, *PROTOCOLS[request.param])
    yield server
    server.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def kernel(server: JupyterServer) -> AsyncIterator[RemoteKernel]:
    kernel = RemoteKernel(server.url, server.token, probe=PROBE)
    await kernel.start()
    yield kernel
    await kernel.close()
    assert server.kernels() == []


@pytest.mark.parametrize("check", CHECKS + OWNED, ids=lambda check: check.__name__)
async def test_keeps_the_contract(kernel: RemoteKernel, check: Check) -> None:
    if not kernel.alive:  # an earlier check failed half-way
        await kernel.restart()
    await check(kernel)
