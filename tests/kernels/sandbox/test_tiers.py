"""Which sandbox is chosen, what is said where there is none, and that nothing runs then."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from pathlib import Path

import pytest
from analyst_kernels import KernelNotStarted
from analyst_kernels.sandbox import SandboxUnavailable, best, choose, seatbelt, seccomp, tiers
from analyst_kernels.sandbox.inside import check
from analyst_kernels.sandbox.tiers import explain
from analyst_kernels.sandbox.view import View

from tests.kernels.sandbox.boxes import ROOT, Box, as_user

SHOW = (
    "from analyst_kernels.sandbox import best, tiers; "
    "print(best().name, '|', '|'.join(f'{t.why}|{t.fix}' for t in tiers() if t.name == 'bubblewrap'))"
)
FORBIDDEN = """
from analyst_kernels.sandbox import seccomp
from analyst_kernels.sandbox.inside import landlock
landlock.load_filter(seccomp.bubblewrap_filter())  # what a container does to an unprivileged program
"""
RUN = """
import asyncio
from tests.kernels.sandbox.boxes import Box
async def main():
    async with Box({"tier": "auto"}) as box:
        print(box.provisioner.held_by.name, (await box.run("print(6 * 7)")).text)
asyncio.run(main())
"""


def python(code: str, before: tuple[str, ...] = (), home: Path | None = None) -> str:
    command = [*before, sys.executable, "-B", "-c", code]
    done = subprocess.run(
        as_user(command, home) if home else command,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_here_is_the_first_tier() -> None:
    """These tests have to fail, and not to be skipped, where it is missing."""
    assert [tier.name for tier in tiers()] == ["bubblewrap", "seatbelt", "landlock", "none"]
    assert best().name == "bubblewrap"
    assert choose("landlock").name == "landlock"
    assert "weaker" in choose("landlock").holds


def test_one_that_is_not_there_is_not_replaced_by_another() -> None:
    with pytest.raises(SandboxUnavailable, match=r"seatbelt: it exists on macOS only\.$"):
        choose("seatbelt")


async def test_a_kernel_without_its_sandbox_is_not_started() -> None:
    box = Box({"tier": "seatbelt"})
    with pytest.raises(SandboxUnavailable, match="Isolation is not available"):
        await box.__aenter__()
    assert not box.manager.has_kernel


def test_where_namespaces_are_forbidden_the_second_tier_runs(tmp_path: Path) -> None:
    for home in (None, tmp_path):
        name, why, fix = python(FORBIDDEN + SHOW, home=home).split("|")[:3]
        assert name.strip() == "landlock"
        assert "namespaces are forbidden" in why
        assert "seccomp=unconfined" in fix
    assert python(FORBIDDEN + RUN).split() == ["landlock", "42"]


def test_where_it_is_not_installed_the_command_is_named() -> None:
    without = ("bwrap", "--dev-bind", "/", "/", "--ro-bind", "/dev/null", "/usr/bin/bwrap", "--")
    name, why, fix = python(SHOW, without).split("|")
    assert name.strip() == "landlock"
    assert why.strip() == "bubblewrap is not installed"
    assert fix.endswith("install bubblewrap")


def test_where_parts_of_proc_are_covered_the_cause_is_named(tmp_path: Path) -> None:
    container = ("bwrap", "--unshare-user", "--unshare-pid", "--bind", "/", "/", "--proc", "/proc", "--ro-bind", "/dev/null", "/proc/kallsyms", "--dev", "/dev", "--")  # fmt: skip
    name, why, _ = python(SHOW, container, tmp_path).split("|")
    assert name.strip() == "landlock"
    assert "covers parts of /proc" in why


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("bwrap: setting up uid map: Permission denied", "AppArmor"),
        ("bwrap: loopback: Failed RTM_NEWADDR: Operation not permitted", "AppArmor"),
        ("bwrap: Creating new namespace failed: nesting depth or /proc/sys/user/max_*_namespaces exceeded (ENOSPC)", "limit"),
        ("bwrap: No permissions to create new namespace, likely because the kernel does not allow it", "namespaces"),
        ("bwrap: Can't mount proc on /newroot/proc: Operation not permitted", "/proc"),
        ("bwrap: something else", "something else"),
        ("", "nothing"),
    ],
)  # fmt: skip
def test_causes_are_told_in_words(said: str, why: str) -> None:
    assert why in explain(said)[0]


def test_the_check_finds_what_is_wrong_on_a_plain_kernel(tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    canary.touch()
    expected = {"canary": str(canary), "read_only": [str(canary)], "environment": ["PATH"], "begun": ["PATH"]}
    found = check.faults("bubblewrap", expected, {"PATH", "OPENAI_API_KEY"})
    for part in (
        "environment holds OPENAI_API_KEY",
        "environment of its process held",
        "is readable",
        "is writable",
        "no system call filter",
    ):
        assert any(part in fault for fault in found), (part, found)
    assert any("sockets" in fault for fault in check.faults("landlock", expected, set()))


async def test_a_sandbox_with_a_fault_runs_nothing(tmp_path: Path) -> None:
    """Data inside the work folder is writable under Landlock: what was promised does not hold."""
    (tmp_path / "a.csv").write_text("a\n1\n")
    box = Box({"tier": "landlock", "work": str(tmp_path), "data": [str(tmp_path / "a.csv")]})
    with pytest.raises(RuntimeError, match="died"):
        await box.__aenter__()
    assert "a.csv is writable. Nothing was run" in box.provisioner.epitaph()
    assert await box.provisioner.poll() == 70
    box.client.stop_channels() if box.client else None
    await box.manager.shutdown_kernel(now=True)
    async with Box({"work": str(tmp_path), "data": [str(tmp_path / "a.csv")]}) as held:
        assert "Read-only" in (await held.run(f"open('{tmp_path}/a.csv', 'w')")).error


async def test_data_that_the_kernel_may_not_read_is_named(tmp_path: Path) -> None:
    """A kernel that root starts is somebody else; one that a user starts is that user."""
    (tmp_path / "a.csv").touch(mode=0o600)
    box = Box({"data": [str(tmp_path / "a.csv")]})
    if os.getuid() == 0:
        with pytest.raises(KernelNotStarted, match=r"chmod -R o\+rX .*a\.csv"):
            await box.__aenter__()
    else:
        async with box:
            assert (await box.run(f"print(open('{tmp_path}/a.csv').read() == '')")).text == "True\n"


@pytest.mark.parametrize("machine", seccomp.MACHINES)
def test_every_jump_of_the_filters_ends_within_them(machine: str) -> None:
    for program in (seccomp.bubblewrap_filter(machine), seccomp.landlock_filter(machine)):
        steps = list(struct.iter_unpack("<HBBI", program))
        assert steps[-1][0] == 0x06
        for place, (code, yes, no, _) in enumerate(steps):
            if code in (0x15, 0x35, 0x45):
                assert place + 1 + max(yes, no) < len(steps)
        assert len(steps) < 4096


def test_the_profile_for_macos_names_what_is_allowed() -> None:
    text = seatbelt.profile(View(("/opt/py",), ('/data/a "b".csv',), ("/data/.env",), "/work", "/run/k"))
    assert text.startswith("(version 1)\n(deny default)\n")
    assert '(subpath "/data/a \\"b\\".csv")' in text
    assert '(deny file-read* (subpath "/data/.env"))' in text
    assert text.count("(") == text.count(")")
    assert not any("network" in line and "unix-socket" not in line for line in text.splitlines())
