"""What a kernel says is input: each message is checked before anything is done with it.

The key that signs messages lies in the kernel, where code can read it: a signed message can say anything, of any shape.
So every field that is used is looked at, nothing else is passed on, and what cannot be used is `Malformed`.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Callable, Mapping
from typing import Any

from . import KernelError

__all__ = ["MIMES", "Malformed", "addressed", "checked", "parsed", "value_of"]

DEPTH = 60
"""Lists and objects within each other: deeper ones would break whoever walks through them."""
VALUE = 50_000_000
"""Characters of the longest value that a function of the probe may return."""
MIMES = frozenset(
    [
        "text/plain",
        "text/html",
        "text/markdown",
        "text/latex",
        "image/png",
        "image/jpeg",
        "image/svg+xml",
        "application/json",
    ]
)
"""What is passed on of a display, besides the probe's own digests. Not among them: scripts, and widgets and charts that front ends load code for."""
_JSON = ("application/json", "+json")
_OURS = "application/vnd.analyst."


class Malformed(ValueError):
    """A message that no kernel in its right mind sends. It is counted and left out."""


def parsed(data: bytes | memoryview) -> Mapping[str, Any]:
    """The JSON object that a part of a message is.

    Raises:
        Malformed: it is none, or is nested too deep.
    """
    try:
        value = json.loads(bytes(data))
    except (ValueError, RecursionError) as error:
        raise Malformed(f"no JSON: {type(error).__name__}") from None
    if not isinstance(value, dict):
        raise Malformed("no JSON object")
    if _deeper(value, DEPTH):
        raise Malformed("nested too deep")
    return value


def addressed(header: bytes | memoryview, parent: bytes | memoryview) -> tuple[str, str]:
    """The kind of a message and the id of the request that it belongs to; "" when it belongs to none.

    Raises:
        Malformed: a part is no JSON object, or the kind is missing.
    """
    request = parsed(parent).get("msg_id", "")
    return _text(parsed(header), "msg_type"), request if isinstance(request, str) else ""


def _deeper(value: Any, most: int) -> bool:
    level = [value]
    for _ in range(most):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return False
    return True


def checked(kind: str, content: Mapping[str, Any]) -> Mapping[str, Any]:
    """The fields of a message of this kind that may be used, each of the type that it should have.

    A kind that nobody uses has none.

    Raises:
        Malformed: a field that is needed is missing, or of another type.
    """
    check = _CHECKS.get(kind)
    return check(content) if check else {}


def value_of(reply: Mapping[str, Any], function: str) -> Any:
    """What a function of the probe returned, out of the reply to the request that called it.

    Raises:
        KernelError: it failed, or what came is no such reply.
    """
    answer = reply.get("user_expressions", {}).get("value")
    if not isinstance(answer, Mapping):
        raise KernelError(f"{function} did not return: the kernel's reply has no value")
    if answer.get("status") != "ok":
        what = f"{answer.get('ename', 'Error')}: {answer.get('evalue', '')}"
        raise KernelError(what[:2000])
    try:
        text = answer["data"]["text/plain"]
        if len(text) > VALUE:
            raise KernelError(f"{function} returned {len(text):,} characters: too many")
        value = json.loads(_string(text))
    except (KeyError, TypeError, ValueError, SyntaxError, RecursionError, MemoryError):
        raise KernelError(f"{function} returned what cannot be read") from None
    if isinstance(value, dict | list) and _deeper(value, DEPTH):
        raise KernelError(f"{function} returned what is nested too deep")
    return value


def _string(text: str) -> str:
    """The string that its own `repr` stands for. Looked at first: only a string is ever evaluated."""
    if not (len(text) > 1 and text[0] in "'\"" and text[-1] == text[0]):
        raise ValueError("no string")
    value = ast.literal_eval(text)
    if not isinstance(value, str):
        raise TypeError("no string")
    return value


# ── each kind ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _text(content: Mapping[str, Any], field: str, otherwise: str | None = None) -> str:
    value = content.get(field, otherwise)
    if not isinstance(value, str):
        raise Malformed(f"{field} is no text")
    return value


def _mapping(content: Mapping[str, Any], field: str) -> Mapping[str, Any]:
    value = content.get(field)
    return value if isinstance(value, dict) else {}


def _stream(content: Mapping[str, Any]) -> Mapping[str, Any]:
    name = "stderr" if content.get("name") == "stderr" else "stdout"
    return {"name": name, "text": _text(content, "text")}


def _error(content: Mapping[str, Any]) -> Mapping[str, Any]:
    lines = content.get("traceback", [])
    if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
        raise Malformed("traceback is no list of lines")
    return {"ename": _text(content, "ename"), "evalue": _text(content, "evalue"), "traceback": lines}


def _display(content: Mapping[str, Any]) -> Mapping[str, Any]:
    data = content.get("data")
    if not isinstance(data, dict):
        raise Malformed("data is no bundle")
    shown = {
        mime: value
        for mime, value in data.items()
        if (mime in MIMES or mime.startswith(_OURS)) and _usable(mime, value)
    }
    if not shown and data:
        names = ", ".join(sorted(data)[:5])
        shown = {"text/plain": f"[a display that is not passed on: {names[:200]}]"}
    name = _mapping(content, "transient").get("display_id")
    transient = {"display_id": name} if isinstance(name, str) else {}
    return {"data": shown, "metadata": _mapping(content, "metadata"), "transient": transient}


def _usable(mime: str, value: Any) -> bool:
    if mime.endswith(_JSON):
        return True
    return isinstance(value, str) or (isinstance(value, list) and all(isinstance(v, str) for v in value))


def _reply(content: Mapping[str, Any]) -> Mapping[str, Any]:
    pages = content.get("payload")
    told = (
        [p for p in pages if isinstance(p, dict) and p.get("source") == "page"]
        if isinstance(pages, list)
        else []
    )
    return {
        "status": _text(content, "status"),
        "payload": [{"source": "page", **_display(p)} for p in told if isinstance(p.get("data"), dict)],
        "user_expressions": _mapping(content, "user_expressions"),
    }


_CHECKS: Mapping[str, Callable[[Mapping[str, Any]], Mapping[str, Any]]] = {
    "stream": _stream,
    "error": _error,
    "display_data": _display,
    "execute_result": _display,
    "update_display_data": _display,
    "execute_reply": _reply,
    "clear_output": lambda content: {"wait": content.get("wait") is True},
    "status": lambda content: {"execution_state": _text(content, "execution_state")},
}
