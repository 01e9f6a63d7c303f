"""Keys are no settings: whoever gives one as such is told where it belongs."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyst.errors import BadInput
from analyst.settings import Settings, read_file

PLACE = "looks like a key: keys belong to the environment, into the provider's own variable"


def test_as_a_keyword() -> None:
    with pytest.raises(BadInput, match=f"api_key {PLACE}"):
        Settings.of(api_key="sk-canary")


def test_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANALYST_OPENAI_API_KEY", "sk-canary")
    with pytest.raises(BadInput, match=f"ANALYST_OPENAI_API_KEY {PLACE}") as told:
        Settings.of()
    assert "sk-canary" not in str(told.value)


def test_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('secret_token = "sk-canary"\n')
    with pytest.raises(BadInput, match=PLACE):
        read_file(file)


def test_a_limit_on_tokens_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANALYST_MAX_TOKENS", "1000")
    assert Settings.of().max_tokens == 1000
