from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from analyst.events import Live, Notice, TextDelta, ToolSchema
from analyst.models import Message, Reply
from analyst.models.chat import ChatModel, Patience
from analyst.models.faults import Endpoint
from analyst.models.litellm import LiteLLM
from analyst.models.openai import OpenAI
from analyst.models.prices import ModelFacts

# litellm 1.105 reads pydantic's fields in the old way, for each chunk of a stream
LITELLM_NOISE = "ignore:Accessing the 'model_(computed_)?fields' attribute:DeprecationWarning"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.filterwarnings(LITELLM_NOISE))


KEY = "canary-key-0123456789"
QUICK = Patience(first=3.0, stall=1.5, wait=0.01, jitter=0.0)
PRICED = ModelFacts(
    window=8000, max_output=1000, input_usd=1e-6, output_usd=1e-5, cached_usd=1e-7, written_usd=2e-6
)


@dataclass
class Asking:
    """A model under test, and what was told while it replied."""

    model: ChatModel
    told: list[Live] = field(default_factory=list)
    spoke: asyncio.Event = field(default_factory=asyncio.Event)
    noticed: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, *messages: Message, tools: tuple[ToolSchema, ...] = ()) -> Reply:
        talk = messages or (Message(role="user", content="How many rows?"),)
        return await self.model.reply(talk, tools, self._listen)

    def _listen(self, live: Live) -> None:
        self.told.append(live)
        (self.noticed if isinstance(live, Notice) else self.spoke).set()

    @property
    def notices(self) -> list[str]:
        return [t.text for t in self.told if isinstance(t, Notice)]

    @property
    def streamed(self) -> list[str]:
        return [t.text for t in self.told if isinstance(t, TextDelta)]


Connect = Callable[[str], Asking]


def _openai(url: str) -> OpenAI:
    return OpenAI("fake", Endpoint("openai/fake", url, "OPENAI_API_KEY", (KEY,)), KEY)


def _litellm(url: str) -> LiteLLM:
    return LiteLLM("openai/fake", Endpoint("openai/fake", url, "OPENAI_API_KEY", (KEY,)), KEY, url)


TRANSPORTS: Mapping[str, Callable[[str], OpenAI | LiteLLM]] = {"openai": _openai, "litellm": _litellm}


@pytest.fixture(params=TRANSPORTS)
async def connect(request: pytest.FixtureRequest) -> AsyncIterator[Connect]:
    """Connects a model to a server's URL, once through each transport."""
    opened: list[ChatModel] = []

    def make(url: str) -> Asking:
        opened.append(ChatModel("openai/fake", TRANSPORTS[request.param](url), PRICED, QUICK))
        return Asking(opened[-1])

    yield make
    for model in opened:
        await model.close()


@pytest.fixture
def tools() -> tuple[ToolSchema, ...]:
    def schema(field: str) -> Mapping[str, object]:
        return {"type": "object", "properties": {field: {"type": "string"}}, "required": [field]}

    return (
        ToolSchema("python", "Run code.", schema("code"), "act"),
        ToolSchema("answer", "Give the answer.", schema("text"), "steer"),
    )


@pytest.fixture
def python() -> Callable[[str], str]:
    """Runs code in a fresh interpreter; what it printed."""

    def run(code: str) -> str:
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        return done.stdout.strip()

    return run
