"""The survey of frames that variables hold: as of files, nothing cut off before the bounds that are stated."""

from __future__ import annotations

import json
import sys
import time
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest
from analyst_kernels.probe.survey import TEXT, survey


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The user's namespace: outside of IPython that of `__main__`."""
    main = ModuleType("__main__")
    monkeypatch.setitem(sys.modules, "__main__", main)
    return vars(main)


def test_a_frame_is_a_table_that_needs_no_reading(names: dict[str, Any]) -> None:
    names["df"] = pd.DataFrame(
        {"a": [1, 2, None], "b": ["x", "y", "x"]}, index=pd.Index([7, 8, 9], name="id")
    )
    names["other"] = [1]
    found = survey([], ["df", "other", "unknown"])
    (table,) = found["tables"]
    kept = {key: table[key] for key in ("path", "variable", "format", "read", "rows", "rows_exact")}
    assert kept == {
        "path": "df", "variable": "df", "format": "DataFrame", "read": "df", "rows": 3, "rows_exact": True,
    }  # fmt: skip
    assert [(c["column"], c["type"], c["missing"]) for c in table["columns"]] == [
        ("a", "integer", 1),
        ("b", "text", 0),
    ]
    lines = found["text"].splitlines()
    assert json.loads(lines[0])["variable"] == "df"
    assert json.loads(lines[0])["index"] == "Index ['id']"
    assert table["notes"] == []
    assert lines[1] == 'row ["7","1","x"]'
    assert [json.loads(line)["column"] for line in lines[4:]] == ["a", "b"]


def test_a_wide_frame_keeps_its_columns(names: dict[str, Any]) -> None:
    names["wide"] = pd.DataFrame(np.ones((50, 150)), columns=[f"column {n}" for n in range(150)])
    names["wider"] = pd.DataFrame(np.ones((5, 300)))
    found = survey([], ["wide"])
    assert len(found["tables"][0]["columns"]) == 150
    assert len(found["text"]) <= TEXT
    assert "column 149" in found["text"]
    (table,) = survey([], ["wider"])["tables"]
    assert (len(table["columns"]), table["more_columns"]) == (200, 100)
    assert "100 more columns are not described, from '200' to '299'" in table["notes"]


def test_a_big_frame_is_sampled_and_it_is_said(names: dict[str, Any]) -> None:
    names["big"] = pd.DataFrame({f"c{n}": np.arange(1_000_000) for n in range(10)})
    began = time.monotonic()
    (table,) = survey([], ["big"])["tables"]
    assert time.monotonic() - began < 5  # some tenths of a second
    assert table["rows"] == 1_000_000
    assert table["notes"] == ["sampled: statistics are of 200,000 rows at even distances"]


def test_names_in_the_data_cannot_make_lines(names: dict[str, Any]) -> None:
    names["df"] = pd.DataFrame({'a\n{"column": "b"}': ["x\n{}"]})
    found = survey([], ["df"])["text"].splitlines()
    assert [json.loads(line).get("column") for line in found if line.startswith("{")][1:] == [
        'a\\n{"column": "b"}'
    ]
