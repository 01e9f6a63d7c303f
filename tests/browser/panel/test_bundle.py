"""The bundle that is shipped: built from these sources, small, and all its licences beside it."""

from __future__ import annotations

import hashlib
import json

import pytest

from .front import STATIC

SOURCES = STATIC.parent / "src"
BUILT = json.loads((STATIC / "built.json").read_text(encoding="utf-8"))


def test_the_bundle_is_what_these_sources_were_built_to() -> None:
    """What the build wrote down holds on both sides: nobody changed one alone (build it: `npm run build` in src)."""
    found = {
        path.relative_to(SOURCES).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in SOURCES.rglob("*")
        if path.is_file() and "node_modules" not in path.parts and not path.name.startswith(".git")
    }
    assert found == BUILT["sources"], "the sources were changed: build the bundle again"
    shipped = {
        f"static/{path.name}": hashlib.sha256(path.read_bytes()).hexdigest()
        for path in STATIC.iterdir()
        if path.name != "built.json"
    }
    assert shipped == BUILT["outputs"], "the bundle was changed by hand: change the sources and build it"


def test_it_is_small() -> None:
    assert (STATIC / "panel.js").stat().st_size < 200_000
    assert (STATIC / "panel.css").stat().st_size < 40_000


@pytest.mark.parametrize("library", ["dompurify", "highlight.js", "marked"])
def test_licences_are_beside_it(library: str) -> None:
    assert f"\n{library} " in (STATIC / "LICENSES.txt").read_text(encoding="utf-8")


def test_it_names_no_server() -> None:
    """Nothing is loaded at run time, and the lock file names no registry."""
    lock = (SOURCES / "package-lock.json").read_text(encoding="utf-8")
    assert "resolved" not in lock
    assert "http" not in lock.replace("https://github.com/", "").replace("https://opencollective.com/", "")
    assert "import(" not in (STATIC / "panel.js").read_text(encoding="utf-8")
