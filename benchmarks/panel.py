"""What the panel sends for each streamed word, in bytes on the kernel's socket, as ratios to two plain ways of doing it.

    uv run python -m benchmarks.panel [--words 400]

A server streams to a real kernel at several paces, word by word and in bursts. Counted is the whole message: its headers
too. The plain ways are reckoned from the same messages: each word by itself, and the whole text each time.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.widget.front import Front

WORDS = "Revenue grew in the north and fell in the east, as the third table shows. "
PACES = {
    "20 a second": (1, 0.05),
    "50 a second": (1, 0.02),
    "bursts of 10, 2 a second": (10, 0.5),
    "bursts of 50, one a second": (50, 1.0),
    "at once": (1, 0.0),
}
"""Words that come together, and seconds until the next ones."""
GOAL = 100
"""Bytes a word, at most."""


@contextmanager
def streaming(words: list[str], together: int, pause: float) -> Iterator[str]:
    """The address of a server that answers each chat request with these words."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/event-stream")
            self.end_headers()
            for begin in range(0, len(words), together):
                for word in words[begin : begin + together]:
                    self._say({"content": f"{word} "}, None)
                self.wfile.flush()
                time.sleep(pause)
            self._say({}, "stop")
            self.wfile.write(b"data: [DONE]\n\n")

        def _say(self, delta: dict[str, str], finish: str | None) -> None:
            choice = {"index": 0, "delta": delta, "finish_reason": finish}
            said = {
                "id": "c",
                "object": "chat.completion.chunk",
                "created": 0,
                "model": "m",
                "choices": [choice],
            }
            self.wfile.write(f"data: {json.dumps(said)}\n\n".encode())

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/v1"
        server.shutdown()


def streamed(words: list[str], together: int, pause: float) -> list[tuple[int, str]]:
    """Size and text of each message by which words came to the panel."""
    with streaming(words, together, pause) as url, tempfile.TemporaryDirectory() as folder:
        env = {"ANALYST_MODEL": "openai/gpt-4o-mini", "OPENAI_BASE_URL": url, "OPENAI_API_KEY": "none"}
        with Front(Path(folder), **env) as page:
            page.chat()
            page.ask("Tell me")
            page.wait(lambda: page.of("answer"), 60 + len(words) * pause / together)
            return [(size, op["text"]) for _, size, op in page.ops if op["op"] == "append"]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--words", type=int, default=400)
    words = (WORDS * parser.parse_args().words).split()[: parser.parse_args().words]
    columns = f"{'messages':>8} {'bytes a word':>13} {'each by itself':>15} {'whole text each time':>21}"
    print(f"{'pace':28} {columns}")
    for pace, (together, pause) in PACES.items():
        messages = streamed(words, together, pause)
        sent = sum(size for size, _ in messages)
        around = sent - sum(len(json.dumps(text)) for _, text in messages)
        each = len(words) * around / len(messages) + sent - around
        whole, so_far = around, ""
        for _, text in messages:
            so_far += text
            whole += len(json.dumps(so_far))
        over = "" if sent <= GOAL * len(words) else f"   over {GOAL}"
        figures = f"{sent / len(words):13.0f} {each / sent:14.1f}× {whole / sent:20.1f}×"
        print(f"{pace:28} {len(messages):8} {figures}{over}", flush=True)


if __name__ == "__main__":
    main()
