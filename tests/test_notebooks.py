"""The example notebooks run from top to bottom, and what was answered in them is proved."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from analyst.session import Session

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"


@pytest.mark.parametrize("name", sorted(p.name for p in NOTEBOOKS.glob("*.ipynb")))
async def test_it_runs(name: str, tmp_path: Path) -> None:
    shutil.copytree(NOTEBOOKS / "data", tmp_path / "data")
    notebook = nbformat.read(NOTEBOOKS / name, as_version=4)
    if any(cell.source.startswith("%load_ext analyst") for cell in notebook.cells):
        notebook.cells.append(nbformat.v4.new_code_cell("%agent verify"))
    client = NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(tmp_path)}})
    await client.async_execute()
    shown = [o.get("data", {}) for c in notebook.cells for o in c.get("outputs", ())]
    html = "".join(data.get("text/html", "") for data in shown)
    assert "Gentoo" in html
    assert "<img" in html or any("image/png" in data for data in shown)
    told = [
        str(dict(output)) for output in notebook.cells[-1].get("outputs", ()) if "reproduced" in str(output)
    ]
    told += [await _proof(run) for run in _runs(tmp_path)]
    assert told
    for text in told:
        proof = re.search(r"reproduced (\d+)/(\d+)", text)
        assert proof, text
        assert proof[1] == proof[2], text


async def _proof(run: Path) -> str:
    async with Session("rules", folder=run) as session:
        return str(await session.verify("full"))


def _runs(folder: Path) -> list[Path]:
    return sorted(folder.glob("analyst-runs/*"))
