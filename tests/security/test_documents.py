"""Documents that are made of a run with an evil model and evil data: who opens them runs nothing and fetches nothing."""

from __future__ import annotations

import base64
import csv
import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import nbformat
import pytest
from analyst_kernels import DisplayData, ExecuteResult
from nbformat.sign import MemorySignatureStore, NotebookNotary

from analyst.batch.outcome import Outcome
from analyst.batch.places import open_place
from analyst.batch.summary import write_summary
from analyst.events import Event
from analyst.headless import to_json, with_notebook
from analyst.models.scripted import ScriptedModel
from analyst.session import Session
from analyst.views.notebook import to_notebook
from tests.batch.conftest import make
from tests.scripts import answers, call, does, runs
from tests.stories import Story

AWAY = "http://127.0.0.1:9/"
EVIL = f"\"'><script>alert(1)</script><img src={AWAY} onerror=alert(1)>[x](javascript:alert(1)) ![y]({AWAY}) \x1b[31m\u202e"
HTML = f"<b>kept</b><script>alert(1)</script><iframe src={AWAY}></iframe><a href='javascript:alert(1)'>x</a>"
BUNDLE: dict[str, Any] = {
    "text/plain": "kept",
    "text/html": HTML,
    "text/markdown": EVIL,
    "text/latex": r"$\href{javascript:alert(1)}{x}$",
    "image/svg+xml": "<svg onload='alert(1)'/>",
    "image/png": base64.b64encode(HTML.encode()).decode(),
    "application/javascript": "alert(1)",
    "text/javascript": "alert(1)",
    "application/pdf": "JVBERi0=",
    "application/vnd.jupyter.widget-view+json": {"model_id": "a", "version_major": 2},
    "application/vnd.jupyter.widget-state+json": {"state": {}},
    "application/vnd.plotly.v1+json": {"data": [], "layout": {"images": [{"source": AWAY}]}},
    "application/vnd.vegalite.v5+json": {"data": {"url": AWAY}},
    "application/vnd.bokehjs_exec.v0+json": "",
    "application/geo+json": {"type": "Point"},
    "application/json": {"a": [1]},
}
ALLOWED = {
    "text/plain",
    "text/html",
    "text/markdown",
    "text/latex",
    "image/png",
    "image/jpeg",
    "application/json",
}
SHOW = f"from IPython.display import display\ndisplay({BUNDLE!r}, raw=True)\nprint({EVIL!r})"


def by_hand() -> list[Event]:
    """A log as a kernel of the user's own can fill it: what code shows there passes no reader of messages."""
    story = Story(model=EVIL).ask(EVIL, f"/data/{EVIL}.csv").plan(EVIL).start("s1")
    story.cell(
        f"# {EVIL}", DisplayData(BUNDLE, {EVIL: EVIL}), *(DisplayData({m: d}) for m, d in BUNDLE.items())
    )
    story.cell(f"# {EVIL}", ExecuteResult({m: d for m, d in BUNDLE.items() if m != "text/plain"}))
    return list(story.finish("s1", EVIL).answer(EVIL).events)


async def by_a_run(folder: Path) -> list[Event]:
    """The same by a real run: the names of the file and its columns are evil too."""
    data = folder / "<img src=x onerror=alert(1)>.csv"
    with data.open("w", newline="") as file:
        csv.writer(file).writerows([[EVIL, "=1+1"], [EVIL, "2"]])
    plan = does(call("1", "propose_plan", steps=[{"id": "a", "goal": EVIL, "evidence": EVIL}]))
    end = does(call("3", "finish_step", result=EVIL, reached=True), text=EVIL)
    model = ScriptedModel([plan, runs("2", SHOW), end, answers("4", EVIL, **{"x": EVIL})])
    async with Session(model, folder=folder / "run") as session:
        result = await with_notebook(session, session.ask(EVIL, [data]))
        assert result.status == "answered"
        told = json.dumps(to_json(result), ensure_ascii=False)
        assert "\x1b" not in told
        return list(session.events)


@pytest.mark.parametrize("origin", ["by hand", "by a run"])
async def test_a_notebook_holds_nothing_that_acts_and_is_not_trusted(tmp_path: Path, origin: str) -> None:
    events = by_hand() if origin == "by hand" else await by_a_run(tmp_path)
    notebook = to_notebook(events)
    nbformat.validate(notebook)
    outputs = [o for cell in notebook.cells if cell.cell_type == "code" for o in cell.outputs]
    shown = [o.data for o in outputs if "data" in o]
    assert shown
    assert {mime for data in shown for mime in data} <= ALLOWED
    for data in shown:
        assert not re.search(r"<script|<iframe|javascript:|onerror=\w", data.get("text/html", ""))
        assert "href" not in data.get("text/latex", "")
    for cell in notebook.cells:
        assert set(cell) <= {"cell_type", "id", "metadata", "source", "execution_count", "outputs"}
        assert cell.metadata == {}
    assert set(notebook.metadata) == {"kernelspec", "language_info", "analyst"}
    notary = NotebookNotary(store_factory=MemorySignatureStore, secret=b"of this test", algorithm="sha256")
    assert not notary.check_signature(notebook)
    assert not notary.check_cells(notebook)


# ── the page over a batch ───────────────────────────────────────────────────────────────────────────────────────────


class Acts(HTMLParser):
    """What a page would run or fetch, and where it would lead."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.leads: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "iframe", "object", "embed", "form", "base", "link", "svg", "math"):
            self.found.append(tag)
        for name, value in attrs:
            if name.startswith("on") or name in ("srcdoc", "style", "srcset", "action"):
                self.found.append(f"{tag} {name}")
            if name in ("href", "src"):
                self.leads.append(value or "")


@pytest.fixture
def batch(tmp_path: Path) -> Path:
    """The folder of a batch in which every text is evil."""
    jobs = [
        make(id).model_copy(update={"question": EVIL, "parameters": {"p": EVIL, "q": "=1+1"}}) for id in "ab"
    ]
    outcomes = {
        "a": Outcome(
            id="a", key=jobs[0].key, question=EVIL, status="answered", answer=EVIL, named={"x": EVIL, "y": "-2.5"},
            missing=(EVIL,), files=(f"{EVIL}.csv",), proved=EVIL, model=EVIL, report=True, figure=True,
        ),
        "b": Outcome.failed(jobs[1], EVIL),
    }  # fmt: skip
    place = open_place(str(tmp_path / "out"))
    place.alone()
    try:
        write_summary(place, jobs, outcomes)
    finally:
        place.close()
    return tmp_path / "out"


def test_the_page_of_a_batch_runs_nothing_and_leads_only_to_its_own_files(batch: Path) -> None:
    page = (batch / "index.html").read_text()
    acts = Acts()
    acts.feed(page)
    assert acts.found == []
    assert set(acts.leads) == {
        "summary.csv",
        *(f"jobs/a/{name}" for name in ("report.html", "figure.png", "notebook.ipynb")),
    }


FORMULAS = [
    "\r=1+1",
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1+1",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://x")',
    "--1",
]
NUMBERS = ["-2.5", "+3", "1e-5", "-1e3", "", "a=1", "3-4", "2024-01-01", "a@b"]


@pytest.mark.parametrize("text", FORMULAS + NUMBERS)
def test_no_cell_of_the_summary_is_a_formula_to_a_spreadsheet(tmp_path: Path, text: str) -> None:
    job = make("a").model_copy(update={"parameters": {text or "p": text}})
    outcome = Outcome(id="a", key=job.key, question=text, answer=text, named={text or "n": text}, error=text)
    place = open_place(str(tmp_path / "out"))
    place.alone()
    try:
        write_summary(place, [job], {"a": outcome})
    finally:
        place.close()
    written = (tmp_path / "out" / "summary.csv").read_bytes().decode()
    header, row = csv.reader(io.StringIO(written, newline=""))
    for cell in header:
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    cells = [cell for cell in row if cell.lstrip("'") == text]
    assert len(cells) >= 4
    assert set(cells) == {text if text in NUMBERS else f"'{text}"}


def test_a_lone_carriage_return_begins_no_row(tmp_path: Path) -> None:
    place = open_place(str(tmp_path / "out"))
    place.alone()
    try:
        write_summary(place, [make("a").model_copy(update={"parameters": {"p": "x\r=1+1"}})], {})
    finally:
        place.close()
    assert b'"x\r=1+1"' in (tmp_path / "out" / "summary.csv").read_bytes()
