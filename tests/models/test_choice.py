from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator

import pytest

from analyst.errors import BadInput
from analyst.models import Reply, ollama
from analyst.models.choice import PROVIDERS, choose
from analyst.models.scripted_server import ScriptedServer
from analyst.models.text_protocol import TextProtocol


@pytest.fixture
def nobody() -> Iterator[str]:
    """An address where no Ollama answers."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{taken.getsockname()[1]}"


def test_the_model_asked_for_goes_before_everything() -> None:
    environment = {"OPENAI_API_KEY": "k", "ANTHROPIC_API_KEY": "k", "ANALYST_MODEL": "openai/gpt-4o"}
    asked = choose("anthropic/claude-sonnet-5-5", environment)
    assert (asked.model.id, asked.reason) == ("anthropic/claude-sonnet-5-5", "It was asked for.")
    named = choose(None, environment)
    assert (named.model.id, named.reason) == ("openai/gpt-4o", "ANALYST_MODEL names it.")


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_key_chooses_its_provider(provider: str) -> None:
    for variable in PROVIDERS[provider].keys:
        choice = choose(None, {variable: "some-secret-key"})
        assert choice.model.id == PROVIDERS[provider].default
        assert choice.reason.startswith(f"{variable} is set")
        assert not isinstance(choice.model, TextProtocol)


def test_a_local_ollama_is_found_and_asked() -> None:
    with ScriptedServer([Reply("Hello.")], models=["nomic-embed-text:latest", "qwen3:8b"]) as server:
        host = server.url.removesuffix("/v1").removeprefix("http://")
        choice = choose(None, {"OLLAMA_HOST": host})

        async def hello() -> str:
            reply = await choice.model.reply([{"role": "user", "content": "Hi"}], (), lambda _: None)
            await choice.model.close()
            return reply.text

        assert asyncio.run(hello()) == "Hello."
    assert choice.model.id == "ollama_chat/qwen3:8b"
    assert host in choice.reason
    assert server.requests[0]["model"] == "qwen3:8b"


def test_with_nothing_at_all_the_rules_are_used(nobody: str) -> None:
    choice = choose(None, {"OLLAMA_HOST": nobody})
    assert choice.model.id == "rules"
    assert "no key is set" in choice.reason
    assert choose("rules", {}).model.id == "rules"


def test_a_model_that_cannot_call_functions_gets_the_text_protocol(nobody: str) -> None:
    choice = choose("ollama/codegemma", {"OLLAMA_HOST": nobody})
    assert isinstance(choice.model, TextProtocol)
    assert choice.model.id == "ollama/codegemma"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("gpt4", "openai/gpt-4"),
        ("opnai/gpt-5", "openai/gpt-5"),
        ("claude-sonet-5", "anthropic/claude-sonnet-5"),
        ("openai/", "the name is missing"),
        ("qqqqqq", "provider/name"),
    ],
)
def test_a_misspelt_id_names_what_may_have_been_meant(asked: str, said: str) -> None:
    with pytest.raises(BadInput, match="provider/name") as caught:
        choose(asked, {"OPENAI_API_KEY": "k", "ANTHROPIC_API_KEY": "k"})
    assert said in str(caught.value)
    assert asked in str(caught.value)


def test_a_well_known_name_needs_no_provider() -> None:
    assert choose("gpt-4o", {"OPENAI_API_KEY": "k"}).model.id == "openai/gpt-4o"


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_missing_key_names_its_variable(provider: str) -> None:
    with pytest.raises(BadInput) as caught:
        choose(PROVIDERS[provider].default, {})
    assert all(variable in str(caught.value) for variable in PROVIDERS[provider].keys)


def test_a_server_of_ones_own_needs_no_key_and_has_no_price() -> None:
    with ScriptedServer([Reply("Hello.")]) as server:
        model = choose("openai/gpt-4o", {"OPENAI_BASE_URL": server.url}).model

        async def hello() -> Reply:
            reply = await model.reply([{"role": "user", "content": "Hi"}], (), lambda _: None)
            await model.close()
            return reply

        assert asyncio.run(hello()).usage.usd is None
    assert model.window == 128_000


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("", "http://127.0.0.1:11434"),
        ("0.0.0.0", "http://127.0.0.1:11434"),
        ("box:1234", "http://box:1234"),
        ("http://box", "http://box:80"),
        ("https://box/", "https://box:443"),
        ("[::1]:1234", "http://[::1]:1234"),
    ],
)
def test_ollamas_host_is_read_as_ollama_reads_it(host: str, address: str) -> None:
    assert ollama.address({"OLLAMA_HOST": host}) == address
