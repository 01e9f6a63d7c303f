"""The contract of every kernel, on the kernel that the checks themselves run in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from analyst_kernels.contract import CHECKS, Check

from tests.kernels.lent_cells import Cells

BEGIN = """
from analyst_kernels import contract
borrowed = LentKernel(get_ipython(), probe=contract.PROBE)

async def passes(check):
    await borrowed.start()
    await getattr(contract, check)(borrowed)
"""


@pytest.fixture(scope="module")
def cells() -> Iterator[Cells]:
    with Cells() as cells:
        cells.run(BEGIN)
        yield cells


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_a_lent_kernel_keeps_the_contract(cells: Cells, check: Check) -> None:
    ran = cells.run(f"borrowed.drive(lambda: passes({check.__name__!r}))", allow_error=True)
    assert ran.status == "ok", "\n".join(ran.messages[-1][1]["traceback"])
    assert not ran.messages
