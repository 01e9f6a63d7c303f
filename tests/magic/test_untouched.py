"""A whole run leaves what is the user's as it was: `_`, `Out`, `In`, the last error, the open figure, her own settings."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from analyst.models.scripted_server import ScriptedServer
from tests.scripts import answers, runs

from .conftest import Typist

SETUP = """
%matplotlib inline
import matplotlib, matplotlib.pyplot as plt, pandas as pd, signal, sys, warnings
matplotlib.rcParams['figure.figsize'] = (3, 2)
mine = plt.figure(num='mine')
plt.plot([1, 2])
handler, hook, out = signal.getsignal(signal.SIGINT), sys.displayhook, sys.stdout
%config InlineBackend.close_figures = False
"""
CODE = """
import matplotlib.pyplot as plt
plt.figure(); plt.plot([3, 1]); plt.show()
for _ in range(3):
    pass
plt.figure(num='left open'); plt.plot([5, 6])
print('drawn')
'their value'
"""
FAILS = "secret_name = 1\nundefined_name"
LOOK = (
    "_, Out[2], list(Out), In[2], plt.get_figlabels(), plt.gcf() is mine, len(mine.axes[0].lines),"
    " signal.getsignal(signal.SIGINT) is handler, sys.stdout is out, matplotlib.rcParams['figure.figsize'],"
    " sys.last_type.__name__, '|', len(In), get_ipython().execution_count"
)


@pytest.mark.parametrize("above", ["", "%%time\n"])
def test_a_whole_run_leaves_no_trace_but_its_variables(above: str, kernel: Callable[..., Typist]) -> None:
    script = [runs("c1", CODE), runs("c2", FAILS), runs("c3", "done = 1"), answers("c4", "Drawn.")]
    with ScriptedServer(script) as server:
        typist = kernel(server)
        typist.run("6 * 7")  # In[2]: the extension was loaded in In[1]
        assert typist.run("1 / 0").status == "error"
        typist.run(SETUP)
        before = typist.run(f"print({LOOK})").stdout
        cell = typist.run(f"{above}%%agent\nDraw it")
        assert cell.status == "ok", cell.text
        after = typist.run(f"print({LOOK})").stdout
        assert after.rsplit("|", 1)[0] == before.rsplit("|", 1)[0]
        # two cells were run since: the one that looked first, and the agent's
        assert [int(count) for count in after.split("|")[1].split()] == [
            int(count) + 2 for count in before.split("|")[1].split()
        ]
        assert typist.value("(secret_name, done)") == "(1, 1)"
        pictures = [data for data in cell.outputs.values() if "image/png" in data]
        assert len(pictures) == 2
        shown = typist.run("%debug", types=["p sys.last_type", "q"])
        assert "ZeroDivisionError" in shown.text
