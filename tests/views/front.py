"""What a view of a cell is shown to, without a browser."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Front:
    """A front end that keeps what was published: the outputs of a cell in their order, and each call."""

    calls: list[tuple[str, str, bool]] = field(default_factory=list)
    """The display's id, its plain text, whether it was an update."""
    outputs: dict[str, dict[str, Any]] = field(default_factory=dict)

    def __call__(
        self, data: Mapping[str, Any], metadata: Mapping[str, Any], *, display_id: str, update: bool
    ) -> None:
        assert update == (display_id in self.outputs)
        self.calls.append((display_id, data["text/plain"], update))
        self.outputs[display_id] = {"data": dict(data), "metadata": dict(metadata)}

    @property
    def plain(self) -> list[str]:
        return [output["data"]["text/plain"] for output in self.outputs.values()]

    @property
    def updates(self) -> int:
        return sum(update for _, _, update in self.calls)


class Clock:
    """Time that passes only when it is told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now
