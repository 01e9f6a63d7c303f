"""Many rows, many columns."""

from __future__ import annotations

from pathlib import Path

from tests.kernels.survey.looking import load, look, said, types


def test_three_thousand_columns(tmp_path: Path) -> None:
    path = tmp_path / "wide.csv"
    header = ",".join(f"x{n}" for n in range(3000))
    row = ",".join(str(n) for n in range(3000))
    path.write_text("\n".join([header, *[row] * 300]) + "\n")
    (table,) = look(path)
    assert (len(table["columns"]), table["more_columns"], table["rows"]) == (60, 2940, 300)
    assert "2,940 more columns are not described, from 'x60' to 'x2999'" in said(table)


def test_a_large_file_with_a_footer_and_quoted_lines(tmp_path: Path) -> None:
    path = tmp_path / "big.csv"
    rows = (f'{n},"text, and ""more""",{n / 8}\n' for n in range(400_000))
    path.write_text("Report\n\nid,text,x\n" + "".join(rows) + "Total,,5\nSource: me\n")
    (table,) = look(path)
    assert (table["rows"], table["rows_exact"]) == (400_000, True)
    assert "sampled" in table["notes"][0]
    frame = load(table)
    assert len(frame) == 400_000
    assert frame.iloc[-1]["id"] == 399_999
    assert table["columns"][0]["max"] == 399_999


def test_a_large_file_in_an_old_encoding(tmp_path: Path) -> None:
    path = tmp_path / "big.csv"
    path.write_bytes("".join(["stadt;n\n", *(f"Köln {n};{n},5\n" for n in range(800_000))]).encode("cp1252"))
    (table,) = look(path)
    assert (table["rows"], table["rows_exact"]) == (800_000, True)
    assert types(table) == {"stadt": "text", "n": "number"}
    assert load(table)["stadt"].iloc[-1] == "Köln 799999"
