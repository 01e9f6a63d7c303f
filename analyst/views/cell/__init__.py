"""A run in the output of a notebook's cell: blocks that are appended and, once finished, never touched again.

A reader opens and closes steps, selects and scrolls while the run goes on; all that is lost where an output is drawn
anew. So each block is an output with an id of its own: the plan, one folding block per step of the work, each figure,
the answer. Only the plan and what still goes on are drawn again, ten times a second at most, but for the last state of a
block, and for code that begins to run: it may hold the thread that would draw.

`scene` knows what is going on, `blocks` what stands in the cell, `work` what a step shows; `analyst.markup` makes
everything that a model or the data said harmless.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import uuid4

from ...events import (
    Asked,
    CallDecided,
    Continued,
    Contract,
    Event,
    Live,
    ModelReplied,
    Opened,
    TextDelta,
)
from .blocks import Block, blocks
from .scene import Scene

__all__ = ["Block", "CellView", "Publish", "blocks_of"]

UPDATES = 10
"""Most updates in a second."""


class Publish(Protocol):
    """Show an output (`update` false), or put another content in the place of the one with this id."""

    def __call__(
        self, data: Mapping[str, Any], metadata: Mapping[str, Any], *, display_id: str, update: bool
    ) -> None:
        """Send it to the front end."""
        ...


@dataclass
class _Output:
    """What was published last in one place of the cell."""

    display_id: str
    block: Block


class CellView:
    """Shows a run while it goes on. A listener of the log; `close` it when the run has ended, however it did."""

    def __init__(
        self,
        publish: Publish,
        *,
        rich: bool = True,
        run: str = "",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Show facts through `publish`.

        `rich` false: for a terminal, where nothing can be drawn again: finished blocks only, as plain text. `run`
        names the run in the record beside the answer; `clock` tells seconds.
        """
        self._publish = publish
        self._rich = rich
        self._run = run
        self._clock = clock
        self._model = ""
        self._scene: Scene | None = None
        self._outputs: dict[str, _Output] = {}
        self._updates: deque[float] = deque(maxlen=UPDATES)
        self._later: asyncio.TimerHandle | None = None

    def __call__(self, event: Event | Live) -> None:
        """Show one fact, or something that is seen live only."""
        now = self._clock()
        match event:
            case Opened(model=model):
                self._model = model
            case Asked():
                self.close()
                self._scene, self._outputs = Scene.of(event, self._model, now), {}
            case Continued() if (
                self._scene
            ):  # in another cell, where the question's work so far is shown first
                self._scene.over = False
                self._outputs = {}
        if self._scene is None:
            return
        if not isinstance(event, Asked | Opened):
            self._scene.see(event, now)
        streamed = isinstance(event, TextDelta | ModelReplied)
        if streamed and self._updates and now - self._updates[-1] < 1.0 / UPDATES:
            self._draw_later()
        else:  # outputs too: the code that they come from may hold the thread that would draw later
            self._draw(now, urgent=isinstance(event, CallDecided))

    @property
    def wanted(self) -> Contract:
        """What the answer must contain, as far as that is known."""
        return self._scene.story.contract if self._scene else Contract()

    def waits_for_person(self) -> None:
        """A person is asked, below: say that it is she who is waited for."""
        if self._scene:
            self._scene.activity = "Waiting for you"
            self._draw(self._clock(), urgent=True)

    def close(self) -> None:
        """Give every block its final state. What comes after a question's answer is not shown."""
        if self._scene and not self._scene.over:
            self._scene.end()
            self._draw(self._clock(), urgent=True)

    def _draw(self, now: float, *, urgent: bool) -> None:
        assert self._scene
        left_out = False
        known = {key for key, output in self._outputs.items() if output.block.done}
        for block in blocks(self._scene, self._run, known):
            shown = self._outputs.get(block.key)
            if shown is None:
                self._begin(block, now)
            elif shown.block.done or shown.block == block:
                continue
            elif block.done or urgent or self._may(now):
                self._update(shown, block, now)
            else:
                left_out = True
        if left_out:
            self._draw_later()

    def _draw_later(self) -> None:
        """Draw what was left out, where there is a loop to do it: nothing may come for a long time."""
        if self._later:
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return
        self._later = loop.call_later(1.0 / UPDATES, self._draw_left_out)

    def _draw_left_out(self) -> None:
        self._later = None
        if self._scene and not self._scene.over:
            self._draw(self._clock(), urgent=False)

    def _begin(self, block: Block, now: float) -> None:
        """A block that was not there yet; where it was waited for, it takes that place."""
        if waiting := self._outputs.pop("live", None):
            self._outputs[block.key] = waiting
            self._update(waiting, block, now)
        elif self._rich or block.done:
            self._outputs[block.key] = output = _Output(f"analyst-{uuid4().hex}", block)
            self._send(output, update=False)

    def _update(self, output: _Output, block: Block, now: float) -> None:
        output.block = block
        self._updates.append(now)
        self._send(output, update=True)

    def _may(self, now: float) -> bool:
        """Whether there may be one more update in this second."""
        return len(self._updates) < UPDATES or now - self._updates[0] >= 1.0

    def _send(self, output: _Output, *, update: bool) -> None:
        block = output.block
        data = block.data if self._rich else {"text/plain": block.data["text/plain"]}
        self._publish(data, block.metadata, display_id=output.display_id, update=update)


def blocks_of(events: Iterable[Event], *, at: Sequence[float] = (), run: str = "") -> list[Block]:
    """The final blocks of a log, as they stood in the cells of its questions.

    Args:
        events: the facts of the log.
        at: when each fact was written down, in seconds, where that is known (`analyst.read_log` tells).
        run: names the run in the records beside the answers.
    """
    scenes: list[Scene] = []
    model = ""
    for number, event in enumerate(events):
        when = at[number] if at else None
        if isinstance(event, Opened):
            model = event.model
        elif isinstance(event, Asked):
            scenes.append(Scene.of(event, model, when))
        elif scenes:
            scenes[-1].see(event, when)
    found: list[Block] = []
    for scene in scenes:
        scene.end()
        found += blocks(scene, run)
    return found
