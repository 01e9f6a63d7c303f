from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nbformat
import pytest
from click.testing import CliRunner

from analyst.errors import AnalystError, BadInput
from analyst.events import (
    Answered,
    Asked,
    Call,
    CallDecided,
    Event,
    ModelReplied,
    Opened,
    Surveyed,
    ToolReturned,
    Usage,
)
from analyst.export import FORMATS, export
from analyst.export_command import command
from analyst.log import Log
from analyst.prompts import load

PROMPTS = dict(load())
CALL = Call("c", "python", '{"code": "1 + 1"}')
BEGUN: list[Event] = [
    Opened(PROMPTS.pop("system"), (), PROMPTS, "scripted", "It was given.", 0, False, {}, {}),
    Asked("How many?", ("/data/a.csv",)),
    Surveyed("one table"),
    ModelReplied("", (CALL,), Usage(10, 1, usd=0.5), "tool_calls", "scripted", "sha"),
    CallDecided("c", True),
    ToolReturned("c", True, "[cell 1] ok\n2", cell=1, ending="ok"),
]
DONE: list[Event] = [
    *BEGUN,
    ModelReplied("Two.", (), Usage(10, 1, usd=0.5), "stop", "scripted", "sha"),
    Answered("Two.", {"n": "2"}),
]


def stored(folder: Path, events: list[Event]) -> Path:
    with Log(folder) as log:
        for event in events:
            log.append(event)
    return folder


@pytest.fixture
def done(tmp_path: Path) -> Path:
    return stored(tmp_path / "run", DONE)


def test_notebook_and_report_are_written_beside_the_log(done: Path) -> None:
    assert export(done, "ipynb") == done / "notebook.ipynb"
    nbformat.validate(nbformat.read(done / "notebook.ipynb", as_version=4))
    assert export(done, "html") == done / "report.html"
    assert "How many?</h1>" in (done / "report.html").read_text(encoding="utf-8")


def test_the_others_are_given_as_text(done: Path) -> None:
    assert str(export(done, "md")).startswith("# How many?\n\nTwo.\n\n")
    messages = json.loads(str(export(done, "messages")))
    assert [m["role"] for m in messages] == ["system", "user", "assistant", "tool", "assistant"]
    assert messages[3] == {"role": "tool", "tool_call_id": "c", "content": "[cell 1] ok\n2"}


CONTRACT = ("values", "quantities", "filters", "grouping", "units", "decimals", "files")


def test_json_is_the_object_of_run_made_from_the_log(done: Path) -> None:
    found: dict[str, Any] = json.loads(str(export(done, "json")))
    assert found.pop("seconds") >= 0
    usage = {"input": 20, "output": 2, "cached": 0, "reasoning": 0, "estimated": False}
    assert found == {
        "status": "answered",
        "answer": "Two.",
        "named": {"n": "2"},
        "limits": [],
        "plan": [],
        "contract": {name: None if name == "decimals" else [] for name in CONTRACT},
        "run": str(done),
        "notebook": None,
        "html": None,
        "files": [],
        "model": "scripted",
        "isolation": "",
        "reviewed": None,
        "proved": None,
        "usage": usage,
        "cost": 1.0,
    }
    export(done, "html")
    assert json.loads(str(export(done, "json")))["html"] == str(done / "report.html")


@pytest.mark.parametrize("to", FORMATS)
def test_every_format_goes_to_a_file_that_was_named(done: Path, tmp_path: Path, to: str) -> None:
    path = tmp_path / "made"
    assert export(done, to, path) == path
    assert path.stat().st_size > 100
    assert not (done / "notebook.ipynb").exists()


@pytest.mark.parametrize("to", FORMATS)
@pytest.mark.parametrize("length", range(2, len(BEGUN) + 1))
def test_a_run_that_never_ended_is_exported_too(tmp_path: Path, to: str, length: int) -> None:
    run = stored(tmp_path / "run", BEGUN[:length])
    assert export(run, to, tmp_path / "made") == tmp_path / "made"


def test_what_cannot_be_exported(done: Path, tmp_path: Path) -> None:
    with pytest.raises(
        BadInput, match="'pdf' is no format. The formats are: ipynb, html, md, json, messages"
    ):
        export(done, "pdf")
    with pytest.raises(BadInput, match="not the folder of a run"):
        export(tmp_path, "md")
    with pytest.raises(BadInput, match="Nothing was asked"):
        export(stored(tmp_path / "empty", BEGUN[:1]), "json")
    with pytest.raises(AnalystError, match="cannot be written"):
        export(done, "md", tmp_path / "nowhere" / "a.md")


def test_the_command(done: Path, tmp_path: Path) -> None:
    told = CliRunner().invoke(command, [str(done), "--to", "md"])
    assert (told.exit_code, told.stdout) == (0, export(done, "md"))
    told = CliRunner().invoke(command, [str(done), "--to", "html", "-o", str(tmp_path / "a.html")])
    assert (told.exit_code, told.stdout, told.stderr) == (0, "", f"Written: {tmp_path / 'a.html'}\n")
    shown = CliRunner().invoke(command, ["--help"]).stdout
    assert "|".join(FORMATS) in shown
