from __future__ import annotations

import pytest

from analyst.models.choice import PROVIDERS
from analyst.models.prices import ModelFacts, chat_models, facts, providers


def test_a_model_is_found_with_its_provider_whichever_way_it_is_listed() -> None:
    listed_bare = facts("openai/gpt-4o")
    assert listed_bare.window == 128_000
    assert listed_bare.vision
    assert listed_bare.function_calling
    assert listed_bare.input_usd == pytest.approx(2.5e-6)
    assert facts("gemini/gemini-2.5-flash").window > 1_000_000
    assert facts("ollama_chat/llama3").window == facts("ollama/llama3").window == 8192


def test_what_is_not_known_is_not_made_up() -> None:
    assert facts("openai/no-such-model") == ModelFacts()
    assert facts("mistral/gpt-4o") == ModelFacts()
    assert ModelFacts().cost(1000, 1000) is None
    assert facts("openai/gpt-4o").unpriced().cost(1000, 1000) is None
    assert facts("openai/gpt-4o").unpriced().window == 128_000


def test_cost_counts_cached_and_written_tokens_at_their_own_price() -> None:
    priced = ModelFacts(input_usd=10.0, output_usd=100.0, cached_usd=1.0, written_usd=12.5)
    assert priced.cost(100, 2, cached=60, written=20) == 20 * 10 + 60 * 1 + 20 * 12.5 + 2 * 100
    plain = ModelFacts(input_usd=10.0, output_usd=100.0, written_usd=0.0)
    assert plain.cost(100, 2, cached=60, written=20) == 100 * 10 + 2 * 100


@pytest.mark.parametrize("name", sorted(set(PROVIDERS) - {"openrouter"}))
def test_each_default_model_is_listed_and_can_call_functions(name: str) -> None:
    default = PROVIDERS[name].default
    assert default in chat_models()
    assert facts(default).function_calling
    assert facts(default).window >= 100_000


def test_providers_are_known() -> None:
    assert {*PROVIDERS, "ollama", "azure", "bedrock", "vertex_ai", "hosted_vllm"} <= providers()
    assert "opnai" not in providers()
