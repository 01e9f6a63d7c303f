"""What was not ours, as HTML."""

from __future__ import annotations

import re

import pytest

from analyst.markup import cleaned, markdown


def test_html_of_a_kernel_keeps_tables_and_text() -> None:
    assert cleaned("<script>alert(1)</script><div id=x>&nbsp;</div>") == ""
    kept = str(cleaned('<table><tr><td colspan="2" onclick="x">a<td rowspan="9999">b <b>c</b></table>'))
    assert '<td colspan="2">a</td><td>b <b>c</b></td>' in kept
    assert "<table>" in kept


def test_markdown_keeps_its_tables_and_puts_its_headings_below_ours() -> None:
    html = str(
        markdown(
            "# a\n\n### b\n\n## c\n\n#### d\n\n# e\n\n| x |\n|--:|\n| 1 |\n\n[s](https://s.org) ~~z~~", 3
        )
    )
    assert re.findall("<h[1-6]>.", html) == ["<h3>a", "<h4>b", "<h4>c", "<h5>d", "<h3>e"]
    assert '<td style="text-align:right">1</td>' in html
    assert '<a href="https://s.org" rel="noopener noreferrer nofollow">s</a>' in html
    assert "[image: x]" in markdown("![x](http://evil)", 3)


MATHS = '<span class="mathjax_process tex2jax_process">{}</span>'


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("from $5 to $6", "from $5 to $6"),
        ("$5 million to $6 million", "$5 million to $6 million"),
        ("so $a_1+b$ is", f"so {MATHS.format('$a_1+b$')} is"),
        ("$$x^2$$", MATHS.format("$$x^2$$")),
        ("`$a$`", "<code>$a$</code>"),
        (r"$\href{javascript:alert(1)}{x}$", r"$\href{javascript:alert(1)}{x}$"),
        (r"$\def\x{\style{a}{b}}\x$", r"$\def\x{\style{a}{b}}\x$"),
        ("[x](javascript:alert(1))", "[x](javascript:alert(1))"),
        ("[x](JaVaScRiPt&#58;alert(1))", "[x](JaVaScRiPt:alert(1))"),
        ("[x](//evil) <data:text/html,a>", "[x](//evil) &lt;data:text/html,a&gt;"),
        ('<b class="jp-Dialog">x</b>', '&lt;b class="jp-Dialog"&gt;x&lt;/b&gt;'),
    ],
)
def test_markdown_of_a_model(source: str, html: str) -> None:
    assert str(markdown(source, 3)).strip() == f"<p>{html}</p>"


def test_python_in_a_fence_is_coloured_and_other_code_is_not() -> None:
    written = str(markdown("```python\nx = 1\n```\n\n```js\nx = 1\n```", 3))
    assert '<div class="highlight hl-ipython3"><pre><span class="n">x</span>' in written
    assert '<div class="highlight hl-ipython3"><pre>x = 1</pre></div>' in written
