"""A server with front ends: JupyterLab and Notebook 7."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.jupyter import JupyterServer

SETTINGS: dict[str, dict[str, Any]] = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "docmanager-extension/plugin": {"autosave": False},
    "notebook-extension/tracker": {"windowingMode": "none"},
}
OPTIONS = (
    "--LabApp.expose_app_in_browser=True",
    "--LabApp.news_url=",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--JupyterNotebookApp.expose_app_in_browser=True",
)


class Server(JupyterServer):
    """JupyterLab and Notebook 7 on a free port of this machine, over the notebooks in `root`."""

    def __init__(self, folder: Path) -> None:
        """Start it with everything it writes in `folder`; returns when it answers."""
        for plugin, values in SETTINGS.items():
            path = folder / "settings" / "@jupyterlab" / f"{plugin}.jupyterlab-settings"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(values))
        super().__init__(folder, *OPTIONS, app="jupyterlab")

    def end_kernels(self) -> None:
        """Shut down what the notebooks have started."""
        for session in self.ask("api/sessions"):
            self.ask(f"api/sessions/{session['id']}", "DELETE")
