"""Small variables are told whole, at full precision, and nothing of theirs is run for it."""

from __future__ import annotations

import collections
import json
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from analyst_kernels.probe.contents import CELLS, NAMELESS, ROOM, ROWS, content_of, contents

SALES = pd.DataFrame(
    {
        "region": ["north", "north", "south"],
        "year": [2023, 2024, 2024],
        "sales": [0.1 + 0.2, 1e-7, 41234567.891],
    }
)
ARRAY = np.array([[1, 2], [3, 4]])
TOLD: dict[str, tuple[Any, dict[str, list[Any]]]] = {
    "a frame whose rows have no names": (
        SALES.head(1),
        {"rows": [], "columns": ["region", "year", "sales"], "cells": [["north", "2023", "0.30000000000000004"]]},
    ),
    "a frame by group": (
        SALES.groupby("region")[["sales"]].agg(["max", "count"]),
        {
            "rows": [["north"], ["south"]],
            "columns": ["sales max", "sales count"],
            "cells": [["0.30000000000000004", "2"], ["41234567.891", "1"]],
        },
    ),
    "a series by two levels": (
        SALES.groupby(["region", "year"]).sales.max().tail(2),
        {"rows": [["north", "2024"], ["south", "2024"]], "columns": ["sales"], "cells": [["1e-07"], ["41234567.891"]]},
    ),
    "dates and gaps": (
        pd.Series([pd.Timestamp("2024-01-31"), pd.NaT], index=["first", "last"]),
        {"rows": [["first"], ["last"]], "columns": [""], "cells": [["2024-01-31"], [""]]},
    ),
    "classes of an interval": (
        pd.cut(pd.Series([1, 2, 9]), [0, 5, 10]).value_counts(),
        {"rows": [["(0, 5]"], ["(5, 10]"]], "columns": ["count"], "cells": [["2"], ["1"]]},
    ),
    "a dict": (
        {"mean": 1 / 3, "n": np.int64(7), "name": "x", ("a", 1): Decimal("1.50")},
        {"rows": [["mean"], ["n"], ["name"], ["a", "1"]], "columns": [], "cells": [["0.3333333333333333"], ["7"], ["x"], ["1.50"]]},
    ),
    "a dict of dicts": (
        {"north": {"mean": 1.5, "n": 2}, "south": {"n": 3}},
        {"rows": [["north"], ["south"]], "columns": ["mean", "n"], "cells": [["1.5", "2"], ["", "3"]]},
    ),
    "records": (
        [{"region": "north", "n": 2}],
        {"rows": [], "columns": ["region", "n"], "cells": [["north", "2"]]},
    ),
    "pairs": (
        collections.Counter("aab").most_common(),
        {"rows": [], "columns": [], "cells": [["a", "2"], ["b", "1"]]},
    ),
    "a list": ([1, 2.5, None], {"rows": [], "columns": [], "cells": [["1"], ["2.5"], [""]]}),
    "an array": (ARRAY, {"rows": [], "columns": [], "cells": [["1", "2"], ["3", "4"]]}),
    "a number": (np.float64(2) / 3, {"rows": [], "columns": [], "cells": [["0.6666666666666666"]]}),
}  # fmt: skip


@pytest.mark.parametrize("what", TOLD)
def test_what_is_small_is_told_whole(what: str) -> None:
    value, content = TOLD[what]
    assert content_of(value) == content


NOTHING: dict[str, Any] = {
    "a long frame": pd.DataFrame({"a": range(ROWS + 1)}),
    "a wide frame": pd.DataFrame([range(CELLS)]),
    "a long list": list(range(NAMELESS + 1)),
    "a long list of pairs": [(f"n{n}", n) for n in range(ROWS + 1)],
    "rows without names": pd.DataFrame({"a": range(NAMELESS + 1), "b": 0.5}),
    "a large array": np.zeros(NAMELESS + 1),
    "a wide array": np.zeros((2, CELLS)),
    "a deep array": np.zeros((2, 2, 2)),
    "a long dict": dict.fromkeys(range(ROWS + 1), 1),
    "wide dicts": [dict.fromkeys(range(CELLS), 1), {}],
    "many dicts of different keys": {n: {n: 1} for n in range(30)},
    "long lists in a list": [list(range(CELLS)), [1]],
    "texts": ["a", "b"],
    "a frame of texts": pd.DataFrame({"a": ["x", "y"]}),
    "a whole number, which its summary tells": 7,
    "a day, which its summary tells": pd.Timestamp("2024-01-31"),
    "no number": float("nan"),
    "nothing": [],
    "no rows": pd.DataFrame({"a": []}),
    "an empty dict": {},
    "a range": range(5),
    "a function": len,
}


@pytest.mark.parametrize("what", NOTHING)
def test_of_other_things_nothing_is_told(what: str) -> None:
    assert content_of(NOTHING[what]) is None


def test_a_long_text_is_left_out_and_not_cut_in_two() -> None:
    secret = "k" * 70
    content = content_of(pd.DataFrame({"key": [secret, "short"], "n": [1, 2]}))
    assert content is not None
    assert content["cells"] == [["", "1"], ["short", "2"]]


def test_a_step_is_told_of_in_bounded_room() -> None:
    many = [(f"v{n}", pd.DataFrame(np.random.default_rng(n).random((10, 30)))) for n in range(50)]
    told = contents([*many, ("last", 1 / 3)])
    assert 1 < len(told) < 50
    assert "last" in told
    assert sum(len(json.dumps(each, ensure_ascii=False)) for each in told.values()) <= ROOM


class _Loud:
    """Says of everything that it was asked."""

    def __init__(self, heard: list[str]) -> None:
        self.heard = heard

    def __getattribute__(self, name: str) -> Any:
        if name != "heard":
            object.__getattribute__(self, "heard").append(name)
        return object.__getattribute__(self, name)

    def __hash__(self) -> int:
        self.heard.append("hash")
        return 1

    def __eq__(self, other: object) -> bool:
        self.heard.append("eq")
        return self is other

    def __repr__(self) -> str:
        self.heard.append("repr")
        return "3"

    def __float__(self) -> float:
        self.heard.append("float")
        return 3.0

    def __len__(self) -> int:
        self.heard.append("len")
        return 3


def test_nothing_of_a_values_own_is_run() -> None:
    heard = list[str]()
    loud, other = _Loud(heard), _Loud(heard)
    values = [
        loud, [loud, 1], {loud: 1, other: 2}, {"a": loud, "b": 2}, {"a": {loud: 1}, "b": {other: 2}}, [{loud: 3}], [(loud, 1)],
        pd.DataFrame({"o": [loud, 1], "n": [1, 2]}), pd.Series([1, 2], index=pd.Index([loud, other], dtype=object)),
        pd.Series(np.array([loud, other], dtype=object)), np.array([loud, 1], dtype=object), collections.defaultdict(lambda: heard.append("new"), a=1),
    ]  # fmt: skip
    heard.clear()
    told = [content_of(value) for value in values]
    assert heard == []
    assert told[4] is not None
