"""Replace an attribute for a while."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

__all__ = ["kept", "swapped"]

_MISSING = object()


@contextlib.contextmanager
def swapped(owner: Any, name: str, value: Any) -> Iterator[None]:
    """`owner.name` is `value` while this lasts, and then what it was: gone, if it was its class's."""
    before = vars(owner).get(name, _MISSING)
    setattr(owner, name, value)
    try:
        yield
    finally:
        if before is _MISSING:
            delattr(owner, name)
        else:
            setattr(owner, name, before)


@contextlib.contextmanager
def kept(owner: Any, *names: str) -> Iterator[None]:
    """Whatever happens to these attributes meanwhile, afterwards they are what they were, or not there."""
    before = {name: (name in vars(owner), getattr(owner, name, _MISSING)) for name in names}
    try:
        yield
    finally:
        for name, (own, value) in before.items():
            if not own and name in vars(owner):
                delattr(owner, name)
            elif value is not _MISSING and getattr(owner, name, _MISSING) is not value:
                setattr(owner, name, value)
