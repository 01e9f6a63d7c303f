"""Where widgets do not live, or live later: saved notebooks, `%agent chat`, a run without a front end."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from analyst.models.scripted_server import ScriptedServer
from tests.scripts import answers, runs

from .front import Front

pytestmark = pytest.mark.timeout(300)

Open = Callable[..., Front]
QUESTION = "Which species has the highest mean body mass?"


def test_a_notebook_without_a_front_end_keeps_the_conversation(
    tmp_path: Path, penguins: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "ANALYST_MODEL": "rules",
        "IPYTHONDIR": str(tmp_path),
        "XDG_CONFIG_HOME": str(tmp_path),
    }.items():
        monkeypatch.setenv(name, value)
    ask = f"import analyst, time\npanel = analyst.chat()\npanel.ask({QUESTION!r})"
    cells = [penguins, ask, *["time.sleep(0.3)"] * 30, "panel", "print(panel)"]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    client = NotebookClient(notebook, kernel_name="python3", store_widget_state=True, timeout=120)
    client.execute(cwd=str(tmp_path))
    shown, printed = notebook.cells[-2].outputs, notebook.cells[-1].outputs
    assert "Gentoo" in shown[0].data["text/plain"]
    assert "Gentoo" in printed[0].text
    saved = notebook.metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"]
    docs = [model["state"]["doc"] for model in saved.values() if "doc" in model["state"]]
    assert "answer" in [block["kind"] for block in docs[0]["blocks"]]
    assert docs[0]["state"]["phase"] == "idle"
    assert not any(cell.outputs for cell in notebook.cells[2:-2])


def test_agent_chat_shows_the_same_panel(front: Open) -> None:
    page = front()
    cell = page.start("%load_ext analyst\n%agent chat")
    page.finish(cell)
    view = "application/vnd.jupyter.widget-view+json"
    (shown,) = [content["data"] for kind, content in page.outputs[cell] if kind == "display_data"]
    assert shown[view]["model_id"] == page.value("panel.model_id").strip("'")


def test_outside_of_a_notebook_it_says_what_to_use(front: Open) -> None:
    page = front(chat=False)
    code = "import subprocess, sys; print(subprocess.run([sys.executable, '-c', 'import analyst; analyst.chat()'], capture_output=True, text=True).stderr)"
    assert "analyst.run" in page.run(code)


def test_through_litellm(front: Open) -> None:
    with ScriptedServer([runs("c1", "print(6 * 7)"), answers("a", "It is **42**.")]) as server:
        page = front(server, ANALYST_MODEL="hosted_vllm/some-model", HOSTED_VLLM_API_BASE=server.url)
        answer = page.answer("What is it?")
    assert answer["text"] == "It is **42**."
    assert page.of("cell")[0]["outputs"] == [{"type": "text", "stream": "stdout", "text": "42\n"}]
