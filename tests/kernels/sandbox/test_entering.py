"""Kernels that are forked and then held: how fast they are, what they inherit, and when they are started by themselves."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from tests.kernels.sandbox.boxes import ROOT, Box
from tests.kernels.sandbox.test_life import alive

TIERS = ("bubblewrap", "landlock")


@pytest.mark.parametrize("tier", TIERS)
async def test_what_analyses_import_is_there(tier: str, tmp_path: Path) -> None:
    async with Box({"tier": tier, "work": str(tmp_path), "fast": True}) as box:
        told = await box.run(
            "import sys; print([name in sys.modules for name in ('pandas', 'matplotlib.pyplot')])"
        )
        assert told.text == "[True, True]\n"
        assert "not forked" not in box.provisioner.notice
    async with Box({"tier": tier, "work": str(tmp_path), "fast": False}) as box:
        assert (await box.run("import sys; print('pandas' in sys.modules)")).text == "False\n"


@pytest.mark.parametrize("tier", TIERS)
async def test_it_inherits_nothing_but_what_was_imported(tier: str, tmp_path: Path) -> None:
    look = """
import os, resource, sys
opened = sorted(os.readlink(f'/proc/self/fd/{n}').split(':')[0] for n in map(int, os.listdir('/proc/self/fd')) if os.path.exists(f'/proc/self/fd/{n}'))
own = ('/dev', '/proc', os.environ['HOME'])
print(sorted({o for o in opened if o.startswith('/') and not o.startswith(own)}))
print([l for l in open('/proc/self/maps') if l.split()[1] == 'rw-s'])
print(os.getcwd(), sys.path[0] == '', [p for p in sys.path if 'inside' in p], sys.argv[0])
"""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPENAI_API_KEY", "sk-canary")
        patch.setenv("A_NAME_OF_OURS", "1")
        async with Box({"tier": tier, "work": str(tmp_path), "fast": True, "env": {"GIVEN": "1"}}) as box:
            names = (
                await box.run(
                    "print(open('/proc/self/environ').read().count('=') > 0, [w for w in ('sk-canary', 'A_NAME_OF_OURS', 'GIVEN') if w in open('/proc/self/environ').read()])"
                )
            ).text
            assert names == "True []\n"
            assert (
                await box.run("import os; print(os.environ['GIVEN'], 'A_NAME_OF_OURS' in os.environ)")
            ).text == "1 False\n"
            opened, shared, rest = (await box.run(look)).text.splitlines()
            log = box.provisioner._log
            assert opened in ("[]", f"['{log}']"), opened
            assert shared == "[]"
            assert rest.startswith(f"{tmp_path} ")


@pytest.mark.parametrize("tier", TIERS)
async def test_siblings_draw_different_numbers(tier: str, tmp_path: Path) -> None:
    drawn = set()
    for _ in range(2):
        async with Box({"tier": tier, "work": str(tmp_path), "fast": True}) as box:
            drawn.add(
                (await box.run("import random, numpy; print(random.random(), numpy.random.rand())")).text
            )
    assert len(drawn) == 2


@pytest.mark.parametrize("name", ["PYTHONHASHSEED", "MPLCONFIGDIR", "OMP_NUM_THREADS"])
async def test_what_has_to_be_there_when_modules_are_imported_starts_it_by_itself(
    name: str, tmp_path: Path
) -> None:
    async with Box({"work": str(tmp_path), "fast": True, "env": {name: "1"}}) as box:
        assert f"started by itself, not forked: {name} was given to it" in box.provisioner.notice
        assert (await box.run(f"import os; print(os.environ[{name!r}])")).text == "1\n"


def test_who_enters_a_room_is_held_to_what_it_may_write_by_whatever_way(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "a.txt").write_text("text")
    code = """
import os, sys
from analyst_kernels.sandbox.inside import landlock
top = sys.argv[1]
folder = os.open(top, os.O_RDONLY)
landlock.restrict_writing([top + '/in'])
def tried(name, flags):
    try:
        os.close(os.open(name, flags, dir_fd=folder))
        return True
    except OSError:
        return False
print(tried('a.txt', os.O_RDONLY), tried('in/new', os.O_WRONLY | os.O_CREAT), tried('a.txt', os.O_WRONLY),
      tried('a.txt', os.O_RDWR | os.O_TRUNC), tried('new', os.O_WRONLY | os.O_CREAT),
      tried(f'/proc/self/fd/{os.open(top + "/a.txt", os.O_RDONLY)}', os.O_WRONLY))
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["True", "True", "False", "False", "False", "False"]
    assert (tmp_path / "a.txt").read_text() == "text"


WITHOUT_LANDLOCK = """
import asyncio, errno, struct
from analyst_kernels.sandbox.inside import landlock
LOAD, IF_EQUAL, RETURN = 0x20, 0x15, 0x06
steps = [(LOAD, 0, 0, 0), (IF_EQUAL, 0, 1, 444), (RETURN, 0, 0, 0x00050000 | errno.ENOSYS), (RETURN, 0, 0, 0x7FFF0000)]
landlock.load_filter(b"".join(struct.pack("HBBI", *step) for step in steps))
from tests.kernels.sandbox.boxes import Box
async def main():
    async with Box({"tier": "bubblewrap", "fast": True}) as box:
        print(box.provisioner.held_by.name, (await box.run("print(6 * 7)")).text.strip(), box.provisioner.notice)
asyncio.run(main())
"""


def test_without_landlock_nobody_enters_and_it_is_told() -> None:
    command = [sys.executable, "-c", WITHOUT_LANDLOCK]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("bubblewrap 42 The kernel was started by itself, not forked: "), done.stdout
    assert "needs Landlock" in done.stdout


HOST = """
import asyncio, sys
from tests.kernels.sandbox.boxes import Box
from tests.kernels.sandbox.test_life import DAEMON
async def main():
    async with Box({"tier": sys.argv[1], "fast": sys.argv[2] == "forked"}) as box:
        assert (await box.run(DAEMON)).status == "ok"
        print(*box.family(), flush=True)
        await asyncio.sleep(600)
asyncio.run(main())
"""


@pytest.mark.parametrize("how", ["forked", "by itself"])
@pytest.mark.parametrize("tier", TIERS)
def test_nothing_outlives_a_host_that_is_killed(tier: str, how: str) -> None:
    command = [sys.executable, "-c", HOST, tier, how]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as host:
        assert host.stdout is not None
        processes = [int(word) for word in host.stdout.readline().split()]
        templates = [child.pid for child in psutil.Process(host.pid).children()]
        assert len(processes) >= 3
        host.kill()
    everything = {*processes, *templates}
    for _ in range(150):
        if not any(map(alive, everything)):
            break
        time.sleep(0.1)
    assert [process for process in everything if alive(process)] == []
