"""Forked kernels are used through what every Jupyter client uses."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]
from jupyter_client.manager import AsyncKernelManager, KernelManager
from websocket import create_connection


async def test_works_with_the_managers_of_jupyter_client() -> None:
    for _ in range(2):  # the second may be a spare
        manager = AsyncKernelManager(kernel_name="analyst-fast")
        await manager.start_kernel()
        client = manager.client()
        client.start_channels()
        await client.wait_for_ready(timeout=60)
        reply = await client.execute("x = 20 + 1", user_expressions={"x": "x"}, reply=True, timeout=30)
        assert reply["content"]["user_expressions"]["x"]["data"]["text/plain"] == "21"
        pid = manager.provisioner.pid  # type: ignore[union-attr]
        await manager.restart_kernel(now=True)
        await client.wait_for_ready(timeout=60)
        assert not psutil.pid_exists(pid)
        client.stop_channels()
        await manager.shutdown_kernel()
        assert not await manager.is_alive()
        await asyncio.sleep(0.3)  # time for a spare


def test_works_with_a_blocking_client() -> None:
    manager = KernelManager(kernel_name="analyst-fast")
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=60)
    heard: list[Any] = []
    client.execute_interactive("import os\nprint(os.getppid())", output_hook=heard.append, timeout=30)
    texts = [message["content"]["text"] for message in heard if message["msg_type"] == "stream"]
    assert int("".join(texts)) in {child.pid for child in psutil.Process().children()}
    client.stop_channels()
    manager.shutdown_kernel()


def test_works_in_a_jupyter_server(tmp_path: Path) -> None:
    options = [
        "--ServerApp.token=t",
        "--ServerApp.port=0",
        f"--ServerApp.root_dir={tmp_path}",
        "--allow-root",
    ]
    env = {**os.environ, "JUPYTER_RUNTIME_DIR": str(tmp_path), "JUPYTER_CONFIG_DIR": str(tmp_path)}  # noqa: TID251
    command = [sys.executable, "-m", "jupyter_server", *options]
    server = subprocess.Popen(command, env=env)  # what it prints is shown when the test fails
    try:
        address = _address_of(server, tmp_path)

        def ask(method: str, path: str, body: dict[str, Any] | None = None) -> Any:
            request = urllib.request.Request(
                f"http://{address}/api/{path}",
                None if body is None else json.dumps(body).encode(),
                {"Authorization": "token t"},
                method=method,
            )
            with urllib.request.urlopen(request, timeout=60) as response:
                text = response.read()
            return json.loads(text) if text else None

        for _ in range(2):
            kernel = ask("POST", "kernels", {"name": "analyst-fast"})["id"]
            channel = create_connection(
                f"ws://{address}/api/kernels/{kernel}/channels?token=t&session_id=s", timeout=60
            )
            assert int(_printed_over(channel, "import os\nprint(os.getppid())")) != server.pid
            channel.close()
            ask("DELETE", f"kernels/{kernel}")
    finally:
        server.terminate()
        server.wait(20)


# ── helpers ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _address_of(server: subprocess.Popen[bytes], folder: Path) -> str:
    for _ in range(600):
        for file in folder.glob("jpserver-*.json"):
            about = json.loads(file.read_text() or "{}")
            if about:
                return f"127.0.0.1:{about['port']}"
        assert server.poll() is None
        time.sleep(0.1)
    raise AssertionError("the server did not start")


def _printed_over(channel: Any, code: str) -> str:
    header = {"msg_id": "m", "msg_type": "execute_request", "session": "s", "username": "", "version": "5.3"}
    content = {"code": code, "silent": False}
    message = {"header": header, "parent_header": {}, "metadata": {}, "content": content, "channel": "shell"}
    channel.send(json.dumps(message))
    text = ""
    while True:
        heard = json.loads(channel.recv())
        if heard["parent_header"].get("msg_id") != "m":
            continue
        if heard["msg_type"] == "stream":
            text += heard["content"]["text"]
        elif heard["msg_type"] == "status" and heard["content"]["execution_state"] == "idle":
            return text
