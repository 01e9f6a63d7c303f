"""From a model id, or from none, to a `Model`, with the reason in a sentence. Mistakes are found here, at the start."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, replace

from ..errors import BadInput
from ..settings import secrets
from . import Model, ollama
from .chat import ChatModel
from .faults import Endpoint
from .litellm import LiteLLM
from .openai import OPENAI, OpenAI
from .prices import ModelFacts, chat_models, facts, providers
from .text_protocol import TextProtocol


@dataclass(frozen=True, slots=True)
class Choice:
    """A model, and why this one."""

    model: Model
    reason: str


@dataclass(frozen=True, slots=True)
class _Provider:
    keys: tuple[str, ...]
    """Environment variables that may hold its key; the first that is set counts."""
    default: str
    """The model to use when nothing but the key is there: able to work with tools, in the middle of the price list."""


PROVIDERS = {
    "anthropic": _Provider(("ANTHROPIC_API_KEY",), "anthropic/claude-sonnet-5-5"),
    "openai": _Provider(("OPENAI_API_KEY",), "openai/gpt-5.6"),
    "gemini": _Provider(("GEMINI_API_KEY", "GOOGLE_API_KEY"), "gemini/gemini-pro-latest"),
    "openrouter": _Provider(("OPENROUTER_API_KEY",), "openrouter/auto"),
    "mistral": _Provider(("MISTRAL_API_KEY",), "mistral/mistral-large-latest"),
    "groq": _Provider(("GROQ_API_KEY",), "groq/openai/gpt-oss-120b"),
    "deepseek": _Provider(("DEEPSEEK_API_KEY",), "deepseek/deepseek-v4-pro"),
    "xai": _Provider(("XAI_API_KEY",), "xai/grok-4.7"),
    "cerebras": _Provider(("CEREBRAS_API_KEY",), "cerebras/gpt-oss-120b"),
}
"""Looked through in this order."""

_OLLAMA = ("ollama", "ollama_chat")


def choose(model: str | None, environment: Mapping[str, str]) -> Choice:
    """The model asked for; else the best that is there; else `rules`, which needs nothing.

    Raises:
        BadInput: the id is no model id, its provider is not known, or the provider's key is missing.
    """
    named = environment.get("ANALYST_MODEL")
    if model or named:
        asked = model or named or ""
        reason = "ANALYST_MODEL names it." if asked == named else "It was asked for."
        return Choice(_make(asked, environment), reason)
    for provider in PROVIDERS.values():
        variable = next((v for v in provider.keys if environment.get(v)), None)
        if variable:
            return Choice(_make(provider.default, environment), f"{variable} is set; no model was named.")
    at = ollama.address(environment)
    local = ollama.first_model(at)
    if local:
        reason = (
            f"No model was named and no key is set, but an Ollama answers at {at}; this is its first model."
        )
        return Choice(_make(f"ollama_chat/{local}", environment), reason)
    reason = "No model was named, no key is set and no local Ollama answers: the built-in rules need none of these."
    return Choice(_make("rules", environment), reason)


def _make(asked: str, environment: Mapping[str, str]) -> Model:
    if asked == "rules":
        from .rules import RulesModel  # noqa: PLC0415 - a room of its own, that a run with a model never enters

        return RulesModel()
    id = _full_id(asked)
    provider, _, name = id.partition("/")
    variable, key = _key(id, provider, environment)
    known = facts(id)
    endpoint = Endpoint(id, provider, variable, secrets(environment))
    if provider in _OLLAMA:
        at = ollama.address(environment)
        known = _local(known.unpriced(), ollama.capabilities(at, name))
        model = ChatModel(id, OpenAI(name, replace(endpoint, address=f"{at}/v1")), known)
    elif provider == "openai":
        at = _openai_address(environment)
        known = known if at == OPENAI else known.unpriced()
        model = ChatModel(id, OpenAI(name, replace(endpoint, address=at), key), known)
    else:
        model = ChatModel(id, LiteLLM(id, endpoint, key), known)
    return TextProtocol(model) if known.function_calling is False else model


def _openai_address(environment: Mapping[str, str]) -> str:
    given = environment.get("OPENAI_BASE_URL") or environment.get("OPENAI_API_BASE")
    return (given or OPENAI).rstrip("/")


def _local(known: ModelFacts, able: frozenset[str] | None) -> ModelFacts:
    """A local server knows better than the table what its model can do."""
    if able is None:
        return known
    return replace(known, vision="vision" in able, function_calling="tools" in able)


def _full_id(asked: str) -> str:
    """`provider/name`, with the provider found out where only a well-known name was given."""
    provider, slash, name = asked.partition("/")
    if slash and name and provider in providers():
        return asked
    familiar = [id for p in PROVIDERS for id in chat_models() if id.startswith(f"{p}/")]
    by_name = {id.partition("/")[2]: id for id in reversed(familiar)}
    if asked in by_name:
        return by_name[asked]
    near = difflib.get_close_matches(asked, [*by_name, *familiar], n=3)
    ids = dict.fromkeys(by_name.get(match, match) for match in near)
    meant = f" Did you mean {' or '.join(ids)}?" if ids else ""
    wrong = "the provider is missing" if not slash else f'no provider "{provider}" is known'
    if slash and provider in providers():
        wrong = "the name is missing"
    raise BadInput(
        f'"{asked}" is not a model id: {wrong}.{meant} '
        'Write provider/name as litellm does, or "rules" for the built-in analyst.'
    )


def _key(id: str, provider: str, environment: Mapping[str, str]) -> tuple[str, str]:
    """The variable that holds the provider's key, and the key; two empty texts where we know of none.

    Raises:
        BadInput: the provider wants a key, and none is set.
    """
    if provider not in PROVIDERS:
        return "", ""
    variables = PROVIDERS[provider].keys
    for variable in variables:
        if environment.get(variable):
            return variable, environment[variable]
    if provider == "openai" and _openai_address(environment) != OPENAI:
        return "", ""
    raise BadInput(
        f"{id} needs a key: set {' or '.join(variables)} in the environment, "
        'or use "rules", which needs none.'
    )
