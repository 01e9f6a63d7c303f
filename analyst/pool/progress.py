"""Work while it is done, on standard error: a bar on a terminal, else a line for each piece that is over."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as RichBar
from rich.text import Text

from ..views import one_line

_NAMES = 5
"""Most names of pieces under way that are shown."""


class Bar:
    """Shows which pieces are under way, what became of the others, how fast it goes. Use it as a context manager.

    Those who know what the pieces are say it in their words: `batch.telling`, `evals.progress`.
    """

    def __init__(self, total: int, *, quiet: bool = False) -> None:
        """`total`: pieces to be done. `quiet`: show nothing."""
        self._total = total
        self._over = self._failed = 0
        self._cost = 0.0
        self._running: list[str] = []
        self._began = time.monotonic()
        self._console = Console(file=sys.stderr, quiet=quiet, highlight=False, soft_wrap=True)
        columns = (
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.description}", markup=False),
        )
        self._bar = RichBar(
            *columns, console=self._console, transient=True, disable=not self._console.is_terminal
        )
        self._row = self._bar.add_task("", total=total)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def enter(self, name: str) -> None:
        """A piece begins."""
        self._running.append(name)
        self._show()

    def leave(self, name: str, how: str, *, failed: bool = False, usd: float = 0.0) -> None:
        """A piece is over: a line that stays. `usd`: what it cost."""
        self._over += 1
        self._failed += failed
        self._cost += usd
        self._running.remove(name)
        self._line(f"{self._over:>{len(str(self._total))}}/{self._total} {name}: {how}")
        self._show()

    def say(self, text: str) -> None:
        """A sentence: a line that stays."""
        self._line(text)

    @property
    def pace(self) -> str:
        """Pieces per minute, failures, cost and time left, as far as there is something to say of each."""
        if not self._over:
            return ""
        minutes = (time.monotonic() - self._began) / 60
        parts = [f"{self._over / minutes:.1f} a minute"]
        if self._failed:
            parts.append(f"{self._failed} failed")
        if self._cost:
            parts.append(f"{self._cost:.4g} USD")
        if left := self._total - self._over:
            parts.append(f"{_time(60 * minutes * left / self._over)} left")
        return ", ".join(parts)

    def _line(self, text: str) -> None:
        self._console.print(Text(one_line(text, 500)))

    def _show(self) -> None:
        names = " ".join(self._running[:_NAMES]) + (" …" if len(self._running) > _NAMES else "")
        told = " · ".join(filter(None, (self.pace, names)))
        self._bar.update(self._row, completed=self._over, description=told)


def _time(seconds: float) -> str:
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min" if minutes else f"{seconds} s"
