"""What is known of a question while it is worked on: its story, and what is only seen live."""

from __future__ import annotations

from dataclasses import dataclass, field

from analyst_kernels import Stream

from ...events import (
    Answered,
    Asked,
    Call,
    CallDecided,
    Event,
    Live,
    ModelReplied,
    Notice,
    OutputDelta,
    PlanProposed,
    StepFinished,
    StepStarted,
    Stopped,
    TextDelta,
    ToolReturned,
)
from ...story import Part, Story
from .. import one_line

KEPT = 20_000
"""Characters kept of what is being said and printed: a person watches the end of it, and may look back."""


@dataclass
class Scene:
    """One question. `see` takes in what happens; `at` are seconds on any clock, None where they are not known."""

    story: Story
    activity: str = "Looking at the data"
    """What is being done now, in words."""
    said: str = ""
    """What the model is saying, bounded."""
    printed: str = ""
    """What the running code has printed, bounded."""
    running: Call | None = None
    notes: list[str] = field(default_factory=list)
    """Notices since the last block was begun."""
    plan_after: int = 0
    """How many parts stood there when the plan came."""
    over: bool = False
    """Nothing more will come."""
    began: float | None = None
    ended: float | None = None
    _times: dict[int, tuple[float, float]] = field(default_factory=dict)
    _calls: dict[str, Call] = field(default_factory=dict)

    @classmethod
    def of(cls, asked: Asked, model: str, at: float | None) -> Scene:
        """A question that was just asked."""
        return cls(Story(asked, model), began=at, ended=at)

    def see(self, event: Event | Live, at: float | None = None) -> None:
        """Take one fact in, or something that is seen live only."""
        match event:
            case TextDelta(text):
                self.said = _more(self.said, text)
                self.activity = "The model is writing"
            case OutputDelta(_, output):
                if isinstance(output, Stream):
                    self.printed = _more(self.printed, output.text)
            case Notice(text):
                self.notes.append(one_line(text, 1_000))
            case _:
                self._fact(event, at)

    def seconds(self, part: Part) -> float | None:
        """How long a part took so far; None when that is not known."""
        times = self._times.get(id(part))
        return times[1] - times[0] if times else None

    @property
    def open_part(self) -> Part | None:
        """The part that is being worked on; None between parts."""
        last = self.story.parts[-1]
        begun = last.step is not None or last.entries or self.running
        return last if begun and not last.finished and not self.over and not self.story.answered else None

    def end(self) -> None:
        """Nothing more will come."""
        self.over = True
        self.story.cut_off()

    def _fact(self, event: Event, at: float | None) -> None:
        part, open_part, finished = self.story.parts[-1], self.open_part, self.story.parts[-1].finished
        if isinstance(event, PlanProposed) and not self.story.plan:
            self.plan_after = sum(bool(part.step or part.entries) for part in self.story.parts)
        self.story.see(event)
        self._follow(event)
        last = self.story.parts[-1]
        if last is not part or self.open_part is not open_part:
            self.notes.clear()
        if at is not None:
            works = last.step and not (last is part and finished)
            if works or isinstance(event, CallDecided | ToolReturned):
                began, _ = self._times.get(id(last), (at, at))
                self._times[id(last)] = (began, at)
            self.ended = at

    def _follow(self, event: Event) -> None:
        self.said = ""
        match event:
            case ModelReplied(_, calls):
                self._calls = {call.id: call for call in calls}
                self.activity = f"Calling {one_line(calls[0].tool, 40)}" if calls else "Waiting for the model"
            case CallDecided(call_id, True):
                self.running, self.printed = self._calls.get(call_id), ""
                self.activity = "Running code" if self.running and self.running.code else self.activity
            case ToolReturned():
                self.running, self.printed = None, ""
                self.activity = "Waiting for the model"
            case Stopped() | Answered():
                self.running = None
                self.activity = "Ending"
            case StepStarted() | StepFinished():
                self.activity = "Waiting for the model"
            case _:
                self.activity = "Waiting for the model"


def _more(text: str, new: str) -> str:
    """The text and what came to it; of more than is kept, the end."""
    text += new
    return text if len(text) <= KEPT else f"[…] {text[-KEPT:]}"
