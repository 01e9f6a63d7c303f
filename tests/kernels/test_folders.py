from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from analyst_kernels.folders import Folder


@pytest.fixture
def parent(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(
        prefix="t"
    ) as folder:  # the paths of pytest's own are too long for sockets
        monkeypatch.setattr(tempfile, "tempdir", folder)
        yield Path(folder)


def test_is_private_and_can_be_removed_twice(parent: Path) -> None:
    folder = Folder()
    assert folder.path.stat().st_mode & 0o777 == 0o700
    (folder.path / "file").write_text("x")
    folder.remove()
    folder.remove()
    assert list(parent.iterdir()) == []


def test_what_a_killed_owner_has_left_is_removed(parent: Path) -> None:
    lives = Folder()
    _age(lives.path)
    script = "import os, signal\nfrom analyst_kernels.folders import Folder\nFolder()\nos.kill(os.getpid(), signal.SIGKILL)"
    env = {**os.environ, "TMPDIR": str(parent)}  # noqa: TID251
    subprocess.run([sys.executable, "-c", script], env=env, check=False)
    (left,) = set(parent.iterdir()) - {lives.path}
    somebody_elses = parent / "kernel-1234"
    somebody_elses.mkdir()
    Folder().remove()
    assert left.exists()  # so young that its owner may just be about to lock it
    for folder in (left, somebody_elses):
        _age(folder)
    Folder().remove()
    assert set(parent.iterdir()) == {lives.path, somebody_elses}
    lives.remove()


def _age(folder: Path) -> None:
    hour_ago = time.time() - 3600
    os.utime(folder, (hour_ago, hour_ago))
