"""What the reading of code comes to: findings, each an effect at a line, in words for a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Effect = Literal[
    "shell",  # another program
    "network",
    "install",
    "delete",  # files deleted or moved away
    "outside",  # files written where no work of the agent belongs, or files that may be run later
    "write",  # files written in the work folder
    "secret",  # keys, passwords, the environment
    "pickle",  # data that can run code when it is loaded
    "native",  # below Python: the reading of Python tells nothing about it
    "unreadable",  # text that is run as code, or names that are hidden
    "unknown",  # a package that this reader knows nothing of
]

WORDS: dict[Effect, str] = {
    "shell": "runs another program",
    "network": "uses the network",
    "install": "installs packages",
    "delete": "deletes or moves files",
    "outside": "writes outside the work folder",
    "write": "writes files",
    "secret": "reads keys or the environment",
    "pickle": "loads data that can run code",
    "native": "reaches below Python",
    "unreadable": "cannot be read",
    "unknown": "uses a package that is not known here",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at. `str` is the sentence for a person: "line 3 deletes or moves files: shutil.rmtree"."""

    line: int
    """Counted from 1."""
    effect: Effect
    what: str
    """The name, address or path that says so."""
    words: str = ""
    """What it does, where `WORDS` would be too general."""

    def __str__(self) -> str:
        what = self.what if len(self.what) <= 80 else f"{self.what[:79]}…"
        return f"line {self.line} {self.words or WORDS[self.effect]}: {what}"
