from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from analyst.views.notebook import safe_markdown

OURS = {"<span>", "</span>"}
PIECES = [
    *"`~!\\[]():<>&$#|-*_ x\n",
    *("``", "```", "~~~", "````", "\n\n", "    ", "\n```\n", "\n  ```\n", "\n- ", "\n> ", "\n| - | - |\n"),
    *("<img src=x onerror=alert(1)>", "<script>", "![a](http://evil/x.png)", "[a](javascript:alert(1))"),
    *(
        "![a][r]",
        "\n[r]: http://evil/x.png\n",
        "\n[r]: javascript:a\n",
        "&#36;",
        "&lt;",
        "javascript:",
        "http://a",
    ),
]


def tokens(text: str) -> list[Token]:
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    parser.validateLink = lambda _url: True  # else it would do our work
    top = parser.parse(text)
    return [*top, *(child for token in top for child in token.children or ())]


def dangers(text: str) -> list[str]:
    found = []
    for token in tokens(text):
        if token.type in ("html_block", "html_inline") and token.content not in OURS:
            found.append(f"HTML {token.content}")
        elif token.type == "image":
            found.append(f"image {token.attrs}")
        elif token.type == "link_open" and not str(token.attrs["href"]).startswith(
            ("http://", "https://", "mailto:", "#")
        ):
            found.append(f"link {token.attrs}")
    return found


@settings(deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
def test_nothing_can_run_or_be_fetched_whatever_the_text(text: str) -> None:
    assert dangers(safe_markdown(text)) == []


@settings(deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
def test_what_is_written_after_it_is_read_as_ours(text: str) -> None:
    after = [t.content for t in tokens(f"{safe_markdown(text)}\n\n## the end") if t.type == "inline"]
    assert after[-1] == "the end"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("**b** is 3 times *a*, see [the page](https://example.org/a)", None),
        ("| a | b |\n| - | - |\n| 1 | 2 |", None),
        ("A list:\n\n- `df[df.a < 3]`\n- `List<int>` and `x & y`", None),
        ("p < 0.05 & q > 1", "p &lt; 0.05 & q > 1"),
        ("it cost $5", r"it cost \$5"),
        ("from $5 to $6", r"from <span>\$</span>5 to <span>\$</span>6"),
        ("`$x` stays", None),
        ("![chart](http://evil/?d=1)", "[chart](http://evil/?d=1)"),
        ("!![chart](http://evil/?d=1)", "[chart](http://evil/?d=1)"),
        ("[x](javascript:alert)", "[x] (javascript:alert)"),
        ("[x](&#106;avascript:alert)", "[x] (&amp;#106;avascript:alert)"),
        ("one ` alone", r"one \` alone"),
        (r"\\(x\\) \begin{equation}", r"\(x\) \begin {equation}"),
        ("\x1b[31mred\x1b[0m", r"\x1b[31mred\x1b[0m"),
    ],
)
def test_text(text: str, written: str | None) -> None:
    assert safe_markdown(text) == (text if written is None else written)


def test_code_in_fences_stays_as_it_is() -> None:
    code = "if a < b and c:\n    print('<b>', \"$5\")  # ![x](y)"
    assert (
        safe_markdown(f"See:\n```python title=x\n{code}\n```\nDone.")
        == f"See:\n\n```python\n{code}\n```\n\nDone."
    )


def test_a_fence_in_a_list_is_moved_out_of_it() -> None:
    assert (
        safe_markdown("1. do\n   ```\n   x < 1\n     y\n   ```\n2. so")
        == "1. do\n\n```\nx < 1\n  y\n```\n\n2. so"
    )


def test_an_open_fence_is_closed_and_a_longer_run_inside_does_not_end_it() -> None:
    assert safe_markdown("~~~\na\n````\nb") == "`````\na\n````\nb\n`````"


@pytest.mark.parametrize("piece", ["\\", "!", "`", "``` ", "[", "](", "&", "<", "$", "~", "\n", "> ", "- "])
def test_long_runs_take_no_time(piece: str) -> None:
    began = time.monotonic()
    safe_markdown(piece * (200_000 // len(piece)))
    assert time.monotonic() - began < 10
