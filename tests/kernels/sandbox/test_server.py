"""The installed kernelspec, through a real Jupyter server: REST and WebSocket, as a notebook uses it."""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import websocket

TOKEN = "t"


class Server:
    """A Jupyter server on the loopback."""

    def __init__(self, folder: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]
        self.tmp = folder / "t"
        for name in ("root", "runtime", "home", "t"):
            (folder / name).mkdir()
        places = {
            "HOME": str(folder / "home"),
            "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
            "TMPDIR": str(self.tmp),
        }
        environment = {**os.environ, **places, "OPENAI_API_KEY": "sk-canary"}  # noqa: TID251 - to pass on
        options = [
            f"--ServerApp.port={self.port}",
            "--ServerApp.ip=127.0.0.1",
            f"--IdentityProvider.token={TOKEN}",
        ]
        options += [f"--ServerApp.root_dir={folder / 'root'}", "--allow-root", "--no-browser"]
        self.log = folder / "log"
        with self.log.open("wb") as log:
            command = [sys.executable, "-m", "jupyter_server", *options]
            self.process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)

    def call(self, method: str, path: str, body: object = None) -> Any:
        headers = {"Authorization": f"token {TOKEN}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        address = f"http://127.0.0.1:{self.port}/api/{path}"
        with urllib.request.urlopen(
            urllib.request.Request(address, data, headers, method=method), timeout=60
        ) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def wait(self) -> None:
        for _ in range(900):
            try:
                self.call("GET", "status")
                return
            except (urllib.error.URLError, ConnectionError):
                assert self.process.poll() is None, self.log.read_text()
                time.sleep(0.1)
        raise AssertionError(self.log.read_text())


class Notebook:
    """What a notebook's page does with one kernel."""

    def __init__(self, server: Server, kernel: str) -> None:
        self.url = f"ws://127.0.0.1:{server.port}/api/kernels/{kernel}/channels?token={TOKEN}"
        self.socket = self.connect()

    def connect(self) -> websocket.WebSocket:
        found = websocket.create_connection(self.url, timeout=60)  # it answers when the kernel does
        found.settimeout(1)
        return found

    def reload(self) -> None:
        self.socket.close()
        self.socket = self.connect()

    def run(self, code: str, until: str = "idle", seconds: float = 40) -> list[str]:
        """What was printed, the names of errors, the kernel's states; up to one state."""
        mine = secrets.token_hex(4)
        header = {
            "msg_id": mine,
            "msg_type": "execute_request",
            "username": "u",
            "session": "s",
            "version": "5.3",
            "date": "",
        }
        content = {
            "code": code,
            "silent": False,
            "store_history": True,
            "user_expressions": {},
            "allow_stdin": False,
        }
        message = {
            "channel": "shell",
            "header": header,
            "parent_header": {},
            "metadata": {},
            "content": content,
        }
        self.socket.send(json.dumps(message))
        told: list[str] = []
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                answer = json.loads(self.socket.recv())
            except websocket.WebSocketTimeoutException:
                continue
            kind, content = answer["header"]["msg_type"], answer["content"]
            if kind == "status" and (
                content["execution_state"] != "idle" or answer["parent_header"].get("msg_id") == mine
            ):
                told.append(content["execution_state"])
                if content["execution_state"] == until:
                    return told
            elif kind in ("stream", "error"):
                told.append(content.get("text") or content["ename"])
        raise AssertionError(f"never {until}: {told}")


@pytest.fixture
def server() -> Iterator[Server]:
    # sockets are put below it, whose paths must be short
    with tempfile.TemporaryDirectory(prefix="server-") as name:
        server = Server(Path(name))
        try:
            server.wait()
            yield server
        finally:
            server.process.terminate()
            server.process.wait(30)


def test_a_notebook_picks_it_by_name_and_works_in_it(server: Server) -> None:
    assert (
        server.call("GET", "kernelspecs")["kernelspecs"]["analyst-sandbox"]["spec"]["display_name"]
        == "Python (sandboxed)"
    )
    kernel = server.call("POST", "kernels", {"name": "analyst-sandbox"})["id"]
    page = Notebook(server, kernel)
    assert "None ['agent']\n" in page.run(
        "import os; print(os.environ.get('OPENAI_API_KEY'), os.listdir('/home'))"
    )

    threading.Timer(1, lambda: server.call("POST", f"kernels/{kernel}/interrupt", {})).start()
    assert "KeyboardInterrupt" in page.run("while True: pass")

    assert "restarting" in page.run("import os; os.kill(os.getpid(), 9)", until="restarting")
    for _ in range(100):
        if server.call("GET", f"kernels/{kernel}")["execution_state"] == "idle":
            break
        time.sleep(0.1)
    page.reload()
    assert "alive\n" in page.run("print('alive')")

    server.call("POST", f"kernels/{kernel}/restart", {})
    page.reload()
    assert "again\n" in page.run("print('again')")
    assert len(list(server.tmp.glob("analyst-kernel-*/c.json"))) == 1

    page.socket.close()
    server.call("DELETE", f"kernels/{kernel}")
    assert list(server.tmp.glob("analyst-kernel-*/c.json")) == []
    server.process.terminate()
    server.process.wait(30)
    assert list(server.tmp.glob("analyst-kernel-*")) == []
