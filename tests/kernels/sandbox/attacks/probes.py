"""The attack list: what hostile code would try, asked so that nothing is harmed. These texts run inside the kernel.

A probe gets `planted`, the places of what the test has put there, and returns either what it has read (it has succeeded
if a canary is in it) or whether something could be done. It aims at planted things only; what could be written
elsewhere is asked and not done. `plain`: harmless anywhere, so it is run on a plain kernel too, and must succeed there.
`lesser`: why Landlock does not hold it; `only`: the tiers where the question makes sense.
"""

# a probe uses the calls that an attack would use, and not always what is planted
# ruff: noqa: T201

from __future__ import annotations

import ctypes
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Planted = dict[str, Any]
BOTH = ("bubblewrap", "landlock")


@dataclass(frozen=True)
class Attack:
    name: str
    what: str
    probe: Callable[[Planted], object]
    plain: bool
    lesser: str
    only: tuple[str, ...]


ATTACKS: dict[str, Attack] = {}
libc = ctypes.CDLL(None, use_errno=True)


def attack(
    name: str, what: str, *, plain: bool = False, lesser: str = "", only: tuple[str, ...] = BOTH
) -> Callable[[Callable[[Planted], object]], Callable[[Planted], object]]:
    def add(probe: Callable[[Planted], object]) -> Callable[[Planted], object]:
        ATTACKS[name] = Attack(name, what, probe, plain, lesser, only)
        return probe

    return add


def run_probes(planted: Planted, names: list[str]) -> None:
    found: dict[str, object] = {}
    for name in names:
        try:
            value = ATTACKS[name].probe(planted)
        except Exception as error:  # noqa: BLE001 - any refusal is one
            value = f"{type(error).__name__}: {error}"
        found[name] = value if isinstance(value, bool) else str(value)[:2_000_000]
    print("FOUND" + json.dumps(found))


def read(path: str) -> str:
    return Path(path).read_text(errors="replace")


def opens(path: str, flags: int) -> bool:
    os.close(os.open(path, flags))
    return True


def in_child(what: Callable[[], bool]) -> bool:
    """Whether it says yes in a process of its own, which may die of it."""
    child = os.fork()
    if child == 0:
        try:
            os._exit(0 if what() else 1)
        except BaseException:  # noqa: BLE001 - whatever it is, it was a no
            os._exit(1)
    return os.waitpid(child, 0)[1] == 0


def refused(number: int, *arguments: int) -> bool:
    ctypes.set_errno(0)
    result = libc.syscall(number, *arguments)
    return result < 0 and ctypes.get_errno() in (1, 38)
