"""The attack list of `attacks/probes.py`, in each sandbox, as root and as an ordinary user (see `WHO`)."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.kernels.sandbox.attacks.run import probes
from tests.kernels.sandbox.boxes import ROOT, WHO, as_user

HOW = ("forked", "by itself")
"""How a kernel gets into its sandbox."""


def succeeded(tier: str, who: str, home: Path, how: str = "") -> dict[str, bool]:
    command = [sys.executable, "-B", "-m", "tests.kernels.sandbox.attacks.run", tier, how]
    whole = as_user(command, home) if who == "user" else command
    done = subprocess.run(whole, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    found: dict[str, bool] = json.loads(done.stdout)
    return found


def test_the_ordinary_user_is_one(tmp_path: Path) -> None:
    look = "import os; print(os.geteuid(), open('/proc/self/status').read().split('CapEff:')[1].split()[0])"
    done = subprocess.run(
        as_user([sys.executable, "-c", look], tmp_path),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    user, rights = done.stdout.split()
    assert int(user) != 0
    assert int(rights, 16) == 0


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("who", WHO)
def test_none_succeeds_in_bubblewrap(who: str, how: str, tmp_path: Path) -> None:
    found = succeeded("bubblewrap", who, tmp_path, how)
    assert len(found) == len(probes.ATTACKS)
    assert [name for name, yes in found.items() if yes] == []


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("who", WHO)
def test_landlock_holds_all_but_what_is_known(who: str, how: str, tmp_path: Path) -> None:
    found = succeeded("landlock", who, tmp_path, how)
    assert len(found) > 50
    assert {name for name, yes in found.items() if yes} == {
        a.name for a in probes.ATTACKS.values() if a.lesser
    }


@pytest.mark.parametrize("who", WHO)
def test_those_that_are_harmless_succeed_on_a_plain_kernel(who: str, tmp_path: Path) -> None:
    found = succeeded("plain", who, tmp_path)
    assert len(found) > 30
    assert [name for name, yes in found.items() if not yes] == []
