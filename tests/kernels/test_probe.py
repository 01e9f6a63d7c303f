from __future__ import annotations

import gzip
import json
import sqlite3
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
from analyst_kernels.probe.digests import figure, table
from analyst_kernels.probe.fingerprint import fingerprint
from analyst_kernels.probe.namespace import summary
from analyst_kernels.probe.survey import survey
from analyst_kernels.probing import probe_source
from analyst_kernels.reading import FIGURE, TABLE
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure

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


def test_odd_values_have_fingerprints_and_summaries() -> None:
    loop: list[Any] = [1]
    loop.append(loop)
    duplicates = pd.DataFrame([[1, 2]], columns=["a", "a"])
    odd = [loop, 10**5000, float("nan"), duplicates, pd.DataFrame(), np.array(3), np.array([object()]), "\ud800", pd.NaT, pd.NA,
           pd.Series([[1], {}]), pd.interval_range(0, 3), np.ma.array([1]), pd.Categorical(["a"]), range(10**18), np.zeros(0)]  # fmt: skip
    for value in odd:
        assert len(fingerprint(value)) == 24
        assert len(summary(value)) < 1000


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


# ── digests ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "value",
    [
        pd.DataFrame(),
        pd.DataFrame([[1, 2]], columns=["a", "a"]),
        pd.DataFrame({"x": [[1], {"a": 2}, None]}),
        pd.DataFrame({(1, "a"): [1.0], (2, None): ["\n"]}),
        pd.DataFrame(np.zeros((3, 500))),
        pd.DataFrame({"t": ["x" * 10_000] * 100}),
        pd.Series(range(100_000), name="n"),
        pd.Series([pd.NaT, pd.NA, None, np.nan], dtype=object),
    ],
)
def test_a_table_digest_is_small_json(value: Any) -> None:
    before = fingerprint(value)
    digest = table(value)
    assert len(json.dumps(digest, allow_nan=False)) < 12_000
    assert digest["shape"][0] == len(value)
    assert fingerprint(value) == before


def test_a_small_result_is_shown_whole() -> None:
    assert len(table(pd.Series(range(50)))["head"]) == 50
    digest = table(pd.DataFrame({"a": range(500)}))
    assert (len(digest["head"]), len(digest["tail"])) == (8, 3)


def test_a_figure_digest_stays_small_and_tells_the_marks() -> None:
    drawn = Figure()
    for number, axes in enumerate(drawn.subplots(5, 5).flat):
        axes.set_title(f"panel {number} " + "long " * 10)
        for line in range(20):
            axes.plot([0, line], label=f"line {line}")
        axes.legend()
    digest = figure(drawn)
    assert len(json.dumps(digest, ensure_ascii=False)) <= 2000
    assert len(digest["axes"]) + digest["more_axes"] == 25


def test_a_figure_digest_tells_bars_images_and_dates() -> None:
    drawn = Figure()
    bars, image, dates, empty = drawn.subplots(1, 4)
    bars.bar(["a", "b"], [3, 5])
    bars.set_ylabel("count")
    drawn.colorbar(image.imshow([[0, 9], [np.nan, 4]]))
    dates.plot(pd.to_datetime(["2024-01-01", "2024-03-01"]), [1, np.nan], "o")
    said = figure(drawn)["axes"]
    assert said[0]["x"]["categories"] == ["a", "b"]
    assert said[0]["y"]["label"] == "count"
    assert said[0]["marks"] == [{"kind": "bars", "count": 2, "values": [3.0, 5.0]}]
    assert said[1]["marks"] == [{"kind": "image", "shape": [2, 2], "range": [0.0, 9.0]}]
    assert said[2]["marks"][0] | {"label": ""} == {"kind": "points", "count": 2, "x": ["2024-01-01", "2024-03-01"], "y": [1.0, 1.0],
                                                   "values": [1.0, None], "label": ""}  # fmt: skip
    assert "marks" not in said[3]
    assert empty.get_lines() == []


# ── survey ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def surveyed(tmp_path: Path) -> Callable[..., list[dict[str, Any]]]:
    """Write files and survey them."""

    def look(**files: bytes | str) -> list[dict[str, Any]]:
        for name, content in files.items():
            path = tmp_path / name.replace("__", ".")
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        found = survey([str(tmp_path / name.replace("__", ".")) for name in files])
        check_text(found)
        tables: list[dict[str, Any]] = found["tables"]
        return tables

    return look


def check_text(found: dict[str, Any]) -> None:
    """What both readers of the text count on."""
    json.dumps(found, allow_nan=False)
    assert len(found["text"]) <= 12_000
    for line in found["text"].splitlines():
        assert isinstance(json.loads(line), dict)


def reread(found: dict[str, Any]) -> pd.DataFrame:
    frame = eval(found["read"], {"pd": pd})
    assert isinstance(frame, pd.DataFrame)
    return frame


def columns(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {column["column"]: column for column in found["columns"]}


def test_survey_of_penguins() -> None:
    found = survey([str(PENGUINS)])
    check_text(found)
    (penguins,) = found["tables"]
    assert (penguins["rows"], penguins["rows_exact"], penguins["format"]) == (344, True, "csv")
    said = columns(penguins)
    assert said["species"] == {"column": "species", "type": "text", "missing": 0, "distinct": 3,
                               "values": {"Adelie": 152, "Gentoo": 124, "Chinstrap": 68}}  # fmt: skip
    mass = said["body_mass_g"]
    assert (mass["type"], mass["missing"], mass["min"], mass["max"], mass["mean"]) == (
        "integer",
        2,
        2700,
        6300,
        4201.75,
    )
    first, second = found["text"].splitlines()[:2]
    assert json.loads(first)["columns"] == 8
    assert json.loads(second) == said["species"]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_separators_and_encodings(surveyed: Any, separator: str, encoding: str) -> None:
    text = "\n".join(
        separator.join(row) for row in [("Straße", "größe"), ("Öl", "1.5"), ("é", "2.5"), ("ü", "3.5")]
    )
    (found,) = surveyed(a__csv=text.encode(encoding))
    assert reread(found).columns.tolist() == ["Straße", "größe"]
    assert columns(found)["größe"]["mean"] == 2.5
    assert found["rows"] == 3


def test_an_old_encoding_that_ends_like_utf8(surveyed: Any) -> None:
    (found,) = surveyed(a__csv="a,b\n1,caf\u00e9".encode("latin-1"))
    assert reread(found)["b"].tolist() == ["caf\u00e9"]


PIECES = ["a", "b", ",", ";", "\t", "|", "\n", "\n", '"', "1", "2,5", "2024-01-31", "31/12/2020", "{", "}", "[", "]", ":", " ", "\u00e9",
          "\u2028", "\0", "\r", "NaN", "inf", "1e999", "$1,200", "Jan 5, 2024", "9" * 30, "true", "x" * 70]  # fmt: skip


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.lists(st.sampled_from(PIECES), max_size=60).map("".join),
    st.sampled_from(["utf-8", "utf-16", "latin-1"]),
    st.sampled_from(["csv", "json", "jsonl", "txt"]),
)
def test_any_text_is_surveyed_or_refused_in_a_sentence(
    tmp_path: Path, text: str, encoding: str, suffix: str
) -> None:
    path = tmp_path / f"any.{suffix}"
    path.write_bytes(text.encode(encoding, "replace"))
    found = survey([str(path)])
    check_text(found)
    assert found["tables"]
    assert found == survey([str(path)])


def test_decimal_commas(surveyed: Any) -> None:
    (found,) = surveyed(a__csv="land;wert\nA;1.234,5\nB;2,5\nC;0,5\n")
    assert reread(found)["wert"].tolist() == [1234.5, 2.5, 0.5]
    assert columns(found)["wert"]["type"] == "number"


def test_lines_above_the_header_and_no_header(surveyed: Any) -> None:
    above, without = surveyed(
        a__csv="Report of 2024\n\na,b\n1,x\n2,y\n3,z\n",
        b__csv="1,2\n3,4\n",
    )
    assert reread(above).columns.tolist() == ["a", "b"]
    assert "lines above the header are skipped" in above["notes"][0]
    assert reread(without).to_dict("list") == {"c0": [1, 3], "c1": [2, 4]}
    assert list(columns(without)) == ["c0", "c1"]


def test_dates_as_text_say_their_format(surveyed: Any) -> None:
    rows = [
        ("2024-01-05", "31/12/2023", "1/2/2023", "Jan 5, 2024"),
        ("2024-02-06", "01/06/2023", "3/4/2023", "Feb 6, 2024"),
    ]
    text = "iso,day_first,unsure,name\n" + "\n".join(",".join(f'"{value}"' for value in row) for row in rows)
    (found,) = surveyed(a__csv=text)
    said = columns(found)
    frame = reread(found)
    for name, column in said.items():
        assert column["type"] == "date"
        assert pd.to_datetime(frame[name], format=column["format"]).notna().all()
    assert said["day_first"]["max"] == "2023-12-31"
    assert "other way round" in said["unsure"]["note"]
    assert "note" not in said["day_first"]


def test_odd_columns(surveyed: Any) -> None:
    (found,) = surveyed(
        a__jsonl='{"l": [1], "m": 1, "e": null, "price": "$1,200"}\n{"l": [2], "m": "x", "e": null, "price": "$3"}\n'
    )
    said = columns(found)
    assert (said["l"]["distinct"], said["l"]["note"]) == (None, "holds values of type list")
    assert said["m"]["type"] == "other"
    assert said["e"]["note"] == "empty"
    assert said["price"]["note"] == "numbers written as text"


def test_data_cannot_break_out_of_its_line(surveyed: Any) -> None:
    nasty = 'a\n{"path":"/etc/x"}\u2028\x85\u202e"\\'
    frame = pd.DataFrame({nasty: [nasty] * 3, "b": ["<|im_start|>system", "\x1b[31m", "x" * 500]})
    (found,) = surveyed(a__csv=frame.to_csv(index=False))
    assert len(survey([found["path"]])["text"].splitlines()) == 3


def test_wide_and_many_files_are_cut_and_said(tmp_path: Path) -> None:
    for number in range(60):
        pd.DataFrame({f"column number {n}": ["some text", "other"] for n in range(100)}).to_csv(
            tmp_path / f"{number:02}.csv"
        )
    found = survey([str(tmp_path)])
    check_text(found)
    folder, *tables = found["tables"]
    assert len(folder["files"]) == 50
    assert len(tables) == 10
    assert len(tables[0]["columns"]) == 60
    assert tables[0]["more_columns"] == 41
    assert '"cut":' in found["text"]


def test_a_large_file_is_sampled_and_its_lines_counted(tmp_path: Path) -> None:
    path = tmp_path / "big.csv"
    rows = 1_000_000
    pd.DataFrame({"n": np.arange(rows), "x": np.arange(rows) % 7 / 7}).to_csv(path, index=False)
    start = time.perf_counter()
    found = survey([str(path)])
    assert time.perf_counter() - start < 10  # about 0.3 s
    check_text(found)
    (table,) = found["tables"]
    assert (table["rows"], table["rows_exact"]) == (rows, True)
    assert "sampled" in table["notes"][0]
    said = columns(table)["n"]
    assert said["min"] == 0
    assert said["max"] == rows - 1
    assert abs(said["mean"] - rows / 2) < rows / 20
    assert survey([str(path)]) == found


def test_packed_and_quoted_large_files(tmp_path: Path) -> None:
    path = tmp_path / "big.csv.gz"
    with gzip.open(path, "wt") as file:
        file.write("a,b\n")
        file.writelines(f'{n},"x\ny"\n' for n in range(120_000))
    (table,) = survey([str(path)])["tables"]
    assert (table["rows"], table["rows_exact"]) == (120_000, True)
    assert columns(table)["b"]["values"] == {"x\\ny": 100_000}


def test_sqlite(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with sqlite3.connect(path) as base:
        base.execute('CREATE TABLE "odd "" name" (id INTEGER, v TEXT)')
        base.execute('INSERT INTO "odd "" name" VALUES (1, \'x\'), (2, NULL)')
        base.execute("CREATE TABLE empty (id INTEGER)")
    base.close()
    found = survey([str(path)])
    check_text(found)
    empty, odd = found["tables"]
    assert (empty["rows"], odd["rows"]) == (0, 2)
    assert columns(odd)["v"]["missing"] == 1
    assert "SELECT * FROM" in odd["read"]


def test_json(surveyed: Any) -> None:
    records, nested = surveyed(
        a__json='[{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]', b__json='{"meta": 1, "rows": [{"a": 5}]}'
    )
    assert reread(records)["a"].tolist() == [1, 2]
    assert reread(nested)["a"].tolist() == [5]


UNREADABLE = {
    "empty__csv": (b"", "empty"),
    "blank__csv": (b" \n \n", "empty"),
    "a__pdf": (b"%PDF-1.7 ...", "PDF"),
    "binary__csv": (bytes(range(256)) * 10, "binary"),
    "a__pkl": (b"\x80\x04\x95\x00\x00", "pickle"),
    "broken__json": (b'{"a": [1, 2', "JSON"),
    "object__json": (b'{"a": {"b": 1}, "c": {"d": {"e": 2}}, "f": "g"}', "JSON"),
    "broken__gz": (b"no gzip at all", "could not be read"),
    "broken__db": (b"SQLite format 3\0 and then nothing", "Reading it failed"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_is_said(surveyed: Any, name: str) -> None:
    content, word = UNREADABLE[name]
    (found,) = surveyed(**{name: content})
    assert "error" in found, found
    assert word in found["error"]
    assert found["error"].endswith(".")


def test_a_missing_file_and_a_missing_package(tmp_path: Path) -> None:
    (tmp_path / "a.parquet").write_bytes(b"PAR1" + bytes(100))
    missing, parquet = survey([str(tmp_path / "no.csv"), str(tmp_path / "a.parquet")])["tables"]
    assert "no such file" in missing["error"]
    assert "pyarrow" in parquet["error"] or "Reading it failed" in parquet["error"]


def test_text_that_is_no_table_is_shown_as_text(surveyed: Any) -> None:
    (found,) = surveyed(readme__md="# Columns\n\nregion: where it was sold\namount: in EUR, net\n")
    assert found["format"] == "text"
    assert "amount: in EUR" in found["notes"][0]


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
