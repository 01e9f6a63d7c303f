"""The yes that holds for every run lies in a small file of the user's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import get_args

import pytest

from analyst.errors import BadInput
from analyst.risk import Consent, Effect, always


def test_what_stands_there_is_loaded_and_without_a_file_nothing(tmp_path: Path) -> None:
    assert always.load(tmp_path / "a.json") == frozenset()
    (tmp_path / "a.json").write_text('["network", "unknown"]')
    assert always.load(tmp_path / "a.json") == {"network", "unknown"}


def test_what_is_as_good_as_anything_or_cannot_be_undone_is_asked_for_in_each_run(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps([*get_args(Effect), "no such", 3]))
    assert always.load(tmp_path / "a.json") == {"network", "unknown", "write"}
    written = Consent.of([], frozenset(get_args(Effect)))
    assert written.granted == {"network", "unknown", "write"}


def test_what_is_kept_is_seen_and_can_be_taken_back(tmp_path: Path) -> None:
    path = tmp_path / "new" / "a.json"
    assert "nothing" in always.told(path)
    always.keep(path, {"network"})
    always.keep(path, {"unknown"})
    assert always.load(path) == {"network", "unknown"}
    assert "network (uses the network)" in always.told(path)
    assert str(path) in always.told(path)
    always.take_back(path, {"network", "shell"})
    assert always.load(path) == {"unknown"}
    assert [p.name for p in path.parent.iterdir()] == ["a.json"]


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(BadInput, match=r"a\.json cannot be"):
        always.keep(tmp_path / "file" / "a.json", {"network"})


@pytest.mark.parametrize("text", ["{", '{"shell": true}', "[" * 9_000])
def test_a_broken_file_allows_nothing_and_says_so(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(BadInput, match=r"a\.json .* delete it"):
        always.load(tmp_path / "a.json")
