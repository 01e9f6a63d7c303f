from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from analyst_kernels import DisplayData, Stream
from analyst_kernels.reading import FIGURE

from analyst.evals.plots import figure_facts
from analyst.events import ToolReturned

SHOWN = {
    "inches": [10.0, 4.0],
    "axes": [
        {
            "title": "Sunspots",
            "x": {"label": "Decade", "range": [1690, 2010]},
            "y": {"label": "Activity", "range": [0, 100]},
            "marks": [{"kind": "bars", "count": 3, "values": [1.0, 5.0, 3.0]}],
        }
    ],
}
MANY = [{"kind": "bars", "count": 3, "range": [1.0, 5.0]}]


def shown(marks: Any = None, *, ok: bool = True, **more: Any) -> ToolReturned:
    axes = [SHOWN["axes"][0] | ({"marks": marks} if marks is not None else {})]  # type: ignore[index]
    output = DisplayData({"image/png": "", FIGURE: SHOWN | {"axes": axes} | more})
    return ToolReturned("1", ok, "", (Stream("stdout", "x"), output), cell=1)


def facts(folder: Path, *events: ToolReturned, said: Any = None) -> dict[str, Any]:
    if said is not None:
        (folder / "plot.json").write_text(said if isinstance(said, str) else json.dumps(said))
    return figure_facts(events, folder / "plot.json")


def test_what_the_digest_has_needs_no_file(tmp_path: Path) -> None:
    assert facts(tmp_path, shown()) == {
        "title": "Sunspots",
        "graph_title": "Sunspots",
        "x_label": "Decade",
        "y_label": "Activity",
        "figsize": [10.0, 4.0],
        "data": [1.0, 5.0, 3.0],
    }


def test_without_a_figure_a_file_is_worth_nothing(tmp_path: Path) -> None:
    said = {"graph_title": "Sunspots", "figsize": [10, 4], "data": [1, 5, 3]}
    assert facts(tmp_path, ToolReturned("1", True, ""), said=said) == {}
    assert facts(tmp_path, shown(ok=False), said=said) == {}
    broken = ToolReturned("1", True, "", (DisplayData({FIGURE: {"failed": "ValueError: x"}}),))
    assert facts(tmp_path, broken, said=said) == {}


def test_the_last_figure_counts(tmp_path: Path) -> None:
    assert facts(tmp_path, shown(), shown(MANY), shown([{"kind": "line", "count": 2, "values": [7, 8]}]))[
        "data"
    ] == [7.0, 8.0]


@pytest.mark.parametrize(
    ("said", "data"),
    [
        ({"data": [1, 5, 3.25]}, [1.0, 5.0, 3.25]),
        ({"data": [[1, 5], [3.25]]}, [1.0, 5.0, 3.25]),
        ({"data": [1, 5]}, None),  # not as many as were shown
        ({"data": [1, 6, 3]}, None),  # higher than the highest
        ({"data": [0, 5, 3]}, None),
        ({"data": "1, 5, 3"}, None),
        ({"data": ["a", "b", "c"]}, None),
        ([1, 5, 3], None),
        ("not JSON", None),
        (None, None),
    ],
)
def test_numbers_that_the_digest_leaves_out_must_agree_with_it(said: Any, data: Any, tmp_path: Path) -> None:
    assert facts(tmp_path, shown(MANY), said=said).get("data") == data


def test_what_was_shown_comes_before_what_was_said(tmp_path: Path) -> None:
    said = {"graph_title": "Another", "x_label": "Year", "data": [1, 5, 4], "figsize": [4, 10]}
    assert facts(tmp_path, shown(), said=said) == facts(tmp_path, shown())


def test_marks_of_an_unknown_kind_have_no_numbers(tmp_path: Path) -> None:
    heat = [{"kind": "patches", "count": 3}]
    assert "data" not in facts(tmp_path, shown(heat), said={"data": [1, 5, 3]})
    assert "data" not in facts(tmp_path, shown([]), said={"data": []})


def test_the_title_of_the_whole_figure_will_do(tmp_path: Path) -> None:
    untitled = shown(title="Above all")
    untitled.outputs[1].data[FIGURE]["axes"][0].pop("title")  # type: ignore[union-attr]
    assert facts(tmp_path, untitled)["title"] == "Above all"
