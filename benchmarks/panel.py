"""What the panel sends for each streamed word, in bytes on the kernel's socket, as ratios to two plain ways of doing it.

    uv run python -m benchmarks.panel [--words 200]

A scripted server streams to a real kernel, 20 words a second and then all at once. Counted is the whole message: its
headers too. The plain ways are reckoned from the same messages: each word by itself, and the whole text each time.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

from analyst.models import Reply
from analyst.models.scripted_server import Fault, ScriptedServer
from tests.widget.front import Front

WORDS = "Revenue grew in the north and fell in the east, as the third table shows. "


def streamed(reply: Reply | Fault) -> list[tuple[int, str]]:
    """Size and text of each message by which words came to the panel."""
    with ScriptedServer([reply]) as server, tempfile.TemporaryDirectory() as folder:
        env = {"ANALYST_MODEL": "openai/gpt-4o-mini", "OPENAI_BASE_URL": server.url, "OPENAI_API_KEY": "none"}
        with Front(Path(folder), **env) as page:
            page.chat()
            page.answer("Tell me")
            return [(size, op["text"]) for _, size, op in page.ops if op["op"] == "append"]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--words", type=int, default=200)
    words = parser.parse_args().words
    reply = Reply(" ".join((WORDS * words).split()[:words]), finish="stop")
    print(
        f"{'rate':12} {'messages':>8} {'bytes a word':>13} {'each by itself':>15} {'whole text each time':>21}"
    )
    for rate, said in {"20 a second": Fault("slow", reply=reply), "at once": reply}.items():
        messages = streamed(said)
        sent = sum(size for size, _ in messages)
        around = sent - sum(len(json.dumps(text)) for _, text in messages)
        each = words * around / len(messages) + sent - around
        whole, so_far = around, ""
        for _, text in messages:
            so_far += text
            whole += len(json.dumps(so_far))
        figures = f"{sent / words:13.0f} {each / sent:14.1f}× {whole / sent:20.1f}×"
        print(f"{rate:12} {len(messages):8} {figures}")


if __name__ == "__main__":
    main()
