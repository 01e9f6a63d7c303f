"""Rules that hold for all of our own code, and files that code of an agent left behind."""

from __future__ import annotations

import ast
import os
import threading
from pathlib import Path

import pytest

from analyst.files import beneath, open_beneath, read_beneath

ROOT = Path(__file__).parents[2]
SOURCES = [p for folder in ("analyst", "kernels/analyst_kernels") for p in (ROOT / folder).rglob("*.py")]
RUNS_DATA = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal", "jsonpickle"}


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_nothing_that_is_loaded_can_run_code(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else [node.module or ""]
            assert not {n.partition(".")[0] for n in names} & RUNS_DATA, node.lineno
        if isinstance(node, ast.Attribute):
            assert node.attr not in ("read_pickle", "unsafe_load", "full_load"), node.lineno
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "load":
            assert not any(k.arg == "allow_pickle" for k in node.keywords), node.lineno


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """A work folder with a file, and with everything that should not be followed out of it."""
    (tmp_path / "key").write_text("CANARY")
    work = tmp_path / "work"
    (work / "sub").mkdir(parents=True)
    (work / "sub" / "a.csv").write_text("ok")
    (work / "link.csv").symlink_to(tmp_path / "key")
    (work / "folder").symlink_to(tmp_path)
    (work / "self").symlink_to("/proc/self")
    os.link(tmp_path / "key", work / "hard.csv")
    os.mkfifo(work / "pipe.csv")
    return work


def test_a_plain_file_is_opened(work: Path) -> None:
    with open_beneath(work, "sub/a.csv") as file:
        assert file.read() == b"ok"
    assert read_beneath(work, Path("sub", "a.csv"), 2) == b"ok"


@pytest.mark.parametrize(
    "name",
    [
        "link.csv",
        "folder/key",
        "hard.csv",
        "pipe.csv",
        "../key",
        "sub/../../key",
        "self/environ",
        "sub",
        "",
        ".",
        "no",
    ]
    + ["a\0b", "x" * 5000],
)
def test_nothing_else_is_and_nobody_waits(work: Path, name: str) -> None:
    opened = threading.Thread(target=lambda: pytest.raises(OSError, open_beneath, work, name), daemon=True)
    opened.start()
    opened.join(20)
    assert not opened.is_alive()
    with pytest.raises(OSError):  # noqa: PT011 - which one depends on the system
        open_beneath(work, name)
    with pytest.raises(OSError):  # noqa: PT011
        open_beneath(work, work.parent / "key")


def test_a_file_that_is_too_large_is_not_read(work: Path) -> None:
    with pytest.raises(OSError, match="larger than 1 bytes"):
        read_beneath(work, "sub/a.csv", 1)


def test_only_plain_files_are_listed(work: Path) -> None:
    assert list(beneath(work)) == [Path("sub/a.csv")]
    assert list(beneath(work / "missing")) == []


def test_a_folder_that_links_to_itself_or_is_very_full_has_an_end(work: Path) -> None:
    (work / "sub" / "up").symlink_to(work)
    for number in range(10_100):
        (work / "sub" / f"{number}").touch()
    assert 9_000 < len(list(beneath(work))) < 10_000


def test_a_link_that_is_swapped_in_while_we_look_is_never_followed(work: Path) -> None:
    over = threading.Event()

    def swap() -> None:
        good, evil = work / "good", work / "evil"
        while not over.is_set():
            good.write_text("ok")
            good.replace(work / "a.csv")
            evil.symlink_to(work.parent / "key")
            evil.replace(work / "a.csv")

    swapping = threading.Thread(target=swap)
    swapping.start()
    seen = set()
    try:
        for _ in range(3000):
            try:
                seen.add(read_beneath(work, "a.csv", 100))
            except OSError:
                seen.add(b"refused")
    finally:
        over.set()
        swapping.join()
    assert seen <= {b"ok", b"", b"refused"}
    assert b"refused" in seen
