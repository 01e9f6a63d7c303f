"""What analyses use works in forked kernels, though it was imported, or not, before the fork."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from analyst_kernels import DisplayData, ExecuteResult, Execution, Limits, Stream
from analyst_kernels.contract import PROBE
from analyst_kernels.managed import ManagedKernel

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def fast() -> AsyncIterator[ManagedKernel]:
    # where it sees that it runs under pytest, ipykernel does not publish what child processes print
    env = {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}  # noqa: TID251
    kernel = ManagedKernel("analyst-fast", probe=PROBE, env=env)
    await kernel.start()
    assert kernel.notice == ""
    yield kernel
    await kernel.close()


CELLS = {
    "text columns": (
        "import pandas as pd\nframe = pd.DataFrame({'k': list('abab'), 'v': range(4)})\n"
        "frame.groupby('k')['v'].sum().to_dict()",
        "{'a': 2, 'b': 4}",
    ),
    "linear algebra": (
        "import numpy as np, scipy.linalg\nfloat(scipy.linalg.svdvals(np.eye(300)).sum())",
        "300.0",
    ),
    "Parquet, with threads": (
        "import io, pandas as pd\nfile = io.BytesIO()\n"
        "pd.DataFrame({'a': range(100_000), 's': 'x'}).to_parquet(file)\nlen(pd.read_parquet(file))",
        "100000",
    ),
    "CSV by pyarrow": (
        "import io, pandas as pd\nlen(pd.read_csv(io.BytesIO(b'a,b\\n' + b'1,2\\n' * 50_000), engine='pyarrow'))",
        "50000",
    ),
    "a forest with jobs": (
        "import numpy as np\nfrom sklearn.ensemble import RandomForestClassifier\n"
        "X = np.random.rand(300, 4)\ny = (X[:, 0] > 0.5).astype(int)\n"
        "RandomForestClassifier(20, n_jobs=2).fit(X, y).score(X, y) > 0.9",
        "True",
    ),
    "OpenMP": (
        "from sklearn.ensemble import HistGradientBoostingClassifier\n"
        "HistGradientBoostingClassifier(max_iter=10).fit(X, y).score(X, y) > 0.9",
        "True",
    ),
    "threads of BLAS": (
        "import numpy as np\nfrom threadpoolctl import threadpool_limits\n"
        "with threadpool_limits(2):\n    product = np.ones((500, 500)) @ np.ones((500, 500))\nfloat(product[0, 0])",
        "500.0",
    ),
    "joblib, processes": (
        "from joblib import Parallel, delayed\nfactor = 3\ndef times(x):\n    return x * factor\n"
        "sum(Parallel(n_jobs=2)(delayed(times)(i) for i in range(10)))",
        "135",
    ),
    "joblib, threads": (
        "sum(Parallel(n_jobs=2, backend='threading')(delayed(pow)(i, 2) for i in range(10)))",
        "285",
    ),
    "multiprocessing, fork": (
        "import multiprocessing as mp\ndef square(x):\n    return x * x\n"
        "with mp.get_context('fork').Pool(2) as pool:\n    squares = pool.map(square, range(5))\nsquares",
        "[0, 1, 4, 9, 16]",
    ),
    "multiprocessing, spawn": (
        "import math\nwith mp.get_context('spawn').Pool(2) as pool:\n    roots = pool.map(math.sqrt, [4, 9])\nroots",
        "[2.0, 3.0]",
    ),
    "multiprocessing, fork server": (
        "with mp.get_context('forkserver').Pool(2) as pool:\n    roots = pool.map(math.sqrt, [4, 9])\nroots",
        "[2.0, 3.0]",
    ),
    "top-level await, a child process": (
        "import asyncio\nchild = await asyncio.create_subprocess_exec('echo', 'said', stdout=-1)\n"
        "(await child.communicate())[0]",
        "b'said\\n'",
    ),
    "classes can be pickled": (
        "import pickle\nclass Thing:\n    pass\ntype(pickle.loads(pickle.dumps(Thing()))) is Thing",
        "True",
    ),
    "SQLite": (
        "import sqlite3\nbase = sqlite3.connect(':memory:')\npd.DataFrame({'a': [1, 2]}).to_sql('t', base)\n"
        "int(pd.read_sql('select sum(a) as s from t', base)['s'][0])",
        "3",
    ),
    "source of a function": (
        "import inspect\ninspect.getsource(square)",
        "'def square(x):\\n    return x * x\\n'",
    ),
}


@pytest.mark.parametrize("name", CELLS)
async def test_works(fast: ManagedKernel, name: str) -> None:
    await fast.execute(
        ";\n".join(code for earlier, (code, _) in CELLS.items() if earlier in _NEEDS.get(name, ()))
    )
    code, value = CELLS[name]
    execution = await fast.execute(code, limits=Limits(wall=90))
    assert execution.ok, execution
    result = execution.outputs[-1]
    assert isinstance(result, ExecuteResult)
    assert result.data["text/plain"] == value


_NEEDS = {
    "OpenMP": ("a forest with jobs",),
    "joblib, threads": ("joblib, processes",),
    "multiprocessing, spawn": ("multiprocessing, fork",),
    "multiprocessing, fork server": ("multiprocessing, fork", "multiprocessing, spawn"),
    "SQLite": ("text columns",),
    "source of a function": ("multiprocessing, fork",),
}
"""Cells that use what others have made; tests may be shared out among processes."""


@pytest.mark.parametrize("kind", ["png", "pdf", "svg"])
async def test_figures_are_saved(fast: ManagedKernel, kind: str) -> None:
    code = (
        "import io, matplotlib.pyplot as plt\nfile = io.BytesIO()\nfigure, axes = plt.subplots()\n"
        f"axes.plot([1, 3, 2])\nfigure.savefig(file, format={kind!r})\nplt.close(figure)\nprint(len(file.getvalue()))"
    )
    assert int(_text(await fast.execute(code))) > 1000


async def test_figures_are_shown(fast: ManagedKernel) -> None:
    code = "import matplotlib.pyplot as plt\nplt.plot([1, 3, 2])\nplt.title('Größe 東')\nplt.show()"
    shown = (await fast.execute(code)).outputs[-1]
    assert isinstance(shown, DisplayData)
    assert "image/png" in shown.data


async def test_what_a_library_prints_itself_is_heard(fast: ManagedKernel) -> None:
    assert _text(await fast.execute("import os\nos.system('echo low level');")) == "low level\n"


def _text(execution: Execution) -> str:
    assert execution.ok, execution
    return "".join(output.text for output in execution.outputs if isinstance(output, Stream))
