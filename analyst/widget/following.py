"""Which facts the panel has shown: those of an earlier run, then those of this kernel's own log, each once."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from pathlib import Path

from ..digest import compact
from ..errors import BadInput
from ..events import Asked, Event, Live, Notice
from ..log import read
from ..magic.notebook import Notebook
from .screen import Screen

BEFORE = "An earlier conversation, in a kernel that is gone; its variables are not there any more:\n"
EARLIER = 6_000
"""Characters of an earlier conversation that the model is told of."""


class Following:
    """Keeps a screen up with the conversation of a notebook, whoever leads it: the panel, or `%%agent` in a cell."""

    def __init__(self, notebook: Notebook, screen: Screen) -> None:
        self._notebook = notebook
        self._screen = screen
        self._earlier: list[Event] = []
        self.folder: Path | None = None
        """The log that is followed; None before this kernel's first question."""
        self._shown = self._read = 0
        """Facts of it that were shown, and bytes of it that were looked at."""

    def begin(self, run: Path | None) -> None:
        """Show what there is: this run, or else the one that the notebook had last; then this kernel's own.

        Raises:
            LogError: the run cannot be read.
        """
        if run is None and self._notebook.own is None:
            with contextlib.suppress(BadInput):  # nothing was asked before: a conversation begins
                run = self._notebook.last
        if run is not None and run != self._notebook.own:
            lines = list(read(run))
            self._earlier = [line.event for line in lines]
            if before := _before(self._earlier):
                self._screen.see(Notice(f"{BEFORE}{before}"))
            self._screen.read(lines)
        self.catch_up()

    def __call__(self, event: Event | Live) -> None:
        """Show what happens now. A listener of the log that is followed."""
        self._shown += not isinstance(event, Live)
        self._screen.see(event)

    def follow(self, folder: Path) -> None:
        """From now on this is the log; what it holds already is shown.

        Raises:
            LogError: it cannot be read.
        """
        if folder != self.folder:
            self.folder, self._shown, self._read = folder, 0, 0
            self._screen.own(True)
        log = folder / "log.jsonl"
        size = log.stat().st_size if log.is_file() else 0
        if size > self._read:
            lines = list(read(folder))[self._shown :]
            self._screen.read(lines)
            self._shown += len(lines)
            self._read = size

    def catch_up(self) -> None:
        """Show what `%%agent` did in this kernel's conversation meanwhile.

        Raises:
            LogError: the log cannot be read.
        """
        if self._notebook.own is not None:
            self.follow(self._notebook.own)

    def told(self) -> str:
        """What the model is told, once, when its conversation begins after another that is shown above it."""
        if not self._earlier or self._notebook.own is not None:
            return ""
        before, last = _before(self._earlier), compact(self._earlier, EARLIER // 2)
        self._earlier = []
        return BEFORE + "\n".join(filter(None, [before, last]))

    def forget(self) -> None:
        """What comes next is a new conversation."""
        self._earlier, self.folder, self._shown, self._read = [], None, 0, 0


def _before(events: Iterable[Event]) -> str:
    """What a conversation was itself told of the one before it."""
    context = next((event.context for event in events if isinstance(event, Asked)), "")
    return context.removeprefix(BEFORE)[: EARLIER // 2] if context.startswith(BEFORE) else ""
