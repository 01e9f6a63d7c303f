"""A Jupyter server of its own for a test: nothing of the machine's settings, nothing left behind."""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

FOLDERS = {
    "JUPYTER_CONFIG_DIR": "config",
    "JUPYTER_DATA_DIR": "data",
    "JUPYTER_RUNTIME_DIR": "runtime",
    "JUPYTERLAB_SETTINGS_DIR": "settings",
    "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
    "IPYTHONDIR": "ipython",
    "MPLCONFIGDIR": "matplotlib",
    "HOME": "home",
}
ALONE = ("--ServerApp.jpserver_extensions={}", "--AsyncIOLoopKernelRestarter.time_to_dead=0.2")
"""For kernels alone: nothing but the server's own interface, and a death is noticed within 0.2 s."""


class JupyterServer:
    """A `jupyter_server`, or an application on top of it, on a free port of this machine, over the files in `root`."""

    def __init__(self, folder: Path, *options: str, app: str = "jupyter_server") -> None:
        """Start it with everything it writes in `folder`; returns when it answers."""
        self.root = folder / "notebooks"
        self.token = secrets.token_hex(16)
        self.log = folder / "server.log"
        for place in ("notebooks", *FOLDERS.values()):
            (folder / place).mkdir(parents=True, exist_ok=True)
        own = {name: str(folder / place) for name, place in FOLDERS.items()}
        environment = {**os.environ, **own}  # noqa: TID251 - to pass on
        # where it sees that it runs under pytest, ipykernel does not publish what child processes print
        environment.pop("PYTEST_CURRENT_TEST", None)
        command = [
            *(sys.executable, "-m", app, "--no-browser", "--allow-root"),
            *("--ServerApp.ip=127.0.0.1", "--ServerApp.port=0", f"--ServerApp.root_dir={self.root}"),
            *("--ServerApp.terminals_enabled=False", "--KernelManager.shutdown_wait_time=1"),
            *(f"--IdentityProvider.token={self.token}", *options),
        ]
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                command, cwd=self.root, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        self.url = self._wait(folder / "runtime")

    def _wait(self, runtime: Path) -> str:
        deadline = time.monotonic() + 90
        while time.monotonic() < deadline and self._process.poll() is None:
            written = runtime / f"jpserver-{self._process.pid}.json"
            if written.exists() and (text := written.read_text()).endswith("}"):
                self.url = str(json.loads(text)["url"])
                try:
                    self.ask("api/status")
                except OSError:
                    pass
                else:
                    return self.url
            time.sleep(0.1)
        self.close()
        raise RuntimeError(f"The Jupyter server did not come up:\n{self.log.read_text()[-5_000:]}")

    def ask(self, path: str, method: str = "GET") -> Any:
        """Call the server's API."""
        headers = {"Authorization": f"token {self.token}"}
        with urlopen(Request(f"{self.url}{path}", method=method, headers=headers), timeout=20) as answer:
            return json.loads(answer.read() or b"null")

    def kernels(self) -> list[str]:
        """Ids of the kernels that it runs."""
        return [kernel["id"] for kernel in self.ask("api/kernels")]

    def delete(self, kernel: str) -> None:
        """Shut a kernel down, as anybody else can."""
        self.ask(f"api/kernels/{kernel}", "DELETE")

    def kill(self) -> None:
        """End it as a power cut does; its kernels notice and end too."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def close(self) -> None:
        """Stop it with its kernels."""
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self.kill()
