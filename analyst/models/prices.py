"""What a model can take and what it costs: litellm's bundled table, read without importing litellm."""

from __future__ import annotations

import functools
import importlib.util
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

_TABLE = "model_prices_and_context_window_backup.json"


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What is known of a model. Unknown sizes are 0, unknown prices None, unknown abilities None.

    Prices are US dollars per token, as the installed litellm knew them on the day of its release.
    """

    window: int = 0
    """Most tokens of a prompt."""
    max_output: int = 0
    """Most tokens of a reply."""
    vision: bool | None = None
    function_calling: bool | None = None
    input_usd: float | None = None
    output_usd: float | None = None
    cached_usd: float | None = None
    """Per token read from the provider's prompt cache."""
    written_usd: float | None = None
    """Per token written to the provider's prompt cache, where that costs more than plain input."""

    def unpriced(self) -> ModelFacts:
        """The same without prices: for a server of the user's own, which charges what it likes."""
        return replace(self, input_usd=None, output_usd=None, cached_usd=None, written_usd=None)

    def cost(self, prompt: int, completion: int, cached: int = 0, written: int = 0) -> float | None:
        """US dollars for one call; None when the price is not known.

        `cached` and `written` are the parts of `prompt` that were read from and written to the prompt cache.
        """
        if self.input_usd is None or self.output_usd is None:
            return None
        cached_usd = self.input_usd if self.cached_usd is None else self.cached_usd
        written_usd = self.input_usd if not self.written_usd else self.written_usd
        plain = max(0, prompt - cached - written)
        return (
            plain * self.input_usd
            + cached * cached_usd
            + written * written_usd
            + completion * self.output_usd
        )


def facts(model_id: str) -> ModelFacts:
    """What is known of the model with this id, `provider/name`; an empty `ModelFacts` when nothing is."""
    entry = _entry(model_id)
    if entry is None:
        return ModelFacts()
    return ModelFacts(
        window=_size(entry.get("max_input_tokens") or entry.get("max_tokens")),
        max_output=_size(entry.get("max_output_tokens") or entry.get("max_tokens")),
        vision=bool(entry.get("supports_vision")),
        # the table says yes or nothing: a model that it knows and that cannot is left out
        function_calling=bool(entry.get("supports_function_calling")),
        input_usd=entry.get("input_cost_per_token"),
        output_usd=entry.get("output_cost_per_token"),
        cached_usd=entry.get("cache_read_input_token_cost"),
        written_usd=entry.get("cache_creation_input_token_cost"),
    )


@functools.cache
def chat_models() -> tuple[str, ...]:
    """The ids of all chat models in the table, as `provider/name`, sorted."""
    ids = {
        name if "/" in name else f"{entry.get('litellm_provider', '')}/{name}"
        for name, entry in _table().items()
        if entry.get("mode") == "chat"
    }
    return tuple(sorted(ids))


@functools.cache
def providers() -> frozenset[str]:
    """The names that litellm takes before the slash, as far as its files tell without importing it."""
    folder = _folder()
    if folder is None:
        return frozenset()
    listed = (folder / "provider_endpoints_support_backup.json", folder / "llms/openai_like/providers.json")
    there = [json.loads(path.read_text(encoding="utf-8")) for path in listed if path.is_file()]
    names = {name for value in there for name in value.get("providers", value)}
    names |= {path.name for path in (folder / "llms").iterdir() if path.is_dir()}
    names |= {id.partition("/")[0] for id in chat_models()}
    return frozenset(name.partition("/")[0] for name in names)


def _entry(model_id: str) -> dict[str, Any] | None:
    """The table names some models with their provider (`gemini/x`), others without (`gpt-x`, `claude-x`)."""
    table = _table()
    provider, _, name = model_id.replace("ollama_chat/", "ollama/").partition("/")
    exact = table.get(f"{provider}/{name}")
    if exact is not None:
        return exact
    bare = table.get(name)
    # "bedrock/x" is listed as "x" of "bedrock_converse"
    return bare if bare is not None and str(bare.get("litellm_provider")).startswith(provider) else None


def _size(value: object) -> int:
    # many hands write the table: a size that is no number must not stop a run
    try:
        return int(value)  # type: ignore[call-overload, no-any-return]
    except (TypeError, ValueError):
        return 0


@functools.cache
def _table() -> dict[str, dict[str, Any]]:
    """Name → entry. Reading takes about 30 ms, and happens once per process."""
    folder = _folder()
    if folder is None or not (folder / _TABLE).is_file():
        return {}
    table: dict[str, dict[str, Any]] = json.loads((folder / _TABLE).read_text(encoding="utf-8"))
    table.pop("sample_spec", None)
    return table


def _folder() -> Path | None:
    """Where litellm is installed. Finding it does not execute it: importing litellm would cost seconds."""
    found = importlib.util.find_spec("litellm")
    if found is None or not found.submodule_search_locations:
        return None
    return Path(found.submodule_search_locations[0])
