"""An OpenAI-compatible server on loopback that says what it was told to say: for tests, benchmarks and demonstrations.

    python -m analyst.models.scripted_server SCRIPT.jsonl [--port 0]

Each line of the script is a reply, `{"text": "…", "calls": [{"tool": "python", "arguments": {"code": "…"}}]}` (also
`finish`, `reasoning`, `usage`), or a fault, `{"fault": "http", "status": 429, "retry_after": 1}`.
It binds 127.0.0.1 only, and never looks at a key.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import hashlib
import json
import socket
import struct
import sys
import threading
from collections.abc import Awaitable, Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from ..events import Usage
from . import Reply
from .scripted_wire import Fault, chunk, completion, error, mistake_in, pieces, read_script, usage_of

__all__ = ["Fault", "Script", "ScriptedServer", "read_script"]

Script = Iterable[Reply | Fault] | Callable[[dict[str, Any]], Reply | Fault]


class ScriptedServer:
    """Serves a script: its entries in order, or what a function makes of each request.

    Attributes:
        requests: the bodies of the chat requests, parsed, in the order they came.
        closed_early: how many clients went away before their reply was at its end.
    """

    def __init__(
        self,
        script: Script,
        *,
        faults: Mapping[int, Fault] | None = None,
        strict: bool = True,
        models: Iterable[str] = (),
        port: int = 0,
    ) -> None:
        """`faults`: by number of the request, from 1; they are inserted, the script goes on after them.

        `strict`: refuse with 400 what real providers refuse. `models`: what an Ollama server would list.
        """
        self.requests: list[dict[str, Any]] = []
        self.closed_early = 0
        self._script = script if callable(script) else iter(script)
        self._faults = dict(faults or {})
        self._strict = strict
        self._models = tuple(models)
        self._port = port
        self._prefixes: set[str] = set()
        self._changed = threading.Condition()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="scripted-server", daemon=True)
        self._ready = threading.Event()

    @property
    def url(self) -> str:
        """The base URL, for `OPENAI_BASE_URL`."""
        return f"http://127.0.0.1:{self._port}/v1"

    def __enter__(self) -> ScriptedServer:
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def wait(self, seen: Callable[[ScriptedServer], bool], timeout: float = 10.0) -> bool:
        """Wait until `seen(self)` is true; False when it is not within `timeout` seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: seen(self), timeout)

    # ── connections ─────────────────────────────────────────────────────────────────────────────────────────────────

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        self._stop = asyncio.Event()
        self._exchanges: set[asyncio.Task[None]] = set()
        server = await asyncio.start_server(self._client, "127.0.0.1", self._port)
        self._port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        server.close()
        clients = asyncio.all_tasks() - self._exchanges - {asyncio.current_task()}
        for exchange in self._exchanges:
            exchange.cancel()
        await asyncio.gather(*clients, return_exceptions=True)

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # in a task of its own, so that this one is never cancelled: asyncio reports a cancelled client as an error
        exchange = asyncio.ensure_future(self._exchange(reader, writer))
        self._exchanges.add(exchange)
        await asyncio.wait({exchange})
        self._exchanges.discard(exchange)
        writer.close()
        if not exchange.cancelled():
            exchange.result()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            method, path, body = await _read(reader)
        except (ConnectionError, asyncio.IncompleteReadError):
            return  # came and went without a request
        try:
            await self._beside_hangup(reader, self._answer(writer, method, path, body))
        except ConnectionError:
            self._note(closed=True)

    async def _beside_hangup(self, reader: asyncio.StreamReader, answer: Awaitable[None]) -> None:
        """Do the work, unless the client goes away first."""
        work, hangup = asyncio.ensure_future(answer), asyncio.ensure_future(reader.read(1))
        try:
            done, _ = await asyncio.wait({work, hangup}, return_when=asyncio.FIRST_COMPLETED)
            if work not in done:
                self._note(closed=True)
        finally:
            for task in (work, hangup):
                task.cancel()
            results = await asyncio.gather(work, hangup, return_exceptions=True)
        if isinstance(results[0], Exception):
            raise results[0]

    def _note(self, request: dict[str, Any] | None = None, closed: bool = False) -> None:
        with self._changed:
            if request is not None:
                self.requests.append(request)
            self.closed_early += closed
            self._changed.notify_all()

    # ── answers ─────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _answer(self, writer: asyncio.StreamWriter, method: str, path: str, body: bytes) -> None:
        if method == "GET" and path in ("/api/tags", "/v1/models"):
            listed = [{"name": m, "id": m} for m in self._models]
            await _send(writer, 200, {"models": listed, "object": "list", "data": listed})
        elif method == "POST" and path == "/api/show":
            await _send(writer, 200, {"capabilities": ["completion", "tools"]})
        elif method == "POST" and path.endswith("/chat/completions"):
            await self._chat(writer, json.loads(body))
        else:
            if method == "POST":
                self._note(json.loads(body))
            await _send(writer, 404, error(f"there is no {path} here", "not_found"))

    async def _chat(self, writer: asyncio.StreamWriter, request: dict[str, Any]) -> None:
        usage = self._count(request)
        self._note(request)
        mistake = mistake_in(request) if self._strict else ""
        if mistake:
            await _send(writer, 400, error(mistake, "invalid_request_error"))
            return
        entry = self._next(request)
        if entry is None:
            await _send(writer, 400, error("the script has no reply left", "script_end"))
        elif isinstance(entry, Fault) and entry.kind in ("http", "context", "html", "reset", "stall"):
            await _fail(writer, entry)
        else:
            fault = entry if isinstance(entry, Fault) else None
            reply = fault.reply if fault is not None else entry
            assert isinstance(reply, Reply)
            if fault is not None and fault.kind == "empty":
                reply = Reply("")
            counted = usage_of(reply, usage) if fault is None or fault.kind != "no_usage" else None
            if request.get("stream"):
                wanted = (request.get("stream_options") or {}).get("include_usage")
                await _stream(writer, reply, counted if wanted else None, fault)
            else:
                await _send(writer, 200, completion(reply, counted, fault))

    def _next(self, request: dict[str, Any]) -> Reply | Fault | None:
        fault = self._faults.get(len(self.requests))
        if fault is not None:
            return fault
        return self._script(request) if callable(self._script) else next(self._script, None)

    def _count(self, request: dict[str, Any]) -> Usage:
        """Tokens of the prompt, four characters each; cached is the longest beginning that was sent before."""
        running = hashlib.sha256()
        total = cached = 0
        for part in [request.get("tools", []), *request.get("messages", [])]:
            text = json.dumps(part, sort_keys=True)
            running.update(text.encode())
            total += len(text) // 4
            prefix = running.hexdigest()
            if prefix in self._prefixes:
                cached = total
            self._prefixes.add(prefix)
        return Usage(input=total, cached=cached)


async def _read(reader: asyncio.StreamReader) -> tuple[str, str, bytes]:
    """Method, path and body of a request. Of the headers only the length is looked at."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, path, _ = head[0].split(" ", 2)
    lengths = [h.partition(":")[2] for h in head if h.lower().startswith("content-length:")]
    return method, path, await reader.readexactly(int(lengths[0]) if lengths else 0)


def _head(status: int, kind: str, extra: str = "") -> bytes:
    return f"HTTP/1.1 {status} Scripted\r\ncontent-type: {kind}\r\n{extra}connection: close\r\n\r\n".encode()


async def _send(writer: asyncio.StreamWriter, status: int, body: Mapping[str, Any], extra: str = "") -> None:
    writer.write(_head(status, "application/json", extra) + json.dumps(body).encode())
    await writer.drain()


async def _fail(writer: asyncio.StreamWriter, fault: Fault) -> None:
    match fault.kind:
        case "http":
            wait = "" if fault.retry_after is None else f"retry-after: {fault.retry_after:g}\r\n"
            await _send(writer, fault.status, error(fault.message, fault.code), wait)
        case "context":
            said = "This model's maximum context length is 8192 tokens. Please reduce the length of the messages."
            await _send(writer, 400, error(said, "context_length_exceeded"))
        case "html":
            writer.write(
                _head(200, "text/html") + b"<!doctype html><html><body>Please sign in.</body></html>"
            )
            await writer.drain()
        case "reset":
            _reset(writer)
        case _:
            await asyncio.Event().wait()


def _reset(writer: asyncio.StreamWriter) -> None:
    """End the connection with RST instead of FIN, as a broken peer does."""
    linger = struct.pack("ii", 1, 0)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    writer.transport.abort()


async def _stream(
    writer: asyncio.StreamWriter, reply: Reply, usage: Mapping[str, Any] | None, fault: Fault | None
) -> None:
    kind = fault.kind if fault is not None else ""
    parts = list(pieces(reply, null=kind == "null"))
    writer.write(_head(200, "text/event-stream"))
    for number, part in enumerate(parts):
        if number == len(parts) // 2 and not await _go_on(writer, kind):
            return
        await _event(writer, chunk([part]))
        if kind == "slow":
            await asyncio.sleep(0.05)
    if usage is not None:
        await _event(writer, chunk([]) | {"usage": usage})
    writer.write(b"data: [DONE]\n\n")
    await writer.drain()


async def _go_on(writer: asyncio.StreamWriter, kind: str) -> bool:
    """In the middle of a stream: do what the fault says; whether the stream goes on after it."""
    match kind:
        case "reset_mid":
            # what was written must be on its way before the connection is torn down
            await asyncio.sleep(0.05)
            _reset(writer)
        case "stall_mid":
            await asyncio.Event().wait()
        case "bad_chunk":
            writer.write(b'data: {"choices": [{"delta": \n\n')
        case "sse_error":
            await _event(writer, error("the engine is overloaded", "overloaded"))
        case _:
            return kind != "truncate"
    return kind == "bad_chunk"


async def _event(writer: asyncio.StreamWriter, value: Mapping[str, Any]) -> None:
    writer.write(f"data: {json.dumps(value)}\n\n".encode())
    await writer.drain()


def main() -> None:
    """Serve a script until interrupted; the base URL is the first line written."""
    parser = argparse.ArgumentParser(prog="python -m analyst.models.scripted_server")
    parser.add_argument("script", type=Path)
    parser.add_argument("--port", type=int, default=0)
    given = parser.parse_args()
    script = list(read_script(given.script.read_text(encoding="utf-8").splitlines()))
    with ScriptedServer(script, port=given.port) as server, contextlib.suppress(KeyboardInterrupt):
        sys.stdout.write(f"{server.url}\n")
        sys.stdout.flush()
        threading.Event().wait()


if __name__ == "__main__":
    main()
