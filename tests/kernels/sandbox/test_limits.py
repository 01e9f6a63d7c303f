"""What one kernel may use, of everything: small limits, passed by little."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest
from analyst_kernels import KernelNotStarted

from tests.kernels.sandbox.boxes import Box

TIERS = ("bubblewrap", "landlock")


@pytest.mark.parametrize("tier", TIERS)
async def test_one_process_gets_an_error_and_the_kernel_lives(tier: str, tmp_path: Path) -> None:
    config = {"tier": tier, "work": str(tmp_path), "memory_mb": 600, "file_mb": 5, "open_files": 100}
    async with Box(config) as box:
        assert (await box.run("x = [bytearray(100 << 20) for _ in range(20)]")).error.startswith(
            "MemoryError"
        )
        assert "File too large" in (await box.run("open('big', 'wb').write(bytes(6 << 20))")).error
        assert "Too many open files" in (await box.run("f = [open('/dev/null') for _ in range(200)]")).error
        assert (await box.run("f = None; print(6 * 7)")).text == "42\n"


async def test_memory_folders_are_full_at_their_size(tmp_path: Path) -> None:
    async with Box({"tier": "bubblewrap", "work": str(tmp_path), "tmp_mb": 16}) as box:
        for folder in ("/tmp", "/dev/shm", "/home/agent"):
            told = await box.run(f"open('{folder}/x', 'wb').write(bytes(20 << 20))")
            assert "No space left" in told.error


async def test_processes_are_counted_for_this_kernel_alone(tmp_path: Path) -> None:
    async with Box({"tier": "bubblewrap", "work": str(tmp_path), "processes": 48}) as box:
        code = """
import subprocess
started = []
try:
    for _ in range(60): started.append(subprocess.Popen(['sleep', '30']))
except OSError as error: print(error.errno, len(started) > 5)
for process in started: process.kill(); process.wait()
"""
        assert (await box.run(code)).text == "11 True\n"


@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize(
    ("limit", "code", "said"),
    [
        # shared memory is counted by no limit of a process
        ({"total_memory_mb": 350}, "import mmap; m = mmap.mmap(-1, 450 << 20)\nfor i in range(0, 450 << 20, 4096): m[i] = 1", "memory together"),
        ({"files": 200}, "for n in range(400): open(f'f{n}', 'w').close()", "200 files"),
        ({"disk_mb": 8}, "open('a', 'wb').write(bytes(9 << 20))", "8 MiB"),
    ],
)  # fmt: skip
async def test_the_host_ends_what_no_process_can_be_held_to(
    tier: str, limit: dict[str, int], code: str, said: str, tmp_path: Path
) -> None:
    async with Box({"tier": tier, "work": str(tmp_path), **limit}) as box:
        told = await box.run(f"{code}\nimport time; time.sleep(30)", seconds=25)
        assert told.status == "dead"
        assert said in box.provisioner.epitaph()


async def test_what_is_running_is_counted_where_no_limit_can(tmp_path: Path) -> None:
    async with Box({"tier": "landlock", "work": str(tmp_path), "processes": 20}) as box:
        code = "import subprocess, time\np = [subprocess.Popen(['sleep', '30']) for _ in range(30)]; time.sleep(30)"
        assert (await box.run(code, seconds=25)).status == "dead"
        assert "20 processes" in box.provisioner.epitaph()


async def test_a_full_folder_is_not_started_again(tmp_path: Path) -> None:
    for n in range(30):
        (tmp_path / f"{n}.txt").touch()
    with pytest.raises(KernelNotStarted, match="more than 20 files"):
        await Box({"work": str(tmp_path), "files": 20}).__aenter__()


FILL = """
import os
for name in os.listdir('/proc/self/fd'):
    place = f'/proc/self/fd/{name}'
    if os.path.islink(place) and os.readlink(place).endswith('/log'):
        os.lseek(int(name), 40 << 20, 0)
        os.write(int(name), b'The sandbox is not what it says' + bytes(100))
        print('filled')
        break
"""


@pytest.mark.parametrize("tier", TIERS)
async def test_of_a_log_that_its_code_has_filled_only_the_end_is_read(tier: str, tmp_path: Path) -> None:
    async with Box({"tier": tier, "work": str(tmp_path)}) as box:
        assert (await box.run(FILL)).text == "filled\n"
        tracemalloc.start()
        try:
            told = box.provisioner.epitaph()
            _, most = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert told.startswith("The sandbox is not what")
    assert most < 1 << 20
