"""The README is true: its code runs, its commands exist, its files are there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from analyst.cli import main

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("code", re.findall(r"```python\n(.*?)```", README, re.DOTALL))
def test_its_python_runs(code: str, tmp_path: Path) -> None:
    (tmp_path / "notebooks").symlink_to(ROOT / "notebooks")
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("answered ")
    assert "152" in done.stdout


def test_its_test_command_is_what_ci_runs() -> None:
    command = ".ci/system && pip install uv && uv run pytest"
    assert f"```sh\n{command}\n```" in README
    assert (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()[-1] == command


@pytest.mark.parametrize("command", sorted(set(re.findall(r"`analyst (\w+)", README))))
def test_its_commands_exist(command: str) -> None:
    assert CliRunner().invoke(main, [command, "--help"]).exit_code == 0


@pytest.mark.parametrize("option", sorted(set(re.findall(r"(--[a-z][a-z-]+)", README))))
def test_its_options_exist(option: str) -> None:
    texts = [
        CliRunner().invoke(main, [c, "--help"]).output
        for c in ("run", "resume", "export", "eval", "show", "batch", "doctor", "verify")
    ]
    assert any(option in text for text in texts)


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\((?!http)([^)]+)\)", README))))
def test_its_links_lead_somewhere(link: str) -> None:
    assert (ROOT / link).exists()
