"""Texts that are made to take long: each reader takes about as long for one as for any other of its length."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from analyst_kernels.cleaning import clean, cut, fold

from analyst import markup
from analyst.redact import Redactor
from analyst.risk import read
from analyst.safe import safe_markdown

LENGTH = 40_000
MOST = 10.0
"""Seconds of the processor: about ten times what the slowest takes. What these texts did before took much longer."""
PIECES = [
    "-----BEGIN A KEY-----\n", "sk-", "a:b@", "http://a:", "eyJa.", "key=", "password=", "\"\\", "Bearer ", "api_key: '",
    "aB1", "[", "](", "![", "[[", "![a](b)", "`", "``` ", "<", "<div>", "<table><tr><td>", "&amp;", "$", "*_", "> ", "- ",
    "| a ", "[a]: b\n", "~~~\n", "  \n", "\n", "\x1b[", "\x1b]", "\x9b", "\r", "\b", "warning 1\n", "x\ny\nz\n", "(",
    "'''", "f\"{", "%%bash\n", "!a\n", "%a\n", "a?\n", "x = !a\n", "lambda:", "not ", "1+", "a.", "\\\n", ">>> ",
]  # fmt: skip
READERS: dict[str, Callable[[str], Any]] = {
    "redactor": Redactor(["sk-canary-0123456789"]),
    "markdown, as text": safe_markdown,
    "markdown, as a page": lambda text: markup.markdown(text, 2),
    "html": markup.cleaned,
    "code": markup.code,
    "terminal": lambda text: fold(clean(text)),
    "cut": lambda text: cut(text, 2000, 1),
    "code of a cell": read,
}


@pytest.mark.parametrize("reader", READERS)
def test_no_text_takes_long(reader: str) -> None:
    for piece in PIECES:
        text = piece * (LENGTH // len(piece))
        began = time.process_time()
        READERS[reader](text)
        assert time.process_time() - began < MOST, repr(piece)


def test_code_that_is_not_coloured_is_text_all_the_same() -> None:
    hostile = "<script>alert(1)</script>" + "\n" * 3_000 + "x = 1"
    shown = markup.code(hostile)
    assert shown.startswith("&lt;script&gt;alert(1)")
    assert shown.endswith("x = 1")


def test_a_cell_with_very_many_lines_of_ipython_is_not_read_and_that_is_a_finding() -> None:
    found = read("!a\n" * 20_000)
    assert ("unreadable", "has too many lines that are no Python") in {(f.effect, f.words) for f in found}
    assert {f.effect for f in read("!ls\n" * 50)} == {"shell"}
