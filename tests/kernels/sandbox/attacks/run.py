"""Plants what the probes aim at, starts a kernel, runs them in it; prints as JSON which succeeded.

python -m tests.kernels.sandbox.attacks.run TIER HOW        (or `plain`)

HOW: `forked` or `by itself`; a kernel that is not started in that way is an error.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import json
import os
import platform
import secrets
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

from tests.kernels.sandbox.attacks import network, probes, processes, reading, writing
from tests.kernels.sandbox.boxes import Box

CANARY = f"canary-{secrets.token_hex(8)}"
MARKER = CANARY[:9]
MODULES = (probes, reading, network, writing, processes)
TEXTS = (
    "import sys, types\n"
    + "".join(
        f"probes = sys.modules[{module.__name__!r}] = types.ModuleType({module.__name__!r})\n"
        f"exec(compile({Path(str(module.__file__)).read_text()!r}, {module.__name__!r}, 'exec'), vars(probes))\n"
        for module in MODULES
    )
    + f"probes = sys.modules[{probes.__name__!r}]\n"
)


@contextlib.contextmanager
def planted() -> Iterator[probes.Planted]:
    """A world of our own: home, secrets, data, services, a process, a key."""
    with tempfile.TemporaryDirectory(prefix="planted-") as name, contextlib.ExitStack() as over:
        base = Path(os.path.realpath(name))
        base.chmod(0o755)
        home, data, work = base / "home", base / "data", base / "work"
        for folder in (home / ".ssh", home / ".aws", data, work, base / "beside"):
            folder.mkdir(parents=True)
        for path in (home / ".ssh/id_rsa", home / ".aws/credentials", home / ".bash_history", base / "secret.txt",
                     data / ".env", base / "kernel-other.json"):  # fmt: skip
            path.write_text(CANARY)
        for name in ("a", "delete", "rename", "mode"):
            (data / f"{name}.csv").write_text("a,b\n1,2\n")
        os.environ |= {"HOME": str(home), "OPENAI_API_KEY": CANARY, "SSH_AUTH_SOCK": str(base / "agent.sock")}  # noqa: TID251
        # a file that a careless start would hand on
        os.set_inheritable(os.open(base / "secret.txt", os.O_RDONLY), True)
        decoy = over.enter_context(subprocess.Popen(["sleep", "300"]))
        over.callback(decoy.kill)
        world: probes.Planted = {
            "base": str(base), "home": str(home), "data": str(data), "work": str(work), "decoy": decoy.pid,
            "starter": os.getpid(), "key": plant_key(), "marker": MARKER,
        }  # fmt: skip
        yield world | services(base, over)


def services(base: Path, over: contextlib.ExitStack) -> probes.Planted:
    abstract = f"planted-{os.getpid()}"
    listeners = [socket.create_server(("127.0.0.1", 0))]
    for address in ("\0" + abstract, str(base / "service.sock")):
        listeners.append(socket.socket(socket.AF_UNIX))
        listeners[-1].bind(address)
        listeners[-1].listen()
    datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    datagrams.bind(("127.0.0.1", 0))
    inbox = over.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
    inbox.bind(str(base / "datagrams.sock"))

    def greet(listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = listener.accept()
                with client:
                    client.sendall(CANARY.encode())

    def answer() -> None:
        with contextlib.suppress(OSError):
            while True:
                _, sender = datagrams.recvfrom(100)
                datagrams.sendto(CANARY.encode(), sender)

    for listener in listeners:
        threading.Thread(target=greet, args=(listener,), daemon=True).start()
    threading.Thread(target=answer, daemon=True).start()
    return {"tcp": listeners[0].getsockname()[1], "udp": datagrams.getsockname()[1], "abstract": abstract}


def plant_key() -> str:
    """A key in a session keyring of this process alone, which what it starts inherits."""
    machine = platform.machine()
    add_key, keyctl = {"x86_64": (248, 250), "aarch64": (217, 219)}[machine]
    libc = ctypes.CDLL(None, use_errno=True)
    join, session = 1, -3
    assert libc.syscall(keyctl, join, None) > 0
    name = f"planted-{os.getpid()}"
    assert libc.syscall(add_key, b"user", name.encode(), CANARY.encode(), len(CANARY), session) > 0
    return name


async def attack(tier: str, how: str) -> dict[str, bool]:
    with planted() as world:
        config = {
            "tier": tier,
            "work": world["work"],
            "data": [world["data"]],
            "processes": 64,
            "fast": how == "forked",
        }
        names = [a.name for a in probes.ATTACKS.values() if (a.plain if tier == "plain" else tier in a.only)]
        async with Box(None if tier == "plain" else config) as box:
            if how == "forked" and "not forked" in box.provisioner.notice:
                raise RuntimeError(box.provisioner.notice)
            told = await box.run(TEXTS + f"probes.run_probes({world!r}, {names!r})", seconds=200)
        if "FOUND" not in told.text:
            raise RuntimeError(f"The probes did not end: {told}")
        found = json.loads(told.text[told.text.index("FOUND") + 5 :])
    return {name: value if isinstance(value, bool) else CANARY in value for name, value in found.items()}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(attack(*sys.argv[1:3]))))
