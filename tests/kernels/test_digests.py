"""Digests that travel with an output: tables and figures in a few words."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from analyst_kernels.probe.digests import figure, table
from analyst_kernels.probe.fingerprint import fingerprint
from matplotlib.figure import Figure


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
    drawn = Figure(figsize=(10, 4.5), dpi=72)
    for number, axes in enumerate(drawn.subplots(5, 5).flat):
        axes.set_title(f"panel {number} " + "long " * 10)
        for line in range(20):
            axes.plot([0, line], label=f"line {line}")
        axes.legend()
    digest = figure(drawn)
    assert len(json.dumps(digest, ensure_ascii=False)) <= 2000
    assert len(digest["axes"]) + digest["more_axes"] == 25
    assert digest["inches"] == [10.0, 4.5]


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
