"""Files that are written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from .errors import AnalystError


def write_whole(path: Path, text: str) -> None:
    """Write UTF-8 to a file beside `path`, then put that in its place: who reads `path` never sees a part.

    Raises:
        AnalystError: the file cannot be written.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        # a lone surrogate has no UTF-8; written as \udXXX it is what JSON and Python write for it
        part.write_bytes(text.encode("utf-8", "backslashreplace"))
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise AnalystError(f"{path} cannot be written: {error.strerror}. Choose another place.") from None
