"""A provider that repeats the key in its error: neither transport lets it into a message, a traceback or a log."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable

import pytest

from analyst.errors import ModelError
from analyst.events import Live
from analyst.models.chat import ChatModel, Patience
from analyst.models.faults import Endpoint
from analyst.models.litellm import LiteLLM
from analyst.models.openai import OpenAI
from analyst.models.prices import ModelFacts
from analyst.models.scripted_server import Fault, ScriptedServer

# litellm 1.105 reads pydantic's fields in the old way, for each chunk of a stream
pytestmark = pytest.mark.filterwarnings(
    "ignore:Accessing the 'model_(computed_)?fields' attribute:DeprecationWarning"
)

KEY = "sk-CANARY0123456789abcdefCANARY"
STARRED = "sk-CANAR********************NARY"


def _openai(url: str) -> OpenAI:
    return OpenAI("fake", Endpoint("openai/fake", url, "OPENAI_API_KEY", (KEY,)), KEY)


def _litellm(url: str) -> LiteLLM:
    return LiteLLM("openai/fake", Endpoint("openai/fake", url, "OPENAI_API_KEY", (KEY,)), KEY, url)


@pytest.mark.parametrize("transport", [_openai, _litellm])
@pytest.mark.parametrize("status", [401, 500])
@pytest.mark.parametrize("said", [f"Bearer {KEY}", KEY[::-1], STARRED, f"{KEY[:20]}"])
async def test_a_key_that_is_repeated_is_shown_nowhere(
    transport: Callable[[str], OpenAI | LiteLLM], status: int, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    told: list[Live] = []
    with ScriptedServer(
        lambda _: Fault("http", status=status, message=f"Incorrect API key provided: {said}.")
    ) as server:
        model = ChatModel(
            "openai/fake", transport(server.url), ModelFacts(), Patience(attempts=2, wait=0.01, jitter=0.0)
        )
        with pytest.raises(ModelError) as caught:
            await model.reply([{"role": "user", "content": "?"}], (), told.append)
        await model.close()
    error: BaseException | None = caught.value
    text = "".join(traceback.format_exception(caught.value)) + repr(told) + caplog.text
    while error is not None:
        text += repr(error) + str(error)
        error = error.__cause__ or error.__context__
    assert "CANAR" not in text
    assert "RANAC" not in text
    assert "NARY" not in text
