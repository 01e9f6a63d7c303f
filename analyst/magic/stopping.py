"""How a run ends that has no answer: one line in the cell, and the cells after it do not run."""

from __future__ import annotations


class AgentStopped(KeyboardInterrupt):
    """The user stopped the run. What was found until then stands above."""

    def _render_traceback_(self) -> list[str]:
        return [str(self) or "Stopped by you. What was found until then is kept."]


class AgentFailed(Exception):
    """The run came to nothing; the message says why and what to do."""

    def _render_traceback_(self) -> list[str]:
        return [f"The agent has no answer: {self}"]
