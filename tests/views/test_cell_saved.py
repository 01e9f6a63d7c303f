"""What the cell's view showed, in a notebook that was saved: exported by nbconvert, and read without any HTML."""

from __future__ import annotations

import re
from typing import Any

import nbformat
import pytest
from analyst_kernels import Stream
from markdown_it import MarkdownIt
from nbconvert import HTMLExporter, MarkdownExporter

from analyst.views.cell import blocks_of

from .pictures import TABLE, drawn


@pytest.fixture
def saved(penguins: Any) -> nbformat.NotebookNode:
    """A notebook with one cell that shows a run."""
    penguins.events[-4:] = []
    penguins.cell("a = 1\n\n\nif a:\n\n    print(a)", Stream("stdout", "one\n\ntwo\n"), TABLE, drawn())
    penguins.finish("s2", "It is drawn.").answer(
        "Species **b** is heaviest: $5 more.\n\n```python\nx\n\ny\n```"
    )
    outputs = [
        nbformat.v4.new_output("display_data", data=dict(block.data), metadata=dict(block.metadata))
        for block in blocks_of(penguins.events, run="r1")
    ]
    cell = nbformat.v4.new_code_cell(
        "%%agent\nWhich species is heaviest?", outputs=outputs, execution_count=1
    )
    notebook = nbformat.v4.new_notebook(cells=[cell])
    nbformat.validate(notebook)
    return nbformat.reads(nbformat.writes(notebook), as_version=4)


def test_as_html(saved: nbformat.NotebookNode) -> None:
    html, _ = HTMLExporter().from_notebook_node(saved)
    body = html[html.index("<body") :]
    assert body.count("<details") == body.count("</details>") == 3
    assert "<p>Species <strong>b</strong> is heaviest: $5 more.</p>" in body
    assert body.count("data:image/png;base64,") == 1
    assert "Figure, below: Mass of &lt;birds&gt;. all: bars, line, across mass (g), up birds" in body
    assert "openai/gpt-5 · 8 model calls" in body


def test_as_markdown_no_block_falls_apart(saved: nbformat.NotebookNode) -> None:
    text, resources = MarkdownExporter().from_notebook_node(saved)
    assert [name for name in resources["outputs"] if name.endswith(".png")]
    tokens = MarkdownIt("commonmark", {"html": True}).parse(text)
    pieces = [token.content for token in tokens if token.type == "html_block"]
    for piece in pieces:
        for tag in ("div", "details", "pre", "blockquote", "ol"):
            assert len(re.findall(rf"<{tag}\b", piece)) == piece.count(f"</{tag}>"), (tag, piece)
    assert not [token for token in tokens if token.type == "code_block"]
    assert len(pieces) == 5
    assert "<strong>Step 2: Compare the species</strong>" in text


def test_without_html_the_plain_text_tells_it_all(saved: nbformat.NotebookNode) -> None:
    words = "\n\n".join(output.data["text/plain"] for output in saved.cells[0].outputs)
    for said in (
        "Plan\n✓ 1. Load the data\n✓ 2. Compare the species",
        "✓ Step 2: Compare the species (3 cells · repaired after KeyError)",
        "[failed, repaired below: KeyError: 'c']\n>>> # compare\n>>> print(mass['c'])",
        ">>> a = 1\n... \n... \n>>> if a:\n... \n...     print(a)\none\n\ntwo\n   a\n0  1\n[Figure, below: Mass of <birds>. all: bars, line, across mass (g), up birds]",
        "Species **b** is heaviest: $5 more.",
        "0.0080 USD",
    ):
        assert said in words


def test_the_record_survives(saved: nbformat.NotebookNode) -> None:
    record = saved.cells[0].outputs[-1].metadata["analyst"]
    assert (record["run"], record["status"], record["cells"]) == ("r1", "answered", 4)
    assert len(nbformat.writes(saved)) < 20_000
