"""The append-only log: one line of JSON per fact, then every listener hears it.

A run's folder holds `log.jsonl` and `blobs/`. A long text (an image, a big print) lies in a file of `blobs/` named by
its SHA-256, and the line holds the name. Secrets are taken out before anything is written or heard.

A line is `{"seq": 3, "at": 1760000000.123, "event": {…}}`; `at` is seconds since 1970. Lines are handed to the
operating system one by one: they survive the death of this process at any moment.
"""

from __future__ import annotations

import errno
import hashlib
import json
import logging
import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import IO, Any, NamedTuple, Self, get_args

from analyst_kernels import Stream as Text
from filelock import FileLock, Timeout
from pydantic import TypeAdapter, ValidationError

from .errors import LogError
from .events import Event, Live, Notice, OutputDelta, TextDelta, codec
from .files import read_beneath
from .redact import Redactor, Stream

Listener = Callable[[Event | Live], None]
logger = logging.getLogger(__name__)

INLINE = 16_384
"""Longest text, in characters, that stands in the line itself."""

_LARGEST_BLOB = 1_000_000_000
"""Bytes of the largest blob that is read back."""


class Line(NamedTuple):
    """One line of the log, read."""

    seq: int
    at: float
    event: Event


class Log:
    """Facts in the order in which they happened, in memory and (with a folder) on disk."""

    def __init__(self, folder: Path | None = None, *, secrets: Sequence[str] = ()) -> None:
        """Open the log in `folder`, new or existing; without a folder it lives in memory only.

        Raises:
            LogError: the folder cannot be written, the log is broken, or another process has it open.
        """
        self.folder = folder
        self.events: list[Event] = []
        self._redact = Redactor(secrets)
        self._streams: dict[tuple[str, str], tuple[Live, Stream]] = {}
        """Live text, by what it is a piece of: a secret may come in two pieces."""
        self._listeners: list[Listener] = []
        self._file: IO[bytes] | None = None
        self._lock: FileLock | None = None
        self._failed: LogError | None = None
        if folder is not None:
            self._open(folder)

    def _open(self, folder: Path) -> None:
        path = folder / "log.jsonl"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._lock = FileLock(folder / "log.lock")
            self._lock.acquire(timeout=0)
            self._file = path.open("ab", buffering=0)
        except Timeout:
            self._lock = None
            raise LogError(f"{path} is in use: another run is writing it. Wait for it, or stop it.") from None
        except OSError as error:
            self.close()
            raise LogError(f"{path} cannot be written: {error.strerror}. Choose another folder.") from None
        try:
            self.events = [line.event for line in read(folder)]
            self._file.truncate(_whole(path))
        except LogError:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file and let others open it; the facts stay readable."""
        if self._file:
            self._file.close()
            self._file = None
        if self._lock:
            self._lock.release()
            self._lock = None

    def listen(self, listener: Listener) -> None:
        """Have `listener` called for each fact once it is stored, and for what is shown live."""
        self._listeners.append(listener)

    def append(self, event: Event) -> None:
        """Store a fact, then tell the listeners.

        Raises:
            LogError: it could not be written (a full disk). The fact did not happen then: nobody is told.
        """
        value = codec.dump_python(event, mode="json")
        clean = _map(value, self._clean)
        if clean != value:
            event = codec.validate_python(clean)
        if self.folder:
            self._write(clean, self.folder)
        self.events.append(event)
        self._end_streams()
        self._tell(event)

    def _write(self, value: Any, folder: Path) -> None:
        if self._failed:
            raise self._failed
        assert self._file, "a closed log was written to"
        try:
            stored = _map(value, lambda text: _spill(text, folder))
            line = {"seq": len(self.events), "at": round(time.time(), 3), "event": stored}
            data = json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
            if self._file.write(data) != len(data):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except OSError as error:
            # a torn line may stand at the end now: nothing may be written after it
            self._failed = LogError(
                f"{folder} cannot be written: {error.strerror}. What was stored before is kept: make room and go on "
                f"with `analyst resume {folder}`."
            )
            raise self._failed from None

    def show(self, event: Live) -> None:
        """Tell the listeners without storing; secrets are taken out first, so a piece may come with the next one."""
        if not isinstance(event, Notice) and (key := _piece_of(event)):
            if key not in self._streams:
                self._end_streams()
                self._streams[key] = (event, Stream(self._redact))
            self._say(event, self._streams[key][1].add(_said(event)))
            return
        self._end_streams()
        shape = _SHAPES[type(event)]
        value = shape.dump_python(event, mode="json")
        clean = _map(value, self._clean)
        self._tell(event if clean == value else shape.validate_python(clean))

    def _end_streams(self) -> None:
        """What was held back is shown before anything else is."""
        for event, stream in self._streams.values():
            self._say(event, stream.end())
        self._streams.clear()

    def _say(self, event: Live, text: str) -> None:
        if not text:
            return
        if isinstance(event, OutputDelta):
            assert isinstance(event.output, Text)
            event = replace(event, output=replace(event.output, text=text))
        else:
            event = replace(event, text=text)
        self._tell(event)

    def _tell(self, event: Event | Live) -> None:
        """Call each listener. One that fails is reported, never fatal."""
        for listener in self._listeners:
            try:
                listener(event)
            except Exception as error:  # a view must never stop a run
                what = (listener, type(event).__name__, type(error).__name__, error)
                logger.error(
                    "The view %r failed on %s: %s: %s", *what, exc_info=logger.isEnabledFor(logging.DEBUG)
                )

    def _clean(self, text: str) -> str:
        # half of a surrogate pair cannot be written
        return self._redact(text.encode("utf-8", "replace").decode())


_SHAPES: dict[type, TypeAdapter[Live]] = {kind: TypeAdapter(kind) for kind in get_args(Live)}


def _piece_of(event: TextDelta | OutputDelta) -> tuple[str, str] | None:
    """What a piece of live text belongs to; None when it stands alone."""
    if isinstance(event, TextDelta):
        return "", ""
    return (event.call_id, event.output.name) if isinstance(event.output, Text) else None


def _said(event: TextDelta | OutputDelta) -> str:
    if isinstance(event, TextDelta):
        return event.text
    assert isinstance(event.output, Text)
    return event.output.text


def read(folder: Path) -> Iterator[Line]:
    """The lines of a run's log, oldest first. A last line that was cut by a crash is left out.

    Raises:
        LogError: there is no log, a line is not a fact, or a blob is missing.
    """
    path = folder / "log.jsonl"
    try:
        data = path.read_bytes()
    except OSError as error:
        raise LogError(f"{path} cannot be read: {error.strerror}. Give the folder of a run.") from None
    for number, line in enumerate(data[: data.rfind(b"\n") + 1].splitlines(), 1):
        try:
            value = json.loads(line)
            event = codec.validate_python(_map(value["event"], lambda v: v, unspill=folder))
            yield Line(value["seq"], value["at"], event)
        except (ValueError, KeyError, TypeError, ValidationError, RecursionError) as error:
            what = next(iter(str(error).splitlines()), "")
            raise LogError(f"Line {number} of {path} is not a fact of this version: {what}.") from None


def _whole(path: Path) -> int:
    """Length in bytes of the log without a torn last line."""
    return path.read_bytes().rfind(b"\n") + 1


def _map(value: Any, text: Callable[[str], Any], *, unspill: Path | None = None) -> Any:
    """Rebuild a JSON value with each string passed through `text`, and blobs read back if `unspill` is given."""
    if isinstance(value, str):
        return text(value)
    if isinstance(value, dict):
        if unspill and value.keys() == {"$blob"}:
            return _unspill(value["$blob"], unspill)
        return {_key(k, text): _map(v, text, unspill=unspill) for k, v in value.items()}
    if isinstance(value, list):
        return [_map(v, text, unspill=unspill) for v in value]
    return value


def _key(name: str, text: Callable[[str], Any]) -> str:
    """A name can hold a secret too; but it stays in its place, however long it is."""
    clean = text(name)
    return clean if isinstance(clean, str) else name


def _spill(text: str, folder: Path) -> str | dict[str, str]:
    if len(text) <= INLINE:
        return text
    data = text.encode()
    name = hashlib.sha256(data).hexdigest()
    path = folder / "blobs" / name
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        part = path.with_suffix(".part")
        part.write_bytes(data)
        part.replace(path)
    return {"$blob": name}


def _unspill(name: str, folder: Path) -> str:
    path = folder / "blobs" / Path(name).name
    try:
        # what lies in the folder may have been put there by code that ran
        data = read_beneath(folder / "blobs", Path(name).name, _LARGEST_BLOB)
    except OSError as error:
        raise LogError(f"{path} cannot be read: {error.strerror}. The log needs it.") from None
    if hashlib.sha256(data).hexdigest() != name:
        raise LogError(f"{path} is not what was stored: its hash differs. The log needs it.")
    return data.decode()
