from __future__ import annotations

import contextlib
import sys
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest
from analyst_kernels.managed import ManagedKernel
from analyst_kernels.probe import snapshots
from analyst_kernels.probe.snapshots import forget, restore, snapshot


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """The user's namespace: outside of IPython that of `__main__`."""
    main = ModuleType("__main__")
    monkeypatch.setitem(sys.modules, "__main__", main)
    forget()
    yield vars(main)
    forget()


def frame() -> pd.DataFrame:
    return pd.DataFrame({"a": [1, 2, 3], "b": ["x", "y", None], "c": [0.5, np.nan, 1.5]})


def _drop_column(v: Any) -> None:
    del v["a"]


def _cell(v: Any) -> None:
    v.loc[1, "a"] = 9


def _column(v: Any) -> None:
    v["new"] = v["a"] * 2


def _rename(v: Any) -> None:
    v.columns = ["p", "q", "r"]


MUTATIONS: list[tuple[str, Callable[[], Any], Callable[[Any], object]]] = [
    ("a cell of a frame", frame, _cell),
    ("a column added", frame, _column),
    ("a column deleted", frame, _drop_column),
    ("columns renamed", frame, _rename),
    ("a frame sorted", frame, lambda v: v.sort_values("a", ascending=False, inplace=True)),
    ("rows dropped", frame, lambda v: v.drop(index=1, inplace=True)),
    ("a frame filled", frame, lambda v: v.fillna({"c": 0.0}, inplace=True)),
    ("an index set", frame, lambda v: v.set_index("a", inplace=True)),
    ("an index replaced", frame, lambda v: setattr(v, "index", list("xyz"))),
    ("an index named", frame, lambda v: setattr(v.index, "name", "id")),
    ("columns named", frame, lambda v: setattr(v.columns, "name", "id")),
    (
        "two levels",
        lambda: frame().set_index(["a", "b"]),
        lambda v: v.sort_index(ascending=False, inplace=True),
    ),
    ("a column made categories", frame, lambda v: v.__setitem__("b", v["b"].astype("category"))),
    (
        "a code of categories",
        lambda: pd.Series(["a", "b"], dtype="category"),
        lambda v: v.__setitem__(0, "b"),
    ),
    (
        "one in a long column",
        lambda: pd.Series(["a"] * 5000, dtype=object),
        lambda v: v.__setitem__(4321, "b"),
    ),
    ("a frame's attrs", frame, lambda v: v.attrs.update(unit="m")),
    ("a series", lambda: pd.Series([1, 2], name="s"), lambda v: v.__setitem__(0, 7)),
    ("a series' name", lambda: pd.Series([1, 2], name="s"), lambda v: setattr(v, "name", "t")),
    ("a column of text", lambda: pd.Series(["a", "b"]), lambda v: v.__setitem__(0, "z")),
    ("an array", lambda: np.arange(6.0), lambda v: v.__imul__(2)),
    ("a NaN in an array", lambda: np.array([1.0, np.nan]), lambda v: v.fill(np.nan)),
    ("a matrix's cell", lambda: np.eye(3), lambda v: v.__setitem__((0, 1), 4)),
    ("an array of objects", lambda: np.array([1, "a", None], dtype=object), lambda v: v.__setitem__(0, 2)),
    ("a list", lambda: [1, 2, 3], lambda v: v.append(4)),
    ("a list sorted", lambda: [3, 1, 2], lambda v: v.sort()),
    ("a list in a list", lambda: [[1], [2]], lambda v: v[0].append(5)),
    ("a dict", lambda: {"a": 1}, lambda v: v.update(b=2)),
    ("the order of a dict", lambda: OrderedDict(a=1, b=2), lambda v: v.move_to_end("a")),
    ("a frame in a dict", lambda: {"f": frame()}, lambda v: _cell(v["f"])),
    ("an array in a tuple", lambda: (np.zeros(3), 1), lambda v: v[0].fill(1)),
    ("a set", lambda: {1, 2}, lambda v: v.discard(1)),
    ("bytes", lambda: bytearray(b"abc"), lambda v: v.extend(b"d")),
    ("a queue", lambda: deque([1, 2], maxlen=2), lambda v: v.append(3)),
]


def same(a: Any, b: Any) -> bool:
    if isinstance(a, pd.DataFrame | pd.Series):
        names = a.name == b.name if a.ndim == 1 else a.columns.names == b.columns.names
        names = names and a.index.names == b.index.names
        return bool(a.equals(b) and names and a.attrs == b.attrs)
    if isinstance(a, np.ndarray):
        return a.shape == b.shape and repr(a.tolist()) == repr(b.tolist())
    if isinstance(a, list | tuple | deque):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[key], b[key]) for key in a)
    return bool(a == b)


@pytest.mark.filterwarnings("ignore:The inplace keyword")  # users write it all the same
@pytest.mark.parametrize(("make", "change"), [pytest.param(m, c, id=name) for name, m, c in MUTATIONS])
def test_what_was_changed_in_place_is_undone_in_place(
    names: dict[str, Any], make: Callable[[], Any], change: Callable[[Any], object]
) -> None:
    value = names["x"] = names["alias"] = make()
    names["other"] = 1
    taken = snapshot("1")
    assert taken["not_restorable"] == {}
    for _ in range(2):  # a snapshot can be restored again
        change(value)
        assert not same(value, make())
        told = restore("1")
        assert told == {"restored": ["x", "alias"], "removed": [], "lost": {}}
        assert names["x"] is names["alias"] is value
        assert same(value, make())


@pytest.mark.parametrize("make", [pytest.param(m, id=name) for name, m, _ in MUTATIONS])
def test_what_was_not_changed_is_not_said_to_be_restored(
    names: dict[str, Any], make: Callable[[], Any]
) -> None:
    names["x"] = make()
    snapshot("1")
    assert restore("1")["restored"] == []


def test_names_rebound_deleted_and_new(names: dict[str, Any]) -> None:
    old, gone = [1], frame()
    names.update(old=old, gone=gone, n=5)
    snapshot("1")
    old.append(2)
    names.update(old="text", n=6, new=1)
    del names["gone"]
    assert restore("1") == {"restored": ["old", "gone", "n"], "removed": ["new"], "lost": {}}
    assert names["old"] is old
    assert old == [1]
    assert names["gone"] is gone
    assert "new" not in names


def test_an_array_that_took_another_shape_is_made_anew(names: dict[str, Any]) -> None:
    value = names["a"] = np.arange(6)
    names["held"] = {"a": value}
    pair = names["pair"] = (1, (value,))
    names["pairs"] = [pair]
    names["beside"] = (1, [2])
    beside = names["beside"]
    snapshot("1")
    value.resize((2, 3), refcheck=False)
    assert restore("1")["restored"] == ["a", "held", "pair", "pairs"]
    assert names["a"].tolist() == [0, 1, 2, 3, 4, 5]
    assert names["held"]["a"] is names["a"]
    assert names["pair"][1][0] is names["a"]
    assert names["pairs"][0] is names["pair"]
    assert names["beside"] is beside


def test_what_cannot_be_restored_is_named_with_the_reason(
    names: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Model:
        pass

    deep: list[Any] = []
    for _ in range(snapshots.DEPTH + 5):
        deep = [deep]
    names.update(
        model=Model(), models=[1, Model()], cells=pd.DataFrame({"a": pd.Series([[1]], dtype=object)})
    )
    names.update(deep=deep, big=np.zeros(1000), small=[1], gen=(i for i in range(3)))
    monkeypatch.setattr(snapshots, "BYTES", 5000)
    taken = snapshot("1")
    assert taken["kept"] == ["small"]
    said = taken["not_restorable"]
    assert set(said) == {"model", "models", "cells", "deep", "big", "gen"}
    assert "8,000 bytes" in said["big"]
    assert "levels deep" in said["deep"]
    names["small"].append(2)
    names["model"] = None
    told = restore("1")
    assert told["restored"] == ["model", "small"]
    assert told["lost"] == said


def test_nothing_of_the_users_is_run(names: dict[str, Any]) -> None:
    class Touchy:
        def __eq__(self, other: object) -> bool:
            raise AssertionError("compared")

        __hash__ = None  # type: ignore[assignment]  # as of an object that cannot be hashed

        def __deepcopy__(self, memo: object) -> object:
            raise AssertionError("copied")

    class Untouchable(Touchy):
        def __getattribute__(self, name: str) -> object:
            raise AssertionError("touched")

    names.update(
        t=Untouchable(), l=[Untouchable()], f=pd.DataFrame({"a": pd.Series([Touchy()], dtype=object)})
    )
    names["l"].append(names["l"])  # and a ring is no trap
    snapshot("1")
    names["l"].append(1)
    assert restore("1")["restored"] == ["l"]
    assert len(names["l"]) == 2


def test_snapshots_share_what_did_not_change_and_the_oldest_go_first(
    names: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    names["a"] = np.zeros(1000)
    assert snapshot("1")["bytes"] == 8000
    assert snapshot("2")["bytes"] == 0
    names["a"][0] = 1
    monkeypatch.setattr(snapshots, "TOTAL", 10_000)
    assert snapshot("3")["forgotten"] == ["1"]
    with pytest.raises(KeyError, match="forgotten"):
        restore("1")
    assert restore("2")["restored"] == ["a"]
    assert forget(["2", "unknown"]) == ["2"]
    assert forget() == ["3"]


def test_what_one_snapshot_looks_at_is_bounded(
    names: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshots, "OBJECTS", 50)
    monkeypatch.setattr(snapshots, "ITEMS", 1000)
    names.update(
        few=[[1], [2]], many={n: [n] for n in range(100)}, later=[3], long=list(range(2000)), last=[4]
    )
    said = snapshot("1")["not_restorable"]
    assert set(said) == {"many", "later", "long", "last"}
    assert said["many"].startswith("in it one of more than 50 containers")
    names["few"][0].append(5)
    assert restore("1") == {"restored": ["few"], "removed": [], "lost": said}
    names.clear()
    names.update(long=list(range(2000)), few=[1])
    assert "2,000 items" in snapshot("2")["not_restorable"]["long"]
    assert snapshot("2")["kept"] == ["few"]


def test_keys_of_the_users_own_kind_are_not_compared(names: dict[str, Any]) -> None:
    class Key:
        def __hash__(self) -> int:
            return 1

        def __eq__(self, other: object) -> bool:
            return seen.append(1) or self is other

    seen: list[int] = []
    names["d"] = dict.fromkeys(
        [Key(), Key()]
    )  # an OrderedDict compares them itself when it is looked through
    seen.clear()
    snapshot("1")
    assert restore("1")["restored"] == []
    assert seen == []


def test_a_large_frame_costs_nothing(names: dict[str, Any]) -> None:
    names["f"] = pd.DataFrame({"a": np.arange(1_000_000), "b": np.random.default_rng(1).random(1_000_000)})
    on = pd.__version__ < "3"  # there it is a choice
    with pd.option_context("mode.copy_on_write", True) if on else contextlib.nullcontext():
        began = time.perf_counter()
        taken = snapshot("1")
        seconds = time.perf_counter() - began
    assert taken["bytes"] == 0
    assert seconds < 0.25  # some milliseconds are promised


async def test_in_a_managed_kernel() -> None:
    kernel = ManagedKernel()
    await kernel.start()
    try:
        await kernel.execute("import pandas as pd\ndf = pd.DataFrame({'a': [1, 2]})\nkeep = 1")
        assert (await kernel.evaluate("snapshot", "1"))["kept"] == ["pd", "df", "keep"]
        await kernel.execute("df['b'] = 3\ndel keep\nnew = 5")
        told = await kernel.evaluate("restore", "1")
        assert told == {"restored": ["df", "keep"], "removed": ["new"], "lost": {}}
        assert (await kernel.execute("assert list(df) == ['a'] and keep == 1 and 'new' not in globals()")).ok
        assert await kernel.evaluate("forget", ["1"]) == ["1"]
    finally:
        await kernel.close()
