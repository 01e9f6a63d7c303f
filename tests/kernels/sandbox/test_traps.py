"""The ten ways in which bubblewrap alone is no sandbox; T5 is in `test_life`."""

# small files, read while nothing else waits
# ruff: noqa: ASYNC240

from __future__ import annotations

import ast
import errno
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from analyst_kernels.sandbox import bubblewrap

from tests.kernels.sandbox.boxes import SMALL, Box

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(
    scope="module", loop_scope="module", params=[True, False], ids=["forked", "by itself"]
)
async def box(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Box]:
    top = tmp_path_factory.mktemp("traps")
    (top / "work").mkdir()
    (top / "data" / ".ssh").mkdir(parents=True)
    (top / "data" / "private").mkdir()
    for name in ("a.csv", ".env", ".ssh/id_rsa", "private/notes.txt", "named.txt"):
        (top / "data" / name).write_text("text")
    data = str(top / "data")
    config = {"work": str(top / "work"), "data": [data], "env": {"DATA": data, "GIVEN": "a value by name"}}
    hide = [f"{data}/private", f"{data}/named.txt"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPENAI_API_KEY", "sk-canary")
        async with Box({"tier": "bubblewrap", "fast": request.param, **config, "hide": hide}) as box:
            yield box


async def value(box: Box, code: str) -> Any:
    told = await box.run(code)
    assert told.status == "ok", told
    return ast.literal_eval(told.text)


OWN_SETTINGS = (
    "fs/mqueue/",
    "kernel/msg",
    "kernel/sem",
    "kernel/shm",
    "kernel/auto_msgmni",
    "kernel/ns_last_pid",
    "kernel/pid_max",
    "net/",
)
"""Settings of a namespace, not of the machine: of its own the kernel may do what it likes."""


async def test_t1_no_setting_of_the_machine_is_writable(box: Box) -> None:
    code = (
        "import os; print([os.getuid() == 0, [os.path.join(d, f) for d, _, fs in os.walk('/proc/sys') for f in fs "
        "if os.access(os.path.join(d, f), os.W_OK)]])"
    )
    root, writable = await value(box, code)
    assert not root
    assert [path for path in writable if not path.removeprefix("/proc/sys/").startswith(OWN_SETTINGS)] == []


async def test_t1_who_it_is_owns_nothing_outside(box: Box) -> None:
    holders = {box.provisioner.process.pid} if not box.provisioner.fast else set()
    inside = [process for process in box.family()[1:] if process not in holders]
    assert inside
    for process in inside:
        owner = Path(f"/proc/{process}").stat().st_uid
        assert owner != 0
        assert owner == os.getuid() or not Path("/etc/passwd").read_text().count(f":{owner}:")


async def test_t2_no_process_of_the_sandbox_has_our_environment(box: Box) -> None:
    held = box.provisioner._held
    kernel = {held.kernel} if held.room else set()
    for process in {box.provisioner.process.pid, *held.outermost} - kernel:
        names = [
            line.split(b"=")[0] for line in Path(f"/proc/{process}/environ").read_bytes().split(b"\0") if line
        ]
        assert set(names) <= {b"PATH", b"PWD"}
    for process in box.family():
        assert b"a value by name" not in Path(f"/proc/{process}/cmdline").read_bytes()
        assert b"sk-canary" not in Path(f"/proc/{process}/environ").read_bytes()
    seen = await value(box, "import os; print([os.environ.get('OPENAI_API_KEY'), os.environ['GIVEN']])")
    assert seen == [None, "a value by name"]


async def test_t3_what_namespaces_leave_open_is_closed(box: Box) -> None:
    code = """
import ctypes, platform, socket
libc = ctypes.CDLL(None, use_errno=True)
found = []
for family in (40, 38, 17, 29):
    try: socket.socket(family, socket.SOCK_RAW)
    except OSError as error: found.append(error.errno)
numbers = {'x86_64': (250, 425, 323, 321, 101), 'aarch64': (219, 425, 282, 280, 117)}[platform.machine()]
for number in numbers:
    ctypes.set_errno(0)
    libc.syscall(number, 0, 0, 0, 0, 0)
    found.append(ctypes.get_errno())
print(found)
"""
    assert await value(box, code) == [errno.EAFNOSUPPORT] * 4 + [errno.EPERM] * 5


async def test_t4_messages_over_tcp_work_inside(box: Box) -> None:
    code = "import zmq; s = zmq.Context().socket(zmq.PUB); print(s.bind_to_random_port('tcp://127.0.0.1') > 0); s.close()"
    assert await value(box, code) is True


async def test_t6_the_root_and_devices_are_read_only_and_memory_folders_small(box: Box) -> None:
    code = (
        "import os, shutil; print([[f for f in ('/', '/dev', '/etc', '/run', '/var', '/usr') if os.access(f, os.W_OK)], "
        "[shutil.disk_usage(f).total for f in ('/tmp', '/dev/shm', os.environ['HOME'])]])"
    )
    assert await value(box, code) == [[], [SMALL["tmp_mb"] << 20] * 3]


async def test_t7_no_setuid_file_by_any_call(box: Box) -> None:
    code = """
import ctypes, os, stat
found = []
for act in (lambda: os.open('a', os.O_CREAT | os.O_WRONLY, 0o4755), lambda: os.open('b', os.O_CREAT | os.O_WRONLY, 0o2755),
            lambda: os.chmod('c', 0o4755), lambda: os.fchmod(os.open('c', os.O_RDONLY), 0o2755)):
    open('c', 'w').close()
    try: act(); found.append(0)
    except OSError as error: found.append(error.errno)
libc = ctypes.CDLL(None, use_errno=True)
for number in (435, 437):
    ctypes.set_errno(0); libc.syscall(number, 0, 0, 0, 0); found.append(ctypes.get_errno())
found.append([f for f in os.listdir('.') if os.stat(f).st_mode & 0o6000])
print(found)
"""
    assert await value(box, code) == [errno.EPERM] * 4 + [errno.ENOSYS] * 2 + [[]]


async def test_t8_a_program_of_that_name_on_the_path_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    planted = tmp_path / "bwrap"
    planted.write_text(f'#!/bin/sh\ntouch {tmp_path}/used\nexec /usr/bin/bwrap "$@"\n')
    planted.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")  # noqa: TID251 - a test of it
    (tmp_path / "work").mkdir()
    async with Box({"tier": "bubblewrap", "work": str(tmp_path / "work")}) as box:
        assert (await box.run("print(1)")).text == "1\n"
    assert not (tmp_path / "used").exists()


async def test_t9_what_a_version_can_do_is_asked(tmp_path: Path) -> None:
    old = tmp_path / "bwrap"
    old.write_text("#!/bin/sh\necho '    --args FD   Parse'; echo '    --seccomp FD   Load'\n")
    old.chmod(0o755)
    assert bubblewrap.options(str(old)) == {"--args", "--seccomp"}
    assert "--disable-userns" not in bubblewrap.namespaces(str(old))
    here = bubblewrap.find("bwrap")
    assert here is not None
    assert set(bubblewrap.NEEDED) <= bubblewrap.options(here)


async def test_t10_what_is_hidden_in_the_data_is_not_there(box: Box) -> None:
    code = """
import os
top, seen = os.environ['DATA'], []
for name in ('a.csv', '.env', '.ssh/id_rsa', 'private/notes.txt', 'named.txt'):
    try: seen.append(open(os.path.join(top, name)).read())
    except OSError: seen.append(None)
print(seen)
"""
    seen = await value(box, code)
    assert isinstance(seen, list)
    assert seen[0] == "text"
    assert "text" not in seen[1:]
