"""What goes wrong between here and a remote kernel is said, and the token never is."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import traceback
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from analyst_kernels import Execution, KernelDied, KernelError, KernelNotStarted, Output, Stream
from analyst_kernels.contract import PROBE
from analyst_kernels.remote import RemoteKernel

from tests.jupyter import ALONE, JupyterServer

pytestmark = pytest.mark.asyncio(loop_scope="module")

TICKING = "import time\nfor i in range(30):\n    print(i, flush=True)\n    time.sleep(0.1)"
ENDLESS = TICKING.replace("30", "100_000")


class Wire:
    """A connection between here and a server that can be cut, and taken up again."""

    def __init__(self, server: JupyterServer) -> None:
        self._port = int(server.url.rstrip("/").rpartition(":")[2])
        self._ends: set[asyncio.StreamWriter] = set()
        self._serving: set[asyncio.Task[Any]] = set()

    async def __aenter__(self) -> Wire:
        self._listening = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._listening.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._listening.close()
        self.cut()
        if self._serving:
            await asyncio.wait(self._serving)

    def cut(self) -> None:
        for end in self._ends:
            end.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._ends.add(writer)
        self._serving.update(filter(None, [asyncio.current_task()]))
        there_reader, there_writer = await asyncio.open_connection("127.0.0.1", self._port)
        self._ends.add(there_writer)
        await asyncio.gather(_pass_on(reader, there_writer), _pass_on(there_reader, writer))


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass
    writer.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JupyterServer]:
    server = JupyterServer(tmp_path_factory.mktemp("server"), *ALONE)
    yield server
    server.close()


@pytest_asyncio.fixture(loop_scope="module")
async def kernel(server: JupyterServer) -> AsyncIterator[RemoteKernel]:
    kernel = RemoteKernel(server.url, server.token, probe=PROBE)
    await kernel.start()
    yield kernel
    await kernel.close()


async def _fault(kernel: RemoteKernel, token: str) -> str:
    with pytest.raises(KernelNotStarted) as caught:
        await kernel.start()
    told = str(caught.value)
    assert token not in "".join(traceback.format_exception(caught.value)) + repr(caught.value)
    return told


async def test_says_that_the_token_is_wrong(server: JupyterServer) -> None:
    wrong = "0123456789abcdef"
    told = await _fault(RemoteKernel(server.url, wrong), wrong)
    assert told == f"The Jupyter server at {server.url.rstrip('/')} refuses the token. Check it."
    assert "wants a token" in await _fault(RemoteKernel(server.url, ""), server.token)


async def test_says_which_kernels_there_are(server: JupyterServer) -> None:
    told = await _fault(RemoteKernel(server.url, server.token, "cobol"), server.token)
    assert "has no kernel 'cobol'" in told
    assert "python3" in told
    assert server.kernels() == []


async def test_says_that_nobody_is_there(server: JupyterServer) -> None:
    async with Wire(server) as wire:
        nowhere = wire.url
    assert "cannot be reached" in await _fault(RemoteKernel(nowhere, server.token), server.token)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n<html", "is no Jupyter server"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]", "is no Jupyter server"),
        (b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n", "login page"),
        (b'HTTP/1.1 500 No\r\nContent-Length: 18\r\n\r\n{"message": "full"}', "answered HTTP 500"),
        (b"no HTTP at all\r\n\r\n", "cannot be reached"),
        (b"", "cannot be reached"),
    ],
)
async def test_says_that_it_is_no_jupyter_server(answer: bytes, told: str) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as listening:
        url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
        assert told in await _fault(RemoteKernel(url, "0123456789abcdef"), "0123456789abcdef")


@pytest.mark.parametrize(
    "url",
    [
        "localhost:8888",
        "ftp://here",
        "http://",
        "http://h:1/?token=sesame",
        "http://me:sesame@h",
        "http://h/#sesame",
    ],
)
async def test_takes_no_secret_in_an_address(url: str) -> None:
    with pytest.raises(KernelError) as caught:
        RemoteKernel(url, "")
    assert "sesame" not in str(caught.value)


async def test_takes_no_token_that_cannot_travel() -> None:
    for token in ("open\r\nsesame", "open sesame", "sésame"):
        with pytest.raises(KernelError) as caught:
            RemoteKernel("http://localhost:8888", token)
        assert "same" not in str(caught.value)


async def test_says_that_the_server_is_gone(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    server = JupyterServer(tmp_path, *ALONE)
    kernel = RemoteKernel(server.url, server.token, probe=PROBE)
    try:
        await kernel.start()
        execution = await _run(kernel, ENDLESS, server.kill)
        assert (execution.ending, execution.state_lost) == ("died", True)
        assert isinstance(execution.outputs[0], Stream)
        assert execution.outputs[0].text.startswith("0\n")
        with pytest.raises(KernelDied, match="The connection to it was lost. .* cannot be reached"):
            await kernel.execute("1")
        with pytest.raises(KernelNotStarted, match="cannot be reached"):
            await kernel.restart()
        await kernel.close()
    finally:
        server.close()
    assert "was not deleted and may still run" in caplog.text
    assert server.token not in caplog.text + repr(kernel) + repr(vars(kernel))


async def test_says_that_somebody_has_deleted_it(server: JupyterServer, kernel: RemoteKernel) -> None:
    execution = await _run(kernel, ENDLESS, lambda: server.delete(server.kernels()[0]))
    assert not execution.ok  # a server interrupts the code before it ends the kernel
    async with asyncio.timeout(60):
        while kernel.alive:  # noqa: ASYNC110 - nobody tells when it is noticed
            await asyncio.sleep(0.1)
    with pytest.raises(KernelDied, match="has no such kernel any more"):
        await kernel.execute("1")
    await kernel.restart()
    assert (await kernel.execute("1")).ok


async def test_goes_on_when_the_connection_was_cut(server: JupyterServer) -> None:
    async with Wire(server) as wire:
        kernel = RemoteKernel(wire.url, server.token, probe=PROBE)
        await kernel.start()
        execution = await _run(kernel, "kept = 7\n" + TICKING, wire.cut)
        assert execution.ok
        printed = "".join(o.text for o in execution.outputs if isinstance(o, Stream) and o.name == "stdout")
        assert printed == "".join(f"{i}\n" for i in range(30))
        assert any("output may be missing" in o.text for o in execution.outputs if isinstance(o, Stream))
        wire.cut()
        with contextlib.suppress(KernelError):  # it may be lost on its way, and that is told
            await kernel.evaluate("names")
        assert "kept" in await kernel.evaluate("names")
        await kernel.close()
    assert server.kernels() == []


async def test_leaves_no_kernel_behind_when_its_start_is_cancelled(server: JupyterServer) -> None:
    for seconds in (0.01, 0.05, 0.2, 0.5):
        kernel = RemoteKernel(server.url, server.token, probe=PROBE)
        starting = asyncio.ensure_future(kernel.start())
        await asyncio.sleep(seconds)
        starting.cancel()
        await asyncio.wait([starting])
        await kernel.close()
        assert server.kernels() == []


async def test_bounds_what_is_displayed(kernel: RemoteKernel) -> None:
    execution = await kernel.execute("display({'image/png': 'A' * 30_000_000}, raw=True)\n1")
    assert execution.ok
    assert "30,000" in str(execution.outputs[0])[:1000]


async def _run(kernel: RemoteKernel, code: str, event: Any) -> Execution:
    """Run code, and let the event happen when it has printed something."""
    begun = asyncio.Event()

    def listen(_: Output) -> None:
        begun.set()

    running = asyncio.ensure_future(kernel.execute(code, listen))
    await begun.wait()
    await asyncio.to_thread(event) if event.__name__ != "cut" else event()
    return await running
