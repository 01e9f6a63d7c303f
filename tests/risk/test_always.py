"""The yes that holds for every run lies in a small file of the user's."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyst.errors import BadInput
from analyst.risk import always


def test_what_was_kept_is_loaded_and_added_to(tmp_path: Path) -> None:
    path = tmp_path / "new" / "always.json"
    assert always.load(path) == frozenset()
    assert always.keep(path, frozenset({"network"})) == {"network"}
    assert always.keep(path, frozenset({"install"})) == always.load(path) == {"network", "install"}


def test_what_cannot_be_foreseen_is_never_kept(tmp_path: Path) -> None:
    assert always.keep(tmp_path / "a.json", frozenset({"unreadable", "native", "shell"})) == {"shell"}
    (tmp_path / "a.json").write_text('["unreadable", "shell", "no such", 3]')
    assert always.load(tmp_path / "a.json") == {"shell"}


@pytest.mark.parametrize("text", ["{", '{"shell": true}', "[" * 9_000])
def test_a_broken_file_allows_nothing_and_says_so(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(BadInput, match=r"a\.json .* delete it"):
        always.load(tmp_path / "a.json")
