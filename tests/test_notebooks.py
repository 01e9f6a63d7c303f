"""The example notebooks run from top to bottom."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"


@pytest.mark.parametrize("name", sorted(p.name for p in NOTEBOOKS.glob("*.ipynb")))
async def test_it_runs(name: str, tmp_path: Path) -> None:
    shutil.copytree(NOTEBOOKS / "data", tmp_path / "data")
    notebook = nbformat.read(NOTEBOOKS / name, as_version=4)
    client = NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(tmp_path)}})
    await client.async_execute()
    shown = [o.get("data", {}) for c in notebook.cells for o in c.get("outputs", ())]
    html = "".join(data.get("text/html", "") for data in shown)
    assert "Gentoo" in html
    assert "<img" in html or any("image/png" in data for data in shown)
