"""Every other provider, through litellm: imported in one function, told not to use the network, watched closely."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, cast

from .assembly import Chunk
from .faults import Endpoint

if TYPE_CHECKING:
    from types import ModuleType


_in_use: set[LiteLLM] = set()
"""litellm keeps one set of connections for the whole process: the last one to leave closes it."""


class LiteLLM:
    """A `chat.Transport`. litellm finds keys and addresses in the environment itself unless they are given."""

    output_limit = "max_tokens"

    def __init__(
        self, id: str, endpoint: Endpoint, key: str = "", base_url: str = "", connect: float = 10.0
    ) -> None:
        """`id` as litellm spells it; `connect` the seconds that a connection may take."""
        self.endpoint = endpoint
        self.errors: tuple[type[Exception], ...] = ()
        self._litellm: ModuleType | None = None
        self._connect = connect
        given = {"api_key": key, "base_url": base_url}
        self._arguments: dict[str, Any] = {
            "model": id,
            "num_retries": 0,
            "max_retries": 0,
            "drop_params": True,
            **{name: value for name, value in given.items() if value},
            **_cache_markers(id),
        }

    async def prepare(self) -> None:
        """Import litellm: some seconds of work, once per process, in a thread."""
        _in_use.add(self)
        if self._litellm is None:
            await asyncio.to_thread(self._load)

    def _load(self) -> None:
        # read while litellm is imported: else it fetches its price table and loads a `.env` from the working folder
        os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # noqa: TID251 - litellm's only switch
        os.environ["LITELLM_MODE"] = "PRODUCTION"  # noqa: TID251 - litellm's only switch
        import httpx  # noqa: PLC0415 - comes with litellm
        import litellm  # noqa: PLC0415 - takes seconds
        import openai.resources.chat  # noqa: PLC0415 - comes with litellm, whose errors derive from it

        litellm.suppress_debug_info = True
        self.errors = (openai.OpenAIError, httpx.HTTPError)
        # the time until the first piece and between pieces is limited by the caller, in one way for all transports
        self._arguments["timeout"] = httpx.Timeout(None, connect=self._connect)
        _rehearse(litellm)
        self._litellm = litellm

    async def stream(self, request: Mapping[str, Any]) -> AsyncGenerator[Chunk, None]:
        """See `chat.Transport`."""
        litellm = cast("Any", self._litellm)
        stream = await litellm.acompletion(**self._arguments, **request)
        async with aclosing(stream):
            async for chunk in stream:
                # litellm says "stop" for a stream that just ended; what it received itself is kept apart
                if chunk.choices and not (stream.received_finish_reason or stream.intermittent_finish_reason):
                    chunk.choices[0].finish_reason = None
                # and it makes up a usage where the provider sent none
                if getattr(chunk, "usage", None) and not any(
                    getattr(c, "usage", None) for c in stream.chunks
                ):
                    chunk.usage = None
                yield chunk

    async def close(self) -> None:
        """Give up the connections that litellm shares between all models of a process."""
        _in_use.discard(self)
        if self._litellm is not None and not _in_use:
            await self._litellm.close_litellm_async_clients()
            # else the closed clients would be handed to the next model
            self._litellm.in_memory_llm_clients_cache.flush_cache()


def _rehearse(litellm: Any) -> None:
    """Have a made-up reply: the first call imports some 450 modules, and the event loop would stand still for a second."""
    tool = {"type": "function", "function": {"name": "nothing", "parameters": {"type": "object"}}}
    talk = [{"role": "user", "content": "Hello"}]
    reply = litellm.completion(
        "openai/rehearsal", talk, tools=[tool], stream=True, mock_response="Hello", api_key="none"
    )
    for _ in reply:
        pass


def _cache_markers(id: str) -> dict[str, Any]:
    """Claude caches a prompt up to marked messages; others find the prefix themselves and need no marks."""
    if "claude" not in id:
        return {}
    points = [{"location": "message", "role": "system"}, {"location": "message", "index": -1}]
    return {"cache_control_injection_points": points}
