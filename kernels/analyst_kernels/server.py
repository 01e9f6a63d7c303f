"""A Jupyter server as it is seen from outside: its REST interface, and how a kernel's messages travel in a WebSocket."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlsplit

from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

from . import KernelError, guard
from .channels import LARGEST

__all__ = ["Frame", "Server", "ServerError", "kernel_path", "pack", "unpack"]

V1 = "v1.kernel.websocket.jupyter.org"
"""The protocol that sends a message's parts as they are. Older servers send one JSON text."""
CONNECT = 10.0
"""Seconds within which the server must take a connection."""
PARTS = 1000
"""Most parts of a message."""

Frame = tuple[str, memoryview, memoryview, memoryview]
"""Of a message: its channel, and as JSON its header, the header of the request it belongs to, and its content."""


class ServerError(KernelError):
    """The server did not do what it was asked for; the message says why, and what to do."""

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status
        """Of HTTP; 0: there was no answer."""


class Server:
    """A Jupyter server, or a gateway, by its address and its token. Nothing is kept open here.

    The token goes into a header of each request, never into an address, and is sent nowhere else: redirections are not
    followed. Over `http://` it travels as it is: outside of this machine use `https://` or a tunnel.
    """

    def __init__(self, url: str, token: str) -> None:
        """Look at the address; nothing is sent.

        Raises:
            KernelError: it is no address of a server, or has a secret in it; or the token cannot be one.
        """
        parts = urlsplit(url)
        if parts.username or parts.password or parts.query or parts.fragment:
            raise KernelError(
                "The address of a kernel server must not hold a token or a password, nor anything after the path: "
                "it would be written into logs. Give the address alone, and the token apart from it."
            )
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise KernelError(
                f"{url!r} is no address of a kernel server. It looks like http://localhost:8888."
            )
        if not (token.isascii() and token.isprintable()) or " " in token:
            raise KernelError(
                "The token of the kernel server has characters that no token has, such as a space."
            )
        self.url = url.rstrip("/")
        self._token = token
        self._headers = {"Authorization": f"token {token}"} if token else {}

    async def ask(
        self, method: str, path: str, content: Mapping[str, Any] | None = None, patience: float = 60.0
    ) -> Any:
        """Call the REST interface; give the answer's JSON, or None when it has no body.

        Raises:
            ServerError: there was no answer within `patience` seconds, or it was an error, or no JSON.
        """
        body = json.dumps(content or {}) if method == "POST" else None
        request = HTTPRequest(
            f"{self.url}/{path}",
            method,
            headers=self._headers,
            body=body,
            connect_timeout=min(CONNECT, patience),
            request_timeout=patience,
            follow_redirects=False,
        )
        client = AsyncHTTPClient(force_instance=True)
        try:
            answer = await client.fetch(request)
            return json.loads(answer.body) if answer.body else None
        except (HTTPClientError, OSError) as error:
            raise self._failed(error) from None
        except ValueError:
            raise ServerError(
                f"What answers at {self.url} is no Jupyter server: no JSON came.", 200
            ) from None
        finally:
            client.close()

    async def channels(self, kernel: str, session: str) -> WebSocketClientConnection:
        """Connect to a kernel's channels. A session that comes again is sent what it has missed.

        Raises:
            ServerError: the server did not take the connection.
        """
        request = HTTPRequest(
            f"ws{self.url.removeprefix('http')}/{kernel_path(kernel)}/channels?session_id={session}",
            headers=self._headers,
            connect_timeout=CONNECT,
            request_timeout=60.0,
            follow_redirects=False,
        )
        try:
            connecting = asyncio.ensure_future(
                websocket_connect(request, max_message_size=LARGEST, subprotocols=[V1])
            )
            try:
                return await asyncio.shield(connecting)
            except asyncio.CancelledError:
                connecting.add_done_callback(_close)
                raise
        except (HTTPClientError, OSError) as error:
            raise self._failed(error) from None

    def _failed(self, error: HTTPClientError | OSError) -> ServerError:
        status = error.code if isinstance(error, HTTPClientError) and error.code != 599 else 0
        if not status:
            why = f"cannot be reached: {error}. Check the address, and that the server runs."
        elif status in (401, 403):
            why = "refuses the token. Check it." if self._token else "wants a token, and none was given."
        elif 300 <= status < 400:
            why = (
                f"sends elsewhere (HTTP {status}), perhaps to a login page. Check the address and the token."
            )
        else:
            why = f"answered HTTP {status}{_told(error)}."
        sentence = f"The Jupyter server at {self.url} {why}"
        return ServerError(sentence.replace(self._token, "…") if self._token else sentence, status)


def _close(connecting: asyncio.Future[WebSocketClientConnection]) -> None:
    if not connecting.cancelled() and connecting.exception() is None:
        connecting.result().close()


def kernel_path(kernel: str) -> str:
    """Where a kernel is in the REST interface."""
    return f"api/kernels/{quote(kernel, safe='')}"


def _told(error: Exception) -> str:
    """What the server itself says of a failure."""
    response = error.response if isinstance(error, HTTPClientError) else None
    try:
        message = json.loads(response.body)["message"] if response else None
    except (ValueError, KeyError, TypeError):
        return ""
    return f": {message[:300].rstrip('.')}" if isinstance(message, str) and message else ""


# ── messages ────────────────────────────────────────────────────────────────────────────────────────────────────────


def pack(
    kind: str, content: Mapping[str, Any], session: str, protocol: str | None
) -> tuple[str, str | bytes]:
    """A request for the shell channel as the protocol has it, and its id."""
    header = {
        "msg_id": uuid.uuid4().hex,
        "msg_type": kind,
        "username": "analyst",
        "session": session,
        "date": datetime.now(UTC).isoformat(),
        "version": "5.3",
    }
    parts: dict[str, Any] = {"header": header, "parent_header": {}, "metadata": {}, "content": content}
    if protocol != V1:
        return header["msg_id"], json.dumps({"channel": "shell", "buffers": [], **parts})
    pieces = [b"shell", *(json.dumps(part).encode() for part in parts.values())]
    offsets = [8 * (len(pieces) + 2)]
    for piece in pieces:
        offsets.append(offsets[-1] + len(piece))
    numbers = b"".join(number.to_bytes(8, "little") for number in (len(offsets), *offsets))
    return header["msg_id"], numbers + b"".join(pieces)


def unpack(data: str | bytes, protocol: str | None) -> Frame:
    """A message as the protocol has it → its parts.

    Raises:
        Malformed: it is none.
    """
    if protocol != V1:
        return _unpack_text(data)
    assert isinstance(data, bytes)
    whole = memoryview(data)
    count = int.from_bytes(whole[:8], "little")
    if not 6 <= count <= PARTS:
        raise guard.Malformed("parts are missing")
    at = [int.from_bytes(whole[8 * n : 8 * n + 8], "little") for n in range(1, 7)]
    channel, header, parent, _, content = (
        whole[start:end] for start, end in zip(at[:-1], at[1:], strict=True)
    )
    return bytes(channel).decode(errors="replace"), header, parent, content


def _unpack_text(data: str | bytes) -> Frame:
    if isinstance(data, bytes):  # the JSON text comes first, then what nobody here uses
        count = int.from_bytes(data[:4], "big")
        begin = int.from_bytes(data[4:8], "big")
        text = data[begin : int.from_bytes(data[8:12], "big") if count > 1 else None]
    else:
        text = data.encode()
    message = guard.parsed(text)
    header, parent, content = (
        memoryview(json.dumps(message.get(part)).encode()) for part in ("header", "parent_header", "content")
    )
    return str(message.get("channel")), header, parent, content
