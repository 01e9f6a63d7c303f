"""JSON in all shapes, and lines of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.kernels.survey.looking import load, look, said, same, types


@pytest.fixture
def js(tmp_path: Path) -> Callable[..., list[dict[str, Any]]]:
    """Write JSON and survey it."""

    def write(value: Any, name: str = "a.json") -> list[dict[str, Any]]:
        path = tmp_path / name
        path.write_text(value if isinstance(value, str) else json.dumps(value), "utf-8")
        return look(path)

    return write


Js = Callable[..., list[dict[str, Any]]]
A_B = pd.DataFrame({"a": [1, 2], "b": ["x", "y"]})


@pytest.mark.parametrize(
    "value",
    [
        [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}],
        {"rows": [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}], "page": 1},
        {"response": {"ok": True, "data": {"items": [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]}}},
        {"a": [1, 2], "b": ["x", "y"]},
        {"place": "Rome", "hourly": {"a": [1, 2], "b": ["x", "y"]}},
        {"columns": ["a", "b"], "index": [0, 1], "data": [[1, "x"], [2, "y"]]},
        {"fields": ["a", "b"], "rows": [[1, "x"], [2, "y"]]},
        {"a": {"0": 1, "1": 2}, "b": {"0": "x", "1": "y"}},
        [["a", "b"], [1, "x"], [2, "y"]],
    ],
)
def test_json_in_all_shapes(js: Js, value: Any) -> None:
    (table,) = js(value)
    same(table, A_B)


def test_records_by_key(js: Js) -> None:
    (table,) = js({"k1": {"a": 1, "b": "x"}, "k2": {"a": 2, "b": "y"}, "k3": {"a": 3}})
    same(table, {"key": ["k1", "k2", "k3"], "a": [1, 2, 3], "b": ["x", "y", None]})


def test_nested_records(js: Js) -> None:
    records = [
        {"id": 1, "who": {"name": "A", "home": {"city": "Rome"}}, "items": [{"sku": "p", "n": 2}, {"sku": "q", "n": 1}], "tags": ["x"]},
        {"id": 2, "who": {"name": "B", "home": {"city": "Oslo"}}, "items": [{"sku": "p", "n": 5}], "tags": []},
        {"id": 3, "who": {"name": "C", "home": {"city": "Bern"}}, "items": [], "tags": ["y", "z"]},
    ]  # fmt: skip
    for name, value in (("a.json", records), ("a.jsonl", "\n".join(map(json.dumps, records)))):
        orders, items = js(value, name)
        frame = load(orders)
        assert frame.columns.tolist() == ["id", "items", "tags", "who.name", "who.home.city"]
        assert frame["who.home.city"].tolist() == ["Rome", "Oslo", "Bern"]
        assert "become columns" in said(orders)
        assert "values of type list" in {c["column"]: c.get("note", "") for c in orders["columns"]}["tags"]
        same(items, {"items.sku": ["p", "q", "p"], "items.n": [2, 1, 5], "id": [1, 1, 2]})
        assert "1 record without entries left out" in said(items)


def test_geojson(js: Js) -> None:
    feature = {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [1, 2]},
        "properties": {"name": "A"},
    }
    (table,) = js({"type": "FeatureCollection", "features": [feature, feature]}, "a.geojson")
    assert "properties.name" in types(table)


def test_json_texts_stay_texts(js: Js) -> None:
    value = [
        {"zip": "01234", "at": "2024-01-05", "n": 12345678901234567890},
        {"zip": "10115", "at": "x", "n": 1},
    ]
    (table,) = js(value)
    same(table, {"zip": ["01234", "10115"], "at": ["2024-01-05", "x"], "n": [12345678901234567890, 1]})
    (table,) = js("\n".join(map(json.dumps, value)), "b.jsonl")
    same(table, {"zip": ["01234", "10115"], "at": ["2024-01-05", "x"], "n": [12345678901234567890, 1]})


def test_json_lines_with_lines_that_are_none(js: Js) -> None:
    lines = [json.dumps({"a": n}) for n in range(300)]
    lines[17] = "oops"
    (table,) = js("\n".join(lines) + '\n{"a": 30', "a.jsonl")
    same(table, {"a": [n for n in range(300) if n != 17]})
    assert "2 lines that are not JSON left out: line 18" in said(table)


def test_large_json_is_looked_at_in_its_beginning(tmp_path: Path) -> None:
    path = tmp_path / "big.json"
    records = [
        {"id": n, "name": f"name {n}", "where": {"x": n / 7}, "tags": ["a", "b"]} for n in range(250_000)
    ]
    path.write_text(json.dumps({"meta": {"made": "today"}, "rows": records}))
    assert path.stat().st_size > 16_000_000
    (table,) = look(path)
    assert not table["rows_exact"]
    assert 200_000 < table["rows"] < 300_000
    assert types(table) == {"id": "integer", "name": "text", "tags": "other", "where.x": "number"}
    assert len(load(table)) == 250_000
