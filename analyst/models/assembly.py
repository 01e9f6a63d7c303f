"""A reply is put together from the pieces of a stream, in the shape of OpenAI's chat completion chunks."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from ..events import Call, TextDelta
from . import Message, OnDelta


class Chunk(Protocol):
    """What is read of `openai.types.chat.ChatCompletionChunk`; litellm's chunks have the same shape."""

    choices: Any
    usage: Any


@dataclass(slots=True)
class _CallPieces:
    index: int | None
    id: str = ""
    tool: str = ""
    arguments: list[str] = field(default_factory=list)


class Assembly:
    """Collects the pieces of one reply; what is said aloud goes to `on_delta` as it comes."""

    def __init__(self, on_delta: OnDelta) -> None:
        self._said: list[str] = []
        self._thought: list[str] = []
        self._calls: list[_CallPieces] = []
        self._split = _ThinkSplit(self._say, self._thought.append)
        self._on_delta = on_delta
        self.finish: str | None = None
        self.usage: Any = None
        self.begun = False
        """Whether anything was said, thought or called yet."""

    def add(self, chunk: Chunk) -> None:
        """Take in one piece."""
        if getattr(chunk, "usage", None):
            self.usage = chunk.usage
        if not chunk.choices:
            return
        choice = chunk.choices[0]
        self.finish = choice.finish_reason or self.finish
        delta = choice.delta
        if delta is None:
            return
        thought = getattr(delta, "reasoning_content", None) or getattr(delta, "reasoning", None)
        if isinstance(thought, str):
            self._thought.append(thought)
        if delta.content:
            self._split.add(delta.content)
        for piece in delta.tool_calls or ():
            self._add_call(piece)
        self.begun = self.begun or bool(thought or delta.content or delta.tool_calls)

    def close(self) -> None:
        """The stream is at its end: what was held back is said."""
        self._split.close()

    @property
    def text(self) -> str:
        """What was said aloud so far."""
        return "".join(self._said)

    @property
    def reasoning(self) -> str:
        """What was thought so far."""
        return "".join(self._thought).strip()

    def calls(self, messages: Sequence[Message]) -> tuple[Call, ...]:
        """The calls in their order, with ids that are unique in the reply and against `messages`."""
        pieces = sorted(self._calls, key=lambda c: c.index or 0)
        ids = unique_ids([p.id for p in pieces], messages)
        return tuple(
            Call(id, p.tool, "".join(p.arguments) or "{}") for id, p in zip(ids, pieces, strict=True)
        )

    def _say(self, text: str) -> None:
        self._said.append(text)
        self._on_delta(TextDelta(text))

    def _add_call(self, piece: Any) -> None:
        call = next((c for c in reversed(self._calls) if c.index == piece.index), None)
        # some servers give every call the same index, or none: a new id, or a name without an index, begins a call
        another = call and piece.id and call.id and piece.id != call.id
        whole = piece.index is None and piece.function is not None and piece.function.name
        if call is None or another or whole:
            call = _CallPieces(piece.index)
            self._calls.append(call)
        call.id = piece.id or call.id
        if piece.function is not None:
            call.tool = piece.function.name or call.tool
            call.arguments.append(piece.function.arguments or "")


class _ThinkSplit:
    """Keeps `<think>…</think>` at the head of a reply apart from what is said after it, while it streams."""

    _OPEN, _CLOSE = "<think>", "</think>"

    def __init__(self, say: Callable[[str], None], think: Callable[[str], None]) -> None:
        self._say, self._think = say, think
        self._held = ""
        self._next: Callable[[], None] | None = self._head

    def add(self, text: str) -> None:
        """Take in the next piece of content."""
        self._held += text
        if self._next is not None:
            self._next()
        else:
            self._flush(self._say)

    def close(self) -> None:
        """Nothing more comes: let go of what is held back."""
        self._flush(self._think if self._next == self._thinking else self._say)

    def _flush(self, to: Callable[[str], None]) -> None:
        held, self._held = self._held, ""
        if held:
            to(held)

    def _head(self) -> None:
        start = self._held.lstrip()
        if start.startswith(self._OPEN):
            self._held, self._next = start.removeprefix(self._OPEN), self._thinking
            self._thinking()
        elif not self._OPEN.startswith(start):
            self._next = None
            self._flush(self._say)

    def _thinking(self) -> None:
        before, close, after = self._held.partition(self._CLOSE)
        # the closing mark may come in two pieces: what may be its beginning stays held
        kept = after if close else self._held[-len(self._CLOSE) + 1 :]
        self._held = before if close else self._held[: -len(self._CLOSE) + 1]
        self._flush(self._think)
        self._held = kept
        if close:
            self._next = self._gap
            self._gap()

    def _gap(self) -> None:
        """Blank lines between thought and speech belong to neither."""
        self._held = self._held.lstrip()
        if self._held:
            self._next = None
            self._flush(self._say)


def unique_ids(ids: Sequence[str], messages: Sequence[Message]) -> list[str]:
    """Ids that differ from each other and from those in `messages`; the same input gives the same ids.

    A call without an id gets one from its position and the conversation's hash, so that it stays unique in a log
    whose early part was compacted away; an id seen before gets a number at its end.
    """
    taken = {call["id"] for message in messages for call in message.get("tool_calls", ())}
    chosen: list[str] = []
    for position, id in enumerate(ids, 1):
        stem = id or f"c{position}-{digest(messages)}"
        name, number = stem, 1
        while name in taken:
            number += 1
            name = f"{stem}-{number}"
        taken.add(name)
        chosen.append(name)
    return chosen


def digest(messages: Sequence[Message]) -> str:
    """Eight characters that stand for this conversation."""
    text = json.dumps(list(messages), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:8]
