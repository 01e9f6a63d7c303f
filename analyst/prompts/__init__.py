"""Every word said to a model that is not a fact: one file each, `$name` where a fact goes in."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType


@cache
def load() -> Mapping[str, str]:
    """All prompts by file name without ending, as they are now; a log keeps those it was opened with."""
    texts = (f for f in files(__name__).iterdir() if f.name.endswith(".md"))
    read = {f.name.removesuffix(".md"): f.read_text(encoding="utf-8").strip() for f in texts}
    return MappingProxyType(dict(sorted(read.items())))
