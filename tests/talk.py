"""One question to a scripted model in a fake kernel, for tests of the loop."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from analyst_kernels.fake import FakeKernel

from analyst.events import (
    Event,
    Live,
    Stopped,
    ToolReturned,
)
from analyst.host import Host
from analyst.models import Reply
from analyst.models.scripted import ScriptedModel
from analyst.result import Result
from analyst.session import Session
from analyst.settings import Settings
from tests.scripts import call, does

STEPS = [{"id": "a", "goal": "look", "evidence": "rows"}, {"id": "b", "goal": "count"}]
PLAN = does(call("p", "propose_plan", steps=STEPS))


class Talk:
    """One question to a scripted model, and everything that came of it."""

    def __init__(self, folder: Path, script: Sequence[Reply | Exception], **settings: Any) -> None:
        self.model = ScriptedModel(script)
        self.folder = folder
        self.settings = Settings.of(**settings)
        self.heard: list[Event | Live] = []

    async def ask(self, question: str = "?", *, host: Host | None = None, **how: Any) -> Result:
        async with Session(
            self.model,
            folder=self.folder,
            kernel=FakeKernel(),
            host=host,
            settings=self.settings,
            listeners=[self.heard.append],
        ) as session:
            return await session.ask(question, **how)

    def all(self, kind: type[Any]) -> list[Any]:
        return [e for e in self.heard if isinstance(e, kind)]

    @property
    def stop(self) -> str:
        return ",".join(e.reason for e in self.all(Stopped))

    def returned(self) -> list[ToolReturned]:
        return self.all(ToolReturned)

    def heard_facts(self) -> list[Event]:
        return [e for e in self.heard if not isinstance(e, Live)]
