"""What the user does in the notebook between questions: the cells that ran, and the last one that failed. Bounded."""

from __future__ import annotations

import traceback
from collections import deque
from dataclasses import dataclass
from typing import Any

CELLS = 12
"""Cells that are told of; of more, the last."""
CODE = 1_200
"""Characters of one cell."""
TRACE = 3_000


@dataclass(frozen=True, slots=True)
class Ran:
    """One of the user's cells."""

    number: int
    code: str
    error: str = ""
    """Its exception in a line; empty when it ran to its end."""

    def __str__(self) -> str:
        ended = f", which failed: {self.error}" if self.error else ""
        return f"In[{self.number}]{ended}\n{indented(cut(self.code, CODE))}"


@dataclass(frozen=True, slots=True)
class Failure:
    """The last of the user's cells that failed."""

    ran: Ran
    trace: str

    def __str__(self) -> str:
        return f"{self.ran}\nTraceback:\n{indented(self.trace[-TRACE:])}"


class Activity:
    """Hears `post_run_cell`; forgets what was told."""

    def __init__(self) -> None:
        self.since: deque[Ran] = deque(maxlen=CELLS)
        """Cells that ran since the last question."""
        self.left_out = 0
        self.failure: Failure | None = None

    def ran(self, result: Any) -> None:
        """Take a cell in. Silent requests, snippets of the agent and its own magics are not the user's cells."""
        info = getattr(result, "info", None)
        if info is None or not info.store_history or not (info.raw_cell or "").strip():
            return
        if info.raw_cell.lstrip().startswith(("%agent", "%%agent", "%load_ext", "%config")):
            return
        error = result.error_before_exec or result.error_in_exec
        said = "".join(traceback.format_exception_only(error)).strip().splitlines()[-1] if error else ""
        cell = Ran(result.execution_count or 0, info.raw_cell.strip("\n"), said[:300])
        if len(self.since) == CELLS:
            self.left_out += 1
        self.since.append(cell)
        if error is not None:
            self.failure = Failure(cell, "".join(_frames(error)))

    @property
    def told(self) -> str:
        """The cells since the last question, in words."""
        if not self.since:
            return ""
        more = f" ({self.left_out} earlier ones are left out)" if self.left_out else ""
        return f"Cells that the user ran since the last question{more}:\n" + "\n".join(map(str, self.since))

    def tell(self) -> None:
        """They were told: from now on others count."""
        self.since.clear()
        self.left_out = 0


def cut(text: str, most: int) -> str:
    """The text's head in at most about `most` characters; what is cut is said."""
    return text if len(text) <= most else f"{text[:most]}\n[… {len(text) - most:,} characters cut]"


def indented(text: str) -> str:
    """Each line moved in: nothing in it can be taken for a line of ours."""
    return "\n".join(f"    {line}" for line in text.splitlines())


def _frames(error: BaseException) -> list[str]:
    """The traceback from the user's own cell on."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [n for n, frame in enumerate(frames) if "IPython" not in frame.filename]
    kept = frames[own[0] :] if own else frames
    return [*traceback.format_list(kept), *traceback.format_exception_only(error)]
