"""The reviewer's check in real kernels: beside the variables in one that we start, and in the user's own."""

from __future__ import annotations

import json
from pathlib import Path

from analyst_kernels.managed import ManagedKernel

from analyst.events import Reviewed, ToolReturned
from analyst.models.scripted import ScriptedModel
from analyst.session import Session
from tests.kernels.lent_cells import Cells
from tests.scripts import answers, runs

SPOILS = """
orders["net"] = 0
orders.drop(columns="paid", inplace=True)
weights[:] = 0
import numpy as np
np.random.rand(3)
orders_of = 5
assert stated(6) and stated("south"), "there are 6 orders"
"""
MAKE = """
import numpy as np, pandas as pd
np.random.seed(7)
orders = pd.DataFrame({"region": ["south"] * 6, "paid": range(6)})
weights = np.ones(3)
print("orders in the south:", len(orders) - 1)
"""
LOOK = "print(list(orders), weights.sum(), 'orders_of' in globals(), np.random.rand() == np.random.RandomState(7).rand(), 'orders:', len(orders))"
SHOWN = "['region', 'paid'] 3.0 False True orders: 6"


async def test_in_a_kernel_that_we_start(tmp_path: Path) -> None:
    script = [
        runs("1", MAKE),
        answers("2", "There are 5 orders in the south."),
        runs("3", LOOK),
        answers("4", "There are 6 orders in the south."),
    ]
    kernel = ManagedKernel(cwd=tmp_path)
    reviewer = ScriptedModel([runs("c", SPOILS)])
    async with Session(
        ScriptedModel(script), folder=tmp_path / "run", kernel=kernel, reviewer=reviewer
    ) as session:
        await session.ask("How many orders are there in the south?")
        facts = session.events
    await kernel.close()
    assert [e.verdict for e in facts if isinstance(e, Reviewed)] == ["refuted", "held"]
    assert SHOWN in [e for e in facts if isinstance(e, ToolReturned)][-1].text


def test_in_the_users_own_kernel(tmp_path: Path) -> None:
    asked = f"""
import sys
sys.path.insert(0, {json.dumps(str(Path(__file__).parent.parent))})
from analyst.events import Reviewed
from analyst.models.scripted import ScriptedModel
from analyst.session import Session
from tests.scripts import answers, runs
script = [runs("1", "print('orders in the south:', len(orders) - 1)"), answers("2", "There are 5 orders in the south.")]
script += [runs("3", "print('orders:', len(orders))"), answers("4", "There are 6 orders in the south.")]
reviewer = ScriptedModel([runs("c", {SPOILS!r})])
before = orders
async with Session(ScriptedModel(script), folder={str(tmp_path / "run")!r}, kernel=lent, undo=True, reviewer=reviewer) as s:
    await s.ask("How many orders are there in the south?")
    print([e.verdict for e in s.events if isinstance(e, Reviewed)], orders is before)
"""
    with Cells() as cells:
        assert cells.run(MAKE).status == "ok"
        ran = cells.run(asked)
        looked = cells.run(LOOK)
    assert "['refuted', 'held'] True" in ran.text(), ran.text()
    assert SHOWN in looked.text()
