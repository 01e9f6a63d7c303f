"""Endpoints that speak OpenAI's protocol, through OpenAI's own SDK: OpenAI itself, Ollama, vLLM, a test server.

They could go through litellm too. But importing litellm costs seconds, the SDK half of one; and litellm hides a
stream that just ends, which the SDK lets us see.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from typing import TYPE_CHECKING, Any, cast

from .assembly import Chunk
from .faults import WEB_PAGE, Endpoint, TryAgain

if TYPE_CHECKING:
    from openai import AsyncOpenAI
    from openai.types.chat import ChatCompletionChunk

OPENAI = "https://api.openai.com/v1"


class OpenAI:
    """A `chat.Transport`. The endpoint's address is the base URL, as in `OPENAI_BASE_URL`."""

    def __init__(self, name: str, endpoint: Endpoint, key: str = "", connect: float = 10.0) -> None:
        """`name` is the model's name at the endpoint; `connect` the seconds that a connection may take."""
        self.endpoint = endpoint
        self.errors: tuple[type[Exception], ...] = ()
        # newer models of OpenAI refuse the old name, other servers do not know the new one
        self.output_limit = "max_completion_tokens" if endpoint.address == OPENAI else "max_tokens"
        self._name = name
        self._key = key
        self._connect = connect
        self._client: AsyncOpenAI | None = None
        self._stream_type: Any = None
        self._chunk_type: type[ChatCompletionChunk]

    async def prepare(self) -> None:
        """Import the SDK and make a client: about half a second of work, once, in a thread."""
        if self._client is None:
            await asyncio.to_thread(self._load)

    def _load(self) -> None:
        import httpx  # noqa: PLC0415 - comes with the SDK
        import openai  # noqa: PLC0415 - slow, and not every run needs it
        from openai.types.chat import ChatCompletionChunk  # noqa: PLC0415 - as above

        # a body that is no JSON, or no text, comes up as the bare error of the decoder
        self.errors = (openai.OpenAIError, httpx.HTTPError, json.JSONDecodeError, UnicodeDecodeError)
        self._stream_type = openai.AsyncStream[ChatCompletionChunk]
        self._chunk_type = ChatCompletionChunk
        self._client = openai.AsyncOpenAI(
            # a server that wants no key gets a word: the SDK does not do without
            api_key=self._key or "none",
            base_url=self.endpoint.address,
            max_retries=0,
            timeout=httpx.Timeout(None, connect=self._connect),
        )

    async def stream(self, request: Mapping[str, Any]) -> AsyncGenerator[Chunk, None]:
        """See `chat.Transport`."""
        client = cast("AsyncOpenAI", self._client)
        # `post` and not `client.chat.completions.create`: the same request, without 500 modules of other endpoints
        chunks = await client.post(
            "/chat/completions",
            body={"model": self._name, **request},
            cast_to=self._chunk_type,
            stream=True,
            stream_cls=self._stream_type,
        )
        async with chunks:
            if "text/html" in chunks.response.headers.get("content-type", ""):
                raise TryAgain(WEB_PAGE)
            async for chunk in chunks:
                yield chunk

    async def close(self) -> None:
        """Close the client's connections."""
        if self._client is not None:
            await self._client.close()
            self._client = None
