"""A model behind OpenAI's chat protocol: request, stream, retries, checks and costs, whatever carries the bytes.

What carries them is a `Transport`: `openai.OpenAI` or `litellm.LiteLLM`. Neither is imported here.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Protocol

import stamina

from ..errors import ModelError, ModelUnavailable
from ..events import Notice, ToolSchema, Usage
from . import Message, OnDelta, Reply
from .assembly import Assembly, Chunk
from .faults import Endpoint, TryAgain, explain
from .prices import ModelFacts

_LONGEST_REPLY = 32_000
"""Tokens asked for at most, thought included: enough for any cell, and a bound on what one call can cost."""
_CHARACTERS_PER_TOKEN = 4
_IMAGE_TOKENS = 1_000
"""For estimates only: providers count an image as a few hundred to about 1,600 tokens."""

# stamina warns of every retry through `logging`, which prints it where nobody set logging up; we say it ourselves
logging.getLogger("stamina").addHandler(logging.NullHandler())


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a call waits and how often it tries. Times in seconds."""

    attempts: int = 4
    connect: float = 10.0
    first: float = 300.0
    """Until the model says anything. Long: a local server may load a model first, a big one may think in silence."""
    stall: float = 60.0
    """Between two pieces, once it has begun."""
    wait: float = 1.0
    """Before the second attempt; doubled each time. What a provider asks for in Retry-After goes first."""
    longest_wait: float = 20.0
    jitter: float = 0.5


class Transport(Protocol):
    """Carries one request and brings back the pieces of the reply."""

    @property
    def endpoint(self) -> Endpoint:
        """Whom it talks to."""
        ...

    @property
    def output_limit(self) -> str:
        """The request's field for the most tokens of a reply: `max_tokens` or `max_completion_tokens`."""
        ...

    @property
    def errors(self) -> tuple[type[Exception], ...]:
        """What `stream` raises when a call fails. Anything else is a bug, and is not tried again."""
        ...

    async def prepare(self) -> None:
        """Import what is slow to import, away from the event loop."""
        ...

    def stream(self, request: Mapping[str, Any]) -> AsyncGenerator[Chunk, None]:
        """Send the request (all but the model's name); give the pieces. Closing it closes the connection."""
        ...

    async def close(self) -> None:
        """Give connections back."""
        ...


class ChatModel:
    """A `Model` behind a transport."""

    def __init__(
        self, id: str, transport: Transport, facts: ModelFacts | None = None, patience: Patience | None = None
    ) -> None:
        self.id = id
        self._transport = transport
        self._facts = facts or ModelFacts()
        self._patience = patience or Patience()
        self._preparing = asyncio.Lock()

    @property
    def window(self) -> int:
        """Context window in tokens; 0 when it is not known."""
        return self._facts.window

    @property
    def vision(self) -> bool:
        """Whether it may be sent images: only a model that is known to see."""
        return bool(self._facts.vision)

    async def prepare(self) -> None:
        """Do what is slow before the first call, in a thread: worth starting beside the kernel."""
        async with self._preparing:
            await self._transport.prepare()

    async def close(self) -> None:
        """Give connections back."""
        await self._transport.close()

    async def reply(
        self, messages: Sequence[Message], tools: Sequence[ToolSchema], on_delta: OnDelta
    ) -> Reply:
        """Ask, and ask again where that is worth it. See `Model.reply`."""
        await self.prepare()
        request = self._request(messages, tools)
        patience = self._patience
        failure: TryAgain | None = None
        try:
            async for attempt in stamina.retry_context(
                on=_worth_another,
                attempts=patience.attempts,
                timeout=None,
                wait_initial=patience.wait,
                wait_max=patience.longest_wait,
                wait_jitter=patience.jitter,
            ):
                with attempt:
                    try:
                        return await self._ask(request, on_delta)
                    except TryAgain as again:
                        if attempt.num < patience.attempts:
                            wait = attempt.next_wait if again.after is None else again.after
                            count = f"{attempt.num + 1} of {patience.attempts}"
                            on_delta(Notice(f"{self.id}: {again}; trying again in {wait:.3g} s ({count})"))
                        raise
        except TryAgain as again:
            failure = again
        raise ModelUnavailable(
            f"{self.id} gave no whole answer in {patience.attempts} tries. The last time: {failure}. "
            "Try again later, or choose another model."
        )

    async def _ask(self, request: Mapping[str, Any], on_delta: OnDelta) -> Reply:
        """One attempt, from the connection to the last piece.

        Raises:
            TryAgain: it failed, and may not fail again.
            ModelError: it failed, and will fail again.
        """
        heard = Assembly(on_delta)
        fault: TryAgain | ModelError | None = None
        limit = asyncio.timeout(self._patience.first)
        try:
            async with limit, aclosing(self._transport.stream(request)) as chunks:
                async for chunk in chunks:
                    heard.add(chunk)
                    if heard.begun:
                        limit.reschedule(asyncio.get_running_loop().time() + self._patience.stall)
        except TimeoutError:
            seconds = self._patience.stall if heard.begun else self._patience.first
            fault = TryAgain(f"it sent nothing for {seconds:g} s")
        except self._transport.errors as error:
            fault = explain(error, self._transport.endpoint)
        # raised out here, ours does not carry the SDK's exception along: that one may show the key
        if fault is not None:
            raise fault
        return self._whole(heard, request)

    def _whole(self, heard: Assembly, request: Mapping[str, Any]) -> Reply:
        """The reply, if all of it is there."""
        heard.close()
        if heard.finish is None:
            raise TryAgain("the stream ended before the reply did")
        messages: Sequence[Message] = request["messages"]
        calls = heard.calls(messages)
        if not heard.text.strip() and not calls:
            raise TryAgain(f"an empty reply (finish reason: {heard.finish})")
        said = heard.text + heard.reasoning + "".join(c.tool + c.arguments for c in calls)
        usage = self._measured(heard.usage) if heard.usage is not None else self._estimated(request, said)
        return Reply(heard.text, calls, usage, heard.finish, heard.reasoning)

    def _request(self, messages: Sequence[Message], tools: Sequence[ToolSchema]) -> Mapping[str, Any]:
        request: dict[str, Any] = {
            "messages": list(messages),
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        if tools:
            # sorted: the same tools are the same bytes, and the provider's prompt cache holds
            request["tools"] = [_function(t) for t in sorted(tools, key=lambda t: t.name)]
        if self._facts.max_output:
            request[self._transport.output_limit] = min(self._facts.max_output, _LONGEST_REPLY)
        return request

    def _measured(self, raw: Any) -> Usage:
        """The provider's own count."""
        prompt, completion = raw.prompt_tokens or 0, raw.completion_tokens or 0
        details = getattr(raw, "prompt_tokens_details", None)
        cached = getattr(details, "cached_tokens", None) or 0
        written = getattr(details, "cache_write_tokens", None) or 0
        thought = getattr(getattr(raw, "completion_tokens_details", None), "reasoning_tokens", None) or 0
        usd = self._facts.cost(prompt, completion, cached, written)
        return Usage(prompt, completion, cached, thought, usd)

    def _estimated(self, request: Mapping[str, Any], said: str) -> Usage:
        """A count from the lengths of texts, for a provider that sent none."""
        prompt = sum(map(_size, request["messages"])) + len(json.dumps(request.get("tools", [])))
        tokens = prompt // _CHARACTERS_PER_TOKEN, -(-len(said) // _CHARACTERS_PER_TOKEN)
        return Usage(*tokens, usd=self._facts.cost(*tokens), estimated=True)


def _worth_another(error: Exception) -> bool | float:
    """Stamina's hook: whether to try again, or after how many seconds."""
    if not isinstance(error, TryAgain):
        return False
    return True if error.after is None else error.after


def _function(tool: ToolSchema) -> dict[str, Any]:
    function = {"name": tool.name, "description": tool.description, "parameters": dict(tool.parameters)}
    return {"type": "function", "function": function}


def _size(message: Message) -> int:
    """Characters of a message, an image counted as its tokens would be."""
    content = message["content"] or ""
    parts = [{"type": "text", "text": content}] if isinstance(content, str) else content
    text = sum(
        len(part.get("text", "")) if part["type"] == "text" else _IMAGE_TOKENS * _CHARACTERS_PER_TOKEN
        for part in parts
    )
    return text + sum(
        len(c["function"]["name"]) + len(c["function"]["arguments"]) for c in message.get("tool_calls", ())
    )
