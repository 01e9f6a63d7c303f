"""A local Ollama: where it listens, what models it has, what a model can do. Asked quickly and without a proxy."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

_TIMEOUT = 0.3
"""Seconds for each question: an Ollama that is there answers within milliseconds."""
_PORT = 11434


def address(environment: Mapping[str, str]) -> str:
    """Ollama's base address, from `OLLAMA_HOST` in any of the forms that Ollama itself takes."""
    host = environment.get("OLLAMA_HOST", "").strip() or "127.0.0.1"
    parts = urlsplit(host if "://" in host else f"http://{host}")
    # 0.0.0.0 is where a server listens; a client must name a host
    name = (parts.hostname or "127.0.0.1").replace("0.0.0.0", "127.0.0.1")
    given = {"http": 80, "https": 443}.get(parts.scheme, _PORT) if "://" in host else _PORT
    return f"{parts.scheme}://{f'[{name}]' if ':' in name else name}:{parts.port or given}"


def first_model(at: str) -> str | None:
    """The name of the first model that can chat; None when no Ollama answers there or it has none."""
    answer = _ask(f"{at}/api/tags")
    names = [str(model.get("name", "")) for model in (answer or {}).get("models", ())]
    return next((name for name in names if name and "embed" not in name), None)


def capabilities(at: str, name: str) -> frozenset[str] | None:
    """What the model can do ("tools", "vision", …); None when it cannot be found out."""
    answer = _ask(f"{at}/api/show", {"model": name})
    listed = (answer or {}).get("capabilities")
    return frozenset(listed) if isinstance(listed, list) else None


def _ask(url: str, body: Mapping[str, Any] | None = None) -> dict[str, Any] | None:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(request, timeout=_TIMEOUT) as response:
            answer = json.load(response)
    except (OSError, ValueError):
        # nobody there, or not an Ollama: that is the answer to the question
        return None
    return answer if isinstance(answer, dict) else None
