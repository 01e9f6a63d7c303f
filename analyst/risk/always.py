"""The yes that holds for every run: a small JSON file that the user writes, a list of effects."""

from __future__ import annotations

import json
from pathlib import Path

from ..errors import BadInput
from .consent import effect_names
from .findings import Effect

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
