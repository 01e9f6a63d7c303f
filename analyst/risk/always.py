"""The yes that holds for every run: a small JSON file of the user's, a list of effects. It is taken back by a word less."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable
from pathlib import Path

from ..errors import BadInput
from .consent import effect_names
from .findings import WORDS, Effect

_LARGEST = 10_000


def load(path: Path) -> frozenset[Effect]:
    """The effects that the user allowed for every run; none when there is no file.

    Raises:
        BadInput: the file is there and is no list of effects.
    """
    try:
        value = json.loads(path.read_text(encoding="utf-8")[:_LARGEST])
    except FileNotFoundError:
        return frozenset()
    except (OSError, ValueError, RecursionError) as error:
        raise BadInput(f"{path} cannot be read: {error}. Mend it, or delete it to be asked again.") from None
    if not isinstance(value, list):
        raise BadInput(f"{path} is no list of effects. Mend it, or delete it to be asked again.")
    return effect_names(value)


def keep(path: Path, effects: Iterable[Effect]) -> None:
    """Allow these too, in every run from the next on.

    Raises:
        BadInput: as `load`, or the file cannot be written.
    """
    _write(path, load(path) | set(effects))


def take_back(path: Path, effects: Iterable[Effect]) -> None:
    """Ask for these again, in every run from the next on.

    Raises:
        BadInput: as `keep`.
    """
    _write(path, load(path) - set(effects))


def told(path: Path) -> str:
    """A sentence for a person: what is always allowed, and where it is taken back.

    Raises:
        BadInput: as `load`.
    """
    effects = sorted(load(path))
    if not effects:
        return "Allowed in every run without asking: nothing."
    listed = ", ".join(f"{effect} ({WORDS[effect]})" for effect in effects)
    return f"Allowed in every run without asking: {listed}; take it back in {path}."


def _write(path: Path, effects: Iterable[Effect]) -> None:
    text = json.dumps(sorted(effects)) + "\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False, encoding="utf-8") as file:
            file.write(text)
        Path(file.name).replace(path)  # whole, or as it was
    except OSError as error:
        raise BadInput(f"{path} cannot be written: {error.strerror}.") from None
