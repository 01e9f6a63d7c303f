"""What a cell that ran is known by: its prompt and model; and what must be unchanged for its code to be run again.

A record is one JSON file in `.analyst/records/`, named by its key. It holds what the model said, so that it can be said
again without it, and what the variables and files were like that the code used.
"""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from analyst_kernels.probe.brief import kind
from analyst_kernels.probe.fingerprint import fingerprint
from pydantic import TypeAdapter, ValidationError

from ..events import Answered, Asked, Event, ModelReplied, ToolReturned, Usage
from ..files import write_whole
from ..rebuild import cells
from .numbers import numbers, shown, values
from .options import Options

FINGERPRINTS = 200
"""Variables that are looked at."""


@dataclass(frozen=True)
class Record:
    """A question that was answered."""

    prompt: str
    """As it stood in the cell."""
    question: str
    """With the values of `{name}` put in."""
    model: str
    replies: tuple[ModelReplied, ...]
    endings: tuple[str, ...]
    """How the cells ended, in order."""
    shown: tuple[str, ...]
    """The numbers of the answer that the outputs showed."""
    variables: Mapping[str, str]
    """Fingerprints of the variables that the code used, from before it ran."""
    files: Mapping[str, str]


_json: TypeAdapter[Record] = TypeAdapter(Record)


def key(prompt: str, chosen: Options) -> str:
    """What a cell is known by. The model is the one that was asked for, so that no key is needed to find a record."""
    settings = chosen.settings
    parts = [" ".join(prompt.split()), settings.model or "", chosen.plan, chosen.kernel]
    parts += [settings.review] if settings.review else []  # what nobody has reviewed is no answer to this
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]


def find(home: Path, name: str) -> Record | None:
    """The record with this key; None where there is none that can be read."""
    try:
        return _json.validate_json((home / "records" / f"{name}.json").read_bytes())
    except (OSError, ValidationError):
        return None


def save(home: Path, name: str, record: Record) -> None:
    """Write a record down.

    Raises:
        AnalystError: it cannot be written.
    """
    folder = home / "records"
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / f"{name}.json", _json.dump_json(record, indent=1).decode() + "\n")


def fingerprints(user: Mapping[str, Any]) -> dict[str, str]:
    """What the variables are like now; modules do not count."""
    names = [name for name in user if kind(user[name]) != "module"][:FINGERPRINTS]
    return {name: fingerprint(user[name]) for name in names}


def record(prompt: str, asked: Asked, facts: Sequence[Event], before: Mapping[str, str]) -> Record:
    """What is kept of a question, from its facts; `before` are the fingerprints from before it."""
    ran = cells(facts)
    replies = tuple(
        replace(e, usage=Usage(usd=0.0), reasoning="") for e in facts if isinstance(e, ModelReplied)
    )
    answer = next(e.text for e in reversed(facts) if isinstance(e, Answered))
    texts = "\n".join(returned.text for _, returned in ran)
    used = {name for call, _ in ran for name in _names(call.code)}
    return Record(
        prompt=prompt,
        question=asked.question,
        model=replies[-1].model if replies else "",
        replies=replies,
        endings=tuple(e.ending for e in facts if isinstance(e, ToolReturned) and e.cell),
        shown=shown(numbers(answer), values(texts)),
        variables={name: mark for name, mark in before.items() if name in used},
        files={path: digest(Path(path)) for path in asked.data},
    )


def changes(kept: Record, question: str, user: Mapping[str, Any]) -> list[str]:
    """What is not as it was when this was recorded, in words; empty when the code can be run again."""
    said = [] if kept.question == question else ["what the prompt puts in changed"]
    for name, mark in kept.variables.items():
        if name not in user:
            said.append(f"{name} is not there")
        elif fingerprint(user[name]) != mark:
            said.append(f"{name} changed")
    return said + [f"{path} changed" for path, mark in kept.files.items() if digest(Path(path)) != mark]


def digest(path: Path) -> str:
    """A hash of a file's content, of a folder's names and sizes; "" when it is not there."""
    try:
        if path.is_dir():
            listed = sorted((str(p.relative_to(path)), p.stat().st_size) for p in path.rglob("*"))
            return hashlib.sha256(repr(listed).encode()).hexdigest()[:24]
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()[:24]
    except OSError:
        return ""


def _names(code: str) -> set[str]:
    """The names that code uses; all words of it where it is no plain Python."""
    try:
        return {node.id for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Name)}
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set(code.replace("(", " ").replace(")", " ").replace(".", " ").split())
