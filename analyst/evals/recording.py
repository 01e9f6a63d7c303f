"""A run in one small file that another machine can replay: its facts as JSON lines, free of the folder it was made in.

`${RUN}` stands where the run's folder stood. Outputs are left out: they are what a person saw, and a replay makes them
anew; what the model read of them stays. The prompt hashes are those of the facts as they stand in the file, so they hold
for as long as the file is what was recorded and these facts still project to the same messages.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ..errors import LogError
from ..events import Event, ModelReplied, Opened, ToolReturned, codec
from ..log import read
from ..messages import Conversation, sha

RUN = "${RUN}"
"""Stands in a recording for the folder of the run."""


def record(run: Path, file: Path) -> None:
    """Write the run in folder `run` to `file`.

    Raises:
        LogError: the log cannot be read.
    """
    facts = [_moved(line.event, str(run.absolute()), RUN) for line in read(run)]
    opened = next((f for f in facts if isinstance(f, Opened)), None)
    small = [_without_outputs(f, vision=bool(opened and opened.vision)) for f in facts]
    hashes = iter(_hashes(small))
    final = [replace(f, prompt_sha=next(hashes)) if isinstance(f, ModelReplied) else f for f in small]
    file.write_bytes(b"".join(codec.dump_json(f) + b"\n" for f in final))


def recorded(file: Path, run: Path) -> list[Event]:
    """The facts of a recording, for a run in folder `run`.

    Raises:
        LogError: a line is no fact, or what the model was sent is not what was recorded.
    """
    facts: list[Event] = []
    for number, line in enumerate(file.read_bytes().splitlines(), 1):
        try:
            facts.append(codec.validate_json(line))
        except ValidationError as error:
            what = str(error).splitlines()[0]
            raise LogError(f"Line {number} of {file} is not a fact of this version: {what}.") from None
    replies = [f for f in facts if isinstance(f, ModelReplied)]
    for number, (reply, hash) in enumerate(zip(replies, _hashes(facts), strict=True), 1):
        if reply.prompt_sha != hash:
            raise LogError(
                f"{file} is not what was recorded: its facts come to other messages before reply {number}. "
                "Record the run anew."
            )
    return [_moved(fact, RUN, str(run.absolute())) for fact in facts]


def _hashes(facts: Iterable[Event]) -> list[str]:
    """Of the messages that each reply was an answer to."""
    conversation, found = Conversation(), []
    for fact in facts:
        if isinstance(fact, ModelReplied):
            found.append(sha(conversation.sent()))
        conversation.see(fact)
    return found


def _without_outputs(fact: Event, *, vision: bool) -> Event:
    if not isinstance(fact, ToolReturned):
        return fact
    return replace(fact, outputs=(), images=fact.images if vision else ())


def _moved(fact: Event, old: str, new: str) -> Event:
    return codec.validate_python(_replaced(codec.dump_python(fact, mode="json"), old, new))


def _replaced(value: Any, old: str, new: str) -> Any:
    if isinstance(value, str):
        return value.replace(old, new)
    if isinstance(value, dict):
        return {key: _replaced(v, old, new) for key, v in value.items()}
    return [_replaced(v, old, new) for v in value] if isinstance(value, list) else value
