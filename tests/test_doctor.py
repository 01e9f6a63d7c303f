from __future__ import annotations

from analyst_kernels.sandbox import Tier
from click.testing import CliRunner

from analyst.doctor import command, report

BEST = Tier("bubblewrap", True, "namespaces of its own")
WEAKER = Tier("landlock", True, "weaker")
NONE = Tier("none", True, "no isolation")
MAC = Tier("seatbelt", False, "macOS", "it exists on macOS only")
MISSING = Tier(
    "bubblewrap", False, "namespaces", "bubblewrap is not installed", "sudo apt-get install bubblewrap"
)


def test_it_names_the_sandbox_that_is_used_and_what_is_not_there() -> None:
    text = report((BEST, MAC, WEAKER, NONE))
    assert "Isolation: bubblewrap (namespaces of its own)" in text
    assert "seatbelt    no: it exists on macOS only" in text
    assert "landlock    available, not needed" in text


def test_it_says_why_not_a_better_one_and_the_command_that_would_give_it() -> None:
    text = report((MISSING, MAC, WEAKER, NONE))
    assert "Isolation: landlock (weaker)" in text
    assert "bubblewrap  no: bubblewrap is not installed" in text
    assert "to get it: sudo apt-get install bubblewrap" in text


def test_without_any_it_says_what_follows() -> None:
    text = report((MISSING, MAC, NONE))
    assert "Isolation: none" in text
    assert "exit code 5" in text


def test_here_it_finds_the_first_tier() -> None:
    result = CliRunner().invoke(command)
    assert result.exit_code == 0
    assert "Isolation: bubblewrap" in result.output
    assert "Bytecode: " in result.output
