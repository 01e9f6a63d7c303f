"""Which facts the panel has shown: those of an earlier run, then those of this kernel's own log, each once."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from ..digest import compact
from ..errors import BadInput
from ..events import Asked, Event, Live, Notice
from ..log import Line, read
from ..magic.notebook import Notebook
from .cells import Kernel
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
        self._shown, self._read = Counter[Path](), Counter[Path]()
        """Facts of each log that were shown, and bytes of it that were looked at."""

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
        if self.folder is not None:
            self._shown[self.folder] += not isinstance(event, Live)
        self._screen.see(event)

    def follow(self, folder: Path, kernel: Kernel = "own") -> None:
        """From now on this is the log, of questions to this kind of kernel; what it holds already is shown.

        Raises:
            LogError: it cannot be read.
        """
        self._turn_to(folder, kernel)
        self._show(folder, self._news(folder))

    def catch_up(self) -> None:
        """Show what `%%agent` did in this kernel's conversation meanwhile.

        Raises:
            LogError: the log cannot be read.
        """
        own = self._notebook.own
        if own is not None and (news := self._news(own)):
            self._turn_to(own, "own")
            self._show(own, news)

    def _turn_to(self, folder: Path, kernel: Kernel) -> None:
        if folder != self.folder:
            self.folder = folder
            self._screen.runs_in(kernel)

    def _news(self, folder: Path) -> list[Line]:
        """What the log holds that was not shown yet."""
        log = folder / "log.jsonl"
        size = log.stat().st_size if log.is_file() else 0
        if size == self._read[folder]:
            return []
        self._read[folder] = size
        return list(read(folder))[self._shown[folder] :]

    def _show(self, folder: Path, lines: list[Line]) -> None:
        self._screen.read(lines)
        self._shown[folder] += len(lines)

    def told(self) -> str:
        """What the model is told, once, when its conversation begins after another that is shown above it."""
        if not self._earlier or self._notebook.own is not None:
            return ""
        before, last = _before(self._earlier), compact(self._earlier, EARLIER // 2)
        self._earlier = []
        return BEFORE + "\n".join(filter(None, [before, last]))

    def forget(self) -> None:
        """What comes next is a new conversation."""
        self._earlier, self.folder = [], None


def _before(events: Iterable[Event]) -> str:
    """What a conversation was itself told of the one before it."""
    context = next((event.context for event in events if isinstance(event, Asked)), "")
    return context.removeprefix(BEFORE)[: EARLIER // 2] if context.startswith(BEFORE) else ""
