"""`analyst doctor` on machines that lack something: what it says is what would be used, and why not a better one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from analyst.models.scripted_server import ScriptedServer
from tests.kernels.sandbox.boxes import ROOT, WHO, as_user
from tests.scripts import answers, runs

DOCTOR = "from analyst.cli import main; main()"
AS_IN_DOCKER = """
from analyst_kernels.sandbox import seccomp
from analyst_kernels.sandbox.inside import landlock
landlock.load_filter(seccomp.bubblewrap_filter())
"""
"""Docker's own filter forbids new namespaces to programs without CAP_SYS_ADMIN, as ours does."""
CLEAN = {k: v for k, v in os.environ.items() if not k.startswith("ANALYST_") and not k.endswith("_API_KEY")}  # noqa: TID251 - to pass on
NOT_INSTALLED = ("bwrap", "--dev-bind", "/", "/", "--ro-bind", "/dev/null", "/usr/bin/bwrap", "--")


def doctor(before: str, command: tuple[str, ...], home: Path | None) -> subprocess.CompletedProcess[str]:
    whole = [*command, sys.executable, "-B", "-c", before + DOCTOR, "doctor"]
    return subprocess.run(
        as_user(whole, home) if home else whole,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.fixture
def home() -> Iterator[Path]:
    """For somebody else, who may not pass through pytest's own folders."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


@pytest.mark.parametrize("who", WHO)
def test_here_it_is_the_best(who: str, home: Path) -> None:
    done = doctor("", (), home if who == "user" else None)
    assert done.returncode == 0, done.stderr
    assert "Isolation: bubblewrap (" in done.stdout
    assert "landlock    available, not needed" in done.stdout
    assert "Allowed in every run without asking: nothing." in done.stdout


@pytest.mark.parametrize("who", WHO)
def test_in_a_container_it_is_the_second_and_the_container_could_allow_more(who: str, home: Path) -> None:
    done = doctor(AS_IN_DOCKER, (), home if who == "user" else None)
    assert done.returncode == 0, done.stderr
    assert "Isolation: landlock (weaker" in done.stdout
    assert "bubblewrap  no: namespaces are forbidden here" in done.stdout
    assert "to get it: docker run --security-opt seccomp=unconfined" in done.stdout


def test_where_bubblewrap_is_not_installed_it_names_one_command() -> None:
    done = doctor("", NOT_INSTALLED, None)
    assert done.returncode == 0, done.stderr
    assert "Isolation: landlock (weaker" in done.stdout
    assert "bubblewrap  no: bubblewrap is not installed" in done.stdout
    [fix] = [line for line in done.stdout.splitlines() if "to get it" in line and "install" in line]
    assert fix.endswith("install bubblewrap")


@pytest.mark.parametrize("who", WHO)
def test_there_a_run_with_a_model_is_held_by_the_second_and_says_so(who: str, home: Path) -> None:
    (home / "sales.csv").write_text("region,sales\nA,3\nB,5\n")
    command = [
        *NOT_INSTALLED,
        sys.executable,
        "-B",
        "-c",
        DOCTOR,
        "run",
        "What is 6 * 7?",
        str(home / "sales.csv"),
    ]
    look = "import os\nprint(6 * 7, os.path.exists('sales.csv'))\nprint(open('/etc/shadow').read())"
    with ScriptedServer([runs("1", look), answers("2", "It is 42.")]) as server:
        given = {"OPENAI_BASE_URL": server.url, "OPENAI_API_KEY": "sk-canary-0123456789abcdefghij"}
        command += ["--model", "openai/scripted", "--out", str(home / "run"), "--json"]
        done = subprocess.run(
            as_user(command, home) if who == "user" else command,
            cwd=ROOT,
            env=CLEAN | given,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
    assert done.returncode == 0, done.stderr
    assert "Isolation: landlock (weaker" in done.stderr
    told = json.loads(done.stdout)
    assert (told["isolation"], told["answer"]) == ("landlock", "It is 42.")
    log = (home / "run" / "log.jsonl").read_text()
    assert "PermissionError" in log
    assert "root:" not in log
