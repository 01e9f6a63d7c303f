"""`%agent undo`: the variables are again what they were, the model is told, and what cannot be restored is said."""

from __future__ import annotations

import re
from collections.abc import Callable

from analyst.models.scripted_server import ScriptedServer
from tests.scripts import answers, runs

from .conftest import Typist

SETUP = """
import pandas as pd, numpy as np
df = pd.DataFrame({"a": [1, 2, 3]})
same = df
arr, items, table, gone = np.arange(4), [1, [2]], {"k": 1}, "here"
orders = pd.DataFrame({"day": ["b", "a"], "n": [1.5, None]}, index=pd.Index([5, 6], name="id"))
serie, chosen, rebound, pair = orders["n"].copy(), {1, 2}, [0], (np.zeros(2), "x")
nested = {"frame": pd.DataFrame({"q": [1]}), "list": [[1]]}
handle = open("file.txt", "w")
"""
FIRST = """
df["b"] = df["a"] * 2
df.loc[0, "a"] = 100
arr[0] = 99
items[1].append(3)
table.clear()
del gone
made = 7
orders.sort_values("day", inplace=True)
orders.rename(columns={"n": "m"}, inplace=True)
orders.index.name = "other"
orders.drop(columns="day", inplace=True)
serie.iloc[0] = 9
chosen.add(3)
rebound = "something else"
pair[0][:] = 1
nested["frame"]["r"] = 2
nested["list"][0].append(2)
nested["new"] = 1
for _ in range(3):
    pass
handle.write("text")
"""
LOOK = """(list(df.columns), df['a'].tolist(), same is df, arr.tolist(), items, table, 'gone' in dir(), 'made' in dir(),
 orders.reset_index().fillna(-1).values.tolist(), list(orders.columns), orders.index.name, serie.tolist()[0], chosen,
 rebound, pair[0].tolist(), nested['frame'].columns.tolist(), nested['list'], list(nested))"""
BEFORE = (
    "(['a'], [1, 2, 3], True, [0, 1, 2, 3], [1, [2]], {'k': 1}, True, False, "
    "[[5, 'b', 1.5], [6, 'a', -1.0]], ['day', 'n'], 'id', 1.5, {1, 2}, "
    "[0], [0.0, 0.0], ['q'], [[1]], ['frame', 'list'])"
)
CHANGED = (
    "arr",
    "df",
    "gone",
    "items",
    "nested",
    "orders",
    "pair",
    "rebound",
    "same",
    "serie",
    "table",
    "chosen",
)


def test_undo_restores_what_the_last_question_changed(kernel: Callable[..., Typist]) -> None:
    script = [runs("c1", FIRST), runs("c2", "arr[1] = 98"), answers("c3", "Done."), answers("c4", "Nothing.")]
    with ScriptedServer(script) as server:
        typist = kernel(server)
        assert typist.run(SETUP).status == "ok"
        assert typist.value(LOOK) == BEFORE
        assert typist.run("%%agent\nChange everything").status == "ok"
        assert typist.value("df['a'].tolist()") == "[100, 2, 3]"
        undone = typist.run("%agent undo 1")
        assert "cell 2" in undone.text
        assert typist.value("arr.tolist()") == "[99, 1, 2, 3]"
        undone = typist.run("%agent undo")
        assert "cell 1" in undone.text
        assert "made" in undone.text
        restored = re.search(r"Again as before: ([^.]*)\.", undone.text)
        assert restored, undone.text
        assert sorted(restored[1].split(", ")) == sorted(CHANGED)
        assert "Not restored: handle (" in undone.text
        assert typist.value(LOOK) == BEFORE
        assert (
            "nothing to undo" in typist.run("%agent undo").text or typist.run("%agent undo").status == "error"
        )
        typist.run("%%agent\nWhat now?")
        told = str(server.requests[-1]["messages"][-1]["content"])
        assert "undid" in told
        assert "made" in told


def test_without_a_run_there_is_nothing_to_undo(kernel: Callable[..., Typist]) -> None:
    typist = kernel()
    for line, why in {"": "nothing to undo", " x": "no number", " 0": "no number"}.items():
        cell = typist.run(f"%agent undo{line}")
        assert cell.status == "error"
        assert why in cell.stderr
        assert len(cell.stderr.strip().splitlines()) == 1
