from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from analyst_kernels import DisplayData, Error, ExecuteResult, Stream
from markdown_it import MarkdownIt

from analyst.markup import cleaned
from analyst.views.notebook import write_notebook

from .notebooks import made, texts


def test_outputs_are_the_notebooks_own_without_what_is_only_for_the_model(Story: Any) -> None:
    html = "<table><tr><td>1</td></tr></table>"
    story = Story().ask("?")
    story.cell(
        "show()",
        Stream("stderr", "careful\n"),
        DisplayData(
            {"text/html": html, "application/vnd.analyst.digest+json": {"rows": 3}, "text/odd": 5},
            {"application/vnd.analyst.digest+json": {}, "isolated": True},
        ),
        DisplayData({"application/vnd.analyst.digest+json": {"rows": 3}}),
        ExecuteResult({"application/json": {"a": [1]}, "text/plain": ["a\n", "b"], "image/png": "aGk="}),
    )
    assert made(story.events).cells[1].outputs == [
        {"output_type": "stream", "name": "stderr", "text": "careful\n"},
        {
            "output_type": "display_data",
            "data": {"text/html": str(cleaned(html))},
            "metadata": {"isolated": True},
        },
        {
            "output_type": "execute_result",
            "data": {"application/json": {"a": [1]}, "text/plain": ["a\n", "b"], "image/png": "aGk="},
            "metadata": {},
            "execution_count": 1,
        },
    ]


def test_outputs_hold_no_script_and_no_picture_from_elsewhere(Story: Any) -> None:
    away = "http://127.0.0.1:9/?q=1"
    html = f"<b>3</b><script>alert(1)</script><img src={away}><p style='background:url({away})' onclick=a()>x</p>"
    svg = f"<svg onload='alert(1)'><image href='{away}'/></svg>"
    story = Story().ask("?")
    story.cell(
        "show()",
        DisplayData({"text/html": [html[:9], html[9:]], "text/plain": "3", "image/svg+xml": svg}),
        DisplayData({"text/markdown": f"**4** ![chart]({away}) <img src={away}>", "text/plain": "4"}),
        DisplayData({"image/svg+xml": svg}),
    )
    first, second = made(story.events).cells[1].outputs
    assert first.data == {"text/html": "<b>3</b><p>x</p>", "text/plain": "3"}
    assert "**4**" in second.data["text/markdown"]
    shown = MarkdownIt("commonmark", {"html": True}).render(second.data["text/markdown"])
    assert "<img" not in shown


HOSTILE = [
    "[red]markup[/red]",
    "\x1b[31mred\x1b]0;title\x07",
    "<script>alert(1)</script>",
    "</summary></details><img src=x onerror=alert(1)>",
    "![x](http://evil/?d=1)",
    "[x](javascript:alert(1))",
    "```\n````\n` ``",
    "x" * 10_000,
    "\ud800 \u202e $1 and $2",
    "",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_only_text(Story: Any, tmp_path: Path, text: str) -> None:
    story = (
        Story(model=f"m/{text}")
        .ask(text, text)
        .plan(text, "ok")
        .start("s1")
        .refuse(text, text)
        .cell(f"# {text}", Error(text, text, (text,)))
        .cell(f"# {text}\n1", Stream("stdout", text))
        .cell(f"# {text}", Error(text, text, (text,)))
        .finish("s1", text)
        .revise(text, s2=text)
        .stop("model", text)
        .answer(text, partial=True)
    )
    notebook = made(story.events, title=text)
    for source in texts(notebook):
        assert dangers(source) == []
        assert not re.search("[\x1b\u202e\ud800]", source)
    write_notebook(story.events, tmp_path / "run.ipynb")
    with (tmp_path / "run.ipynb").open(encoding="utf-8") as file:
        nbformat.validate(json.load(file))


OURS = re.compile(
    r"</?span>|</details>\n?|<details>\n"
    r"<summary>Attempt 1 failed: <code>[^<>]*</code> — repaired below</summary>\n?"
)


def dangers(source: str) -> list[str]:
    """What a renderer would run or fetch, HTML that we write apart."""
    parser = MarkdownIt("commonmark", {"html": True}).enable("table")
    parser.validateLink = lambda _url: True  # else it would do our work
    top = parser.parse(source)
    found = []
    for token in [*top, *(child for block in top for child in block.children or ())]:
        html = token.type in ("html_block", "html_inline") and not OURS.fullmatch(token.content)
        if html or token.type == "image" or str(token.attrs.get("href")).startswith("javascript:"):
            found.append(f"{token.type} {token.content} {token.attrs}")
    return found
