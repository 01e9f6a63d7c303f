"""The yes that holds for every run lies in a small file of the user's."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyst.errors import BadInput
from analyst.risk import always


def test_what_stands_there_is_loaded_and_without_a_file_nothing(tmp_path: Path) -> None:
    assert always.load(tmp_path / "a.json") == frozenset()
    (tmp_path / "a.json").write_text('["network", "install"]')
    assert always.load(tmp_path / "a.json") == {"network", "install"}


def test_what_cannot_be_foreseen_is_never_allowed(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('["unreadable", "native", "shell", "no such", 3]')
    assert always.load(tmp_path / "a.json") == {"shell"}


@pytest.mark.parametrize("text", ["{", '{"shell": true}', "[" * 9_000])
def test_a_broken_file_allows_nothing_and_says_so(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(BadInput, match=r"a\.json .* delete it"):
        always.load(tmp_path / "a.json")
