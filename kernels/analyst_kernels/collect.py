"""What a kernel publishes while code runs → the outputs of one execution, bounded in memory whatever is published."""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from . import DisplayData, Error, ExecuteResult, Limits, OnOutput, Output, Stream

__all__ = ["Outputs"]

NO_INPUT = "input() is not available: nobody can type here; put the value into the code"
MESSAGE = 20_000
"""Characters kept of an exception's message, and of each line of a traceback."""
SHORT = 2_000
"""A display's own short text is kept even when no room is left for its data."""
LINES = 200
"""Lines kept of a traceback."""


class Outputs:
    """Collects the outputs of one execution and reports each piece as it is taken.

    Text that will be cut from the middle is known only at the end: so the head is reported live, and what is kept of
    the tail when all is over. The same holds for the last of too many outputs.
    """

    _entries: list[_Text | _Shown]
    _head_room: int
    _tails: deque[_Text]
    """The entries that have a tail, oldest first."""
    _tail_size: int
    _data_room: int
    _last: Output | None
    """The newest of the outputs for which there was no room: the error at the end is one of them."""
    _dropped: int
    _clear_next: bool

    def __init__(self, limits: Limits, on_output: OnOutput | None = None) -> None:
        self._limits = limits
        self._report = on_output
        self._forget()

    def take(self, kind: str, content: Mapping[str, Any]) -> None:
        """Take one message of the kernel. Kinds that are no outputs are ignored."""
        if kind == "clear_output":
            self._clear_next = bool(content.get("wait"))
            if not self._clear_next:
                self._forget()
        elif kind == "stream":
            self._text(content["name"], content["text"])
        elif kind == "error":
            self._show(_error(content["ename"], content["evalue"], content["traceback"]))
        elif kind == "execute_result":
            self._show(ExecuteResult(*self._fit(content["data"], content.get("metadata", {}))))
        elif kind in {"display_data", "update_display_data"}:
            shown_as = content.get("transient", {}).get("display_id")
            self._display(content, shown_as, update=kind == "update_display_data")

    def take_unread(self, kind: str, content: memoryview) -> None:
        """Take a message that is too large to be parsed: `content` is its JSON text, which no limit has room for.

        What is cut is counted in bytes of that JSON text.
        """
        if kind == "stream":
            self._text_unread(content)
        elif kind == "error":
            self._show(Error(_unread_name(content), _left_out("an exception's message", len(content))))
        elif kind in {"execute_result", "display_data", "update_display_data"}:
            types = ", ".join(dict.fromkeys(m.decode() for m in _MIME_KEY.findall(content))) or "data"
            shown = {"text/plain": self._too_much(types, len(content))}
            self._show(ExecuteResult(shown) if kind == "execute_result" else DisplayData(shown))

    def say(self, sentence: str) -> None:
        """Put in a sentence of our own, as the last output."""
        self._text("stderr", f"[{sentence}]\n")

    def finish(self) -> tuple[Output, ...]:
        """All outputs in order. What was held back is reported now."""
        for entry in self._entries:
            if isinstance(entry, _Text) and (rest := entry.rest()):
                self._tell(Stream(entry.name, rest))
        outputs: list[Output] = [
            Stream(entry.name, entry.whole()) if isinstance(entry, _Text) else entry.output
            for entry in self._entries
        ]
        if self._dropped:
            outputs.append(Stream("stderr", f"\n[… {self._dropped:,} more outputs cut …]\n"))
            self._tell(outputs[-1])
        if self._last is not None:
            outputs.append(self._last)
            self._tell(self._last)
        return tuple(outputs)

    def mute(self) -> None:
        """Report nothing any more."""
        self._report = None

    # ── text ────────────────────────────────────────────────────────────────────────────────────────────────────────

    def _text(self, name: Literal["stdout", "stderr"], text: str, cut: int = 0) -> None:
        """Add text; `cut` characters before it have been lost already."""
        self._clear_if_due()
        if not text and not cut:
            return
        entry = self._entry(name)
        if cut:
            # the notice stands between head and tail: what is in the tail by now came before it
            self._drop_tail(entry)
            entry.cut += cut
            self._head_room = 0
        head, tail = text[: self._head_room], text[self._head_room :]
        if head:
            self._head_room -= len(head)
            _join(entry.head, head)
            self._tell(Stream(name, head))
        if tail:
            if not entry.tail:
                self._tails.append(entry)
            _join(entry.tail, tail)
            self._tail_size += len(tail)
            self._drop_text()

    def _drop_text(self) -> None:
        """Let go of the oldest text of the tails, until they fit."""
        while (excess := self._tail_size - (self._limits.text - self._limits.text // 2)) > 0:
            entry = self._tails[0]
            piece = entry.tail.popleft()
            if len(piece) > excess:
                entry.tail.appendleft(piece[excess:])
                piece = piece[:excess]
            entry.cut += len(piece)
            self._tail_size -= len(piece)
            if not entry.tail:
                self._tails.popleft()

    def _drop_tail(self, entry: _Text) -> None:
        size = sum(map(len, entry.tail))
        if size:
            entry.tail.clear()
            entry.cut += size
            self._tail_size -= size
            self._tails.remove(entry)

    def _entry(self, name: Literal["stdout", "stderr"]) -> _Text:
        """Where text of this stream goes: the last output if it is of the same stream, else a new one."""
        candidates = self._entries[-1:] if len(self._entries) < self._limits.outputs else self._entries[::-1]
        for candidate in candidates:
            if isinstance(candidate, _Text) and candidate.name == name:
                return candidate
        entry = _Text(name)
        self._entries.append(entry)
        return entry

    def _text_unread(self, content: memoryview) -> None:
        name: Literal["stdout", "stderr"] = "stderr" if _STDERR.search(content[:1000]) else "stdout"
        begin, end = _TEXT_KEY.search(content), _TEXT_END.search(content, max(0, len(content) - 200))
        if begin is None or end is None:
            self.say(_left_out("text", len(content)))
            return
        start, content, span = begin.end(), content[: end.start()], self._limits.text
        if len(content) - start <= 2 * span:
            self._text(name, _unquote(_JSON_TEXT.match(content[start:])))
            return
        head = _JSON_TEXT.match(content[start : start + span])
        stop = start + (head.end() if head else 0)
        resume = max(stop, len(content) - span)
        # an escape that begins just before the cut must not lose its backslash
        before = content[max(stop, resume - 100) : resume].tobytes()
        resume -= len(before) - len(before.rstrip(b"\\"))
        tail = _JSON_TEXT.match(content[resume:])
        self._text(name, _unquote(head))
        self._text(name, _unquote(tail), cut=max(1, resume - stop))

    # ── everything else ─────────────────────────────────────────────────────────────────────────────────────────────

    def _show(self, output: Output, shown_as: str | None = None) -> None:
        self._clear_if_due()
        if len(self._entries) < self._limits.outputs:
            self._entries.append(_Shown(output, shown_as))
            self._tell(output)
            return
        self._dropped += self._last is not None
        self._last = output

    def _display(self, content: Mapping[str, Any], shown_as: str | None, *, update: bool) -> None:
        earlier = [
            entry
            for entry in self._entries
            if update and isinstance(entry, _Shown) and shown_as and entry.shown_as == shown_as
        ]
        self._data_room += sum(
            _size(entry.output.data) for entry in earlier if isinstance(entry.output, DisplayData)
        )
        output = DisplayData(*self._fit(content["data"], content.get("metadata", {})))
        if not earlier:
            self._show(output, shown_as)
            return
        for entry in earlier:
            entry.output = output
        self._tell(output)

    def _fit(
        self, data: Mapping[str, Any], metadata: Mapping[str, Any]
    ) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        """What of a display still fits, the small before the large; the rest is named in its text."""
        kept: dict[str, Any] = {}
        sentences: list[str] = []
        for mime in sorted(data, key=lambda mime: _size(data[mime])):
            size = _size(data[mime])
            if size <= self._data_room or (mime == "text/plain" and size <= SHORT):
                self._data_room -= size
                kept[mime] = data[mime]
            else:
                sentences.append(self._too_much(mime, size))
        if sentences:
            kept["text/plain"] = "\n".join([str(kept.get("text/plain", "")), *sentences]).strip()
        return kept, metadata if _size(metadata) <= MESSAGE else {}

    def _too_much(self, what: str, size: int) -> str:
        return _left_out(what, size) + f" (one execution may display {self._limits.data:,} bytes)"

    def _clear_if_due(self) -> None:
        if self._clear_next:
            self._forget()

    def _forget(self) -> None:
        """Begin anew: `clear_output` takes back what was shown, and what it cost."""
        self._entries = []
        self._head_room = self._limits.text // 2
        self._tails = deque()
        self._tail_size = 0
        self._data_room = self._limits.data
        self._last = None
        self._dropped = 0
        self._clear_next = False

    def _tell(self, output: Output) -> None:
        if self._report is not None:
            self._report(output)


@dataclass(slots=True, eq=False)
class _Text:
    """Consecutive text of one stream."""

    name: Literal["stdout", "stderr"]
    head: deque[str] = field(default_factory=deque)
    cut: int = 0
    tail: deque[str] = field(default_factory=deque)

    def rest(self) -> str:
        """What follows the head."""
        notice = f"\n[… {self.cut:,} characters cut …]\n" if self.cut else ""
        return notice + "".join(self.tail)

    def whole(self) -> str:
        return "".join(self.head) + self.rest()


@dataclass(slots=True)
class _Shown:
    """Any other output, with the name under which it may be updated."""

    output: Output
    shown_as: str | None = None


def _join(parts: deque[str], text: str) -> None:
    """Append, few large pieces rather than many small ones: a piece costs 50 bytes however short it is."""
    if parts and len(parts[-1]) + len(text) < 8192:
        parts[-1] += text
    else:
        parts.append(text)


def _size(value: Any) -> int:
    return len(value) if isinstance(value, str) else len(json.dumps(value))


def _left_out(what: str, size: int) -> str:
    return f"[{what}, {size:,} bytes, left out]"


def _error(ename: str, evalue: str, traceback: Sequence[str]) -> Error:
    if ename == "StdinNotImplementedError":
        traceback = [line.replace(evalue, NO_INPUT) for line in traceback]
        evalue = NO_INPUT
    lines = [_shorten(line).rstrip("\n") for line in traceback]
    if len(lines) > LINES:
        half = LINES // 2
        lines = [*lines[:half], f"[… {len(lines) - LINES:,} lines cut …]", *lines[-half:]]
    return Error(_shorten(ename), _shorten(evalue), tuple(lines))


def _shorten(text: str) -> str:
    if len(text) <= MESSAGE:
        return text
    half = MESSAGE // 2
    return f"{text[:half]}\n[… {len(text) - MESSAGE:,} characters cut …]\n{text[-half:]}"


# ── reading JSON text without parsing it ────────────────────────────────────────────────────────────────────────────

_TEXT_KEY = re.compile(rb'"text"\s*:\s*"')
_TEXT_END = re.compile(rb'"\s*(?:,\s*"name"\s*:\s*"\w+"\s*)?\}\s*\Z')
_STDERR = re.compile(rb'"name"\s*:\s*"stderr"')
_MIME_KEY = re.compile(rb'"((?:image|text|application|audio|video)/[\w.+-]{1,80})"\s*:')
_ENAME = re.compile(rb'"ename"\s*:\s*"([^"\\]{1,200})"')
# the inside of a JSON string, up to its end or to an escape that is not whole
_JSON_TEXT = re.compile(rb'(?:[^"\\]++|\\u[0-9a-fA-F]{4}|\\["\\/bfnrt])*+')


def _unquote(found: re.Match[bytes] | None) -> str:
    return str(json.loads(f'"{found[0].decode(errors="ignore")}"', strict=False)) if found else ""


def _unread_name(content: memoryview) -> str:
    # the name can stand after a message of any length
    found = _ENAME.search(content)
    return found[1].decode(errors="replace") if found else "Exception"
