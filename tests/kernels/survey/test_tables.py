"""The survey of ordinary files, what is cut, and what is refused."""

from __future__ import annotations

import gzip
import json
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from analyst_kernels.probe.survey import survey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.kernels.survey.looking import MODULES

PENGUINS = Path(__file__).parents[3] / "notebooks" / "data" / "penguins.csv"


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
    frame = eval(found["read"], MODULES)
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
