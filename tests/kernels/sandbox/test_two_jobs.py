"""Two jobs beside each other, each in its sandbox: one sees nothing of the other, and cannot touch it."""

from __future__ import annotations

import json
import secrets
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import psutil
import pytest
from analyst_kernels.isolated import IsolatedKernel, Sandbox

from tests.kernels.sandbox.test_isolated import printed, started

PLANT = """
import ctypes, json, os, socket, tempfile
ctypes.CDLL(None).prctl(15, b'NAME')  # the name that a list of processes shows
open('secret.txt', 'w').write('CANARY-A')
with open(os.path.join(tempfile.gettempdir(), 'NAME.txt'), 'w') as file:
    file.write('CANARY-A')
served = []
def serve(family, address):
    try:
        listener = socket.socket(family)
        listener.bind(address)
        listener.listen()
        served.append(listener)
        return listener.getsockname()
    except OSError:
        return None
try:
    with open('/dev/shm/NAME', 'w') as shared:
        shared.write('CANARY-A')
except OSError:
    pass
answers = {
    'shared memory': '/dev/shm/NAME' if os.path.exists('/dev/shm/NAME') else '',
    'file': os.path.realpath('secret.txt'),
    'temporary': os.path.realpath(file.name),
    'socket': os.path.abspath('a.sock') if serve(socket.AF_UNIX, 'a.sock') is not None else '',
    'abstract': 'NAME' if serve(socket.AF_UNIX, chr(0) + 'NAME') is not None else '',
    'port': (serve(socket.AF_INET, ('127.0.0.1', 0)) or (0, 0))[1],
}
print(json.dumps(answers))
"""
TRY = """
import json, os, socket
planted = PLANTED
def read(path):
    with open(path) as file:
        return 'CANARY-A' in file.read()
def write(path):
    open(path, 'a').close()
    return True
def connect(family, address):
    with socket.socket(family) as client:
        client.settimeout(3)
        client.connect(address)
    return True
def lists(folder):
    return bool(os.listdir(folder))
def signals(pid):
    os.kill(pid, 0)
    return True
def environment(pid):
    with open(f'/proc/{pid}/environ', 'rb') as file:
        return bool(file.read())
def listed():
    for name in filter(str.isdigit, os.listdir('/proc')):
        if succeeds(lambda: open(f'/proc/{name}/comm').read().strip() == planted['name']):
            return True
    return False
def succeeds(probe, *args):
    try:
        return probe(*args)
    except OSError:
        return False
print(json.dumps({
    'read': succeeds(read, planted['file']),
    'read shared memory': succeeds(read, planted['shared memory']),
    'read temporary': succeeds(read, planted['temporary']),
    'list': succeeds(lists, planted['folder']),
    'write': succeeds(write, planted['folder'] + '/planted.txt'),
    'socket': succeeds(connect, socket.AF_UNIX, planted['socket']),
    'abstract': succeeds(connect, socket.AF_UNIX, chr(0) + planted['abstract']),
    'port': succeeds(connect, socket.AF_INET, ('127.0.0.1', planted['port'])),
    'signal': succeeds(signals, planted['pid']),
    'environment': succeeds(environment, planted['pid']),
    'process': succeeds(listed),
}))
"""


async def tried(folder: Path, sandbox: Sandbox) -> tuple[dict[str, Any], dict[str, bool]]:
    """What job A planted, and which of its things job B reached."""
    first = IsolatedKernel(work=folder / "a" / "work", sandbox=sandbox)
    second = IsolatedKernel(work=folder / "b" / "work", sandbox=sandbox)
    async with AsyncExitStack() as over:
        await over.enter_async_context(started(first))
        await over.enter_async_context(started(second))
        name = f"job{secrets.token_hex(5)}"
        planted = json.loads(await printed(first, PLANT.replace("NAME", name)))
        [pid] = [p.pid for p in psutil.Process().children(recursive=True) if p.name() == name]
        planted |= {"name": name, "pid": pid, "folder": str(folder / "a" / "work")}
        found = json.loads(await printed(second, TRY.replace("PLANTED", repr(planted))))
        left = [path for path in (planted["shared memory"], planted["temporary"]) if path]
        await printed(first, f"for path in {left}: os.remove(path)")
        assert await printed(first, "print(open('secret.txt').read())") == "CANARY-A\n"
    return planted, found


@pytest.mark.parametrize("sandbox", ["bubblewrap", "landlock"])
async def test_one_job_reaches_nothing_of_another(tmp_path: Path, sandbox: Sandbox) -> None:
    _, found = await tried(tmp_path, sandbox)
    assert [name for name, yes in found.items() if yes] == []
    assert not (tmp_path / "a" / "work" / "planted.txt").exists()


async def test_without_a_sandbox_it_reaches_all_of_it(tmp_path: Path) -> None:
    planted, found = await tried(tmp_path, "off")
    assert all(planted.values()), planted
    assert [name for name, yes in found.items() if not yes] == []
