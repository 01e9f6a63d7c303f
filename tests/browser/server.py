"""A Jupyter server of its own: nothing of the machine's settings, nothing left behind."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

SETTINGS: dict[str, dict[str, Any]] = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "docmanager-extension/plugin": {"autosave": False},
    "notebook-extension/tracker": {"windowingMode": "none"},
}
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


class Server:
    """JupyterLab and Notebook 7 on a free port of this machine, over the notebooks in `root`."""

    def __init__(self, folder: Path) -> None:
        """Start it with everything it writes in `folder`; returns when it answers."""
        self.root = folder / "notebooks"
        self.token = secrets.token_hex(16)
        self._log = folder / "server.log"
        for name in ("notebooks", *FOLDERS.values()):
            (folder / name).mkdir(parents=True)
        for plugin, values in SETTINGS.items():
            path = folder / "settings" / "@jupyterlab" / f"{plugin}.jupyterlab-settings"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(values))
        own = {name: str(folder / place) for name, place in FOLDERS.items()}
        environment = {**os.environ, **own}  # noqa: TID251 - to pass on
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "jupyterlab", *self._options()],
                cwd=self.root, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        self.url = self._wait(folder / "runtime")

    def _options(self) -> list[str]:
        return [
            "--no-browser",
            "--allow-root",
            "--ServerApp.ip=127.0.0.1",
            "--ServerApp.port=0",
            f"--ServerApp.root_dir={self.root}",
            f"--IdentityProvider.token={self.token}",
            "--ServerApp.terminals_enabled=False",
            "--KernelManager.shutdown_wait_time=1",
            "--LabApp.expose_app_in_browser=True",
            "--LabApp.news_url=",
            "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
            "--JupyterNotebookApp.expose_app_in_browser=True",
        ]

    def _wait(self, runtime: Path) -> str:
        deadline = time.monotonic() + 90
        while time.monotonic() < deadline and self._process.poll() is None:
            written = runtime / f"jpserver-{self._process.pid}.json"
            if written.exists() and (text := written.read_text()).endswith("}"):
                self.url = str(json.loads(text)["url"])
                try:
                    self.ask("api/status")
                except (URLError, ConnectionError):
                    pass
                else:
                    return self.url
            time.sleep(0.1)
        self.close()
        raise RuntimeError(f"The Jupyter server did not come up:\n{self._log.read_text()[-5_000:]}")

    def ask(self, path: str, method: str = "GET") -> Any:
        """Call the server's API."""
        request = Request(
            f"{self.url}{path}", method=method, headers={"Authorization": f"token {self.token}"}
        )
        with urlopen(request, timeout=20) as answer:
            return json.loads(answer.read() or b"null")

    def end_kernels(self) -> None:
        """Shut down what the notebooks have started."""
        for session in self.ask("api/sessions"):
            self.ask(f"api/sessions/{session['id']}", "DELETE")

    def close(self) -> None:
        """Stop it with its kernels."""
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
