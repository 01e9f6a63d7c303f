from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from analyst_kernels import DisplayData, ExecuteResult
from analyst_kernels.managed import ManagedKernel
from analyst_kernels.probe.contents import content_of
from analyst_kernels.probe.fingerprint import fingerprint
from analyst_kernels.probe.namespace import summary
from analyst_kernels.probing import probe_source
from analyst_kernels.reading import FIGURE, TABLE

PENGUINS = Path(__file__).parents[2] / "notebooks" / "data" / "penguins.csv"


def python(code: str, **environment: str) -> Any:
    """Run code in a process of its own, the probe loaded; what it prints last is JSON."""
    run = subprocess.run(
        [sys.executable, "-c", f"{probe_source()}\n{code}"],
        capture_output=True, text=True, check=True, env={"PATH": "/usr/bin:/bin", **environment},
    )  # fmt: skip
    return json.loads(run.stdout.splitlines()[-1])


# ── the text ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_text_leaves_no_name_and_imports_only_the_standard_library() -> None:
    names, modules = python(
        "import json, sys; print(json.dumps([[n for n in globals() if not n.startswith('__')], sorted(sys.modules)]))"
    )
    assert names == ["json", "sys"]
    assert "_analyst_probe" in modules
    assert not {"pandas", "numpy", "matplotlib", "IPython", "analyst_kernels"} & set(modules)


def test_the_text_works_where_the_user_has_taken_builtin_names() -> None:
    namespace: dict[str, object] = {"exec": None, "compile": None}
    exec(probe_source(), namespace)
    assert set(namespace) == {"exec", "compile", "__builtins__"}


# ── in a real kernel ────────────────────────────────────────────────────────────────────────────────────────────────


async def test_changes_in_a_kernel() -> None:
    kernel = ManagedKernel()
    await kernel.start()
    try:
        first = await kernel.evaluate("changes")
        assert first["variables"] == first["gone"] == []

        await kernel.execute(
            "import pandas as pd\ndf = pd.DataFrame({'a': [1, 2, None]})\n_hidden = 1\nx = 3"
        )
        second = await kernel.evaluate("changes")
        assert [v["name"] for v in second["variables"]] == ["pd", "df", "x"]
        assert second["variables"][1] == {
            "name": "df",
            "type": "DataFrame",
            "summary": "3 rows × 1 columns: a (float64, 1 missing)",
            "content": {"rows": [], "columns": ["a"], "cells": [["1.0"], ["2.0"], [""]]},
        }

        await kernel.execute("x")
        third = await kernel.evaluate("changes")
        assert (third["variables"], third["state"]) == ([], second["state"])

        await kernel.execute("df.loc[0, 'a'] = 9\ndel x")
        fourth = await kernel.evaluate("changes")
        assert [v["name"] for v in fourth["variables"]] == ["df"]
        assert fourth["gone"] == ["x"]
        assert fourth["state"] != third["state"]
    finally:
        await kernel.close()


async def test_digests_travel_with_the_outputs_of_a_kernel() -> None:
    kernel = ManagedKernel()
    await kernel.start()
    try:
        run = await kernel.execute("import pandas as pd\npd.DataFrame({'a': [1, 2]}, index=['x', 'y'])")
        (result,) = run.outputs
        assert isinstance(result, ExecuteResult)
        assert result.data[TABLE]["head"] == [["x", "1"], ["y", "2"]]
        assert "text/html" in result.data

        plot = "import matplotlib.pyplot as plt\nplt.plot([1, 2, 3], label='up')\nplt.title('T');"
        # twice: the inline backend rearranges the formatters when it starts
        for _ in range(2):
            (shown,) = (await kernel.execute(plot)).outputs
            assert isinstance(shown, DisplayData)
            assert "image/png" in shown.data
            (axes,) = shown.data[FIGURE]["axes"]
            assert axes["title"] == "T"
            assert axes["marks"][0]["values"] == [1, 2, 3]

        (other,) = (await kernel.execute("[1, 2]")).outputs
        assert isinstance(other, ExecuteResult)
        assert set(other.data) == {"text/plain"}
    finally:
        await kernel.close()


async def test_a_lazy_object_is_never_touched() -> None:
    code = """
class Meta(type):
    @property
    def __name__(cls): touched.append('meta'); return 'X'
    def __instancecheck__(cls, other): touched.append('isinstance'); return False
class Lazy(metaclass=Meta):
    def __getattribute__(self, name): touched.append(name); return object.__getattribute__(self, name)
    def __repr__(self): touched.append('repr'); return ''
    def __len__(self): touched.append('len'); return 0
    def __iter__(self): touched.append('iter'); return iter(())
    def __eq__(self, other): touched.append('eq'); return True
    def __hash__(self): return 1
touched = []
import collections, pandas as pd
lazy = Lazy()
holders = [[lazy], {'a': lazy}, {lazy}, (lazy,), collections.defaultdict(lambda: touched.append('default'), a=lazy)]
series = pd.Series([lazy, 1, 'a'], dtype=object)
frame = pd.DataFrame({'o': series, 'n': [1, 2, 3]})
category = pd.Series(pd.Categorical.from_codes([0, 1], categories=[1, 'a']))
def f(x, y=lazy, *z, k=lazy): pass
touched.clear()
"""
    kernel = ManagedKernel()
    await kernel.start()
    try:
        assert (await kernel.execute(code)).ok
        said = {v["name"]: v["summary"] for v in (await kernel.evaluate("changes"))["variables"]}
        for name in ("lazy", "holders", "series", "frame", "f"):
            await kernel.evaluate("describe", name)
        (result,) = (await kernel.execute("print(touched)")).outputs
        assert result.text == "[]\n"  # type: ignore[union-attr]
        assert said["lazy"] == "a Lazy, not looked into"
        assert said["f"] == "function f(x, y, k, *z)"
    finally:
        await kernel.close()


# ── fingerprints and summaries ──────────────────────────────────────────────────────────────────────────────────────


def test_the_fingerprint_is_the_same_in_every_process() -> None:
    code = """
import json, sys, datetime
import numpy as np, pandas as pd
probe = sys.modules['_analyst_probe']
words = {f'w{n}' for n in range(50)}
table = {'k': words, 'd': datetime.date(2024, 1, 1), 'f': 0.1, 'n': None, 'b': b'x'}
frame = pd.DataFrame({'s': ['a', 'b', None], 'o': [1, 'x', (2,)], 't': pd.date_range('2024', periods=3)})
index = pd.MultiIndex.from_product([['a', 'b'], [1, 2]])
array = np.arange(30.0).reshape(5, 6)
def f(x): return x in {'a', 'b', 'c'}
class C:
    def m(self): return 1
del datetime, np, pd, json
_state = probe.changes()
del probe
print(__import__('json').dumps(_state))
"""
    first, second = (python(code, PYTHONHASHSEED=seed) for seed in ("1", "2"))
    assert first == second


CHANGES: dict[str, Callable[[], tuple[Any, Any]]] = {
    "one cell": lambda: _changed(pd.DataFrame({"a": range(1000), "b": ["x"] * 1000}), lambda d: d.__setitem__("a", [7, *range(1, 1000)])),
    "a text": lambda: _changed(pd.DataFrame({"b": ["x"] * 1000}), lambda d: d.loc.__setitem__((999, "b"), "y")),
    "an object": lambda: _changed(pd.DataFrame({"b": pd.Series(["x", 1, None] * 300, dtype=object)}), lambda d: d.loc.__setitem__((500, "b"), 2)),
    "a column's name": lambda: _changed(pd.DataFrame({"a": [1]}), lambda d: setattr(d, "columns", ["b"])),
    "a type": lambda: (pd.Series([1, 2]), pd.Series([1.0, 2.0])),
    "an index": lambda: (pd.Series([1], index=["a"]), pd.Series([1], index=["b"])),
    "an array": lambda: _changed(np.zeros((100, 10)), lambda a: a.__setitem__((50, 5), 1)),
    "a list": lambda: ([1, 2, [3]], [1, 2, [4]]),
    "a type in a list": lambda: ([1, 2], [1, 2.0]),
    "a key": lambda: ({"a": 1}, {"b": 1}),
    "a function": lambda: (lambda x: x + 1, lambda x: x + 2),
    "a default": lambda: (eval("lambda x=1: x"), eval("lambda x=2: x")),
    "a text's end": lambda: ("a" * 10**6 + "b", "a" * 10**6 + "c"),
}  # fmt: skip


def _changed(value: Any, change: Callable[[Any], None]) -> tuple[Any, Any]:
    other = value.copy()
    change(other)
    return value, other


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_changes_the_fingerprint(name: str) -> None:
    before, after = CHANGES[name]()
    assert fingerprint(before) != fingerprint(after)
    again, _ = CHANGES[name]()
    assert fingerprint(again) == fingerprint(before)


def test_odd_values_have_fingerprints_summaries_and_maybe_contents() -> None:
    loop: list[Any] = [1]
    loop.append(loop)
    duplicates = pd.DataFrame([[1, 2]], columns=["a", "a"])
    odd = [loop, 10**5000, float("nan"), duplicates, pd.DataFrame(), np.array(3), np.array([object()]), "\ud800", pd.NaT, pd.NA,
           pd.Series([[1], {}]), pd.interval_range(0, 3), np.ma.array([1]), pd.Categorical(["a"]), range(10**18), np.zeros(0)]  # fmt: skip
    for value in odd:
        assert len(fingerprint(value)) == 24
        assert len(summary(value)) < 1000
        json.dumps(content_of(value))


def test_a_summary_names_columns_and_gaps() -> None:
    text = summary(pd.read_csv(PENGUINS))
    assert text.startswith(
        "344 rows × 8 columns: species (str), island (str), bill_length_mm (float64, 2 missing)"
    ) or (text.startswith("344 rows × 8 columns: species (object)"))


def test_a_big_frame_is_looked_at_in_no_time() -> None:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({name: rng.random(1_000_000) for name in "abcd"} | {"e": ["x", "y"] * 500_000})
    start = time.perf_counter()
    fingerprint(frame)
    summary(frame)
    # typically 10 to 40 ms: the bound only says that it does not read all of it
    assert time.perf_counter() - start < 2


# ── describe ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_describe_in_a_kernel() -> None:
    kernel = ManagedKernel()
    await kernel.start()

    async def said(target: str) -> str:
        text = (await kernel.evaluate("describe", target))["text"]
        assert len(text) <= 4000
        return str(text)

    try:
        path = str(PENGUINS)
        await kernel.execute(
            f"import pandas as pd\npenguins = pd.read_csv({path!r})\ndef double(x):\n    return 2 * x\nbig = list(range(10**6))"
        )
        assert "344 rows × 8 columns" in await said("penguins")
        assert '"column":"year"' in await said("penguins.year")
        assert '"column":"year"' in await said("penguins['year']")
        assert "Similar: species" in await said("penguins.specis")
        assert "Similar names: penguins" in await said("pengiuns")
        assert "return 2 * x" in await said("double")
        assert "1,000,000 items" in await said("big")
        assert '"column":"year"' in await said(path)
        assert "no variable and no file" in await said("a\0b" * 10_000)
    finally:
        await kernel.close()
