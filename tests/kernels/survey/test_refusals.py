"""Packed files, and what cannot be read: the refusal says what was seen."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.kernels.survey.looking import look, said, same

# ── packed ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress], ids=["gz", "bz2", "xz"])
def test_packed_text(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    ending = {gzip.compress: "gz", bz2.compress: "bz2", lzma.compress: "xz"}[pack]
    text = "größe;n\nä;1,5\nö;2,5\n"
    for name in (f"a.csv.{ending}", "a.csv"):
        (tmp_path / name).write_bytes(pack(text.encode("cp1252")))
        (table,) = look(tmp_path / name)
        same(table, {"größe": ["ä", "ö"], "n": [1.5, 2.5]})
    (tmp_path / f"a.jsonl.{ending}").write_bytes(pack(b'{"a": 1}\n{"a": 2}\n'))
    (table,) = look(tmp_path / f"a.jsonl.{ending}")
    same(table, {"a": [1, 2]})
    mixed = b"".join(f"K\u00f6ln,{n}\n".encode("cp1252" if n == 3 else "utf-8") for n in range(10))
    (tmp_path / f"m.csv.{ending}").write_bytes(pack(b"a,b\n" + mixed))
    (table,) = look(tmp_path / f"m.csv.{ending}")
    same(table, {"a": ["Köln"] * 10, "b": range(10)})


def test_a_workbook_that_would_fill_the_memory_is_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as container:
        container.writestr("xl/workbook.xml", "<workbook/>")
        with container.open("xl/sharedStrings.xml", "w") as part:
            for _ in range(300):
                part.write(b" " * 1_000_000)
    (table,) = look(path)
    assert "0.3 GB in a file of 0.3 MB" in table["error"]


def test_a_zip_archive(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as container:
        container.writestr("in/a.csv", "a;b\n1;2,5\n3;4,5\n")
        container.writestr("b.json", '[{"x": 1}, {"x": 2}]')
        container.writestr("__MACOSX/._a.csv", "rubbish")
        container.writestr("readme.md", "words")
    first, second = look(path)
    same(first, {"a": [1, 3], "b": [2.5, 4.5]})
    same(second, {"x": [1, 2]})
    assert (first["part"], second["part"]) == ("in/a.csv", "b.json")


# ── refusals ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _zip(*names: str, **options: Any) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", **options) as container:
        for name in names:
            container.writestr(name, "x")
    return held.getvalue()


REFUSED = {
    "page.csv": (b"<!DOCTYPE html><html><head><title>Sign in</title></head><body>no</body></html>", "web page ('Sign in')"),
    "table.xls": (b"<html><body><table><tr><td>1</td></tr></table></body></html>", "pandas.read_html"),
    "a.xml": (b"<?xml version='1.0'?><a><b/></a>", "XML"),
    "a.csv": (b"%PDF-1.7\nxx", "PDF"),
    "a.png": (b"\x89PNG\r\n\x1a\n\0\0", "image"),
    "a.docx": (_zip("word/document.xml", "[Content_Types].xml"), "Word"),
    "images.zip": (_zip("a.png", "b.png"), "no text data"),
    "a.xlsx": (_zip("xl/workbook.xml")[:60], "not whole"),
    "a.xls": (b"\xd0\xcf\x11\xe0" + bytes(600) + "EncryptedPackage".encode("utf-16-le") + bytes(600), "password"),
    "a.doc": (b"\xd0\xcf\x11\xe0" + bytes(600) + "WordDocument".encode("utf-16-le") + bytes(600), "Word"),
    "a.csv.gz": (gzip.compress(b"a,b\n" + os.urandom(500_000).hex().encode())[:200_000], "cut off"),
    "plain.csv.gz": (b"a,b\n1,2\n", "could not be read"),
    "cut.json": (b'[{"a": 1}, {"a": 2', "cut off"),
    "wrong.json": (b'[{"a": 1}, {a: 2}]', "line 1, column 13"),
    "two.json": (b'{"a": 1} {"a": 2}', "second value"),
    "number.json": (b"[]", "empty list"),
    "bad.jsonl": (b'{"a": 1}\nx\ny\n', "not JSON"),
    "zeros.csv": (bytes(5000), "empty"),
    "a.parquet": (b"PAR1" + bytes(100), "cut off"),
    "a.feather": (b"ARROW1\0\0" + bytes(100), "cut off or broken"),
    "a.duckdb": (bytes(8) + b"DUCK" + bytes(100), "DuckDB"),
    "a.sqlite": (b"no,database\n1,2\n", "it is text that begins 'no,database"),
    "a.tar": (b"x" * 257 + b"ustar\0" + bytes(100), "tar"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_refusals_say_what_was_seen(tmp_path: Path, name: str) -> None:
    content, words = REFUSED[name]
    (tmp_path / name).write_bytes(content)
    (found,) = look(tmp_path / name)
    assert words in found.get("error", ""), found
    assert found["error"].endswith(".")


def test_pipes_loops_and_closed_doors(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "gone.csv").symlink_to(tmp_path / "nowhere.csv")
    (tmp_path / "dir").mkdir()
    (tmp_path / "dir" / "again").symlink_to(tmp_path)
    (tmp_path / "dir" / "a.csv").write_text("a,b\n1,2\n")
    pipe, device, loop, gone = look(
        tmp_path / "pipe.csv", Path("/dev/null"), tmp_path / "loop", tmp_path / "gone.csv"
    )
    assert "a pipe" in pipe["error"]
    assert "a device" in device["error"]
    assert "a link" in loop["error"]
    assert "nowhere.csv" in gone["error"]
    folder, table = look(tmp_path)
    assert [file["name"] for file in folder["files"]] == ["dir/a.csv"]
    same(table, {"a": [1], "b": [2]})


def test_folders_without_data_and_with_much(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (found,) = look(tmp_path / "empty")
    assert "holds no data files" in found["error"]
    (tmp_path / "empty" / "a.py").write_text("x")
    (found,) = look(tmp_path / "empty")
    assert ".py (1)" in found["error"]
    many = tmp_path / "many"
    many.mkdir()
    for n in range(1000):
        (many / f"{n:04}.csv").write_text(f"a,b\n{n},2\n")
    (many / "0000.md").write_text("what this is")
    folder, *tables = look(many)
    assert len(tables) == 10
    assert "of 1,001 files only the first 50 files are listed" in said(folder)
    assert "10 of the tables have the same columns" in said(folder)
