"""A kernel of a Jupyter server or a gateway: started, talked with and ended over REST and a WebSocket."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
import uuid
from collections import deque
from typing import Any

from tornado.websocket import WebSocketClientConnection, WebSocketClosedError

from . import KernelNotAnswering, KernelNotStarted, guard
from .channels import BROKEN, MALFORMED, Channels, Message, parse
from .server import Frame, Server, ServerError, kernel_path, pack, unpack
from .settling import SETTLE, UNTOLD, quiet

__all__ = ["Served"]

logger = logging.getLogger(__name__)

WATCH = 5.0
"""Seconds between two looks at whether the server still has the kernel."""
MISSED = 3
"""Looks in a row that may remain without an answer."""
AGAIN = 5.0
"""Seconds within which a connection that was lost can be made again."""
WAITING = 20
"""Messages that wait here; others wait on the server."""
_ENDS = frozenset(["restarting", "autorestarting", "dead"])
"""What a server says of a kernel whose process has ended."""
_IDLE = {"execution_state": "idle"}
_UNKNOWN = "the connection was lost before the kernel had replied: the code may have run, or not; look before it is run again"
_CUT = "[The connection to the kernel was lost and made again: output may be missing]\n"


class Served(Channels):
    """A kernel of a server. Made by `launch`, which returns when it answers."""

    def __init__(self, server: Server, kernel: str, *, ipython: bool) -> None:
        self.ipython = ipython
        self._server = server
        self._kernel = kernel
        self._session = uuid.uuid4().hex
        self._asked = self._answered = self._sounding = ""
        """Ids of requests: of code, the last that was sent and the last that was replied to; the first after a reconnection."""
        self._socket: WebSocketClientConnection | None = None
        self._protocol: str | None = None
        self._arrived: asyncio.Queue[Frame | Message] = asyncio.Queue(WAITING)
        self._concluded: deque[Message] = deque()
        self._unsent: list[str | bytes] = []
        self._malformed = 0
        self._gone: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._reader: asyncio.Task[None] | None = None
        self._watch: asyncio.Task[None] | None = None
        self._deletion: asyncio.Task[None] | None = None

    @classmethod
    async def launch(cls, server: Server, name: str, *setup: str) -> Served:
        """Have a kernel started and run `setup` in it, if it is an IPython kernel, without leaving a name.

        Raises:
            KernelNotAnswering: the server cannot be reached, or the kernel does not answer.
            KernelNotStarted: the server refuses, or has no such kernelspec.
        """
        try:
            ipython = await _is_ipython(server, name)
            making = asyncio.ensure_future(server.ask("POST", "api/kernels", {"name": name}))
            try:
                made = await asyncio.shield(making)
            except asyncio.CancelledError:
                await cls(server, _id(await making, server), ipython=ipython).close()
                raise
            kernel = cls(server, _id(made, server), ipython=ipython)
        except ServerError as error:
            raise _not_started(error) from None
        try:
            await kernel.connect(quiet(UNTOLD, SETTLE, *setup) if ipython else "")
        except BaseException:
            await kernel.close()
            raise
        kernel._watch = asyncio.create_task(kernel._keep_watch())
        return kernel

    # ── messages ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _send(self, kind: str, **content: object) -> str:
        request, data = pack(kind, content, self._session, self._protocol)
        if kind == "execute_request":
            self._asked = request
        self._write(data)
        return request

    def _write(self, data: str | bytes) -> None:
        assert self._socket is not None
        try:
            written = self._socket.write_message(data, binary=isinstance(data, bytes))
        except WebSocketClosedError:
            self._unsent.append(data)
        else:
            # it is the reader that notices a connection that is lost
            written.add_done_callback(lambda done: done.cancelled() or done.exception())

    async def receive(self, patience: float, parsed: int = 1_000_000) -> Message | None:
        """The next message. See `Channels.receive`."""
        if self._concluded:
            return self._concluded.popleft()
        next_one = asyncio.ensure_future(self._arrived.get())
        try:
            events: list[asyncio.Future[Any]] = [next_one, self._gone]
            await asyncio.wait(events, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
            if not next_one.done():
                return None
        finally:
            next_one.cancel()
        arrived = next_one.result()
        if isinstance(arrived, Message):
            return arrived
        channel, header, parent, content = arrived
        message = parse(header, parent, content, parsed, shell=channel == "shell")
        if message.kind == BROKEN:
            await self._count()
        elif message.kind == "execute_reply":
            self._answered = message.parent
        elif channel == "shell" and message.parent == self._sounding and self._answered != self._asked:
            self._conclude()
        return message

    def _conclude(self) -> None:
        """End a request by ourselves: replies come in order, so its own was lost with the connection, or it was itself."""
        error = {"ename": "ConnectionLost", "evalue": _UNKNOWN, "traceback": [f"ConnectionLost: {_UNKNOWN}"]}
        for kind, content in (("error", error), ("execute_reply", {"status": "error"}), ("status", _IDLE)):
            self._concluded.append(Message(kind, self._asked, content))

    async def _count(self) -> None:
        self._malformed += 1
        if self._malformed == MALFORMED:
            self._end(f"It was ended: it had sent {MALFORMED:,} messages of no known shape.")
            await self.kill()

    async def connect(self, first: str = "") -> None:
        """Open the channels, anew if they are open; with IPython code that is run as the first thing.

        Raises:
            KernelNotStarted: the server does not let us, or the kernel does not answer, or the code failed.
        """
        await self._disconnect()
        try:
            await self._join()
        except ServerError as error:
            self._end(_lost(error))
            raise _not_started(error) from None
        self._reader = asyncio.create_task(self._read_on())
        await self._greet(first)

    async def _join(self) -> None:
        self._socket = await self._server.channels(self._kernel, self._session)
        self._protocol = self._socket.selected_subprotocol

    async def _read_on(self) -> None:
        """Read what comes, and connect again when the connection is lost, until the kernel is gone."""
        while self.alive:
            assert self._socket is not None
            data = await self._socket.read_message()
            if data is None:
                await self._reconnect()
                continue
            try:
                frame = unpack(data, self._protocol)
            except guard.Malformed:
                await self._arrived.put(Message(BROKEN, "", {}))
                continue
            if _tells_the_end(frame):
                self._end("Its process ended.")
                return
            await self._arrived.put(frame)

    async def _reconnect(self) -> None:
        if self._socket is not None:
            self._socket.close()
        deadline = time.monotonic() + AGAIN
        while self.alive:
            try:
                await self._model(AGAIN)
                await self._join()
            except ServerError as error:
                if error.status or time.monotonic() > deadline:
                    self._end(f"The connection to it was lost. {_lost(error)}")
                    return
                await asyncio.sleep(0.5)
            else:
                await self._arrived.put(Message("stream", self._asked, {"name": "stderr", "text": _CUT}))
                unsent, self._unsent = self._unsent, []
                for data in unsent:
                    self._write(data)
                self._sounding = self._ask()
                return

    async def _disconnect(self) -> None:
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.wait([self._reader])
        if self._socket is not None:
            self._socket.close()

    # ── life ────────────────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def alive(self) -> bool:
        """Whether the kernel is there, as far as the server has told."""
        return not self._gone.done()

    def epitaph(self) -> str:
        """How the kernel ended, in a sentence; "" while it lives."""
        return "" if self.alive else self._gone.result()

    def log(self) -> str:
        """Nothing: a server keeps it to itself."""
        return ""

    async def interrupt(self) -> None:
        """Have the server interrupt it."""
        # where that fails, the reader or the watch finds out why, and the grace period ends in a deletion
        with contextlib.suppress(ServerError):
            await self._server.ask("POST", f"{kernel_path(self._kernel)}/interrupt", patience=10.0)
            self._ask()  # see `Process.interrupt`

    async def kill(self) -> None:
        """Delete it on the server."""
        if self._deletion is None:
            self._deletion = asyncio.create_task(self._delete())
        await asyncio.shield(self._deletion)

    async def close(self) -> None:
        """Delete it on the server, if that was not done yet, and close the connection."""
        await self.kill()
        if self._watch is not None:
            self._watch.cancel()
        await self._disconnect()

    async def _delete(self) -> None:
        deadline = time.monotonic() + AGAIN
        while error := await self._refused_to_delete():
            # while it starts a kernel anew that has died, a server cannot delete it (HTTP 500)
            if error.status < 500 or time.monotonic() > deadline:
                logger.warning("The kernel %s was not deleted and may still run. %s", self._kernel, error)
                break
            await asyncio.sleep(0.2)
        self._end("It was shut down.")

    async def _refused_to_delete(self) -> ServerError | None:
        try:
            await self._server.ask("DELETE", kernel_path(self._kernel))
        except ServerError as error:
            return error if error.status != 404 else None
        return None

    def _end(self, why: str) -> None:
        if not self._gone.done():
            self._gone.set_result(why)

    async def _keep_watch(self) -> None:
        missed = 0
        while self.alive:
            await asyncio.sleep(WATCH)
            try:
                state = (await self._model(10.0)).get("execution_state")
                missed = 0
            except ServerError as error:
                missed += 1
                if error.status == 404 or missed == MISSED:
                    self._end(_lost(error))
                continue
            if state == "dead":
                self._end("Its process ended.")

    async def _model(self, patience: float) -> dict[str, Any]:
        model = await self._server.ask("GET", kernel_path(self._kernel), patience=patience)
        return model if isinstance(model, dict) else {}


def _not_started(error: ServerError) -> KernelNotStarted:
    """A server that is away or in trouble may be back the next time; what it refuses it will refuse again."""
    passing = error.status == 0 or error.status >= 500
    return KernelNotAnswering(str(error)) if passing else KernelNotStarted(str(error))


def _lost(error: ServerError) -> str:
    return "The server has no such kernel any more." if error.status == 404 else str(error)


def _tells_the_end(frame: Frame) -> bool:
    channel, header, parent, content = frame
    if channel != "iopub" or len(content) > 200:
        return False
    message = parse(header, parent, content, 200, shell=False)
    return message.kind == "status" and message.content["execution_state"] in _ENDS


async def _is_ipython(server: Server, name: str) -> bool:
    """Whether the kernelspec is one of IPython.

    Raises:
        ServerError: see `Server.ask`.
        KernelNotStarted: the server has no such kernelspec.
    """
    answer = await server.ask("GET", "api/kernelspecs")
    try:
        specs = answer["kernelspecs"]
        if name in specs:
            return any("ipykernel" in str(part) for part in specs[name]["spec"].get("argv", ()))
        there = ", ".join(sorted(specs)) or "none"
    except (KeyError, TypeError, AttributeError):
        raise _no_server(server) from None
    raise KernelNotStarted(
        f"The Jupyter server at {server.url} has no kernel {name!r}. Its kernels: {there}. Choose one of them."
    )


def _id(made: Any, server: Server) -> str:
    if not isinstance(made, dict) or not isinstance(made.get("id"), str):
        raise _no_server(server)
    return str(made["id"])


def _no_server(server: Server) -> ServerError:
    return ServerError(f"What answers at {server.url} is no Jupyter server. Check the address.", 200)
