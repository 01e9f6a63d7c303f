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


def test_what_a_killed_owner_has_left_is_removed_at_once(parent: Path) -> None:
    lives = Folder()
    script = "import os, signal\nfrom analyst_kernels.folders import Folder\nFolder()\nos.kill(os.getpid(), signal.SIGKILL)"
    env = {**os.environ, "TMPDIR": str(parent)}  # noqa: TID251
    subprocess.run([sys.executable, "-c", script], env=env, check=False)
    (left,) = set(parent.iterdir()) - {lives.path}
    assert left.name.startswith("analyst-kernel-")
    somebody_elses = parent / "kernel-1234"
    somebody_elses.mkdir()
    Folder().remove()
    assert set(parent.iterdir()) == {lives.path, somebody_elses}
    lives.remove()


def test_one_that_is_being_made_is_left_alone_until_it_is_old(parent: Path) -> None:
    new = parent / "analyst-new-abcd"
    new.mkdir()
    Folder().remove()
    assert new.exists()  # its maker may just be about to lock it
    hour_ago = time.time() - 3600
    os.utime(new, (hour_ago, hour_ago))
    Folder().remove()
    assert not new.exists()
